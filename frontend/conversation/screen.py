"""The conversation on screen: named by `?c=` in the address, read from the API on every run.

Turns that were seen stay in this tab, so a long conversation is read page by page and only its newest page again.
"""

from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from api_client import ApiError
from api_types import Chat, Conversation
from visitor import identity, notices

PARAMETER: Final = "c"
_STATE: Final = "history"


@dataclass
class History:
    """What this tab has read of one conversation; `older_cursor` leads to the turns before the oldest one."""

    conversation: Conversation
    turns: dict[str, Chat] = field(default_factory=dict)
    older_cursor: str | None = None

    @property
    def oldest_first(self) -> list[Chat]:
        return sorted(self.turns.values(), key=lambda chat: chat.asked)

    @property
    def running(self) -> Chat | None:
        return next((chat for chat in reversed(self.oldest_first) if chat.is_running), None)


def conversation_id() -> str | None:
    """The id in the address, whether or not it can be opened."""
    return st.query_params.get(PARAMETER) or None


def open_history() -> History | None:
    """The conversation in the address with its newest turns; None on the empty page. Raises ApiError."""
    wanted = conversation_id()
    if wanted is None or not identity.is_signed_in():
        st.session_state.pop(_STATE, None)
        if wanted:
            raise ApiError("not_found", status=404)
        return None
    return _read(wanted)


def seen_history() -> History | None:
    """What was read before, without asking the API: for when it is away."""
    history: History | None = st.session_state.get(_STATE)
    return history if history and history.conversation.id == conversation_id() else None


def read_older() -> None:
    """Add the page of turns before the oldest one on screen."""
    history = seen_history()
    if history is None or history.older_cursor is None:
        return
    try:
        page = identity.client().chats(history.conversation.id, cursor=history.older_cursor)
    except ApiError as error:
        notices.leave_error(error)
        return
    history.turns.update({chat.question_id: chat for chat in page.items})
    history.older_cursor = page.next_cursor


def show_conversation(conversation: str) -> None:
    st.query_params[PARAMETER] = conversation


def show_empty_page() -> None:
    notices.clear()
    st.query_params.clear()
    st.session_state.pop(_STATE, None)


def _read(wanted: str) -> History:
    client = identity.client()
    history = seen_history()
    page = client.chats(wanted)
    if history is None:
        history = History(client.conversation(wanted), older_cursor=page.next_cursor)
        st.session_state[_STATE] = history
    history.turns.update({chat.question_id: chat for chat in page.items})
    return history
