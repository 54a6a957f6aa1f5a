"""A question and the first words of its answer, before the page is drawn again.

A run of the whole page makes the browser look at each of its elements again, which takes longer than a quick model. So
the input is a fragment: what is asked there is drawn alone, in a place that the page has kept for it. Then the page is
drawn as always, and follows the answer from where this left it.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from api_client import AnswerSocket, ApiError
from api_types import Chat
from components import growing_answer, transcript
from components.growing_answer import AnswerPainter
from conversation import asking, following, screen
from conversation.asking import PendingQuestion
from conversation.following import Together
from visitor import identity

# So long the words have the browser to themselves: it draws what comes together in one go, and the words at its end.
_ALONE_SECONDS: Final = 0.1
# A page that waits longer for words would be without its 'stop' for too long.
_PATIENCE_SECONDS: Final = 0.25


def draw_input(draw: Callable[[], object], place: DeltaGenerator | None) -> None:
    """`draw` draws the input, `place` is where the next turn goes; None: the page has to be drawn for a question."""
    if place is None:
        # The same elements, or the input would lose what is being typed.
        with st.container():
            draw()
        return
    is_drawn = False

    def draw_or_answer() -> None:
        nonlocal is_drawn
        if is_drawn:
            question = asking.pending()
            if question and _can_be_shown(question):
                with place:
                    _show(question)
            st.rerun()
        is_drawn = True
        # A fragment may draw elsewhere only where it has drawn when the page was.
        place.empty()
        draw()

    st.fragment(draw_or_answer)()


def _can_be_shown(question: PendingQuestion) -> bool:
    """Columns need the page, and so does a cookie that the browser has yet to take over."""
    return question.problem is None and not question.models and identity.ticket_to_post() is None


def _show(question: PendingQuestion) -> None:
    painters = transcript.draw_pending(question)
    if not painters or (delivered := asking.deliver_to_stream(question)) is None:
        return
    screen.note_turn_ahead()
    chat, link = delivered
    with closing(link), suppress(ApiError):
        _follow(painters, link, chat)


def _follow(painters: Sequence[AnswerPainter], link: AnswerSocket, chat: Chat) -> None:
    """Until the words had the browser to themselves for long enough, or do not come."""
    until = time.monotonic() + _PATIENCE_SECONDS
    drawn: Together = {}
    for state in following.begin(link, following.seen(chat.answers)):
        growing_answer.paint(painters, state, drawn)
        if growing_answer.has_words(state) and not growing_answer.has_words(drawn):
            until = time.monotonic() + _ALONE_SECONDS
        drawn = state
        if time.monotonic() >= until:
            return
    if growing_answer.has_words(drawn):
        time.sleep(max(0.0, until - time.monotonic()))
