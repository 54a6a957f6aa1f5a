"""Which sentences of the found passages answer a question best, and how sure that is.

Pure functions over text; no wording for people (see `texts.py`) and no search: the
passages are those that the search found.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from ai_models import bm25, text
from ai_models.contract import Passage

# The share of the question's idf that the best passage must cover. Chosen on questions in
# and out of the guide, in both languages (docs/decisions/models.md).
COVERAGE_FLOOR = 0.45
# From here on the answer is given without "this may be close".
COVERAGE_SURE = 0.75

_TOP_PASSAGES = 3
_MOST_QUOTES = 3
# A further sentence is quoted only if it is nearly as good as the best one.
_NEARLY_AS_GOOD = 0.9
_LONGEST_QUOTE = 600
_KIND_BONUS = 0.25
# A heading says what its passage is about, in few words.
_HEADING_BONUS = 0.5

_ASKS_NUMBER_OR_DATE = re.compile(
    r"\b(?:how (?:many|much|long|old|far|big)|when|what (?:year|date))\b|언제|몇|얼마", re.IGNORECASE
)
_ASKS_PERSON = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d")
_NAME = re.compile(r"\b[A-Z][a-z]+ (?:[A-Z]\. )?[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of a passage: `passage.text[start:end]`."""

    passage: Passage
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The quotes, best first, and the share (0 to 1) of the question's idf behind them."""

    quotes: tuple[Quote, ...]
    coverage: float

    @property
    def answers(self) -> bool:
        return bool(self.quotes) and self.coverage >= COVERAGE_FLOOR


NOTHING = Evidence((), 0.0)


def find(question: str, passages: Sequence[Passage], term_weights: Mapping[str, float]) -> Evidence:
    """Choose the quotes; passages in the question's language go first.

    `term_weights` as in `AnswerRequest`; empty: the passages are the whole collection.
    """
    language = text.language_of(question)
    same = [passage for passage in passages if _language(passage) == language]
    other = [passage for passage in passages if _language(passage) != language]
    found = _weigh(question, same, term_weights)
    return found if found.answers else max(found, _weigh(question, other, term_weights), key=_certainty)


def _certainty(evidence: Evidence) -> float:
    return evidence.coverage


def _language(passage: Passage) -> str:
    return passage.language or text.language_of(passage.text)


def _weigh(question: str, passages: Sequence[Passage], term_weights: Mapping[str, float]) -> Evidence:
    query = text.query_tokens(question)
    if not query or not passages:
        return NOTHING
    bags = [set(text.tokens(f"{each.title}\n{each.heading}\n{each.text}")) for each in passages]
    weights = term_weights or bm25.idf(query, bags)
    shares = [_share(query, weights, bag) for bag in bags]
    top_score = max(each.score for each in passages)
    standings = [
        (passage.score / top_score if top_score > 0 else share)
        + _HEADING_BONUS * _share(query, weights, set(text.tokens(passage.heading)))
        for passage, share in zip(passages, shares, strict=True)
    ]
    best = sorted(range(len(passages)), key=lambda i: -standings[i])[:_TOP_PASSAGES]
    quotes = [quote for i in best for quote in _quotes(question, query, weights, passages[i], standings[i])]
    return Evidence(_pick(quotes), max(shares[i] for i in best))


def _share(query: Sequence[str], weights: Mapping[str, float], bag: Set[str]) -> float:
    """The part of the question's idf, 0 to 1, whose tokens are in the bag.

    Numbers alone are no match: "What is 2 + 2?" must not find "WSL 2".
    """
    total = sum(weights.get(token, 0.0) for token in query)
    common = [token for token in query if token in bag]
    if total == 0 or all(token[0].isdigit() for token in common):
        return 0.0
    return sum(weights.get(token, 0.0) for token in common) / total


def _quotes(
    question: str, query: Sequence[str], weights: Mapping[str, float], passage: Passage, standing: float
) -> list[Quote]:
    return [
        Quote(
            passage,
            *span,
            _share(query, weights, set(text.tokens(sentence))) + standing + _kind_bonus(question, sentence),
        )
        for span in _units(passage.text)
        for sentence in [passage.text[slice(*span)]]
    ]


def _units(passage: str) -> list[tuple[int, int]]:
    """Sentences; one that ends with a colon takes along what it announces. Long ones are cut."""
    units: list[tuple[int, int]] = []
    for start, end in text.sentence_spans(passage):
        if units and passage[: units[-1][1]].endswith(":"):
            start = units.pop()[0]
        units.append((start, end))
    return [(start, _cut(passage, start, end)) for start, end in units]


def _cut(passage: str, start: int, end: int) -> int:
    if end - start <= _LONGEST_QUOTE:
        return end
    space = passage.rfind(" ", start + _LONGEST_QUOTE // 2, start + _LONGEST_QUOTE)
    return space if space > 0 else start + _LONGEST_QUOTE


def _kind_bonus(question: str, sentence: str) -> float:
    wants_number = _ASKS_NUMBER_OR_DATE.search(question) and _NUMBER.search(sentence)
    wants_name = _ASKS_PERSON.search(question) and _NAME.search(sentence)
    return _KIND_BONUS if wants_number or wants_name else 0.0


def _pick(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    ranked = sorted(quotes, key=lambda quote: -quote.score)
    return tuple(quote for quote in ranked[:_MOST_QUOTES] if quote.score >= _NEARLY_AS_GOOD * ranked[0].score)
