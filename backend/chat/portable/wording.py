"""The few words that a Markdown export adds to what was written, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    you: str
    untitled: str
    exported: str
    picture: str
    sources: str
    page: str
    not_finished: str
    # By the status of the answer.
    endings: Mapping[str, str]


LANGUAGES = ("en", "ko")

_WORDS = {
    "en": Words(
        you="You",
        untitled="Conversation",
        exported="Exported from Triple Chat, {time}",
        picture="Picture",
        sources="Sources",
        page="page {page}",
        not_finished="The answer was not finished.",
        endings={
            "failed": "The answer failed.",
            "cancelled": "The answer was stopped.",
            "interrupted": "The answer was interrupted.",
        },
    ),
    "ko": Words(
        you="나",
        untitled="대화",
        exported="Triple Chat에서 내보냄, {time}",
        picture="사진",
        sources="출처",
        page="{page}쪽",
        not_finished="답변이 끝나지 않았습니다.",
        endings={
            "failed": "답변하지 못했습니다.",
            "cancelled": "답변을 멈췄습니다.",
            "interrupted": "답변이 도중에 끊겼습니다.",
        },
    ),
}


def words_in(language: str) -> Words:
    return _WORDS[language]
