"""Following an answer while it is written: its text as this tab has it, read from the API's socket.

The reader runs in the script run itself and hands control back several times a second, so that the page can be
stopped there. What it has is kept in the tab: the next run goes on from its cursor.
"""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from api_client import AnswerSocket, ApiClient, ApiError
from api_types import AnswerEvent, Chat, Place

_STATE: Final = "growing_answer"
# The page is drawn at most so often, and the script can be stopped at least so often.
_FRAME_SECONDS: Final = 0.05
_WAKE_SECONDS: Final = 0.25
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 3.0
_LOST_FOR_GOOD: Final = {401, 404}


@dataclass(frozen=True)
class Growing:
    """An answer as far as it has come; `cursor` is where its next event begins.

    `passages` is what was found for it, best first; None: nothing was searched yet.
    """

    question_id: str
    text: str = ""
    reasoning: str = ""
    epoch: int = -1
    cursor: str = ""
    ended: bool = False
    away: bool = False
    passages: tuple[Place, ...] | None = None

    def take(self, event: AnswerEvent) -> "Growing":
        """The one rule: text = text[:offset] + new; a higher epoch begins anew."""
        now = self if event.epoch <= self.epoch else Growing(self.question_id, epoch=event.epoch)
        now = replace(now, cursor=event.cursor, away=False, ended=event.is_end)
        if event.kind == "delta":
            return replace(now, text=now.text[: event.offset] + event.text)
        if event.kind == "passages":
            return replace(now, passages=event.passages)
        if event.kind == "reasoning":
            return replace(now, reasoning=now.reasoning[: event.offset] + event.text)
        return now


def seen(chat: Chat) -> Growing:
    """What this tab has of a running answer, or what the API had stored when it was read."""
    growing: Growing | None = st.session_state.get(_STATE)
    if growing and growing.question_id == chat.question_id and not growing.ended:
        return growing
    return Growing(chat.question_id, chat.answer, chat.reasoning)


def follow(client: ApiClient, growing: Growing, link: AnswerSocket | None = None) -> Generator[Growing, None, None]:
    """Every state that is worth drawing until the answer has ended, and the last one again several times a second.

    `link` is a socket that watches the answer already. Raises ApiError when nobody may see the answer any more.
    """
    pause = _FIRST_PAUSE
    while not growing.ended:
        try:
            with closing(link or _watch(client, growing)) as open_link:
                for latest in _read(open_link, growing):
                    growing, pause = latest, _FIRST_PAUSE
                    st.session_state[_STATE] = growing
                    yield growing
        except ApiError as error:
            if error.status in _LOST_FOR_GOOD:
                raise
            growing = replace(growing, away=pause > _FIRST_PAUSE)
            yield from _rest(growing, pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        link = None
    st.session_state.pop(_STATE, None)


def _watch(client: ApiClient, growing: Growing) -> AnswerSocket:
    link = client.open_socket()
    try:
        link.watch(growing.question_id, after=growing.cursor)
    except ApiError:
        link.close()
        raise
    return link


def _read(link: AnswerSocket, growing: Growing) -> Iterator[Growing]:
    """What comes within one frame is drawn together; the first piece is not kept waiting."""
    drawn, due = growing, 0.0
    while not growing.ended:
        has_news = _shown(growing) != _shown(drawn)
        event = link.next_event(max(0.0, due - time.monotonic()) if has_news else _WAKE_SECONDS)
        if event:
            growing = growing.take(event)
            is_silent = (growing.text, growing.passages) == (drawn.text, drawn.passages)
            if not growing.ended and (is_silent or time.monotonic() < due):
                continue
        began = time.monotonic()
        yield growing
        # A page that is slow to draw is drawn less often, so that it keeps pace.
        due = time.monotonic() + max(_FRAME_SECONDS, 2 * (time.monotonic() - began))
        drawn = growing


def _shown(growing: Growing) -> tuple[object, ...]:
    return growing.text, growing.reasoning, growing.passages


def _rest(growing: Growing, seconds: float) -> Iterator[Growing]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield growing
        time.sleep(min(_WAKE_SECONDS, seconds))
