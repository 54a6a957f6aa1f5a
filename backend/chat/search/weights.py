"""BM25 cut in two: what a passage knows of itself is stored, what the collection knows goes into the query.

A passage's vector holds the term-frequency part of BM25 for each of its tokens, a query's
the idf; their inner product is the score. Why so, and what was measured:
`docs/decisions/library-search.md`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from ai_models import bm25
from ai_models.text import token_counts
from chat.search.terms import lower_half, upper_half

# Of a passage, in the units of `_length_of`. Fixed, because the mean of a collection changes with every passage and
# is part of every weight; on the question sets, .5 to 2 times the true mean cost at most .02 nDCG@10.
MEAN_LENGTH = 100
# pgvector's most.
_DIMENSIONS = 1_000_000_000
_WORD_START = "^"


@dataclass(frozen=True, slots=True)
class WeighedText:
    """`terms` and `weights` as the columns of `PassageTerms` read them from a COPY."""

    terms: str
    weights: str
    length: int


def scope_hash(scope: UUID) -> int:
    """The upper half of all terms of a collection; see `terms.hash_term`."""
    return upper_half(scope)


def scoped_term(scope: int, token: str) -> int:
    """The same as `terms.hash_term`, for many tokens of one scope (as `scope_hash` gives it)."""
    return scope | lower_half(token)


def weigh_text(scope: int, text: str) -> WeighedText:
    """Return what the search keeps of a text in a collection (as `scope_hash` gives it)."""
    counts = token_counts(text)
    length = _length_of(counts)
    # So that a Korean word of one syllable is found with its particle behind it: 밥 in 밥을.
    for token, times in [pair for pair in counts.items() if pair[0][0] == _WORD_START]:
        counts[token[1]] = counts.get(token[1], 0) + times
    fixed = bm25.K1 * (1 - bm25.B + bm25.B * length / MEAN_LENGTH)
    weights = {count: f"{count * (bm25.K1 + 1) / (count + fixed):.5g}" for count in set(counts.values())}
    hashes = [lower_half(token) for token in counts]
    # Two tokens of one passage hardly ever share a dimension; then one of them does not count.
    pairs = {hashed % _DIMENSIONS: weights[count] for hashed, count in zip(hashes, counts.values(), strict=True)}
    return WeighedText(f"{{{','.join([str(scope | hashed) for hashed in hashes])}}}", _sparse_vector(pairs), length)


def _length_of(counts: Mapping[str, int]) -> int:
    """How long a text is to BM25: Hangul's overlapping bigrams count half, so that one mean serves both languages."""
    return sum([times if "가" <= token[-1] <= "힣" else 2 * times for token, times in counts.items()]) // 2


def query_vector(idf: Mapping[str, float]) -> str:
    """Write the query's side of the score, from the idf of each of its tokens."""
    return _sparse_vector({lower_half(token) % _DIMENSIONS: f"{weight:.7g}" for token, weight in idf.items()})


def _sparse_vector(weights: Mapping[int, str]) -> str:
    """Write a `sparsevec` as pgvector reads it: {dimension:weight,...}/dimensions, counted from 1."""
    return f"{{{','.join([f'{place + 1}:{weight}' for place, weight in weights.items()])}}}/{_DIMENSIONS}"


def idf(holders: int, passages: int) -> float:
    """Lucene's, which is never negative: high where few of all passages hold the token."""
    return math.log(1 + (max(passages, holders) - holders + 0.5) / (holders + 0.5))
