"""What became of the conversations of an import: counts of all, and a word about single ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chat.portable.reading import Refused
from chat.portable.storing import Prepared
from models.models import ConversationImport

# Of those that came in whole, and of those that did not: these must not be crowded out.
_MOST_WHOLE = 200
_MOST_OTHERS = 300
_TITLE_CHARACTERS = 100


@dataclass(slots=True)
class Report:
    taken: int = 0
    known: int = 0
    extended: int = 0
    not_taken: int = 0
    turns: int = 0
    _whole: list[dict[str, Any]] = field(default_factory=list)
    _others: list[dict[str, Any]] = field(default_factory=list)
    _left_off: int = 0

    @classmethod
    def of(cls, row: ConversationImport) -> Report:
        """What was told so far."""
        report = cls(
            row.conversations_taken,
            row.conversations_known,
            row.conversations_extended,
            row.conversations_refused,
            row.turns_taken,
        )
        for entry in row.report:
            is_whole = entry["outcome"] != "refused" and not entry["left_out"]
            (report._whole if is_whole else report._others).append(entry)
        report._left_off = row.report_left_off
        return report

    @property
    def conversations(self) -> int:
        """How many it tells of or counts: each of the file once."""
        return self.taken + self.known + self.extended + self.not_taken

    def took(self, prepared: Prepared) -> None:
        self.turns += prepared.stored
        if not prepared.was_here:
            outcome = "taken"
            self.taken += 1
        elif prepared.stored:
            outcome = "extended"
            self.extended += 1
        else:
            outcome = "known"
            self.known += 1
        left_out = {name: count for name, count in sorted(prepared.thread.left_out.items()) if count}
        entry = {
            "outcome": outcome,
            "title": prepared.thread.title[:_TITLE_CHARACTERS],
            "conversation": str(prepared.id),
            "turns": prepared.stored,
            "left_out": left_out,
            "code": "",
        }
        self._add(self._others if left_out else self._whole, entry, _MOST_OTHERS if left_out else _MOST_WHOLE)

    def refused(self, refused: Refused) -> None:
        self.not_taken += 1
        entry: dict[str, Any] = {
            "outcome": "refused",
            "title": refused.title[:_TITLE_CHARACTERS],
            "conversation": None,
            "turns": 0,
            "left_out": {},
            "code": refused.reason.code,
        }
        self._add(self._others, entry, _MOST_OTHERS)

    def show_in(self, row: ConversationImport) -> None:
        row.conversations_taken, row.conversations_known = self.taken, self.known
        row.conversations_extended, row.conversations_refused = self.extended, self.not_taken
        row.turns_taken = self.turns
        row.report, row.report_left_off = [*self._others, *self._whole], self._left_off

    def _add(self, entries: list[dict[str, Any]], entry: dict[str, Any], most: int) -> None:
        if len(entries) < most:
            entries.append(entry)
        else:
            self._left_off += 1
