"""The place in a text that shows why it was found: a short piece with the words marked.

Works on the text as it is stored and knows no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ai_models.text import tokens

SNIPPET_CHARACTERS = 160
# Shown before the first word that was found, where there is room.
_LEAD = 40
# A cut moves at most so far to spare a word.
_SPARED = 20
# A page of results must not wait for a few very long answers.
_SEARCHED_CHARACTERS = 50_000

_PIECE = re.compile(r"[가-힣]+|\d+(?:[.,]\d+)*|[^\W\d_가-힣]+")
_SPACE = re.compile(r"\s")
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Snippet:
    """`marks`: characters (start, end) of `text`, `end` excluded, in order and apart."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    token: str


def make_snippet(wanted: Sequence[str], texts: Sequence[str]) -> Snippet:
    """Show the place with the most of the `wanted` tokens, in the first of the `texts` that has it.

    `wanted` as `terms.wanted_tokens` gives them. Where none is found, the first text's beginning.
    """
    needles = _Needles(wanted)
    places = [_densest(needles, text) for text in texts]
    best = max(range(len(texts)), key=lambda index: (_variety(places[index]), -index))
    piece = _cut(texts[best], places[best])
    return Snippet(piece, tuple(_merged(needles.hits(piece))))


class _Needles:
    """Finds tokens in a text without cutting all of it into tokens."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.wanted = frozenset(wanted)
        # A stem begins with its word's own letter.
        self._initials = {token[0] for token in wanted}

    def hits(self, text: str) -> Iterator[_Hit]:
        for match in _PIECE.finditer(text, 0, _SEARCHED_CHARACTERS):
            piece = match.group()
            if "가" <= piece[0] <= "힣":
                yield from self._syllables(piece, match.start())
            elif not piece[0].isascii() or piece[0].lower() in self._initials:
                yield from (_Hit(*match.span(), token) for token in self.wanted.intersection(_piece_tokens(piece)))

    def _syllables(self, piece: str, offset: int) -> Iterator[_Hit]:
        if piece[0] in self.wanted:
            yield _Hit(offset, offset + 1, piece[0])
        for at in range(len(piece) - 1):
            if piece[at : at + 2] in self.wanted:
                yield _Hit(offset + at, offset + at + 2, piece[at : at + 2])


@lru_cache(maxsize=20_000)
def _piece_tokens(piece: str) -> tuple[str, ...]:
    return tuple(tokens(piece))


def _densest(needles: _Needles, text: str) -> list[_Hit]:
    """Return the hits of the first stretch of a snippet's length that has the most different tokens."""
    best: list[_Hit] = []
    stretch: list[_Hit] = []
    for hit in needles.hits(text):
        stretch = [*(each for each in stretch if hit.end - each.start <= SNIPPET_CHARACTERS - _LEAD), hit]
        if _variety(stretch) > _variety(best):
            best = stretch
            if _variety(best) == len(needles.wanted):
                break
    return best


def _variety(hits: Sequence[_Hit]) -> int:
    return len({hit.token for hit in hits})


def _cut(text: str, hits: Sequence[_Hit]) -> str:
    """Return the stretch around the hits on one line, with an ellipsis where something is left out."""
    first, last = (hits[0].start, hits[-1].end) if hits else (0, 0)
    # All of a text that is short enough, wherever the words stand in it.
    start = max(0, min(first - _LEAD, len(text) - SNIPPET_CHARACTERS))
    end = min(len(text), start + SNIPPET_CHARACTERS)
    start, end = _spare_words(text, start, end, first, last)
    line = " ".join(text[start:end].split())
    before, after = text[:start].strip(), text[end:].strip()
    return f"{_ELLIPSIS if before else ''}{line}{_ELLIPSIS if after else ''}"


def _spare_words(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Move the cuts inwards to white space, where there is some near and outside of the hits."""
    if start and (space := _SPACE.search(text, start - 1, min(start + _SPARED, first))):
        start = space.end()
    if end < len(text):
        spaces = [space.start() for space in _SPACE.finditer(text, max(last, end - _SPARED), end + 1)]
        end = spaces[-1] if spaces else end
    return start, end


def _merged(hits: Iterator[_Hit]) -> Iterator[tuple[int, int]]:
    start = end = -1
    for hit in hits:
        if hit.start > end:
            if end > 0:
                yield start, end
            start = hit.start
        end = max(end, hit.end)
    if end > 0:
        yield start, end
