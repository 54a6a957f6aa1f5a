"""Following answers while they are written: their texts as this tab has them, read from one of the API's sockets.

The reader runs in the script run itself. What it has is kept in the tab, several times a second: the next run goes on
from its cursors, and Streamlit can end a run wherever it touches the state of its tab.
"""

import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from api_client import AnswerSocket, ApiClient, ApiError
from api_types import AnswerEvent, Chat, Place
from visitor import page_load

_STATE: Final = "growing_answers"
# The page is drawn at most so often.
_FRAME_SECONDS: Final = 0.05
# For every change React begins anew with the parts of a new page that come late, the composer among them: drawn as
# often as usual, they would be missing until the answer has ended. So it is given ever more time until it is through.
_NEW_PAGE_FRAME_SECONDS: Final = 1.0
_LONGEST_FRAME_SECONDS: Final = 10.0
# The script can be ended at least so often.
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


# The answers that are followed together, by their ids.
Together = dict[str, Growing]


def seen(chats: Iterable[Chat]) -> Together:
    """What this tab has of running answers, or what the API had stored when they were read."""
    return {chat.question_id: seen_of(chat) for chat in chats}


def seen_of(chat: Chat) -> Growing:
    kept: Together = st.session_state.get(_STATE, {})
    growing = kept.get(chat.question_id)
    if growing and not growing.ended:
        return growing
    return Growing(chat.question_id, chat.answer, chat.reasoning)


def follow(client: ApiClient, growing: Together, link: AnswerSocket | None = None) -> Generator[Together, None, None]:
    """Every state that is worth drawing until all answers have ended, and the last one again several times a second.

    `link` is a socket that watches them already. Raises ApiError when nobody may see them any more.
    """
    pause = _FIRST_PAUSE
    while not _all_ended(growing):
        try:
            with closing(link or _watch(client, growing)) as open_link:
                for latest in _read(open_link, growing):
                    growing, pause = latest, _FIRST_PAUSE
                    yield growing
        except ApiError as error:
            if error.status in _LOST_FOR_GOOD:
                raise
            growing = {key: replace(each, away=pause > _FIRST_PAUSE) for key, each in growing.items()}
            yield from _rest(growing, pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        link = None
    st.session_state.pop(_STATE, None)


def begin(link: AnswerSocket, growing: Together) -> Iterator[Together]:
    """As `follow`, which goes on from where this is left, but on this socket alone. Raises ApiError when it is lost."""
    yield from _read(link, growing)


def _watch(client: ApiClient, growing: Together) -> AnswerSocket:
    link = client.open_socket()
    try:
        for each in growing.values():
            if not each.ended:
                link.watch(each.question_id, after=each.cursor)
    except ApiError:
        link.close()
        raise
    return link


def _read(link: AnswerSocket, growing: Together) -> Iterator[Together]:
    """What comes within one frame is drawn together; the first piece is not kept waiting."""
    drawn, pace = growing, _Pace()
    while not _all_ended(growing):
        event = link.next_event(min(pace.left(), _WAKE_SECONDS) if _shown(growing) != _shown(drawn) else _WAKE_SECONDS)
        latest = growing[event.question_id].take(event) if event and event.question_id in growing else None
        if latest:
            growing = {**growing, latest.question_id: latest}
        _keep(growing)
        is_worth_it = latest is None or _told(growing) != _told(drawn)
        if (latest and latest.ended) or (is_worth_it and not pace.left()):
            began = time.monotonic()
            yield growing
            if _shown(growing) != _shown(drawn):
                pace.note_drawn(began)
            drawn = growing


class _Pace:
    """When the page may be drawn again."""

    def __init__(self) -> None:
        self._page = page_load.current()
        self._at = self._rest = 0.0
        self._rest_of_new_page = _NEW_PAGE_FRAME_SECONDS / 2

    def left(self) -> float:
        """Seconds until then, at least 0."""
        rest = self._rest if self._page.is_whole else max(self._rest, self._rest_of_new_page)
        return max(0.0, self._at + rest - time.monotonic())

    def note_drawn(self, began: float) -> None:
        """A page that is slow to draw is drawn less often, so that it keeps pace."""
        self._at = time.monotonic()
        self._rest = max(_FRAME_SECONDS, 2 * (self._at - began))
        self._rest_of_new_page = min(2 * self._rest_of_new_page, _LONGEST_FRAME_SECONDS)


def _keep(growing: Together) -> None:
    """For the next run. Streamlit may end this one here."""
    st.session_state[_STATE] = growing


def _all_ended(growing: Together) -> bool:
    return all(each.ended for each in growing.values())


def _told(growing: Together) -> list[tuple[object, ...]]:
    return [(each.text, each.passages) for each in growing.values()]


def _shown(growing: Together) -> list[tuple[object, ...]]:
    return [(each.text, each.reasoning, each.passages) for each in growing.values()]


def _rest(growing: Together, seconds: float) -> Iterator[Together]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        _keep(growing)
        yield growing
        time.sleep(min(_WAKE_SECONDS, seconds))
