"""The visitor's session: a guest made by the first question, found again through the HttpOnly cookie.

`st.context.cookies` is frozen when the tab connects. So a token that was made later lives in this tab's session state
until the next reload, and a cookie whose session has ended is remembered as ended.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from api_client import ApiClient
from api_types import User
from i18n import current_language
from server.cookies import session_cookie_name
from server.tickets import Ticket, office

_STATE: Final = "identity"
_USER_SECONDS: Final = 60.0
_COOKIE_SECONDS: Final = 1.0


@dataclass
class _Identity:
    token: str | None
    ticket: Ticket | None = None
    user: User | None = None
    user_read_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


def _identity() -> _Identity:
    if _STATE not in st.session_state:
        st.session_state[_STATE] = _Identity(token=_token_in_cookie())
    identity: _Identity = st.session_state[_STATE]
    return identity


def client() -> ApiClient:
    """The API as this visitor."""
    # Streamlit tells no address of a visitor on this machine; the API sees that by itself.
    return ApiClient(token=_identity().token, language=current_language(), address=st.context.ip_address)


def is_signed_in() -> bool:
    return _identity().token is not None


def ensure_session() -> bool:
    """Make the guest when this is the first thing the visitor does; whether one was made. Raises ApiError."""
    identity = _identity()
    # A second run of the same tab can start before the first has ended: one guest is enough.
    with identity.lock:
        if identity.token is not None:
            return False
        session = client().create_guest()
        identity.token, identity.user, identity.user_read_at = session.token, session.user, time.monotonic()
        identity.ticket = office.issue(session.token)
    return True


def wait_for_cookie() -> None:
    """Until then a reload would lose the guest, and with it the question. Not longer than a browser needs."""
    cookie_waiter()()


def cookie_waiter() -> Callable[[], None]:
    """The same for another thread, which has no access to the visitor's state."""
    ticket = _identity().ticket
    return partial(ticket.wait_until_used, _COOKIE_SECONDS) if ticket else lambda: None


def forget_session() -> None:
    """The API says that the session has ended: go on as somebody who has not asked anything yet."""
    identity = _identity()
    identity.token = identity.ticket = identity.user = None


def current_user() -> User | None:
    """The visitor's account, at most a minute old. Raises ApiError."""
    identity = _identity()
    if identity.token and time.monotonic() - identity.user_read_at > _USER_SECONDS:
        identity.user, identity.user_read_at = client().me(), time.monotonic()
    return identity.user


def ticket_to_post() -> str | None:
    """What the browser still has to post so that the cookie is set; None when there is nothing to do."""
    identity = _identity()
    if identity.token is None or identity.ticket is None or identity.ticket.is_used:
        return None
    if not identity.ticket.is_open:
        identity.ticket = office.issue(identity.token)
    return identity.ticket.value


def _token_in_cookie() -> str | None:
    headers = st.context.headers
    host = headers.get("Host", "")
    secure = urlsplit(headers.get("Origin", "")).scheme == "https"
    return st.context.cookies.get(session_cookie_name(host=host, secure=secure)) if host else None
