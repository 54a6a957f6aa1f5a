"""Reads citation marks out of a text that is still being written, and passes on clean text.

What has been shown is stored as it is, so nothing may be shown that would have to be taken back:
an open bracket waits until it is clear what it is. Pictures become plain links, because an answer
must not make the reader's browser call another host.
"""

import re
from dataclasses import dataclass

from ai_models.advanced.prompt import NO_ANSWER

# What may become a mark, a picture or a fence with what comes next; with the space before it,
# which goes with a mark that is dropped.
_OPEN = re.compile(r"[ \t]*!?\[[^\[\]\n]{0,40}$|!$|[ \t]+$|`+$")
_NUMBERS = r"\[\d{1,3}(?:\s*(?:[,;–-]|and|및)\s*\d{1,3})*\]"
_PART = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
_TOKEN = re.compile(
    rf"(?P<none>[ \t]*{re.escape(NO_ANSWER)})|(?P<mark>[ \t]*{_NUMBERS})|(?P<picture>!(?=\[))"
    r"|(?P<fence>(?<=\n)```)|(?P<tick>`+)|(?P<line>\n)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """`[number]` stands at `offset` (characters) of the clean text."""

    number: int
    offset: int


class MarkedText:
    """One answer. `known` is how many passages there are: marks of other numbers are dropped."""

    def __init__(self, known: int) -> None:
        self._known = known
        self._waiting = ""
        self._pieces: list[str] = []
        self._length = 0
        self._last = "\n"
        self._in_fence = self._in_span = False
        self.marks: list[Mark] = []
        self.says_none = False

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def feed(self, piece: str) -> str:
        """Take the next piece; return what can be shown now."""
        text = self._waiting + piece
        held = _OPEN.search(text)
        cut = held.start() if held else len(text)
        self._waiting = text[cut:]
        return self._show(text[:cut])

    def close(self) -> str:
        """The end has come; return the rest."""
        text, self._waiting = self._waiting, ""
        return self._show(text)

    def _show(self, text: str) -> str:
        pieces: list[str] = []
        shown = start = 0
        # With the last character in front: a fence stands at the beginning of a line.
        for match in _TOKEN.finditer(self._last + text, 1):
            before = text[start : match.start() - 1]
            token = self._token(match, self._length + shown + len(before))
            pieces += (before, token)
            shown += len(before) + len(token)
            start = match.end() - 1
        pieces.append(text[start:])
        self._pieces += pieces
        self._length += shown + len(pieces[-1])
        self._last = text[-1:] or self._last
        return "".join(pieces)

    def _token(self, match: re.Match[str], offset: int) -> str:
        """What is shown for a token, at `offset` of the clean text."""
        whole, in_code = match.group(), self._in_fence or self._in_span
        match match.lastgroup:
            case "fence":
                self._in_fence = not self._in_fence
            case "tick":
                self._in_span = not self._in_span
            case "line":
                self._in_span = False
            case "picture":
                # A space spares `vec![1]`; what looks like code to us need not be code to a reader's page.
                return "! " if in_code else ""
            case "none" if not in_code:
                self.says_none = True
                return ""
            case "mark" if not in_code:
                return self._cleaned(whole, offset)
        return whole

    def _cleaned(self, mark: str, offset: int) -> str:
        space = mark[: len(mark) - len(mark.lstrip())]
        numbers = [number for number in _numbers(mark) if 1 <= number <= self._known]
        if not numbers:
            return ""
        offset += len(space)
        for number in numbers:
            self.marks.append(Mark(number, offset))
            offset += len(f"[{number}]")
        return space + "".join(f"[{number}]" for number in numbers)


def _numbers(mark: str) -> list[int]:
    """The numbers of "[1]", "[1, 3]" and "[2-4]", each once."""
    found: list[int] = []
    for first, last in _PART.findall(mark):
        # A wide range is no citation of all that lies within.
        found += range(int(first), min(int(last or first), int(first) + 9) + 1)
    return list(dict.fromkeys(found))
