"""Routes beside Streamlit's own: the page's shell, our static files, and the one that sets the session cookie."""

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from own_pages import own_pages
from server.cookies import set_session_cookie
from server.index_page import index_page
from server.tickets import office

STATIC: Final = Path(__file__).resolve().parent.parent / "static"
_LONGEST_BODY: Final = 1024
# The addresses of `components.page_links`.
_PAGES: Final = ("/", "/ai", *(f"/{address}" for address in own_pages()))


class _Static(StaticFiles):
    """Fonts never change under their name; the rest is asked for again and mostly answered with 304."""

    def file_response(self, full_path: Any, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(full_path, *args, **kwargs)
        is_font = str(full_path).endswith(".woff2")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_font else "no-cache"
        return response


async def show_index(request: Request) -> Response:
    """The shell that loads Streamlit's client; the same for every page and visitor."""
    return HTMLResponse(index_page().html, headers={"Cache-Control": "no-cache"})


async def set_cookie(request: Request) -> Response:
    """Swap a ticket for the HttpOnly cookie. Origin and Host were compared before (`server.protection`)."""
    ticket = _ticket_in(await request.body())
    token = office.redeem(ticket) if ticket else None
    if token is None:
        return JSONResponse({"error": {"code": "ticket_gone"}}, status_code=410)
    # Behind a proxy that ends TLS the connection here is plain; the browser's Origin tells what the visitor uses.
    secure = urlsplit(request.headers["origin"]).scheme == "https"
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    set_session_cookie(response, token, host=request.headers["host"], secure=secure)
    return response


def build_routes() -> list[BaseRoute]:
    """Ours come before Streamlit's, so the pages' shell is served from here."""
    return [
        *(Route(path, show_index, methods=["GET"]) for path in _PAGES),
        Route("/session/cookie", set_cookie, methods=["POST"]),
        Mount("/app/static", _Static(directory=STATIC), name="app-static"),
    ]


def _ticket_in(body: bytes) -> str | None:
    if len(body) > _LONGEST_BODY:
        return None
    try:
        ticket = json.loads(body).get("ticket")
    except (ValueError, AttributeError):
        return None
    return ticket if isinstance(ticket, str) else None
