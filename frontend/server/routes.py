"""Routes beside Streamlit's own: the page's shell, our static files, and what `static/page.js` posts."""

import hmac
import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from own_pages import own_pages
from server import page_loads
from server.cookies import drop_session_cookie, session_cookie_name, set_session_cookie
from server.index_page import index_page
from server.tickets import Ticket, office

STATIC: Final = Path(__file__).resolve().parent.parent / "static"
_LONGEST_BODY: Final = 1024
_NOT_KEPT: Final = {"Cache-Control": "no-store"}
# The addresses of `components.page_links`.
_OURS: Final = ("/", "/ai", "/advanced", "/documents", "/insights", "/learn", "/account")
_PAGES: Final = (*_OURS, *(f"/{address}" for address in own_pages()))


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
    """Swap a ticket for the HttpOnly cookie, or take the cookie away. Origin and Host were compared before."""
    value = _posted(await request.body(), "ticket")
    ticket = office.redeem(value) if value else None
    if ticket is None:
        return JSONResponse({"error": {"code": "ticket_gone"}}, status_code=410)
    # Behind a proxy that ends TLS the connection here is plain; the browser's Origin tells what the visitor uses.
    secure = urlsplit(request.headers["origin"]).scheme == "https"
    if ticket.ends:
        return await _end_cookie(request, ticket, secure=secure)
    response = Response(status_code=204, headers=_NOT_KEPT)
    set_session_cookie(response, ticket.token, host=request.headers["host"], secure=secure)
    return response


async def _end_cookie(request: Request, ticket: Ticket, *, secure: bool) -> Response:
    """205 when another tab has signed in since: the page should load again and be that visitor.

    The other tab's cookie may be on its way still: dropped meanwhile, it would be that one.
    """
    host = request.headers["host"]
    kept = request.cookies.get(session_cookie_name(host=host, secure=secure), "")
    is_another = bool(kept) and not hmac.compare_digest(kept.encode(), ticket.token.encode())
    if is_another or await office.is_handed_over(ticket.token):
        return Response(status_code=205, headers=_NOT_KEPT)
    response = Response(status_code=204, headers=_NOT_KEPT)
    # Where there is none, the reply to another tab may be bringing one.
    if kept:
        drop_session_cookie(response, host=host, secure=secure)
    return response


async def note_whole_page(request: Request) -> Response:
    """The browser has drawn all of a page that it was loading."""
    if name := _posted(await request.body(), "page"):
        page_loads.note_whole(name)
    return Response(status_code=204, headers=_NOT_KEPT)


def build_routes() -> list[BaseRoute]:
    """Ours come before Streamlit's, so the pages' shell is served from here."""
    return [
        *(Route(path, show_index, methods=["GET"]) for path in _PAGES),
        Route("/session/cookie", set_cookie, methods=["POST"]),
        Route("/page/whole", note_whole_page, methods=["POST"]),
        Mount("/app/static", _Static(directory=STATIC), name="app-static"),
    ]


def _posted(body: bytes, name: str) -> str | None:
    if len(body) > _LONGEST_BODY:
        return None
    try:
        value = json.loads(body).get(name)
    except (ValueError, AttributeError):
        return None
    return value if isinstance(value, str) else None
