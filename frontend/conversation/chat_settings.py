"""The settings of a conversation: system prompt and parameters, also of one that is opened by its first question."""

from typing import Final

import streamlit as st

from api_client import ApiError
from api_types import ConversationSettings
from conversation import screen
from visitor import identity, notices

_NEXT: Final = "settings_of_next_conversation"


def of_next_conversation() -> ConversationSettings | None:
    settings: ConversationSettings | None = st.session_state.get(_NEXT)
    return settings


def current() -> ConversationSettings:
    """Those of the conversation on screen, or of the one that the next question opens."""
    history = screen.seen_history()
    if history:
        return history.conversation.settings
    return of_next_conversation() or ConversationSettings()


def save(settings: ConversationSettings) -> None:
    """They count from the next question on."""
    history = screen.seen_history()
    if history is None:
        st.session_state[_NEXT] = settings
        return
    try:
        history.conversation = identity.client().update_conversation(history.conversation.id, **settings.as_fields())
    except ApiError as error:
        notices.leave_error(error)


def forget() -> None:
    st.session_state.pop(_NEXT, None)
