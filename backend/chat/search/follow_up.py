"""Makes a follow-up question stand alone for the search: "and in 2020?" searches for what was asked before, too.

By rule, without a model: it costs nothing, and the same conversation always searches for the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ai_models.text import query_tokens

# Words of its own, beside numbers, that let a question stand alone.
_ENOUGH_WORDS = 3
_MOST_BEFORE = 2
_CONNECTIVE = re.compile(
    r"^\W*(?:and|or|but|then|so|also|what about|how about|그리고|그럼|그러면|그런데|그래서|또)\b[\s,]*", re.IGNORECASE
)
_LEANS_ON_BEFORE = re.compile(
    r"^\W*(?:why|왜)\b|\b(?:it|its|he|him|his|she|her|they|them|their|these|those)\b"
    r"|(?<![가-힣])(?:그것|그거|그건|그는|그녀|그의|그들|이것|이거|이건|거기|그곳|그때)",
    re.IGNORECASE,
)


def standing_alone(question: str, earlier: Sequence[str]) -> str:
    """Return what to search for; `earlier` are the questions before, the newest first."""
    if _stands_alone(question) or not earlier:
        return question
    before = standing_alone(earlier[0], earlier[1:_MOST_BEFORE])
    return f"{_CONNECTIVE.sub('', question)}\n{before}"


def _stands_alone(question: str) -> bool:
    if _CONNECTIVE.search(question) or _LEANS_ON_BEFORE.search(question):
        return False
    # One token for each Korean word: the one of its first two syllables.
    telling = [token for token in query_tokens(question) if token.startswith("^") or _is_other_word(token)]
    return len(telling) >= _ENOUGH_WORDS


def _is_other_word(token: str) -> bool:
    return not token[0].isdigit() and not "가" <= token[0] <= "힣"
