"""The one place that turns an error into a response: `{"error": {code, message, details, request_id}}`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from redis.exceptions import RedisError
from rest_framework import exceptions
from rest_framework.response import Response

from chat.errors import NotFound, ServiceError, Unavailable
from config.request_id import current_request_id

logger = logging.getLogger(__name__)

_CODES = {
    400: "invalid",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
}


def error_body(code: str, message: str, details: Mapping[str, object] | None = None) -> dict[str, Any]:
    return {
        "error": {
            "code": code,
            "message": message,
            "details": dict(details or {}),
            "request_id": current_request_id.get(),
        }
    }


def respond_to_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. What it does not know becomes a 500 in `server_error`."""
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, OperationalError | InterfaceError | RedisError):
        # The text may name hosts and users: it goes to the log's level of detail only.
        logger.warning("A server is away: %s", type(error).__name__)
        error = Unavailable(retry_after=2)
    if isinstance(error, ServiceError):
        return _service_error(error)
    if isinstance(error, exceptions.APIException):
        return _framework_error(error)
    return None


def _service_error(error: ServiceError) -> Response:
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return Response(error_body(error.code, error.text, error.details), status=error.status, headers=headers)


def _framework_error(error: exceptions.APIException) -> Response:
    status = error.status_code
    headers = {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, exceptions.ValidationError):
        details = error.detail if isinstance(error.detail, dict) else {"request": error.detail}
        return Response(error_body("invalid", "The request is not valid. See details.", details), status=status)
    if isinstance(error, exceptions.ParseError):
        return Response(error_body("invalid", "The body is not what its Content-Type says."), status=status)
    code = getattr(error, "safe_code", None) or _CODES.get(status, "error")
    return Response(error_body(code, str(error.detail)), status=status, headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    if type(exception).__name__ == "RequestDataTooBig":
        return JsonResponse(error_body("too_large", "The request is too large."), status=413)
    if type(exception).__name__ == "TooManyFilesSent":
        return JsonResponse(error_body("too_many_files", "These are too many files for one request."), status=400)
    return JsonResponse(error_body("invalid", "The request is not valid."), status=400)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return JsonResponse(error_body("not_found", "There is no such address. See /api/schema/swagger-ui/."), status=404)


def server_error(request: HttpRequest) -> JsonResponse:
    message = "Something went wrong on the server. The request id helps its keeper to find out what."
    return JsonResponse(error_body("server_error", message), status=500)
