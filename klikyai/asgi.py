import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klikyai.settings.production")
http = get_asgi_application()

# Only once Django stands.
from django.urls import re_path  # noqa: E402

from generation.routing import websocket_urlpatterns  # noqa: E402
from klikyai import alphabets, bodies, roots, sockets  # noqa: E402

http.request_class = alphabets.OverAsgi
bodies.count()
sockets.bound()
streams = URLRouter([*websocket_urlpatterns, re_path("", sockets.Nothing.as_asgi())])
application = roots.ours(ProtocolTypeRouter({"http": http, "websocket": streams}))
