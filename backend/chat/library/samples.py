"""The shipped sample documents: handbooks of a company that does not exist, with questions that they answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chat.errors import NotFound
from chat.library.collections import default_collection
from chat.library.documents import add_document
from chat.library.receiving import receive
from models.models import Document, User

_FOLDER = Path(__file__).resolve().parent / "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    """A markdown file in `samples/`, named after its language."""

    language: str
    title: str
    questions: tuple[str, ...]

    @property
    def path(self) -> Path:
        return _FOLDER / f"{self.language}.md"


SAMPLES = (
    Sample(
        "ko",
        "등불만 지도 팀 안내서",
        (
            "새로 들어온 사람은 연차를 며칠 쓸 수 있나요?",
            "측량용 드론은 바람이 얼마나 불면 날릴 수 없나요?",
            "지도 오류 신고는 며칠 안에 답해야 하나요?",
        ),
    ),
    Sample(
        "en",
        "Team handbook of Lantern Bay Maps",
        (
            "How many days of annual leave does a new colleague have?",
            "At which wind speed must the survey drone stay on the ground?",
            "How soon must a reported map error be answered?",
        ),
    ),
)


def add_sample(*, user: User, language: str) -> Document:
    """Add the sample to the user's default collection, as if it were uploaded; the same twice is one."""
    sample = next((each for each in SAMPLES if each.language == language), None)
    if sample is None:
        raise NotFound
    file = receive(sample.path.name, [sample.path.read_bytes()])
    return add_document(user=user, collection=default_collection(user), file=file, title=sample.title)
