"""Text as the search and the built-in model see it: tokens, sentences, language.

The token rules are those that were measured on Korean and English questions
(`docs/decisions/models.md`). What is stored and what is asked must be cut the same way, so
a change here means that everything is indexed again.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import Literal

import snowballstemmer

Language = Literal["ko", "en"]

# Runs of Hangul syllables, numbers (with their inner points and commas), other letters.
_RUN = re.compile(r"[가-힣]+|\d+(?:[.,]\d+)*|[^\W\d_가-힣]+")

_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")

_STOP_WORDS_A_TO_Z = """
    a about after all am an and any are as at be because been before being between both but by can could
    d did do does doing don each for from had has have having here hers how i if in into is it its
    itself ll m me my nor now of on or other ours re s should so some such t than that the their theirs
    them then there these they this those through to too until us ve was were what when where which
    while who whom whose why will with would you your yours
"""
_ENGLISH_STOP_WORDS = frozenset(_STOP_WORDS_A_TO_Z.split())

# Words that ask say nothing about the passage that answers, and neither do the endings
# that turn a statement into a question. Only queries drop them.
_KOREAN_QUESTION_WORD = re.compile(
    r"(?:무엇|무슨|뭐|뭘|뭔|언제|누구|어디|어느|어떤|어떻|어떠|어때|얼마|몇)[가-힣]{0,3}|왜|왜요|누가"
    r"|(?:있|없|하|되|인|될|할|일|했|됐|었)(?:는가|은가|가|까|나|는지|지)요?|(?:입|합|됩|있습|됐습|했습)니까"
    r"|해|해요|돼요|되죠|하죠|해야|하려면|있어요?|써요?|쓸|쓰는|수|것[은이을]?|법|방법[은을]?|내|제"
    r"|싶어요?|싶은데요?|싶습니다|알려|알려줘|알려주세요|가르쳐|줘|주세요|좀"
    # Particles, cut off from the Latin name or number that they follow.
    r"|은|는|이|가|을|를|의|에|와|과|로|도|만|에서|에서도|으로|부터|까지|랑|이랑|처럼|보다"
)
_KOREAN_QUESTION_ENDING = re.compile(
    r"(?:(?:하|되|되었|됐|했|하였)?(?:나요|는가|는가요|는지)|습니까|려면"
    r"|(?<=[가-힣]{2})(?:인가|인가요|인지|입니까|이에요|예요|일까|일까요|한가요|합니까|됩니까|할까요|을까요"
    r"|하죠|해|해요|돼요|하면|되면))$"
)

# A fenced block is one unit. Otherwise a list marker, heading or quote mark is left out, and the
# sentence runs to its full stop (not an initial's, and not before a small letter, as in
# "e.g. this") or to the end of its paragraph, list item or table row.
_SENTENCE = re.compile(
    r"""
    (?P<block>^[ \t]*```.*?(?:^[ \t]*```[ \t]*$|\Z))
    |
    (?:^[ \t]*(?:[-*+>]|\d{1,3}[.)]|\#{1,6})[ \t]+)*
    (?P<sentence>\S.*?
      (?: (?<!\b[A-Z])[.!?。！？…](?:["'”’)\]*]|\[\d+\])*(?=\s+(?![a-z\s])|\s*\Z)
        | (?<=\S)(?=\s*\n[ \t]*(?:\n|[-*+>|][ \t]|\d{1,3}[.)][ \t]|\#{1,6}[ \t]|```))
        | (?<=\S)(?=\s*\Z)
      )
    )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

# The stemmer keeps the word it works on in itself, and several threads search at once.
_STEMMER = snowballstemmer.stemmer("english")
_STEMMER_LOCK = Lock()


def tokens(text: str) -> list[str]:
    """Cut a passage into index tokens, in reading order, repeats kept.

    Hangul runs become character bigrams and `^` with the first two syllables; English
    words are stemmed, without stop-words; numbers stay whole.
    """
    return [token for run in _runs(text) for token in _run_tokens(run)]


def token_counts(text: str) -> dict[str, int]:
    """Count the `tokens` of a passage: cuts each word once, however often it comes."""
    counts: dict[str, int] = {}
    for run, times in Counter(_RUN.findall(_folded(text))).items():
        for token in _run_tokens(run):
            counts[token] = counts.get(token, 0) + times
    return counts


def query_tokens(text: str) -> list[str]:
    """Cut a question into the tokens to search for, each once.

    As `tokens`, less the Korean words and endings that only ask; so a question of nothing
    else ("누구인가요?") gives none.
    """
    telling = (_without_asking(run) for run in _runs(text))
    return list(dict.fromkeys(token for run in telling if run for token in _run_tokens(run)))


def _without_asking(run: str) -> str:
    if _KOREAN_QUESTION_WORD.fullmatch(run):
        return ""
    stem = _KOREAN_QUESTION_ENDING.sub("", run)
    # What is left of a verb when one syllable is left ("넣나요") matches nothing.
    return stem if stem == run or len(stem) > 1 else ""


def _runs(text: str) -> Iterator[str]:
    return (match.group() for match in _RUN.finditer(_folded(text)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _run_tokens(run: str) -> tuple[str, ...]:
    # Numbers have so many values that they would only push words out of the cache.
    return (run,) if run[0].isdigit() else _word_tokens(run)


@lru_cache(maxsize=50_000)
def _word_tokens(word: str) -> tuple[str, ...]:
    if "가" <= word[0] <= "힣":
        pairs = [first + second for first, second in pairwise(word)]
        return (*pairs, "^" + word[:2]) if pairs else (word,)
    if word in _ENGLISH_STOP_WORDS:
        return ()
    return (_stem(word),) if word.isascii() else (word,)


def _stem(word: str) -> str:
    with _STEMMER_LOCK:
        return str(_STEMMER.stemWord(word))


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Character offsets (start, end) of each sentence, list item or code block, in order.

    The units do not overlap and hold no white space at their ends; what lies between them
    is white space and markdown's own marks.
    """
    matches = _SENTENCE.finditer(text)
    return [match.span("sentence" if match["sentence"] else "block") for match in matches]


def language_of(text: str) -> Language:
    """Tell Korean from English: "ko" when a notable share of the words has Hangul in it.

    Words are counted, not letters, because a Korean question is often full of Latin names
    ("OPENAI_API_KEY와 OPENAI_BASE_URL은?").
    """
    words = [word for word in text.split() if any(char.isalpha() for char in word)]
    korean = sum(1 for word in words if _HANGUL.search(word))
    return "ko" if korean and korean >= 0.3 * len(words) else "en"
