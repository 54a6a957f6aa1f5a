"""The ASGI application that uvicorn (or daphne) serves."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # ai_models lies beside backend

from channels.routing import ProtocolTypeRouter
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

# Before anything that imports models.
_http = get_asgi_application()

from api.body_limit import BodyLimit
from api.routing import websocket_application

# The only static files are those of the API's documentation pages; they come from a
# package, so that the pages work with no internet.
application = ProtocolTypeRouter({"http": BodyLimit(ASGIStaticFilesHandler(_http)), "websocket": websocket_application})

# What is loaded by now stays: looking through it would stop everything for 0.1 s, every few seconds when busy.
gc.collect()
gc.freeze()
