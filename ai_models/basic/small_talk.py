"""Tells a greeting or a word of thanks from a question, in Korean and English."""

import re
from typing import Literal

SmallTalk = Literal["greeting", "thanks"]

_GREETING = re.compile(
    r"(?:hi|hiya|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day)|nice to meet you)"
    r"(?: (?:there|all|everyone|again|triple chat))?|how are you(?: doing| today)?|what'?s up"
    r"|안녕(?:하세요|하십니까|하신가요|히 계세요)?(?: 여러분)?|하이|헬로|헬로우|반가워요?|반갑습니다"
    r"|좋은 (?:아침|저녁|하루)(?:이에요|입니다)?|처음 뵙겠습니다|만나서 (?:반가워요?|반갑습니다)|ㅎㅇ"
)
_THANKS = re.compile(
    r"(?:many )?thanks(?: (?:so much|very much|a lot|again))?|thank you(?: (?:so much|very much|again))?|thx"
    r"|(?:정말 |너무 |매우 |대단히 )?(?:고마워요?|고맙습니다|감사(?:해요|합니다|드립니다))|땡큐|ㄱㅅ"
)
# Punctuation, emoji, and the laughter and tears that Koreans write after a word.
_ORNAMENT = re.compile(r"[^\w'\s]|(?<=[가-힣])[ㅋㅎㅠㅜ]+|_")
_PART = re.compile(r"[.,!?~\n]+")


def recognise(message: str) -> SmallTalk | None:
    """Say which kind of small talk the whole message is; None for a question.

    "Hello! How are you?" is small talk in two parts. A message without a letter or a
    digit ("...", an emoji) counts as a greeting.
    """
    parts = [_bare(part) for part in _PART.split(message.lower())]
    parts = [part for part in parts if part]
    if all(_GREETING.fullmatch(part) for part in parts):
        return "greeting"
    if all(_GREETING.fullmatch(part) or _THANKS.fullmatch(part) for part in parts):
        return "thanks"
    return None


def _bare(part: str) -> str:
    return " ".join(_ORNAMENT.sub(" ", part).split())
