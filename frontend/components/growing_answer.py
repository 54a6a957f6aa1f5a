"""An answer while it is written: its finished blocks stay as they are, only the last one is drawn again.

`AnswerPainter` is made where the answer stands on the page; `paint` is called at the end of the run, over and over.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from api_client import AnswerSocket
from components import answer, bell, evidence
from components.blocks import mended, split
from components.markup import answer_markdown, html_text
from conversation import following
from conversation.following import Growing, Together
from i18n import t
from visitor import identity, news


class AnswerPainter:
    """The place of one growing answer, inside a chat message."""

    def __init__(self, *, key: str, asked: datetime, mode: str, seen: Growing) -> None:
        """`seen` is drawn at once."""
        self._asked = asked
        self._mode = mode
        self._thought = st.empty()
        self._found = st.empty()
        # Through an empty element: a container keeps what an earlier run has drawn in it until the run ends.
        self._text = st.empty().container(key=key, gap=None)
        self._line = st.empty()
        self._says = ""
        self._slots: list[DeltaGenerator] = []
        self._finished: list[str] = []
        self._drawn = Growing(seen.question_id)
        self.paint(seen)

    def paint(self, growing: Growing) -> None:
        """Draw what is new."""
        drawn, self._drawn = self._drawn, growing
        if growing.reasoning != drawn.reasoning or bool(growing.text) != bool(drawn.text):
            self._paint_thought(growing)
        if growing.passages is not None and growing.passages != drawn.passages:
            with self._found:
                evidence.draw_found(growing.passages)
        if growing.text != drawn.text:
            self._paint_text(growing.text)
        if (says := self._what_is_done(growing)) != self._says:
            self._says = says
            with self._line:
                draw_waiting_line(self._asked, says, is_writing=bool(growing.text) and not growing.away)

    def _what_is_done(self, growing: Growing) -> str:
        if growing.away:
            return t("waiting.away")
        if growing.text:
            return t("waiting.writing")
        if self._mode != "advanced":
            return t("waiting.thinking")
        return t("waiting.searching") if growing.passages is None else t("waiting.reading")

    def _paint_thought(self, growing: Growing) -> None:
        if growing.reasoning:
            with self._thought.container():
                answer.draw_thought(growing.reasoning, growing=not growing.text)

    def _paint_text(self, text: str) -> None:
        finished = "".join(self._finished)
        if not text.startswith(finished):
            # A new epoch: another worker has begun the answer anew.
            self._clear()
            finished = ""
        *closed, open_piece = split(text[len(finished) :])
        for piece in closed:
            self._draw(len(self._finished), piece)
            self._finished.append(piece)
        self._draw(len(self._finished), mended(open_piece))

    def _draw(self, place: int, piece: str) -> None:
        while place >= len(self._slots):
            self._slots.append(self._text.empty())
        self._slots[place].markdown(answer_markdown(piece, anchor="", ranks=()), anchors=False)

    def _clear(self) -> None:
        for slot in self._slots:
            slot.empty()
        self._slots, self._finished = self._slots[:0], []


def stream(
    painters: Sequence[AnswerPainter],
    growing: Together,
    link: AnswerSocket | None = None,
    *,
    draw_rest: Callable[[], object] = lambda: None,
) -> None:
    """Draw the answers until all have ended, then the page again. Raises ApiError when nobody may see them any more.

    `painters` are in the order of `growing`. `draw_rest` draws what can wait for the first words.
    """
    drawn: Together = {}
    looked = time.monotonic()
    with closing(following.follow(identity.client(), growing, link)) as states:
        for state in states:
            paint(painters, state, drawn)
            if not drawn:
                draw_rest()
            drawn = state
            if time.monotonic() - looked > news.LOOK_SECONDS:
                bell.keep_up()
                looked = time.monotonic()
    st.rerun()


def has_words(state: Together) -> bool:
    return any(each.text for each in state.values())


def paint(painters: Sequence[AnswerPainter], state: Together, drawn: Together) -> None:
    """What has changed: the browser looks at the page again for every message, even one that changes nothing."""
    for painter, each in zip(painters, state.values(), strict=True):
        if drawn.get(each.question_id) is not each:
            painter.paint(each)


def draw_waiting_line(asked: datetime, says: str, *, is_writing: bool = False) -> None:
    """`says`: what is being done. The seconds are counted by `page.js`."""
    look = " tc-writing" if is_writing else ""
    st.html(
        f'<div class="tc-waiting{look}" role="status"><span class="tc-dots" aria-hidden="true"><i></i><i></i><i></i></span>'
        f"<span>{html_text(says)}</span>"
        f'<span class="tc-elapsed" aria-hidden="true" data-since="{asked.timestamp():.3f}"></span></div>',
        width="content",
    )
