"""The screen that the chats share: the conversation or the empty state, the composer, and the question on its way."""

import streamlit as st

from api_client import ApiError
from components import away, composer, empty_state, transcript
from conversation import asking, screen
from conversation.screen import History
from i18n import t
from visitor import notices


def draw(mode: str, *, questions: tuple[str, ...]) -> None:
    """Everything is drawn before the question is sent, so that it is on screen while the API works."""
    history, is_away = _open()
    question = asking.pending()
    if history:
        st.set_page_config(page_title=f"{history.conversation.title} – Triple Chat")
        transcript.draw(history, followed=question is not None)
    elif question is None and not is_away:
        empty_state.draw(mode, questions)
    if question:
        transcript.draw_pending(question)
    if is_away or (question and question.problem and question.problem.is_away):
        away.draw_watch(visible=question is None)
    composer.draw(mode)
    if question and question.problem is None:
        asking.deliver(question)


def _open() -> tuple[History | None, bool]:
    """The conversation, and whether the API was away. Raises ApiError when the session has ended.

    A run that is about to send a question shows it sooner without reading first.
    """
    if asking.is_sending() and (screen.conversation_id() is None or screen.seen_history()):
        return screen.seen_history(), False
    try:
        return screen.open_history(), False
    except ApiError as error:
        if error.is_signed_out:
            raise
        if error.status == 404:
            screen.show_empty_page()
            notices.leave("info", t("chat.not_found"))
            return None, False
        return screen.seen_history(), True
