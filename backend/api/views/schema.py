"""The pages that show the schema. They work with no internet, and ask for none."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpResponse, HttpResponseBase
from django.views import View
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

# Redoc searches in a worker, and both libraries write their styles into the page.
_ONLY_FROM_HERE = (
    "default-src 'none'; connect-src 'self'; font-src 'self' data:; img-src 'self' data:; "
    "script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src blob:; frame-ancestors 'none'; base-uri 'none'"
)
_REDOC = "drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
_REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
_NO_PICTURE = b"data:,"


class _AtHome(View):
    """Forbids a page to load anything from elsewhere."""

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(*args, **kwargs)
        response["Content-Security-Policy"] = _ONLY_FROM_HERE
        return response


# The split view has no script in the page, so that the policy can forbid such.
class SwaggerPage(_AtHome, SpectacularSwaggerSplitView):
    pass


class RedocPage(_AtHome, SpectacularRedocView):
    template_name = "api/redoc.html"

    @staticmethod
    def _redoc_standalone() -> str:
        return "redoc.js"


class RedocScript(View):
    """The library as its package has it, but for a logo that it would fetch from its makers."""

    def get(self, request: object) -> HttpResponse:
        headers = {"Cache-Control": "public, max-age=86400"}
        return HttpResponse(_redoc_script(), content_type="text/javascript; charset=utf-8", headers=headers)


@lru_cache(maxsize=1)
def _redoc_script() -> bytes:
    path = finders.find(_REDOC)
    return Path(str(path)).read_bytes().replace(_REDOC_LOGO, _NO_PICTURE)
