"""Everything that belongs to a user, as one JSON object that is written while it is read.

Read in batches, each by a short query of its own: the memory stays flat, and a slow reader holds no
connection to the database. What changes meanwhile may appear in its old or in its new state.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from asgiref.sync import sync_to_async
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model, Q, QuerySet

from models.models import (
    Attachment,
    Chat,
    Citation,
    Collection,
    Comparison,
    Conversation,
    Document,
    SearchLog,
    Session,
    User,
)

# An answer can have a megabyte.
_BATCH = 50

Row = dict[str, Any]

# How the system works with a row, and what only it can use; a new column is exported unless it stands here.
_INTERNAL = frozenset({
    "attempts", "bound_user_id", "cancel_requested", "client_fingerprint", "client_key", "content_hash", "epoch",
    "job_id", "lease_until", "owner", "password", "search_terms", "stop_requested", "token_count", "token_hash",
})  # fmt: skip


def _as_they_are(rows: list[Row]) -> list[Row]:
    return rows


def _as_shown(rows: list[Row]) -> list[Row]:
    """Questions with their citations, and without the model of one that a blind comparison hides."""
    found = Citation.objects.filter(chat__in=[row["question_id"] for row in rows]).order_by("chat_id", "rank")
    by_chat = {chat: list(group) for chat, group in groupby(found.values(), key=lambda row: row["chat_id"])}
    hidden = ("id", "chat_id")
    for row in rows:
        if row.pop("model_hidden"):
            row["model"] = ""
        cited = by_chat.get(row["question_id"], [])
        row["citations"] = [{key: value for key, value in each.items() if key not in hidden} for each in cited]
    return rows


@dataclass(frozen=True, slots=True)
class _Section:
    """`order`: the column of time that an index of the owner's rows is sorted by."""

    name: str
    model: type[Model]
    owner: str
    order: str
    complete: Callable[[list[Row]], list[Row]] = _as_they_are


_SECTIONS = (
    _Section("sessions", Session, "user", "created_datetime"),
    _Section("conversations", Conversation, "user", "updated_datetime"),
    _Section("chats", Chat, "user", "question_created_datetime", _as_shown),
    _Section("comparisons", Comparison, "user", "created_datetime"),
    _Section("collections", Collection, "owner", "created_datetime"),
    _Section("documents", Document, "owner", "created_datetime"),
    _Section("attachments", Attachment, "owner", "created_datetime"),
    _Section("search_logs", SearchLog, "user", "searching_time"),
)


async def export_user(user: User) -> AsyncIterator[str]:
    """Yield the pieces of the object: `user`, then a list for each kind of thing that can be theirs."""
    me = {name: getattr(user, name) for name in _columns(User)}
    yield f'{{"exported_datetime": {_json(datetime.now(UTC))}, "user": {_json(me)}'
    for section in _SECTIONS:
        yield f', "{section.name}": ['
        separator = ""
        async for row in _rows(section, user):
            yield separator + _json(row)
            separator = ",\n"
        yield "]"
    yield "}\n"


async def _rows(section: _Section, user: User) -> AsyncIterator[Row]:
    after: tuple[Any, Any] | None = None
    while batch := await sync_to_async(_read)(section, user, after):
        after = batch[-1][section.order], batch[-1][_key(section)]
        for row in batch:
            yield row


def _read(section: _Section, user: User, after: tuple[Any, Any] | None) -> list[Row]:
    """The next rows behind `after` (time and key); the first condition lets the index find the place."""
    try:
        found: QuerySet[Any] = section.model._default_manager.filter(**{section.owner: user})
        if after:
            moment, key = after
            later = Q(**{f"{section.order}__gt": moment}) | Q(pk__gt=key)
            found = found.filter(later, **{f"{section.order}__gte": moment})
        rows = found.order_by(section.order, "pk").values(*_columns(section.model, without=section.owner))
        return section.complete(list(rows[:_BATCH]))
    finally:
        connection.close()


def _columns(model: type[Model], *, without: str = "") -> list[str]:
    fields = model._meta.concrete_fields
    return [field.attname for field in fields if field.name not in _INTERNAL and field.name != without]


def _key(section: _Section) -> str:
    key = section.model._meta.pk
    assert key is not None
    return key.attname


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
