"""The name and the attributes of the session cookie. The token in it is read by the server only (HttpOnly)."""

from typing import Final
from urllib.parse import urlsplit

from starlette.responses import Response

# Longer than any session: the API decides when a session ends, and a guest's slides with every visit. Browsers cap
# a cookie's age at 400 days.
_MAX_AGE_SECONDS: Final = 400 * 24 * 3600


def session_cookie_name(*, host: str, secure: bool) -> str:
    """Cookies ignore ports, so two instances on one machine would sign each other out without the port in the name."""
    port = urlsplit(f"//{host}").port
    name = f"triple_chat_{port}" if port else "triple_chat"
    return f"__Host-{name}" if secure else name


def set_session_cookie(response: Response, token: str, *, host: str, secure: bool) -> None:
    """Lax, so that a link to the page from elsewhere arrives signed in."""
    response.set_cookie(
        session_cookie_name(host=host, secure=secure),
        token,
        max_age=_MAX_AGE_SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def drop_session_cookie(response: Response, *, host: str, secure: bool) -> None:
    name = session_cookie_name(host=host, secure=secure)
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=secure)
