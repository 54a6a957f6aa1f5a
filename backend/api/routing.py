"""Every WebSocket address."""

from channels.routing import URLRouter
from django.urls import path

from api.consumers.chat import ChatConsumer

websocket_application = URLRouter([path("ws/chat/", ChatConsumer.as_asgi())])
