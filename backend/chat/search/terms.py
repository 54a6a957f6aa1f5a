"""Words as numbers, for full-text search by one index.

A term is the hash of a token behind the hash of the scope that it was written in (here: the
user), so that one GIN index serves every scope. The tokens are those of `ai_models.text`.
Knows no table; `turns.py` asks the questions. Why so: `docs/decisions/chat-search.md`.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from ai_models.text import tokens

_HALF_BITS = 32
# `ai_models.text` marks so the first two syllables of a Korean word.
_WORD_START = "^"


def hash_term(scope: UUID, token: str) -> int:
    """Return a signed 64-bit number, the same in every process and version.

    The scope is its upper half: a scope's terms lie side by side in the index, so that
    storing a turn touches a few of its pages and not one for each word.
    """
    return upper_half(scope) | lower_half(token)


@lru_cache(maxsize=1_000)
def upper_half(scope: UUID) -> int:
    """What all terms of a scope begin with."""
    return int.from_bytes(_hash(scope.bytes), "big", signed=True) << _HALF_BITS


@lru_cache(maxsize=100_000)
def lower_half(token: str) -> int:
    """What stands for a token in every scope."""
    return int.from_bytes(_hash(token.encode()), "big")


def _hash(value: bytes) -> bytes:
    return blake2b(value, digest_size=_HALF_BITS // 8).digest()


def terms_to_store(scope: UUID, *texts: str) -> list[int]:
    """Return what the index keeps of these texts: each term once, in no meaningful order."""
    found: set[str] = set().union(*map(stored_tokens, texts))
    upper = upper_half(scope)
    return sorted({upper | lower_half(token) for token in found})


def terms_to_find(scope: UUID, query: str) -> list[int]:
    """Return the terms that a text must have, all of them; none when the query says nothing."""
    return [hash_term(scope, token) for token in wanted_tokens(query)]


def stored_tokens(text: str) -> set[str]:
    """The tokens by which a text can be found."""
    found = set(tokens(text))
    # So that a word of one syllable is found with its particle behind it: 밥 in 밥을.
    return found | {token[1] for token in found if token.startswith(_WORD_START)}


def wanted_tokens(query: str) -> list[str]:
    """The tokens to search for, each once.

    Korean is searched by its bigrams alone, which find the middle of a word too. A letter
    that an input method has not yet made into a syllable ("데이ㅌ") is left out.
    """
    return [
        token for token in dict.fromkeys(tokens(query)) if not token.startswith(_WORD_START) and not _is_jamo(token)
    ]


def _is_jamo(token: str) -> bool:
    # NFKC has turned the letters of the keyboard into conjoining ones.
    return all("\u1100" <= letter <= "\u11ff" for letter in token)
