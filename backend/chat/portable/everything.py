"""Exports as JSON, written while they are read: everything of a user, or one conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from chat.portable.rows import Row, as_json, columns, heading, in_batches
from chat.portable.threads import write_conversations
from models.models import Attachment, Collection, Comparison, Conversation, Document, SearchLog, Session, User


@dataclass(frozen=True, slots=True)
class _Section:
    """`order`: the column of time that an index of the owner's rows is sorted by."""

    name: str
    model: type[Model]
    owner: str
    order: str


_SECTIONS = (
    _Section("sessions", Session, "user", "created_datetime"),
    _Section("comparisons", Comparison, "user", "created_datetime"),
    _Section("collections", Collection, "owner", "created_datetime"),
    _Section("documents", Document, "owner", "created_datetime"),
    _Section("attachments", Attachment, "owner", "created_datetime"),
    _Section("search_logs", SearchLog, "user", "searching_time"),
)


async def export_user(user: User) -> AsyncIterator[str]:
    """Yield the pieces of the object: `user`, `conversations`, and a list for each kind of thing that can be theirs.

    Temporary conversations are not in it, nor what they searched for.
    """
    me = {name: getattr(user, name) for name in columns(User)}
    yield f'{heading()}, "user": {as_json(me)}, "conversations": '
    async for piece in write_conversations(Conversation.objects.filter(user=user, temporary=False)):
        yield piece
    for section in _SECTIONS:
        yield f', "{section.name}": ['
        async for piece in _list(section, user):
            yield piece
        yield "]"
    yield "}\n"


async def export_conversation(conversation: Conversation) -> AsyncIterator[str]:
    """Yield the pieces of the same object with this conversation alone."""
    yield f'{heading()}, "conversations": '
    async for piece in write_conversations(Conversation.objects.filter(pk=conversation.pk)):
        yield piece
    yield "}\n"


async def _list(section: _Section, user: User) -> AsyncIterator[str]:
    found: Any = section.model._default_manager.filter(**{section.owner: user})
    if section.model is SearchLog:
        found = found.exclude(question__conversation__temporary=True)
    if section.model is Comparison:
        found = found.exclude(conversation__temporary=True)
    names = columns(section.model, section.owner)
    separator = ""
    async for batch in in_batches(found, order=section.order, names=names, complete=_as_they_are):
        yield separator + ",\n".join(map(as_json, batch))
        separator = ",\n"


def _as_they_are(rows: list[Row]) -> list[Row]:
    return rows
