"""Temporary chats: the switch for the next one, and the end of the one that is left.

One is left when this tab shows another conversation, or none, on a page that shows conversations; the API deletes it for
good then. What a closed tab leaves behind, the API deletes after an hour in which nothing was asked.
"""

import contextlib
import threading
from typing import Final

import streamlit as st

from api_client import ApiError
from conversation import screen
from visitor import identity

_NEXT: Final = "next_is_temporary"
_OPEN: Final = "open_temporary"


def is_next() -> bool:
    """Whether the next question on the empty page opens a temporary chat."""
    return bool(st.session_state.get(_NEXT))


def choose_next(wanted: bool) -> None:
    st.session_state[_NEXT] = wanted


def note(conversation_id: str) -> None:
    """The temporary chat on screen."""
    st.session_state[_OPEN] = conversation_id
    choose_next(False)


def end_if_left() -> None:
    """At the start of a run of a page that shows conversations."""
    left = st.session_state.get(_OPEN)
    if left is None or left == screen.conversation_id():
        return
    del st.session_state[_OPEN]
    client = identity.client()

    def tell() -> None:
        # Nobody waits for it: when it fails, silence ends the chat.
        with contextlib.suppress(ApiError):
            client.delete_conversation(left)

    threading.Thread(target=tell, name="end-temporary", daemon=True).start()
