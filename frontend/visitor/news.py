"""What has happened elsewhere: looked for every few seconds, with one request that changes nothing.

A full run of the page draws everything anew, so it only takes note of where things stand (`look_before_drawing`); the
looks between find out whether there is anything to draw. While the API is away they become rare.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from account_types import News, Note
from api_client import ApiError
from visitor import identity

LOOK_SECONDS: Final = 4.0
_LONGEST_PAUSE: Final = 60.0
_STATE: Final = "news"
# Of the history in the popover at first; the button beneath shows all.
_PAGE: Final = 20
_MOST: Final = 100


@dataclass
class _Seen:
    """`cursor` and `changes` are None before the first look; `history` is None unless it is on screen.

    `told` are the ids of answers that somebody has heard of here, rather than watched.
    """

    cursor: int | None = None
    changes: str | None = None
    unread: int = 0
    history: tuple[Note, ...] | None = None
    shown: int = _PAGE
    told: set[int] = field(default_factory=set)
    to_tell: list[Note] = field(default_factory=list)
    pause: float = 0.0
    due: float = 0.0


def _seen() -> _Seen:
    seen: _Seen = st.session_state.setdefault(_STATE, _Seen())
    return seen


def look_before_drawing() -> None:
    """At the start of a full run. Raises ApiError only when the session has ended."""
    _look()


def look() -> bool:
    """Whether the page shows something that is not true any more. Raises ApiError only when the session has ended."""
    before = _seen().changes
    _look()
    return before is not None and _seen().changes != before


def _look() -> None:
    seen = _seen()
    if time.monotonic() < seen.due:
        return
    try:
        _take(_ask())
    except ApiError as error:
        if error.is_signed_out:
            raise
        seen.pause = min(max(2 * seen.pause, LOOK_SECONDS), _LONGEST_PAUSE)
        seen.due = time.monotonic() + seen.pause
    else:
        seen.pause = seen.due = 0.0


def _ask() -> News:
    cursor = _seen().cursor
    # What came before this tab was opened is in the history, and not told again.
    return identity.client().latest_news(count=1) if cursor is None else identity.client().news(after=cursor)


def _take(news: News) -> None:
    seen = _seen()
    if seen.cursor is not None and news.notes:
        seen.to_tell += [note for note in news.notes if not note.read]
        if seen.history is not None:
            seen.history = (*_worth_showing(reversed(news.notes)), *seen.history)[:_MOST]
    seen.cursor, seen.unread, seen.changes = news.cursor, news.unread, news.changes


def take_untold() -> list[Note]:
    """What came since the last call, the oldest first; each is told once in a tab."""
    seen = _seen()
    told, seen.to_tell = seen.to_tell, []
    return told


def unread() -> int:
    """How many are not read; 100 stands for 100 or more."""
    return _seen().unread


def open_history() -> tuple[Note, ...]:
    """The newest ones as they were when the history was opened, which marks them as read. Raises ApiError."""
    seen = _seen()
    if seen.history is None:
        news = identity.client().latest_news(count=_MOST)
        seen.history, seen.cursor, seen.unread = _worth_showing(news.notes), news.cursor, news.unread
    if seen.cursor and seen.unread:
        identity.client().mark_read(until=seen.cursor)
        seen.unread = 0
    return seen_history()


def seen_history() -> tuple[Note, ...]:
    """What this tab has read of it."""
    seen = _seen()
    return (seen.history or ())[: seen.shown]


def close_history() -> None:
    seen = _seen()
    seen.history, seen.shown = None, _PAGE


def show_more() -> None:
    _seen().shown = _MOST


def has_more() -> bool:
    seen = _seen()
    return len(seen.history or ()) > seen.shown


def _worth_showing(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Without the answers that were watched to their end: they are stored as read, and would be most of the list."""
    told = _seen().told
    kept = [note for note in notes if note.kind != "answer_finished" or not note.read or note.id in told]
    told.update(note.id for note in kept if note.kind == "answer_finished")
    return tuple(kept)
