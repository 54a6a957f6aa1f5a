"""Who sends a request: `Authorization: Bearer <token>`.

`request.user` is the User, `request.auth` the SignedIn. Whether a token holds is decided
in `chat.sessions`.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from chat.errors import NotSignedIn, ServiceError, SessionEnded
from chat.sessions.verifying import SignedIn, verify_session


class NotAuthentic(AuthenticationFailed):
    """One of our own refusals, as the framework wants it to add WWW-Authenticate."""

    def __init__(self, reason: ServiceError) -> None:
        super().__init__(reason.text)
        self.safe_code = reason.code


class BearerTokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[object, SignedIn] | None:
        if "Authorization" not in request.headers:
            return None
        token = token_of(request)
        if not token:
            raise NotAuthentic(NotSignedIn())
        try:
            signed_in = verify_session(token, active=_counts_as_activity(request))
        except SessionEnded as reason:
            raise NotAuthentic(reason) from None
        return signed_in.user, signed_in

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Triple Chat"'


def _counts_as_activity(request: Request) -> bool:
    """A view that clients call by the clock says `counts_as_activity = False`: it keeps nobody signed in."""
    return bool(getattr(request.parser_context.get("view"), "counts_as_activity", True))


def token_of(request: Request) -> str:
    """Return the token that came with the request, or "" when it has none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def current_session(request: Request) -> SignedIn:
    """Return what the request's token was verified as."""
    if not isinstance(request.auth, SignedIn):
        raise NotSignedIn
    return request.auth


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the token in the OpenAPI schema; drf-spectacular finds it by itself."""

    target_class = BearerTokenAuthentication
    name = "bearerAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The token that POST /api/sessions/ returns.",
        }
