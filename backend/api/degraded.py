"""Says in a response header which part the API is doing without."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from chat.redis_client import get_redis_client


class DegradedMiddleware:
    """Adds `X-Degraded: redis` while Redis does not answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if get_redis_client().away:
            response["X-Degraded"] = "redis"
        return response
