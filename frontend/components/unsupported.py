"""Sentences that no passage supports, marked in an answer's markdown with a dotted line.

Two letters that no text holds are put around them before the markdown is prepared, and become Streamlit's directive for
a background afterwards, which the style sheet draws as a line. A sentence whose markup would be torn stays unmarked.
"""

import re
from collections.abc import Iterable
from typing import Final

from components.markup import CODE

_OPEN, _CLOSE = "\ue0f0", "\ue0f1"
# What begins a line without being part of its sentence: list item, heading, quote.
_LEAD: Final = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)]|#{1,6}|>)\s+)*")
_MARKED: Final = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")


def with_marks(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with the two letters around each span, line by line."""
    parts, end = [], 0
    for start, stop in sorted(spans):
        if start < end or stop > len(text):
            continue
        parts += [text[end:start], "".join(_marked_line(line) for line in text[start:stop].splitlines(keepends=True))]
        end = stop
    return "".join([*parts, text[end:]])


def drawn_marks(markdown: str) -> str:
    """The letters as the directive; dropped where they have come into code."""
    parts = [_bare(part) if number % 2 else part for number, part in enumerate(CODE.split(markdown))]
    shown = _MARKED.sub(lambda match: f":violet-background[{match[1]}]", "".join(parts))
    return _bare(shown)


def _bare(text: str) -> str:
    return text.replace(_OPEN, "").replace(_CLOSE, "")


def _marked_line(line: str) -> str:
    body = line.rstrip()
    lead = _LEAD.match(body)
    at = lead.end() if lead else 0
    sentence = body[at:]
    if not sentence or not _is_whole(sentence):
        return line
    return f"{body[:at]}{_OPEN}{sentence}{_CLOSE}{line[len(body) :]}"


def _is_whole(sentence: str) -> bool:
    even = all(sentence.count(mark) % 2 == 0 for mark in ("`", "**", "$"))
    has_block = any(mark in sentence for mark in ("|", "```", "$$", "\\["))
    return even and not has_block and sentence.count("[") == sentence.count("]")
