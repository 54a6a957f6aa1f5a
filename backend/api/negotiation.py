"""For replies that are not JSON: what the client accepts must not turn them, or their errors, into a 406."""

from __future__ import annotations

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request


class AnyType(DefaultContentNegotiation):
    """Errors are JSON, also for a client that accepts event streams or tables only."""

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return JSONRenderer(), "application/json"
