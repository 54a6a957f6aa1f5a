"""What the visitor thinks of answers: thumbs, and which one side by side was better."""

from typing import Final

import streamlit as st

from api_client import ApiError
from api_types import Chat, Comparison
from conversation import screen
from visitor import identity, notices

TIE: Final = "tie"
NONE: Final = "none"
_REASON: Final = "reason_asked_for"


def rate(chat: Chat, rating: int) -> None:
    """Callback: thumbs up (1) or down (-1); the same again takes it back. A reason can be given then."""
    is_given = chat.feedback is not None and chat.feedback.rating == rating
    if _tell(chat, 0 if is_given else rating, "") and not is_given:
        st.session_state[_REASON] = chat.question_id
    else:
        close_reason()


def explain(chat: Chat, comment: str) -> None:
    """The reason for what was said; an empty one takes the earlier one back."""
    if chat.feedback and _tell(chat, chat.feedback.rating, comment.strip()):
        close_reason()


def is_reason_asked_for(chat: Chat) -> bool:
    return bool(st.session_state.get(_REASON) == chat.question_id)


def open_reason(chat: Chat) -> None:
    st.session_state[_REASON] = chat.question_id


def close_reason() -> None:
    st.session_state.pop(_REASON, None)


def choose(group: Comparison, choice: str) -> None:
    """Callback: the conversation goes on from the better answer. `choice`: its id, TIE or NONE."""
    notices.clear()
    try:
        decided = identity.client().answers.choose(group.id, choice)
    except ApiError as error:
        notices.leave_error(error)
        return
    history = screen.seen_history()
    if history and decided:
        history.note_group(decided)


def _tell(chat: Chat, rating: int, comment: str) -> bool:
    notices.clear()
    try:
        rated = identity.client().answers.rate(chat.question_id, rating, comment)
    except ApiError as error:
        notices.leave_error(error)
        return False
    history = screen.seen_history()
    if history:
        history.note(rated)
    return True
