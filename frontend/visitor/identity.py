"""The visitor's session: a guest made by the first question, found again through the HttpOnly cookie.

`st.context.cookies` is frozen when the tab connects. So a token that was made later lives in this tab's session state
until the next reload, and a cookie whose session has ended is remembered as ended.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from api_client import ApiClient
from api_types import NewSession, User
from i18n import current_language
from server.cookies import session_cookie_name
from server.tickets import Ticket, office

STATE_KEY: Final = "identity"
_USER_SECONDS: Final = 60.0
_COOKIE_SECONDS: Final = 1.0


@dataclass
class _Identity:
    """`left`: the visitor has signed out, so nothing of theirs may stay in the page."""

    token: str | None
    ticket: Ticket | None = None
    user: User | None = None
    user_read_at: float = 0.0
    left: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


def _identity() -> _Identity:
    if STATE_KEY not in st.session_state:
        st.session_state[STATE_KEY] = _Identity(token=_token_in_cookie())
    identity: _Identity = st.session_state[STATE_KEY]
    return identity


def client() -> ApiClient:
    """The API as this visitor."""
    agent = st.context.headers.get("User-Agent") or ""
    # Streamlit tells no address of a visitor on this machine; the API sees that by itself.
    address = st.context.ip_address
    return ApiClient(token=_identity().token, language=current_language(), agent=agent, address=address)


def is_signed_in() -> bool:
    return _identity().token is not None


def ensure_session() -> bool:
    """Make the guest when this is the first thing the visitor does; whether one was made. Raises ApiError."""
    identity = _identity()
    # A second run of the same tab can start before the first has ended: one guest is enough.
    with identity.lock:
        if identity.token is not None:
            return False
        take_over(client().create_guest())
    return True


@contextmanager
def handing_over() -> Iterator[None]:
    """Around what puts another session in the place of this one: it ends before the browser has the other's cookie.

    Another tab that notices between the two waits for the cookie, instead of dropping it.
    """
    identity = _identity()
    if identity.token is None:
        yield
        return
    with office.handing_over(identity.token) as handover:
        yield
        handover.ticket = identity.ticket


def take_over(session: NewSession) -> None:
    """Go on with this session; the browser gets its cookie as soon as the page is drawn."""
    identity = _identity()
    identity.token, identity.left = session.token, False
    identity.ticket = office.issue(session.token)
    note_user(session.user)


def wait_for_cookie() -> None:
    """Until then a reload would lose the guest, and with it the question. Not longer than a browser needs."""
    cookie_waiter()()


def cookie_waiter() -> Callable[[], None]:
    """The same for another thread, which has no access to the visitor's state."""
    ticket = _identity().ticket
    return partial(ticket.wait_until_used, _COOKIE_SECONDS) if ticket else lambda: None


def forget_session(*, left: bool = False) -> None:
    """The session has ended, by the visitor's own wish (`left`) or not: go on as nobody, and drop the cookie."""
    identity = _identity()
    if identity.token:
        identity.ticket = office.issue(identity.token, ends=True)
    identity.token = identity.user = None
    identity.user_read_at, identity.left = 0.0, left


def has_left() -> bool:
    return _identity().left


def current_user() -> User | None:
    """The visitor's account, at most a minute old. Raises ApiError."""
    identity = _identity()
    if identity.token and time.monotonic() - identity.user_read_at > _USER_SECONDS:
        note_user(client().me())
    return identity.user


def known_user() -> User | None:
    """The visitor's account as this tab has seen it last, without asking."""
    return _identity().user


def note_user(user: User) -> None:
    identity = _identity()
    identity.user, identity.user_read_at = user, time.monotonic()


def ticket_to_post() -> str | None:
    """What the browser still has to post so that the cookie is set or dropped; None: there is nothing to do."""
    ticket = _identity().ticket
    if ticket is None or ticket.is_used:
        return None
    if not ticket.is_open:
        ticket = _identity().ticket = office.issue(ticket.token, ends=ticket.ends)
    return ticket.value


def _token_in_cookie() -> str | None:
    headers = st.context.headers
    host = headers.get("Host", "")
    secure = urlsplit(headers.get("Origin", "")).scheme == "https"
    return st.context.cookies.get(session_cookie_name(host=host, secure=secure)) if host else None
