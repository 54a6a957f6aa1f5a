"""The turns of a conversation: the question as a bubble on the right, the answer with its sources on the left."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import streamlit as st

from api_client import ApiError
from api_types import Chat
from components import answer, question
from components.growing_answer import AnswerPainter, draw_waiting_line
from components.markup import answer_markdown
from conversation import asking, screen, waiting
from conversation.asking import PendingQuestion
from conversation.screen import History
from i18n import t
from library import pictures
from visitor import identity, notices

MARK: Final = str(Path(__file__).resolve().parent.parent / "static" / "mark.svg")
_POLL_SECONDS: Final = 0.7
_DRAWN: Final = "turns_drawn"


@dataclass
class Transcript:
    """What was drawn. `painter` is the place of the answer that is being written.

    `draw_earlier` draws the turns before a question that is on its way: they can wait for the first words.
    """

    painter: AnswerPainter | None = None
    draw_earlier: Callable[[], object] = lambda: None


def draw(history: History | None, pending: PendingQuestion | None, *, streams: bool) -> Transcript:
    """The newest turns on screen, then the `pending` question; it breaks them off where it edits one of them.

    `streams`: an answer that is being written gets a painter.
    """
    # An empty element first drops all that stood here: else it would be in sight until the run ends, and a run that
    # streams an answer is long.
    place = st.empty() if screen.is_another_conversation() else st
    with place.container(key="transcript"):
        turns = _Turns(history, pending, streams=streams) if history else None
        drawn = Transcript()
        if pending:
            drawn.painter = _draw_pending(pending)
        if turns and drawn.painter:
            drawn.draw_earlier = turns.draw
        elif turns:
            drawn.painter = turns.draw()
        count = (len(turns.shown) if turns else 0) + (1 if pending else 0)
        for _ in range(count, st.session_state.get(_DRAWN, 0)):
            st.empty()
        st.session_state[_DRAWN] = count
    return drawn


class _Turns:
    """The places of the turns; `draw` fills them."""

    def __init__(self, history: History, pending: PendingQuestion | None, *, streams: bool) -> None:
        path = _before(history.path, pending)
        self.shown = path[-history.drawn :]
        self._mode, self._streams = history.conversation.mode, streams
        self._busy = history.running is not None or pending is not None
        if len(self.shown) < len(path) or (self.shown and self.shown[0].parent):
            st.button(t("chat.older"), key="older-turns", type="tertiary", icon=":material/expand_less:",
                      width="stretch", on_click=screen.draw_more)  # fmt: skip
        else:
            st.empty()
        self._places = [
            st.container(key=f"turn-{place}-{screen.turn_name(chat)}", gap="small")
            for chat in self.shown
            for place in ["latest" if chat is self.shown[-1] and pending is None else "earlier"]
        ]

    def draw(self) -> AnswerPainter | None:
        painter = None
        for chat, place in zip(self.shown, self._places, strict=True):
            with place:
                painter = self._draw_turn(chat)
        return painter

    def _draw_turn(self, chat: Chat) -> AnswerPainter | None:
        question.draw(chat, self._mode, busy=self._busy)
        with st.chat_message("assistant", avatar=MARK):
            if chat.is_running and self._streams:
                return AnswerPainter(key=answer.text_key(chat), asked=chat.asked, mode=self._mode)
            if chat.is_running:
                _watch_answer(chat)
            else:
                answer.draw(chat, self._mode, busy=self._busy)
        return None


def _before(path: list[Chat], pending: PendingQuestion | None) -> list[Chat]:
    if pending is None or pending.edits is None:
        return path
    ids = [chat.question_id for chat in path]
    return path[: ids.index(pending.edits.question_id)] if pending.edits.question_id in ids else path


def _draw_pending(pending: PendingQuestion) -> AnswerPainter | None:
    """A question that the API has not accepted yet: on its way, or kept until the server is back."""
    with st.container(key=f"turn-latest-{pending.key}", gap="small"):
        question.draw_bubble(pending.text)
        question.draw_pictures(pending.key, _pictures_of(pending))
        if pending.problem is not None:
            _draw_problem(pending, pending.problem)
            return None
        if pending.mode in asking.STREAMED:
            question.reserve_tools(pending.key)
        with st.chat_message("assistant", avatar=MARK):
            if pending.mode in asking.STREAMED:
                return AnswerPainter(key=f"answer-written-{pending.key}", asked=pending.asked, mode=pending.mode)
            draw_waiting_line(pending.asked)
    return None


def _pictures_of(pending: PendingQuestion) -> list[bytes]:
    """Its own, and those of the question that it takes the place of."""
    kept = pictures.read_all(pending.edits.pictures) if pending.edits else []
    return [*kept, *(picture.data for picture in pending.pictures)]


def _draw_problem(pending: PendingQuestion, problem: ApiError) -> None:
    with st.container(key="not-sent"):
        reason = notices.sentence(problem)
        if problem.is_away:
            st.warning(t("chat.not_sent", reason=reason), icon=":material/cloud_off:")
        else:
            st.warning(t("chat.kept", reason=reason), icon=":material/error:")
        with st.container(horizontal=True, gap="small"):
            st.button(t("chat.retry"), key="retry-pending", icon=":material/refresh:",
                      on_click=asking.retry_pending)  # fmt: skip
            st.button(t("chat.edit"), key="edit-pending", type="tertiary", icon=":material/edit:",
                      on_click=asking.edit_pending)  # fmt: skip


def _watch_answer(chat: Chat) -> None:
    """The answer as it was stored last, looked for again now and then."""
    if chat.answer:
        st.markdown(answer_markdown(chat.answer, anchor="", ranks=()), anchors=False)
    st.fragment(_watch, run_every=_POLL_SECONDS)(chat.question_id, chat.asked)


def _watch(question_id: str, asked: datetime) -> None:
    """A fragment: the rest of the page stays usable while the answer is being made."""
    away = False
    try:
        if waiting.is_finished(identity.client(), question_id):
            st.rerun()
    except ApiError as error:
        if not error.is_away:
            st.rerun()
        away = True
    with st.container(key=f"waiting-{question_id}"):
        draw_waiting_line(asked, away=away)
