"""Which sentences of the found passages answer a question best, and how sure that is.

Pure functions over text; no wording for people (see `texts.py`) and no search: the
passages are those that the search found.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from ai_models import bm25, text
from ai_models.basic import asked_for
from ai_models.contract import Passage

# The share of the question's idf that the best passage must cover. Chosen on questions in
# and out of the guide, in both languages (docs/decisions/models.md).
COVERAGE_FLOOR = 0.45
# From here on the answer is given without "this may be close".
COVERAGE_SURE = 0.75

_TOP_PASSAGES = 3
_MOST_QUOTES = 3
NEARLY_AS_GOOD = 0.9
_LONGEST_QUOTE = 600
# A heading says what its passage is about, in few words.
_HEADING_BONUS = 0.5
# What makes a sentence good beside its own words, each on the scale of their share of the
# question's idf: the standing of its passage; words that the passage's title and first
# sentence hold for it ("He was born in 1903"); standing first, or early.
_STANDING, _LEAD, _FIRST, _LATE = 0.7, 0.8, 0.1, 0.1
_QUESTION_IN_TURN = 0.5


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


def find(
    question: str,
    passages: Sequence[Passage],
    term_weights: Mapping[str, float],
    *,
    nearly_as_good: float = NEARLY_AS_GOOD,
) -> Evidence:
    """Choose the quotes; passages in the question's language go first.

    `term_weights` as in `AnswerRequest`; empty: the passages are the whole collection. A
    further sentence is quoted when its score is at least `nearly_as_good` of the best one's.
    """
    language = text.language_of(question)
    same = [passage for passage in passages if _language(passage) == language]
    other = [passage for passage in passages if _language(passage) != language]
    found = _weigh(question, same, term_weights, nearly_as_good)
    return found if found.answers else max(found, _weigh(question, other, term_weights, nearly_as_good), key=_certainty)


def _certainty(evidence: Evidence) -> float:
    return evidence.coverage


def _language(passage: Passage) -> str:
    return passage.language or text.language_of(passage.text)


def _weigh(
    question: str, passages: Sequence[Passage], term_weights: Mapping[str, float], nearly_as_good: float
) -> Evidence:
    query = text.query_tokens(question)
    if not query or not passages:
        return NOTHING
    bags = [_bag(each) for each in passages]
    weights = term_weights or bm25.idf(query, bags)
    shares = [share(query, weights, bag) for bag in bags]
    top_score = max(each.score for each in passages)
    standings = [
        (passage.score / top_score if top_score > 0 else held)
        + _HEADING_BONUS * share(query, weights, set(text.tokens(passage.heading)))
        for passage, held in zip(passages, shares, strict=True)
    ]
    best = sorted(range(len(passages)), key=lambda i: -standings[i])[:_TOP_PASSAGES]
    quotes = [quote for i in best for quote in _quotes(question, query, weights, passages[i], standings[i])]
    return Evidence(_pick(quotes, nearly_as_good), max(shares[i] for i in best))


def coverage(question: str, passages: Sequence[Passage], term_weights: Mapping[str, float]) -> float:
    """The share (0 to 1) of the question's idf that all these passages hold together."""
    query = text.query_tokens(question)
    bags = [_bag(each) for each in passages]
    return share(query, term_weights or bm25.idf(query, bags), set[str]().union(*bags))


def _bag(passage: Passage) -> set[str]:
    return set(text.tokens(f"{passage.title}\n{passage.heading}\n{passage.text}"))


def share(
    query: Sequence[str], weights: Mapping[str, float], bag: Set[str], *, of: Sequence[str] | None = None
) -> float:
    """The part of the question's idf, 0 to 1, whose tokens are in the bag; `query` may be a part `of` the question.

    Numbers alone are no match: "What is 2 + 2?" must not find "WSL 2".
    """
    total = sum(weights.get(token, 0.0) for token in of or query)
    common = [token for token in query if token in bag]
    if total == 0 or all(token[0].isdigit() for token in common):
        return 0.0
    return sum(weights.get(token, 0.0) for token in common) / total


def _quotes(
    question: str, query: Sequence[str], weights: Mapping[str, float], passage: Passage, standing: float
) -> list[Quote]:
    spans = _units(passage.text)
    bags = [set(text.tokens(passage.text[slice(*span)])) for span in spans]
    lead = set(text.tokens(f"{passage.title}\n{passage.heading}")).union(*bags[:1])
    last = max(1, len(spans) - 1)
    return [
        Quote(
            passage,
            *span,
            share(query, weights, bag)
            + _STANDING * standing
            + _LEAD * share([token for token in query if token not in bag], weights, lead, of=query)
            + _kind_of_sentence(question, passage.text[slice(*span)])
            + (_FIRST if place == 0 else 0.0)
            - _LATE * place / last,
        )
        for place, (span, bag) in enumerate(zip(spans, bags, strict=True))
    ]


def _kind_of_sentence(question: str, sentence: str) -> float:
    return asked_for.bonus(question, sentence) - (_QUESTION_IN_TURN if sentence.endswith("?") else 0.0)


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


def _pick(quotes: Sequence[Quote], nearly_as_good: float) -> tuple[Quote, ...]:
    ranked = sorted(quotes, key=lambda quote: -quote.score)
    return tuple(quote for quote in ranked[:_MOST_QUOTES] if quote.score >= nearly_as_good * ranked[0].score)
