"""What kind of thing a question asks for, and whether a sentence holds one, in Korean and English.

Surface forms only: a date is a year or the name of a month, a person two capitalised words.
What the question says itself is not what it asks for.
"""

import re

from ai_models import text

# The weights were chosen together with those of `evidence.py` (`docs/decisions/models.md`).
_DATE, _NUMBER, _MEASURE, _NAMED = 0.5, 0.35, 0.2, 0.1

_WHEN = re.compile(
    r"\b(?:when|(?:what|which) (?:year|date|day|month|century|decade)|how old|how long ago)\b"
    r"|언제|몇 ?년|연도|년도|며칠|몇 ?월",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(
    r"\bhow (?:many|much|long|old|far|big|large|tall|high|deep|fast|wide|heavy|often|hot|cold)\b"
    r"|\bwhat (?:is|was|are|were) the (?:population|number|area|size|height|length|distance|total|average|percentage"
    r"|cost|price|speed|weight|depth|age|temperature)"
    r"|\b(?:what|which) (?:percent|number|portion|fraction)|몇|얼마|길이|높이|넓이|면적|인구|크기|무게|나이|거리",
    re.IGNORECASE,
)
_WHO = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_WHERE = re.compile(
    r"\b(?:where|(?:what|which) (?:country|city|state|county|continent|region|place|town|river|ocean|island))\b"
    r"|어디|어느 (?:나라|도시|곳|지역)",
    re.IGNORECASE,
)

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_A_DATE = re.compile(
    rf"\b(?:1\d{{3}}|20\d\d)\b|\d{{4}}[-–]|\b(?:{_MONTH})\b|\bcentur(?:y|ies)\b|\d\s?(?:BCE?|CE|AD)\b|\d(?:년|월|세기)"
)
_A_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|billion|dozen"
    r"|half|third)\b|[한두세네] ?(?:개|명|번|곳|가지)",
    re.IGNORECASE,
)
_A_MEASURE = re.compile(
    r"\d\s?(?:%|percent|km|c?m\b|mi|feet|ft|met|kilo|square|acres?|hectares?|million|billion|years?|days?|hours?"
    r"|kg|tons?|tonnes|lbs?|°|명|개|킬로|미터|세|살|만|억|㎢|㎡|제곱)",
    re.IGNORECASE,
)
_A_NAME = re.compile(r"\b[A-Z][\w'’.-]+(?: (?:[A-Z]\.? )?(?:(?:de|von|van|of|al|bin|der|la|le) )?[A-Z][\w'’.-]+)+")
_A_PLACE = re.compile(
    r"\b(?:in|at|near|from|of|to|on|across|between) (?:the )?[A-Z]\w+"
    r"|[가-힣]+(?:시|도|군|국|구|주|현|성|섬|반도|대륙|지역|지방|마을)(?:에|에서|의|이|에는|와|과)?\b"
)


def bonus(question: str, sentence: str) -> float:
    """Return how much better a sentence is for holding the kind of thing that is asked for; 0 for none."""
    if _WHEN.search(question):
        return _DATE if _A_DATE.search(sentence) else 0.0
    if _HOW_MUCH.search(question):
        measure = _MEASURE if _A_MEASURE.search(sentence) else 0.0
        return measure + (_NUMBER if _A_NUMBER.search(sentence) else 0.0)
    named = (_WHO.search(question) and _A_NAME) or (_WHERE.search(question) and _A_PLACE)
    return _NAMED if named and _tells_something_new(named, question, sentence) else 0.0


def _tells_something_new(named: re.Pattern[str], question: str, sentence: str) -> bool:
    known = set(text.query_tokens(question))
    return any(not known.issuperset(text.tokens(match.group())) for match in named.finditer(sentence))
