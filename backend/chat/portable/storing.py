"""Stores what an import has read: a few conversations in one transaction, which also holds the import's row.

A conversation remembers what it was there, and its turns have ids that are made of theirs: the
same file twice makes no second copy, and one that was exported again later adds only its new
turns. A conversation that was exported here and is still here is itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chat.conversations import TITLE_CHARACTERS, title_from_question
from chat.library.collections import readable_collections
from chat.portable.incoming import IncomingThread, IncomingTurn, an_id
from chat.search.terms import terms_to_store
from models.models import Chat, Citation, Conversation, Document, RagData, TitleBy, User

_TITLE_MOST = 200
_LARGEST_ID = 2**63 - 1


@dataclass(slots=True)
class Prepared:
    """A thread under the ids that it has here. `rows` are filled in outside of any transaction: words take a while."""

    thread: IncomingThread
    id: UUID
    rows: dict[str, Chat]
    was_here: bool = False
    stored: int = 0


def prepare(user: User, thread: IncomingThread) -> Prepared:
    """Make the rows of a thread, with the words they are found by."""
    conversation_id = _id_here(user, thread)
    here = _known_turns(conversation_id)
    rows = {turn.source_id: _row(user, conversation_id, turn) for turn in thread.turns}
    original = {turn.source_id: an_id(turn.source_id) for turn in thread.turns}
    for source_id, row in rows.items():
        # A turn that was exported here and is still here.
        if original[source_id] in here:
            row.question_id = original[source_id] or row.question_id
    for turn in thread.turns:
        row = rows[turn.source_id]
        row.parent_id = rows[turn.parent].question_id if turn.parent in rows else None
        if row.question_id not in here:
            row.search_terms = _as_array(terms_to_store(user.uuid, row.question_text, row.response_text))
    return Prepared(thread, conversation_id, rows)


def _as_array(terms: Iterable[int]) -> Any:
    """Terms as Postgres reads them: Django looks at each number of a list, which took half of an import's time."""
    return f"{{{','.join(map(str, terms))}}}"


def store(user: User, batch: Sequence[Prepared]) -> None:
    """Store what is not there yet. To be called in a transaction, once for each conversation of a batch."""
    ids = [each.id for each in batch]
    known = set(_of(user).filter(pk__in=ids).values_list("pk", flat=True))
    _of(user).filter(pk__in=ids, deleted_at__isnull=False).update(deleted_at=None)
    there = set(Chat.objects.filter(conversation__in=ids).values_list("question_id", flat=True))
    conversations, chats = [], []
    for each in batch:
        each.was_here = each.id in known
        new = [row for row in each.rows.values() if row.question_id not in there]
        each.stored = len(new)
        chats += new
        if not each.was_here:
            conversations.append(_conversation(user, each))
    _link_passages(user, batch, chats)
    Conversation.objects.bulk_create(conversations)
    Chat.objects.bulk_create(chats, batch_size=500)
    Citation.objects.bulk_create(_citations(batch, {chat.question_id for chat in chats}), batch_size=1000)
    _link_collections(user, [each for each in batch if each.thread.collections and not each.was_here])


def _of(user: User) -> QuerySet[Conversation]:
    return Conversation.objects.filter(user=user, temporary=False)


def _id_here(user: User, thread: IncomingThread) -> UUID:
    original = an_id(thread.source_id)
    if original and _of(user).filter(pk=original).exists():
        return original
    imported = _of(user).filter(import_key=_import_key(thread)).values_list("pk", flat=True).first()
    return imported or uuid.uuid4()


def _import_key(thread: IncomingThread) -> str:
    return sha256(f"{thread.source}:{thread.source_id}".encode()).hexdigest()


def _known_turns(conversation_id: UUID) -> set[UUID]:
    return set(Chat.objects.filter(conversation=conversation_id).values_list("question_id", flat=True))


def _row(user: User, conversation_id: UUID, turn: IncomingTurn) -> Chat:
    return Chat(
        question_id=uuid.uuid5(conversation_id, turn.source_id),
        user_id=user.uuid,
        conversation_id=conversation_id,
        question_text=turn.question,
        response_text=turn.answer,
        question_created_datetime=turn.asked,
        **turn.fields,
    )


def _conversation(user: User, prepared: Prepared) -> Conversation:
    thread = prepared.thread
    titled = " ".join(thread.title.split())[:_TITLE_MOST]
    first = next((turn.question for turn in thread.turns if turn.question.strip()), "")
    fields = {"mode": thread.turns[0].fields["mode"], "title_by": TitleBy.USER, **thread.fields}
    return Conversation(
        id=prepared.id,
        import_key=_import_key(thread),
        user=user,
        title=titled or title_from_question(first) or thread.source[:TITLE_CHARACTERS],
        created_datetime=thread.created,
        updated_datetime=thread.updated,
        current_leaf_id=prepared.rows[thread.leaf].question_id,
        **fields,
    )


def _citations(batch: Iterable[Prepared], new: set[UUID]) -> list[Citation]:
    return [
        Citation(chat_id=each.rows[turn.source_id].question_id, **citation)
        for each in batch
        for turn in each.thread.turns
        if turn.citations and each.rows[turn.source_id].question_id in new
        for citation in turn.citations
    ]


def _link_passages(user: User, batch: Iterable[Prepared], chats: Iterable[Chat]) -> None:
    """Put the ids of passages aside that are others here, or that the user may not read."""
    cited = [citation for each in batch for turn in each.thread.turns for citation in turn.citations]
    passages = _readable_passages(user, {citation["data_id"] for citation in cited})
    leaned_on: set[int] = set()
    for citation in cited:
        passage = passages.get(citation["data_id"]) if _is_key(citation["data_id"]) else None
        says_the_same = passage and passage.data_text[citation["start"] : citation["end"]] == citation["quote"]
        citation["data_id"] = passage.pk if passage and says_the_same else None
        citation["document_id"] = passage.document_id if passage and says_the_same else None
        if citation["data_id"] is not None:
            leaned_on.add(citation["data_id"])
    for chat in chats:
        wanted: Any = chat.data_id
        chat.data_id = wanted if _is_key(wanted) and wanted in leaned_on else None


def _readable_passages(user: User, wanted: set[Any]) -> dict[int, RagData]:
    keys = [each for each in wanted if _is_key(each)]
    if not keys:
        return {}
    readable = Document.objects.filter(collection__in=readable_collections(user), deleted_at=None)
    guide = Document.objects.filter(owner=None)
    found = RagData.objects.filter(pk__in=keys, document__in=readable | guide)
    return {passage.pk: passage for passage in found}


def _is_key(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST_ID


def _link_collections(user: User, batch: Sequence[Prepared]) -> None:
    if not batch:
        return
    wanted = {collection for each in batch for collection in each.thread.collections}
    readable = set(readable_collections(user).filter(pk__in=wanted).values_list("pk", flat=True))
    link = Conversation.collections.through
    link.objects.bulk_create(
        link(conversation_id=each.id, collection_id=collection)
        for each in batch
        for collection in each.thread.collections
        if collection in readable
    )
