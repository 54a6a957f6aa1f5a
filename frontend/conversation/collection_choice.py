"""Where Advanced chat looks: some collections, or all of them when none is chosen."""

from typing import Final

import streamlit as st

from api_client import ApiError
from conversation import screen
from visitor import identity, notices

_NEXT: Final = "collections_of_next_conversation"


def current() -> tuple[str, ...]:
    """Of the conversation on screen, or of the one that the next question opens."""
    history = screen.seen_history()
    if history:
        return history.conversation.collections
    chosen: tuple[str, ...] = st.session_state.get(_NEXT, ())
    return chosen


def choose(collections: tuple[str, ...]) -> None:
    """They count from the next question on."""
    notices.clear()
    history = screen.seen_history()
    if history is None:
        st.session_state[_NEXT] = collections
        return
    try:
        conversation = identity.client().update_conversation(history.conversation.id, collections=list(collections))
    except ApiError as error:
        notices.leave_error(error)
    else:
        history.conversation = conversation


def forget() -> None:
    st.session_state.pop(_NEXT, None)
