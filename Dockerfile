# Two targets from one file: `web` has no torch, `worker` has.
FROM python:3.11-slim AS ground
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 DJANGO_SETTINGS_MODULE=klikyai.settings.production
RUN useradd --create-home --uid 10001 klikyai
WORKDIR /srv/klikyai
# Volumes begin as what the image has in their place, its owner included.
RUN mkdir -p var/arrivals var/models && chown -R klikyai var
COPY requirements.txt ./
COPY requirements ./requirements

FROM ground AS web
RUN pip install -r requirements/web.txt
COPY --chown=klikyai . .
# Collecting reads the settings, which want their secrets: none of these outlives the line.
RUN SECRET_KEY=x DATABASE_URL=postgresql://x/x REDIS_URL=redis://x ALLOWED_HOSTS=x MFA_KEYS=x AUDIT_KEY=x \
    EMAIL_URL=smtp://x SITE_URL=https://x STRIPE_KEY=sk_test_x STRIPE_WEBHOOK_SECRET=whsec_x \
    python manage.py collectstatic --noinput && chown -R klikyai var
USER klikyai
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "klikyai.wsgi:application"]

FROM ground AS worker
RUN pip install -r requirements.txt
COPY --chown=klikyai . .
USER klikyai
HEALTHCHECK --interval=30s --timeout=10s CMD ["python", "deploy/alive.py"]
CMD ["python", "manage.py", "worker", "--pool", "images"]
