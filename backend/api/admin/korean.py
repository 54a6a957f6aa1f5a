"""Korean for what the admin says beyond Django's own words, which are translated already.

A dictionary rather than gettext's compiled catalogues, which would need a tool to be made anew with each word.
"""

from __future__ import annotations

from django.db.models import Model
from django.utils.functional import lazy
from django.utils.translation import get_language

_KOREAN = {
    # Tables
    "Models": "데이터",
    "user": "사용자", "users": "사용자", "session": "세션", "sessions": "세션", "document": "문서", "documents": "문서",
    "chat": "대화", "chats": "대화", "search log": "검색 기록", "search logs": "검색 기록",
    # Columns
    "user id": "이름", "uuid": "고유 번호", "is guest": "게스트", "is staff": "관리자", "is superuser": "최고 관리자",
    "is active": "사용 중", "created datetime": "만든 때", "last activity": "마지막 활동", "expired datetime": "만료된 때",
    "device": "기기", "place": "네트워크", "last seen": "마지막 활동", "absolute expiry": "끝나는 때",
    "revoked at": "끝낸 때", "title": "제목", "owner": "주인", "source": "들어온 길", "status": "상태",
    "error code": "오류 코드", "size bytes": "크기(바이트)", "passage count": "구절 수", "deleted at": "지운 때",
    "file name": "파일 이름", "media type": "파일 형식", "language": "언어", "page count": "쪽수", "progress": "진행(%)",
    "attempts": "시도 횟수", "question": "질문", "answer": "답변", "mode": "방식", "model": "모델",
    "input tokens": "읽은 토큰", "output tokens": "쓴 토큰", "question created datetime": "질문한 때",
    "finished datetime": "끝난 때", "started datetime": "시작한 때", "first token datetime": "첫 글자가 나온 때",
    "question id": "질문 번호", "searched": "검색어", "rank": "순위", "score": "점수", "duration ms": "걸린 시간(ms)",
    "data": "구절", "searching time": "검색한 때", "search log id": "기록 번호", "search id": "검색 번호", "ID": "번호",
    # Values
    "Basic": "기본 채팅", "Ai": "AI 채팅", "Advanced": "고급 채팅", "Queued": "대기 중", "Streaming": "답변 중",
    "Reading": "읽는 중", "Done": "완료", "Failed": "실패", "Cancelled": "취소됨", "Interrupted": "중단됨",
    "Guide": "안내서", "Upload": "올린 파일", "Direct": "직접 등록",
    # Sentences
    "Name": "이름", "Password": "비밀번호", "Sign in": "로그인", "(hidden)": "(숨김)",
    "End the chosen sessions": "고른 세션 끝내기", "{count} sessions have ended.": "세션 {count}개를 끝냈습니다.",
    "The name or the password is wrong.": "이름이나 비밀번호가 맞지 않습니다.",
    "Too many wrong passwords. Wait before you try again.": "비밀번호를 너무 여러 번 잘못 입력하셨습니다. 잠시 뒤에 다시 시도해 주세요.",
    "You may not do this.": "이 일을 할 권한이 없습니다.",
}  # fmt: skip


def _in_language(text: str) -> str:
    return _KOREAN.get(text, text) if get_language() == "ko" else text


# Read when it is shown, in the language of whom it is shown to.
own_text = lazy(_in_language, str)


def name_in_korean(model: type[Model]) -> None:
    """Let a table, its columns and their values have their names in both languages; migrations do not see it."""
    meta = model._meta
    meta.verbose_name, meta.verbose_name_plural = (
        own_text(str(meta.verbose_name)),
        own_text(str(meta.verbose_name_plural)),
    )
    if meta.app_config:
        meta.app_config.verbose_name = own_text("Models")
    for field in meta.concrete_fields:
        field.verbose_name = own_text(str(field.verbose_name))
        if field.choices:
            field.choices = [(value, own_text(str(label))) for value, label in field.flatchoices]
