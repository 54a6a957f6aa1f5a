"""BM25 over a handful of texts in memory, for the shipped guide.

Pure and small: no storage, no languages, no filters. k1 and b are those that served Korean
and English best (`docs/decisions/models.md`).
"""

import math
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ai_models import text

K1 = 0.9
B = 0.75


@dataclass(frozen=True, slots=True)
class Ranking:
    """`scores[i]` belongs to `texts[i]` (0: nothing in common). `term_weights` holds the idf
    of each token of the query in these texts, as `AnswerRequest.term_weights` wants it."""

    scores: tuple[float, ...]
    term_weights: Mapping[str, float]


def rank(query: str, texts: Sequence[str]) -> Ranking:
    """Score each text against the query.

    Formula: Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with
    Lucene's idf, which is never negative.
    """
    counts = [_count(each) for each in texts]
    lengths = [sum(count.values()) for count in counts]
    weights = idf(text.query_tokens(query), counts)
    mean_length = sum(lengths) / len(lengths) if any(lengths) else 1.0
    return Ranking(
        tuple(
            sum(weight * _saturate(count[token], length / mean_length) for token, weight in weights.items())
            for count, length in zip(counts, lengths, strict=True)
        ),
        weights,
    )


def idf(query_tokens: Sequence[str], documents: Sequence[Container[str]]) -> dict[str, float]:
    """Weight of each token: high where few of the documents (sets of tokens) hold it."""
    total = len(documents)
    holders = {token: sum(token in document for document in documents) for token in query_tokens}
    return {token: math.log(1 + (total - n + 0.5) / (n + 0.5)) for token, n in holders.items()}


def _saturate(count: int, relative_length: float) -> float:
    return count * (K1 + 1) / (count + K1 * (1 - B + B * relative_length))


# The guide is ranked for every question, and cutting its text is nearly all of the work.
@lru_cache(maxsize=1024)
def _count(document: str) -> Counter[str]:
    return Counter(text.tokens(document))
