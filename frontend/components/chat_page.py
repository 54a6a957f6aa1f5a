"""The screen that the chats share: the conversation or the empty state, the composer, and the question on its way."""

from collections.abc import Callable

import streamlit as st

from api_client import ApiError
from components import (
    away,
    composer,
    dialogs,
    growing_answer,
    page_links,
    sidebar,
    temporary_sign,
    transcript,
)
from components.transcript import Transcript
from conversation import asking, following, screen, temporary
from conversation.asking import PendingQuestion
from conversation.screen import History
from i18n import t
from visitor import identity, notices


def draw(mode: str, *, draw_empty: Callable[[], None]) -> None:
    """Everything is drawn before the question is sent, so that it is on screen while the API works."""
    screen.note_mode(mode)
    screen.wanted_chat()
    temporary.end_if_left()
    history, is_away = _open()
    if history and history.conversation.mode != mode:
        _go_to_page_of(history)
    pending = asking.pending()
    if history:
        title = t("temporary.title") if history.conversation.temporary else history.conversation.title
        st.set_page_config(page_title=f"{title} – Triple Chat")
    temporary_sign.draw(history, pending)
    drawn = transcript.draw(history, pending, streams=mode in asking.STREAMED and not dialogs.is_open())
    if history is None and pending is None and not is_away:
        draw_empty()
    else:
        st.empty()
    if is_away or (pending and pending.problem and pending.problem.is_away):
        away.draw_watch(visible=pending is None)
    else:
        st.empty()
    if pending and pending.problem is None:
        _send(pending, drawn, mode)
        return
    running = history.running if history and pending is None else ()
    composer.draw(mode, running=running, next_turn=drawn.next_turn)
    if drawn.painters:
        growing_answer.stream(drawn.painters, following.seen(drawn.running))


def _send(pending: PendingQuestion, drawn: Transcript, mode: str) -> None:
    if drawn.painters:
        _ask_and_stream(pending, drawn, mode)
        return
    composer.draw(mode, running=())
    sidebar.draw()
    asking.deliver(pending)


def _ask_and_stream(pending: PendingQuestion, drawn: Transcript, mode: str) -> None:
    delivered = asking.deliver_to_stream(pending)
    if delivered is None:
        st.rerun()
    chat, link = delivered

    def draw_rest() -> None:
        composer.draw(mode, running=chat.answers)
        sidebar.draw()
        drawn.draw_earlier()

    growing_answer.stream(drawn.painters, following.seen(chat.answers), link, draw_rest=draw_rest)


def _go_to_page_of(history: History) -> None:
    page = page_links.all_pages()[history.conversation.mode]
    st.switch_page(page, query_params={screen.PARAMETER: history.conversation.id})


def _open() -> tuple[History | None, bool]:
    """The conversation, and whether the API was away. Raises ApiError when the session has ended.

    A run that is about to send a question shows it sooner without reading first.
    """
    if asking.is_sending() and (screen.conversation_id() is None or screen.seen_history()):
        return screen.seen_history(), False
    if screen.conversation_id() and not identity.is_signed_in() and notices.current() is None:
        notices.leave("info", t("signing_in.to_see"), offers_sign_in=True)
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
