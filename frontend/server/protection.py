"""Origin check and response headers for everything the Streamlit server answers.

Streamlit accepts a WebSocket from any port of localhost and from clients that send no Origin, and cookies ignore
ports: without this check any page on another local port could talk to the visitor's session.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.index_page import index_page

_SAFE_METHODS: Final = {"GET", "HEAD", "OPTIONS"}
_HOST: Final = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")

_FIXED_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class ProtectionMiddleware:
    """Outermost of the app's middleware, so that Streamlit's own routes are covered as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve_http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_same_origin(Headers(scope=scope)):
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _serve_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), host=headers.get("host", ""))
            await send(message)

        if scope["method"] in _SAFE_METHODS or is_same_origin(headers):
            await self._app(scope, receive, send_with_headers)
        else:
            refusal = JSONResponse({"error": {"code": "foreign_origin"}}, status_code=403)
            await refusal(scope, receive, send_with_headers)


def is_same_origin(headers: Headers) -> bool:
    """Whether the request comes from a page of this very host and port; False when it does not say."""
    origin, host = headers.get("origin"), headers.get("host")
    if not origin or not host:
        return False
    return urlsplit(origin).netloc.lower() == host.lower()


def _add_headers(headers: MutableHeaders, *, host: str) -> None:
    for name, value in _FIXED_HEADERS.items():
        headers[name] = value
    headers["Content-Security-Policy"] = _content_security_policy(host)


def _content_security_policy(host: str) -> str:
    """Model output is drawn as markdown: pictures, links and styles in it must not reach other hosts.

    Streamlit styles with emotion (inline styles) and draws some widgets from blobs; it needs no eval here.
    """
    # Safari before 15.4 does not count ws:// of the same host as 'self'.
    sockets = f"ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(("'self'", *index_page().script_hashes)),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": f"'self' {sockets}".strip(),
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())
