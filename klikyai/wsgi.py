import os

from django.core.wsgi import get_wsgi_application

from klikyai import alphabets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klikyai.settings.production")
application = get_wsgi_application()
application.request_class = alphabets.OverWsgi
