"""The turns of a conversation: the question as a bubble on the right, the answer with its sources on the left."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from api_client import ApiError
from api_types import Chat
from components import answer, question, side_by_side
from components.growing_answer import AnswerPainter, draw_waiting_line
from components.markup import answer_markdown
from conversation import asking, following, screen, waiting
from conversation.asking import PendingQuestion
from conversation.following import Growing
from conversation.screen import History
from i18n import t
from library import pictures
from visitor import identity, notices

_POLL_SECONDS: Final = 0.7
_DRAWN: Final = "turns_drawn"


@dataclass
class Transcript:
    """What was drawn. `painters` are the places of the answers that are being written, those of `running` when known.

    `draw_earlier` draws the turns before a question that is on its way: they can wait for the first words. `next_turn`
    is the place of the next question, when one may be asked.
    """

    painters: Sequence[AnswerPainter] = ()
    running: Sequence[Chat] = ()
    draw_earlier: Callable[[], object] = lambda: None
    next_turn: DeltaGenerator | None = None


def draw(history: History | None, pending: PendingQuestion | None, *, streams: bool) -> Transcript:
    """The newest turns on screen, then the `pending` question; it breaks them off where it edits one of them.

    `streams`: an answer that is being written gets a painter.
    """
    # An empty element first drops all that stood here: else it would be in sight until the run ends, and a run that
    # streams an answer is long.
    place = st.empty() if screen.is_another_conversation() else st
    with place.container(key="transcript"):
        turns = _Turns(history, pending, streams=streams)
        # Where they are new to the page they come first: they would push the newest one out of sight.
        earlier = [] if pending or turns.is_ahead else turns.draw_earlier()
        drawn = Transcript(turns.draw_newest(), turns.running)
        if pending:
            drawn.painters = draw_pending(pending)
        count = len(turns.shown) + (1 if pending else 0)
        for _ in range(count, st.session_state.get(_DRAWN, 0)):
            st.empty()
        st.session_state[_DRAWN] = count
    # Until here it shows what `first_words` has drawn of the newest turn.
    next_turn = st.empty()
    if pending and drawn.painters:
        drawn.draw_earlier = turns.draw_earlier
        return drawn
    if pending or turns.is_ahead:
        earlier = turns.draw_earlier()
    drawn.painters = [*earlier, *drawn.painters]
    if not pending and not drawn.running:
        drawn.next_turn = next_turn
    return drawn


class _Turns:
    """The places of the turns, and what fills them. None is the newest when there is a `pending` question."""

    def __init__(self, history: History | None, pending: PendingQuestion | None, *, streams: bool) -> None:
        path = _before(history.path, pending) if history else []
        self.shown = path[-history.drawn :] if history else []
        self._mode = history.conversation.mode if history else ""
        self._streams = streams
        self._busy = pending is not None or bool(history and history.running)
        if len(self.shown) < len(path) or (self.shown and self.shown[0].parent):
            st.button(t("chat.older"), key="older-turns", type="tertiary", icon=":material/expand_less:",
                      width="stretch", on_click=screen.draw_more)  # fmt: skip
        else:
            st.empty()
        newest = self.shown[-1:] if pending is None else []
        self._earlier = [(chat, _place("earlier", chat)) for chat in self.shown[: len(self.shown) - len(newest)]]
        self._slot = st.empty() if newest and screen.is_turn_ahead() else None
        which = "coming" if self.is_ahead else "latest"
        self._newest = [(chat, _place(which, chat, self._slot)) for chat in newest]

    @property
    def is_ahead(self) -> bool:
        """`first_words` shows the newest turn already, so that one is filled first."""
        return self._slot is not None

    @property
    def running(self) -> list[Chat]:
        return [answer for turn in self.shown for answer in turn.answers if answer.is_running]

    def draw_newest(self) -> list[AnswerPainter]:
        """What `first_words` shows of it stays in sight until all of the turn is there."""
        painters = self._draw(self._newest)
        if self._slot:
            _place("latest", self.shown[-1], self._slot)
        return painters

    def draw_earlier(self) -> list[AnswerPainter]:
        return self._draw(self._earlier)

    def _draw(self, turns: Iterable[tuple[Chat, DeltaGenerator]]) -> list[AnswerPainter]:
        painters = []
        for chat, place in turns:
            with place:
                painters += self._draw_turn(chat)
        return painters

    def _draw_turn(self, chat: Chat) -> list[AnswerPainter]:
        question.draw(chat, self._mode, busy=self._busy)
        if chat.group:
            return side_by_side.draw(chat, self._mode, busy=self._busy, streams=self._streams)
        with st.chat_message("assistant", avatar=answer.MARK):
            if chat.is_running and self._streams:
                key, seen = answer.text_key(chat), following.seen_of(chat)
                return [AnswerPainter(key=key, asked=chat.asked, mode=self._mode, seen=seen)]
            if chat.is_running:
                _watch_answer(chat)
            else:
                answer.draw(chat, self._mode, busy=self._busy)
        return []


def _place(which: str, chat: Chat, slot: DeltaGenerator | None = None) -> DeltaGenerator:
    return (slot or st).container(key=f"turn-{which}-{screen.turn_name(chat)}", gap="small")


def _before(path: list[Chat], pending: PendingQuestion | None) -> list[Chat]:
    if pending is None or pending.edits is None:
        return path
    ids = [chat.question_id for chat in path]
    return path[: ids.index(pending.edits.question_id)] if pending.edits.question_id in ids else path


def draw_pending(pending: PendingQuestion) -> list[AnswerPainter]:
    """A question that the API has not accepted yet: on its way, or kept until the server is back."""
    with st.container(key=f"turn-latest-{pending.key}", gap="small"):
        question.draw_bubble(pending.text)
        question.draw_pictures(pending.key, _pictures_of(pending))
        if pending.problem is not None:
            _draw_problem(pending, pending.problem)
            return []
        if pending.mode in asking.STREAMED:
            question.reserve_tools(pending.key)
        if pending.models:
            return side_by_side.draw_pending(pending)
        with st.chat_message("assistant", avatar=answer.MARK):
            if pending.mode in asking.STREAMED:
                key = f"answer-written-{pending.key}"
                return [AnswerPainter(key=key, asked=pending.asked, mode=pending.mode, seen=Growing(""))]
            draw_waiting_line(pending.asked, t("waiting.thinking"))
    return []


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
        draw_waiting_line(asked, t("waiting.away") if away else t("waiting.thinking"))
