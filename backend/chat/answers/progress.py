"""An answer while it is being written: what has come, and what of it has been shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ai_models.contract import Assessed, Citation, Cited, Delta, Event, Finished, Reasoning, Usage


class GrowingText:
    """Text that grows piece by piece: a thousand appends cost no thousand copies."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._unsent: list[str] = []
        # Characters in all, and characters handed out by `take_unsent`.
        self.length = 0
        self.sent = 0

    def append(self, piece: str) -> None:
        self._pieces.append(piece)
        self._unsent.append(piece)
        self.length += len(piece)

    def whole(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def take_unsent(self) -> tuple[int, str]:
        """Return what came since the last call, and its offset in the whole."""
        offset, text = self.sent, "".join(self._unsent)
        self._unsent.clear()
        self.sent += len(text)
        return offset, text


@dataclass(slots=True)
class AnswerInProgress:
    """Takes the model's events. `on_news` is called whenever there is more to show.

    `news` are events for whoever watches, beside the texts, that have not been shown yet.
    """

    text: GrowingText = field(default_factory=GrowingText)
    reasoning: GrowingText = field(default_factory=GrowingText)
    finish_reason: str = ""
    usage: Usage | None = None
    first_token_at: datetime | None = None
    citations: list[Citation] = field(default_factory=list)
    assessed: Assessed | None = None
    news: list[dict[str, Any]] = field(default_factory=list)
    on_news: Callable[[], None] = lambda: None

    def take(self, event: Event) -> None:
        match event:
            case Delta(text):
                self._show(self.text, text)
            case Reasoning(text):
                self._show(self.reasoning, text)
            case Cited(citations):
                self.citations.extend(citations)
            case Assessed():
                self.assessed = event
            case Usage():
                self.usage = event
            case Finished(reason):
                self.finish_reason = reason

    def tell(self, event: dict[str, Any]) -> None:
        """Show an event."""
        self.news.append(event)
        self.on_news()

    def _show(self, growing: GrowingText, text: str) -> None:
        if self.first_token_at is None:
            self.first_token_at = datetime.now(UTC)
        growing.append(_storable(text))
        self.on_news()


def _storable(text: str) -> str:
    """Postgres holds no NUL and no half of a surrogate pair; a model may send either."""
    if text.isascii():
        return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
