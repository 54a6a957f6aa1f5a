"""All that the models of Advanced chat say by themselves, in Korean and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ai_models.text import Language


@dataclass(frozen=True, slots=True)
class Texts:
    """One language's wording (markdown)."""

    found: str
    perhaps_found: str
    not_found: str
    suggestions_lead: str
    suggestions: tuple[str, str, str]
    how_it_works: str

    @property
    def not_found_with_suggestions(self) -> str:
        suggestions = "\n".join(f"- {suggestion}" for suggestion in self.suggestions)
        return f"{self.not_found} {self.suggestions_lead}\n\n{suggestions}"


_ENGLISH = Texts(
    found="Here is what your documents say:",
    perhaps_found="I am not sure that this is what you mean, but your documents say:",
    not_found="I could not find an answer to that in your documents.",
    suggestions_lead="What may help:",
    suggestions=(
        "Ask with words that stand in the document.",
        "Search in all collections, not only in some.",
        "Add a document that holds the answer on the Documents page.",
    ),
    how_it_works=(
        "I am the built-in model: I quote your documents and do not write answers of my own. "
        "For written answers, connect a language model in the Models panel."
    ),
)

_KOREAN = Texts(
    found="문서에서 찾은 내용입니다.",
    perhaps_found="찾으시는 내용이 맞는지 확실하지 않지만, 문서에는 이렇게 적혀 있습니다.",
    not_found="문서에서 답을 찾지 못했습니다.",
    suggestions_lead="이렇게 해 보세요.",
    suggestions=(
        "문서에 나오는 낱말로 질문해 보세요.",
        "일부 컬렉션이 아니라 모든 컬렉션에서 찾아 보세요.",
        "답이 들어 있는 문서를 문서 페이지에서 추가해 보세요.",
    ),
    how_it_works=(
        "저는 기본 제공 모델이라 글을 직접 쓰지 않고 문서의 문장을 그대로 인용합니다. "
        "글로 쓴 답을 원하시면 모델 패널에서 언어 모델을 연결하세요."
    ),
)

TEXTS: Mapping[Language, Texts] = MappingProxyType({"en": _ENGLISH, "ko": _KOREAN})
