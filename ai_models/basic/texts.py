"""All that the built-in model says by itself, in Korean and English.

What it quotes comes from the library; only the words around the quotes are here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ai_models.text import Language


@dataclass(frozen=True, slots=True)
class Texts:
    """One language's wording (markdown). `suggestions` are questions that the guide answers."""

    greeting: str
    thanks: str
    found: str
    perhaps_found: str
    not_found: str
    suggestions_lead: str
    suggestions: tuple[str, str, str]
    how_it_works: str


_ENGLISH = Texts(
    greeting="Hello, and welcome to Triple Chat!",
    thanks="You're welcome! Is there anything else you would like to know?",
    found="Here is what the library says:",
    perhaps_found="I am not sure that this is what you mean, but the library says:",
    not_found="I'm sorry, I could not find an answer to that in the library.",
    suggestions_lead="These are questions I can surely answer:",
    suggestions=(
        "How do I connect a language model?",
        "Where is my data stored?",
        "What is Triple Chat?",
    ),
    how_it_works=(
        "I am the built-in model: I quote the library and do not write answers of my own. "
        "To talk with a language model, start Ollama on this computer or put an endpoint into `.env`, "
        "then press **Check again** in the Models panel."
    ),
)

_KOREAN = Texts(
    greeting="안녕하세요! Triple Chat에 오신 것을 환영합니다.",
    thanks="천만에요! 더 궁금한 점이 있으면 편하게 물어보세요.",
    found="라이브러리에서 찾은 내용입니다.",
    perhaps_found="찾으시는 내용이 맞는지 확실하지 않지만, 라이브러리에는 이렇게 적혀 있습니다.",
    not_found="죄송합니다. 라이브러리에서 답을 찾지 못했습니다.",
    suggestions_lead="이런 질문에는 확실히 답해 드릴 수 있습니다.",
    suggestions=(
        "언어 모델은 어떻게 연결하나요?",
        "내 데이터는 어디에 저장되나요?",
        "Triple Chat은 무엇인가요?",
    ),
    how_it_works=(
        "저는 기본 제공 모델이라 글을 직접 쓰지 않고 라이브러리의 문장을 그대로 인용합니다. "
        "언어 모델과 대화하려면 이 컴퓨터에서 Ollama를 켜거나 `.env`에 엔드포인트를 적은 뒤 "
        "모델 패널에서 **다시 확인**을 누르세요."
    ),
)

TEXTS: Mapping[Language, Texts] = MappingProxyType({"en": _ENGLISH, "ko": _KOREAN})
