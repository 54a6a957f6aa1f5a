"""A file on its way to the API in a thread of its own, so that the page is never held up; and what was taken in so far."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Final

import streamlit as st

from api_client import ApiClient, ApiError
from api_portable import Import
from visitor import identity, notices

_STATE: Final = "import_sending"
_ROUND: Final = "import_round"
_senders: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="import")


@dataclass
class Sending:
    """Written by the thread that sends, read by the page."""

    name: str
    error: ApiError | None = None
    ended: bool = False


def widget_key() -> str:
    """Another one after each file: the widget lets go of what was taken over."""
    return f"import-file-{st.session_state.get(_ROUND, 0)}"


def take_over() -> None:
    """Callback of the widget; a first visitor becomes a guest."""
    file = st.session_state.get(widget_key())
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    if file is None:
        return
    notices.clear()
    try:
        identity.ensure_session()
    except ApiError as error:
        notices.leave_error(error)
        return
    sending = st.session_state[_STATE] = Sending(file.name)
    _senders.submit(_send, identity.client(), identity.cookie_waiter(), sending, file)


def sending() -> Sending | None:
    """The file that is on its way, or could not be sent."""
    found: Sending | None = st.session_state.get(_STATE)
    return None if found is None or (found.ended and found.error is None) else found


def is_sending() -> bool:
    found = sending()
    return found is not None and not found.ended


def forget_refusal() -> None:
    st.session_state.pop(_STATE, None)


def read() -> tuple[Import, ...]:
    """Raises ApiError."""
    return identity.client().portable.imports() if identity.is_signed_in() else ()


def cancel(wanted: Import) -> None:
    try:
        identity.client().portable.cancel_import(wanted.id)
    except ApiError as error:
        # It has ended meanwhile.
        if error.status != 409:
            notices.leave_error(error)


def _send(client: ApiClient, wait_for_cookie: Callable[[], None], sending: Sending, content: IO[bytes]) -> None:
    try:
        wait_for_cookie()
        client.portable.bring_in(sending.name, content)
    except ApiError as error:
        sending.error = error
    finally:
        sending.ended = True
