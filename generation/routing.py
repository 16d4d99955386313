from django.urls import path

from generation.consumers import Stream

websocket_urlpatterns = [path("ws/", Stream.as_asgi())]
