"""Checks an answer against its passages: which sentence rests on which span, and which on none.

By words alone, and so in code: a sentence is supported when enough of its words stand in the
passage that it names, and all of its numbers do. A sentence in another language than its passage
shares only names and numbers with it, so there a mark is believed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ai_models import text
from ai_models.advanced.marks import Mark
from ai_models.contract import Citation, Passage

# The share of a sentence's words that the passage it names must hold, and that any passage must
# hold where it names none.
_CITED, _UNCITED = 0.3, 0.6
_FEWEST_WORDS = 3
# The span that is quoted: at most so many sentences that follow one another.
_LONGEST_SPAN = 2
# A second sentence must bring so much of the words, or it is not quoted.
_WORTH_A_SENTENCE = 0.15
_MARK = re.compile(r"\[\d{1,3}\]")


@dataclass(frozen=True, slots=True)
class Checked:
    """`support` is the share (0 to 1) of the sentences that a passage supports; `leaned_on` an id or ""."""

    citations: tuple[Citation, ...]
    unsupported: tuple[tuple[int, int], ...]
    support: float
    leaned_on: str


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sentence of the answer; `numbers` are the passages that it names."""

    start: int
    end: int
    words: frozenset[str]
    numbers: tuple[int, ...]
    language: text.Language


def check(answer: str, marks: Sequence[Mark], passages: Sequence[Passage], question: str) -> Checked:
    """Check the whole answer, whose `marks` all name one of the passages (counted from 1)."""
    sources = [_Source(passage) for passage in passages]
    said = frozenset(text.tokens(question))
    claims = _claims(answer, marks)
    telling = [claim for claim in claims if len(claim.words) >= _FEWEST_WORDS and _is_statement(answer, claim)]
    unsupported = tuple((claim.start, claim.end) for claim in telling if not _is_supported(claim, sources, said))
    return Checked(
        citations=tuple(sources[number - 1].cite(number, claims) for number in sorted({mark.number for mark in marks})),
        unsupported=unsupported,
        support=1 - len(unsupported) / len(telling) if telling else 0.0,
        leaned_on=_leaned_on(claims, sources),
    )


class _Source:
    """A passage with its words, cut once for all sentences of the answer."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.language = passage.language or text.language_of(passage.text)
        self.words = frozenset(text.tokens(f"{passage.title}\n{passage.heading}\n{passage.text}"))
        self._spans = text.sentence_spans(passage.text) or [(0, len(passage.text))]
        self._words = [frozenset(text.tokens(passage.text[slice(*span)])) for span in self._spans]

    def overlap(self, claim: _Claim) -> float:
        return _overlap(claim.words, self.words)

    def cite(self, number: int, claims: Sequence[_Claim]) -> Citation:
        """The span that supports best what is said with this number."""
        naming = [claim for claim in claims if number in claim.numbers]
        _, start, end = max((self._best_span(claim.words) for claim in naming), default=(0.0, *self._spans[0]))
        return Citation(self.passage.passage_id, number, self.passage.text[start:end], start, end)

    def _best_span(self, words: frozenset[str]) -> tuple[float, int, int]:
        """(share of the words, start, end), of one sentence or of two where the second is worth it."""
        best = (-1.0, 0, 0)
        for first in range(len(self._spans)):
            for last in range(first, min(first + _LONGEST_SPAN, len(self._spans))):
                held = frozenset[str]().union(*self._words[first : last + 1])
                share = _overlap(words, held) - _WORTH_A_SENTENCE * (last - first)
                if share > best[0]:
                    best = (share, self._spans[first][0], self._spans[last][1])
        return best


def _overlap(words: frozenset[str], held: frozenset[str]) -> float:
    return len(words & held) / len(words) if words else 0.0


def _claims(answer: str, marks: Sequence[Mark]) -> list[_Claim]:
    spans = text.sentence_spans(answer)
    claims = []
    for place, (start, end) in enumerate(spans):
        # A mark behind the full stop, at whatever distance, belongs to the sentence before it.
        until = spans[place + 1][0] if place + 1 < len(spans) else len(answer) + 1
        numbers = tuple(dict.fromkeys(mark.number for mark in marks if start <= mark.offset < until))
        words = answer[start:end]
        claims.append(_Claim(start, end, _words(words), numbers, text.language_of(words)))
    return _with_marks_of_their_own_line(answer, claims)


def _with_marks_of_their_own_line(answer: str, claims: Sequence[_Claim]) -> list[_Claim]:
    """Give a "sentence" of marks alone ("... end. [1]") to the one before it."""
    merged: list[_Claim] = []
    for claim in claims:
        if merged and not claim.words and claim.numbers and "\n" not in answer[merged[-1].end : claim.start]:
            before = merged.pop()
            numbers = tuple(dict.fromkeys(before.numbers + claim.numbers))
            merged.append(replace(before, end=claim.end, numbers=numbers))
        else:
            merged.append(claim)
    return merged


def _words(sentence: str) -> frozenset[str]:
    return frozenset(text.tokens(_MARK.sub(" ", sentence)))


def _is_statement(answer: str, claim: _Claim) -> bool:
    sentence = answer[claim.start : claim.end].rstrip(" *_")
    line = answer[answer.rfind("\n", 0, claim.start) + 1 : claim.start]
    return not sentence.endswith(("?", ":", "```")) and "#" not in line


def _is_supported(claim: _Claim, sources: Sequence[_Source], said: frozenset[str]) -> bool:
    named = [sources[number - 1] for number in claim.numbers]
    if any(source.language != claim.language for source in named):
        return True
    figures = {word for word in claim.words if word[0].isdigit()} - said
    if named:
        together = frozenset[str]().union(*(source.words for source in named))
        return _overlap(claim.words, together) >= _CITED and figures <= together
    return any(source.overlap(claim) >= _UNCITED and figures <= source.words for source in sources)


def _leaned_on(claims: Sequence[_Claim], sources: Sequence[_Source]) -> str:
    """The passage that is named by the most words; the better one of two that are equal."""
    weight: dict[int, float] = {}
    for claim in claims:
        for number in claim.numbers:
            weight[number] = weight.get(number, 0.0) + 1 + sources[number - 1].overlap(claim)
    best = max(sorted(weight), key=lambda number: weight[number], default=0)
    return sources[best - 1].passage.passage_id if best else ""
