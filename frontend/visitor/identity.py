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

from api_client import ApiClient, ApiError
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

    def note_user(self, user: User) -> None:
        self.user, self.user_read_at = user, time.monotonic()


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
    identity, api = _identity(), client()
    # A second run of the same tab can start before the first has ended: one guest is enough.
    with identity.lock:
        if identity.token is not None:
            return False
        _go_on_with(identity, api.create_guest())
    return True


def replace_session(ask: Callable[[ApiClient], NewSession]) -> None:
    """Go on with the session that `ask` gets from the API; the browser gets its cookie as soon as the page is drawn.

    The session before may end before the browser has that cookie: another tab that notices waits for it, instead of
    dropping its own. A second click starts a second run beside this one: it waits, and finds that nothing is left
    to ask.
    """
    identity, api = _identity(), client()
    before = identity.token
    with identity.lock:
        if identity.token != before:
            return
        if before is None:
            _go_on_with(identity, ask(api))
            return
        with office.handing_over(before) as handover:
            _go_on_with(identity, ask(api))
            handover.ticket = identity.ticket


def _go_on_with(identity: _Identity, session: NewSession) -> None:
    """Asks nothing of Streamlit, which might end this run then, and with it the only place that knows the token."""
    identity.token, identity.left = session.token, False
    identity.ticket = office.issue(session.token)
    identity.note_user(session.user)


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


def has_ended() -> bool:
    """Whether this tab's session is over; one that was refused may have been replaced by a run beside this one."""
    identity = _identity()
    with identity.lock:
        token = identity.token
    if token is None:
        return True
    try:
        note_user(client().me())
    except ApiError as error:
        return error.is_signed_out
    return False


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
    _identity().note_user(user)


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
