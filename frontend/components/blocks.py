"""A model's markdown cut into pieces that can be drawn one by one, so that a growing answer costs what is new.

A piece ends at a blank line outside a code fence, formula, list, table or quote. Where it ends depends on what stands
before and on the line that follows, never on what comes later: a piece that is finished once stays as it is.
"""

import re
from dataclasses import dataclass
from typing import Final

# Shorter blocks share a piece: every piece is an element that each run of the page sends again.
_SHORTEST: Final = 800
# A list beyond this is cut between two of its items.
_LONG_LIST: Final = 4_000

_FENCE: Final = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
_ITEM: Final = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:\s|$)")
_MAY_BE_ITEM: Final = re.compile(r"[-*+\d]")
# What one place names and another explains: reference links and footnotes.
_DEFINITION: Final = re.compile(r"^ {0,3}\[[^\]\n]+\]:\s*\S", re.MULTILINE)
_HALF_LINK: Final = re.compile(r"!?\[([^\[\]\n]*)(?:\]\([^()\n]*)?$")


@dataclass
class _Scan:
    """What the line at hand stands in. `opened` is where a fence or formula that is still open begins."""

    fence: str = ""
    formula: str = ""
    in_list: bool = False
    opened: int = 0

    @property
    def is_closed(self) -> bool:
        return not self.fence and not self.formula

    def take(self, line: str, at: int) -> None:
        if self.fence:
            mark = line.strip()
            if len(mark) >= len(self.fence) and set(mark) == {self.fence[0]}:
                self.fence = ""
        elif self.formula:
            if self.formula in line:
                self.formula = ""
        else:
            self._open(line, at)

    def _open(self, line: str, at: int) -> None:
        self.opened = at
        stripped = line.strip()
        match = _FENCE.match(line)
        if match and (self.in_list or len(match["indent"]) < 4):
            self.fence = match["fence"]
        elif stripped.startswith("$$") and "$$" not in stripped[2:]:
            self.formula = "$$"
        elif stripped.startswith("\\[") and "\\]" not in stripped:
            self.formula = "\\]"
        elif _ITEM.match(line):
            self.in_list = True


def split(text: str) -> list[str]:
    """The pieces of `text`; only the last one can still change while the text grows. Joined they are the text."""
    pieces, start, at = [], 0, 0
    scan, after_blank = _Scan(), False
    for line in text.splitlines(keepends=True):
        if scan.is_closed and _ends_before(line, scan, after_blank=after_blank, length=at - start):
            pieces.append(text[start:at])
            start, scan = at, _Scan()
        elif after_blank and scan.is_closed and _leaves_list(line):
            scan.in_list = False
        scan.take(line, at)
        after_blank = not line.strip()
        at += len(line)
    return [*pieces, text[start:]]


def pieces_of(text: str) -> list[str]:
    """A whole text as it is drawn: in one piece when its parts refer to each other."""
    return [text] if _DEFINITION.search(text) else split(text)


def mended(piece: str) -> str:
    """A piece that is still growing, without what would flicker: half of a mark, a formula, a link, a table's head."""
    scan, at = _Scan(), 0
    for line in piece.splitlines(keepends=True):
        scan.take(line, at)
        at += len(line)
    if scan.formula or (scan.fence and "\n" not in piece[scan.opened :]):
        return piece[: scan.opened]
    if scan.fence:
        return piece
    paragraph = piece.rfind("\n\n") + 1
    return piece[:paragraph] + _mended_paragraph(piece[paragraph:])


def _ends_before(line: str, scan: _Scan, *, after_blank: bool, length: int) -> bool:
    if scan.in_list and length >= _LONG_LIST and _ITEM.match(line):
        return line.endswith("\n")
    if not after_blank or length < _SHORTEST or not line.strip() or line[0].isspace():
        return False
    return not scan.in_list or _leaves_list(line)


def _leaves_list(line: str) -> bool:
    """Whether this line, after a blank one, ends a list; not before the line is whole if that is in doubt."""
    if not line.strip() or line[0].isspace():
        return False
    return not _MAY_BE_ITEM.match(line) or (line.endswith("\n") and not _ITEM.match(line))


def _mended_paragraph(text: str) -> str:
    lines = text.strip("\n").splitlines()
    if lines and lines[0].startswith("|") and len(lines) < 3:
        return ""
    text = _HALF_LINK.sub(r"\1", text)
    for mark in ("`", "**"):
        if text.count(mark) % 2:
            bare = text.rstrip()
            # An opening mark with nothing behind it yet would be drawn as it is.
            text = bare[: -len(mark)] if bare.endswith(mark) else bare + mark
    return text
