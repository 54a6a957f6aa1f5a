"""Text with the statistics of text: Korean and English passages of any number, always the same ones.

Words follow Zipf's law; a third of a passage is about its topic, so that words attract each
other as they do in real text. Nothing here means anything.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal

Language = Literal["ko", "en"]

_VOCABULARY = {"en": 120_000, "ko": 60_000}
_TOPICS = 20_000
_TOPIC_WORDS = 12
# Ranks that words of a topic are taken from: not those that stand in every text.
_TOPICAL = (300, 30_000)
_EVERY_TOPICAL = 3
_ONSETS = [
    "b",
    "br",
    "c",
    "ch",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "qu",
    "r",
    "s",
    "sh",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ou"]
_CODAS = ["n", "r", "s", "t", "l", "m", "nd", "st", "ck"] + [""] * 6
_PARTICLES = ["은", "는", "이", "가", "을", "를", "에", "에서", "의", "로", "으로", "와", "과", "도", "까지"] + [""] * 8
_LINKS = ["the", "of", "and", "in", "to", "a", "is", "was", "for", "as", "on", "by", "with", "that", "from", "at"]
_ASKING = {
    "en": ("What is the {}?", "When did the {} begin?", "Who was known for {}?", "How many {} are there?", "{}"),
    "ko": ("{} 무엇인가?", "{} 언제 시작되었나요?", "{} 누구입니까?", "{} 어디에 있는가", "{}"),
}


@dataclass(frozen=True)
class Generated:
    """A passage, and a question with words of it."""

    title: str
    text: str
    question: str


def passages(seed: int, count: int) -> Iterator[Generated]:
    """Yield `count` passages, every other one Korean; the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        yield _passage(chance, "ko" if number % 2 else "en")


def _passage(chance: random.Random, language: Language) -> Generated:
    vocabulary, weights = _vocabulary(language)
    topic = _topic(language, chance.randrange(_TOPICS))
    length = max(12, int(chance.gauss(75 if language == "en" else 45, 25)))
    words = chance.choices(vocabulary, cum_weights=weights, k=length)
    words[::_EVERY_TOPICAL] = chance.choices(topic, k=len(words[::_EVERY_TOPICAL]))
    written = _english(chance, words) if language == "en" else _korean(chance, words)
    title = " ".join(word.capitalize() for word in chance.sample(topic, 2))
    return Generated(title, written, _question(chance, language, words))


def _question(chance: random.Random, language: Language, words: Sequence[str]) -> str:
    start = chance.randrange(len(words) - 8)
    asked = chance.sample(words[start : start + 8], chance.randint(2, 5))
    if language == "ko":
        asked = [word + chance.choice(_PARTICLES) for word in asked]
    return chance.choice(_ASKING[language]).format(" ".join(asked))


def _english(chance: random.Random, words: Sequence[str]) -> str:
    return _sentences([word + link for word, link in zip(words, chance.choices(_LINKS, k=len(words)), strict=True)])


def _korean(chance: random.Random, words: Sequence[str]) -> str:
    return _sentences([word + end for word, end in zip(words, chance.choices(_PARTICLES, k=len(words)), strict=True)])


def _sentences(words: Sequence[str]) -> str:
    return " ".join(" ".join(words[at : at + 12]).capitalize() + "." for at in range(0, len(words), 12))


@lru_cache(maxsize=2)
def _vocabulary(language: Language) -> tuple[list[str], list[float]]:
    """Words and their cumulated weights, the most frequent first."""
    chance = random.Random(f"vocabulary {language}")
    make = _english_word if language == "en" else _korean_word
    words: dict[str, None] = {}
    while len(words) < _VOCABULARY[language]:
        words[make(chance)] = None
    return list(words), list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))


@lru_cache(maxsize=_TOPICS * 2)
def _topic(language: Language, number: int) -> list[str]:
    chance = random.Random(f"topic {language} {number}")
    vocabulary, _ = _vocabulary(language)
    return [vocabulary[rank] for rank in chance.sample(range(*_TOPICAL), _TOPIC_WORDS)]


def _english_word(chance: random.Random) -> str:
    syllables = chance.choices((1, 2, 3, 4), (2, 5, 4, 1))[0]
    return "".join(chance.choice(_ONSETS) + chance.choice(_VOWELS) + chance.choice(_CODAS) for _ in range(syllables))


def _korean_word(chance: random.Random) -> str:
    syllables, weights = _syllables()
    return "".join(chance.choices(syllables, cum_weights=weights, k=chance.choices((2, 3, 4), (6, 3, 1))[0]))


@lru_cache(maxsize=1)
def _syllables() -> tuple[list[str], list[float]]:
    # Some 900 of the 11,172 syllables make up nearly all of Korean text.
    chance = random.Random("syllables")
    chosen = [chr(code) for code in chance.sample(range(ord("가"), ord("힣") + 1), 900)]
    return chosen, list(accumulate(1 / (rank + 20) for rank in range(len(chosen))))
