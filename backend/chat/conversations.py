"""Conversations: find, create, change, delete with undo. Fetching is the permission check."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from chat.errors import Invalid, NotFound
from chat.library.collections import named_collections
from chat.search.turns import find_turns
from chat.undo import UNDO_FOR
from models.chat import RUNNING
from models.models import Chat, Collection, Conversation, TitleBy, User

TITLE_CHARACTERS = 60


def list_conversations(
    user: User,
    *,
    mode: str | None = None,
    search: str = "",
    archived: bool = False,
    pinned: bool | None = None,
) -> QuerySet[Conversation]:
    """The user's conversations, unordered, each with `running`: is an answer on its way?

    `search` is a part of the title, or words that all stand in one turn.
    """
    found = with_running(Conversation.objects.filter(user=user, deleted_at=None, archived=archived, temporary=False))
    if mode:
        found = found.filter(mode=mode)
    if search:
        found = found.filter(Q(title__icontains=search) | Q(pk__in=find_turns(user, search).values("conversation")))
    if pinned is not None:
        found = found.filter(pinned=pinned)
    return found


def with_running(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    answers = Chat.objects.filter(conversation=OuterRef("pk"), status__in=RUNNING)
    collections = Prefetch("collections", Collection.objects.filter(deleted_at=None).only("pk"))
    return conversations.annotate(running=Exists(answers)).prefetch_related(collections)


def access_conversation(user: User, conversation_id: UUID, *, deleted: bool = False) -> Conversation:
    """Return the user's conversation; raise NotFound for anyone else's."""
    found = with_running(Conversation.objects.filter(user=user, pk=conversation_id, deleted_at__isnull=not deleted))
    conversation = found.first()
    if conversation is None:
        raise NotFound
    return conversation


@transaction.atomic
def create_conversation(
    *, user: User, mode: str, title: str = "", collections: Sequence[UUID] = (), **fields: object
) -> Conversation:
    """Open a conversation; `fields` as in `change_conversation`. An untitled one is named after its first question.

    Raises Invalid for a collection that the user may not read.
    """
    _require_no_title(title, temporary=bool(fields.get("temporary")))
    named = named_collections(user, collections)
    title_by = TitleBy.USER if title else TitleBy.QUESTION
    conversation = Conversation.objects.create(user=user, mode=mode, title=title, title_by=title_by, **fields)
    if collections:
        conversation.collections.set(named)
    return conversation


def _require_no_title(title: object, *, temporary: bool) -> None:
    if title and temporary:
        raise Invalid(details={"title": ["A temporary conversation has no title."]})


def title_from_question(question: str) -> str:
    """The first words of the question, on one line."""
    line = " ".join(question.split())
    if len(line) <= TITLE_CHARACTERS:
        return line
    words = line[:TITLE_CHARACTERS].rsplit(" ", 1)
    # A text without spaces (or one long word) is cut where it is.
    return (words[0] if len(words[0]) > TITLE_CHARACTERS // 2 else line[: TITLE_CHARACTERS - 1]) + "…"


def change_conversation(
    conversation: Conversation, *, collections: Sequence[UUID] | None = None, **fields: object
) -> Conversation:
    """Set the given fields: title, pinned, archived, model, system_prompt, parameters, collections.

    A title that a user has given is theirs: nothing else words it anew. Raises Invalid for a
    collection that the user may not read.
    """
    _require_no_title(fields.get("title"), temporary=conversation.temporary)
    if collections is not None:
        conversation.collections.set(named_collections(conversation.user, collections))
    if "title" in fields:
        fields["title_by"] = TitleBy.USER
    for name, value in fields.items():
        setattr(conversation, name, value)
    if fields:
        conversation.save(update_fields=list(fields))
    return conversation


def delete_conversation(conversation: Conversation) -> None:
    """Hide it; it can be restored for `UNDO_FOR`, then it is purged."""
    conversation.deleted_at = timezone.now()
    conversation.save(update_fields=["deleted_at"])


def restore_conversation(user: User, conversation_id: UUID) -> Conversation:
    conversation = access_conversation(user, conversation_id, deleted=True)
    conversation.deleted_at = None
    conversation.save(update_fields=["deleted_at"])
    return conversation


def purge_deleted_conversations() -> int:
    """Delete for good what was deleted longer than `UNDO_FOR` ago; return how many conversations."""
    due = Conversation.objects.filter(deleted_at__lt=timezone.now() - UNDO_FOR)
    # One by one, so that no lock is held for long; and not one that was restored meanwhile.
    deleted = [due.filter(pk=pk).delete()[1].get("models.Conversation", 0) for pk in due.values_list("pk", flat=True)]
    return sum(deleted)
