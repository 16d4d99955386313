import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klikyai.settings.production")
http = get_asgi_application()

# Only once Django stands.
from klikyai import bodies  # noqa: E402

bodies.count()
application = ProtocolTypeRouter({"http": http})
