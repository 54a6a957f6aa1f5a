"""Users in the tests who were away for a long time, by the database's clock."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from django.db import connection

from chat.sessions.opening import OpenedSession, open_guest_session
from models.models import Chat, Citation, Conversation, SearchLog, User


def away_for(user: User, span: timedelta) -> None:
    """Let user and sessions have been active last so long ago."""
    _set("users", "last_activity", user, span, key="uuid")
    _set("sessions", "last_seen", user, span, key="user_id")


def expired_for(user: User, span: timedelta) -> None:
    _set("users", "expired_datetime", user, span, key="uuid")


def _set(table: str, column: str, user: User, span: timedelta, *, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = now() - %s WHERE {key} = %s", [span, user.uuid])


def guest_expired_for(span: timedelta, *, chats: int = 2) -> OpenedSession:
    """A guest with chats, whose session still holds, as if it had been kept longer than its user."""
    opened = open_guest_session(device="a test")
    with_chats(opened.user, chats)
    expired_for(opened.user, span)
    return opened


def with_chats(user: User, count: int) -> list[Chat]:
    conversation = Conversation.objects.create(user=user, mode="ai", title="Old")
    common: dict[str, Any] = {"user": user, "conversation": conversation, "mode": "ai", "model": "builtin"}
    chats = [Chat(**common, question_text=str(number), status="done") for number in range(count)]
    for before, chat in itertools.pairwise(chats):
        chat.parent = before
    Chat.objects.bulk_create(chats)
    Citation.objects.bulk_create(Citation(chat=chat, rank=1, quote="Quoted", start=0, end=6) for chat in chats)
    SearchLog.objects.bulk_create(SearchLog(user=user, question=chat, query="Old", duration_ms=1) for chat in chats)
    Conversation.objects.filter(pk=conversation.pk).update(current_leaf=chats[-1])
    return chats


def is_expired(user: User) -> bool:
    return User.objects.get(uuid=user.uuid).expired_datetime is not None


def chats_of(user: User) -> int:
    return Chat.objects.filter(user_id=user.uuid).count()
