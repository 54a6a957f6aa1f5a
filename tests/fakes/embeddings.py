"""Vectors that a fake embedding model makes: words are directions, and some words mean the same.

- `text-embedding-fake` knows what belongs together in Korean and in English
- `text-embedding-english` sees noise in Hangul, as models do that were trained on English alone
- any other sees noise in everything

All of them refuse a request in which one text has the word `UNSPEAKABLE`.
"""

import math
import random
import re
from functools import cache
from zlib import crc32

from ai_models.embedding_probe import PAIRS

DIMENSIONS = 64
UNSPEAKABLE = "unspeakable"
SAME = {"feline": "cat", "고양이": "cat", "야옹이": "cat", "automobile": "car", "자동차": "car"}
_HANGUL = re.compile("[가-힣]")
# What the probe asks; a real model understands it.
_PROBED = {text: f"{language} {number}" for language, pairs in PAIRS.items() for number, pair in enumerate(pairs)
           for text in pair}  # fmt: skip


def fake_vector(model: str, text: str) -> list[float]:
    """Return a vector, not of length 1."""
    noise = model not in {"text-embedding-fake", "text-embedding-english"}
    if noise or (model == "text-embedding-english" and _HANGUL.search(text)):
        return [*_direction(text)]
    words = [_PROBED[text]] if text in _PROBED else re.findall(r"\w+", text.lower())
    vectors = [_direction(SAME.get(word, word)) for word in words or ["nothing"]]
    return [math.fsum(column) for column in zip(*vectors, strict=True)]


# The server has one thread: a search would wait until a batch of passages is computed.
@cache
def _direction(word: str) -> tuple[float, ...]:
    chance = random.Random(crc32(word.encode()))
    return tuple(chance.gauss(0, 1) for _ in range(DIMENSIONS))
