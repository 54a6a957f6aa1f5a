"""Passages that clients write themselves, one by one or by the thousand.

They hang under one document for each collection that nobody sees. A passage that names an
`external_id` replaces the one of that name in its collection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet

from chat.errors import NotFound
from chat.library.collections import access_collection, default_collection, readable_collections
from chat.library.passages import NewPassage, delete_passages, reindex, store_passages
from models.models import Collection, Document, DocumentSource, RagData, User


@dataclass(frozen=True, slots=True)
class Written:
    """`data_ids` in the order of what was given; `updated`: how many of them were there before."""

    data_ids: tuple[int, ...]
    updated: int


@dataclass(frozen=True, slots=True)
class PlacedPassage:
    """A passage, and the collection that it shall go into; None: the user's default one."""

    passage: NewPassage
    collection: UUID | None


@transaction.atomic
def write_each(user: User, passages: Sequence[PlacedPassage]) -> Written:
    """Store passages in collections of the user, all or none; raise NotFound when one is nobody's or another's."""
    named = {name: own_collection(user, name) for name in {each.collection for each in passages}}
    places: dict[Collection, list[int]] = {}
    for at, each in enumerate(passages):
        places.setdefault(named[each.collection], []).append(at)
    data_ids: dict[int, int] = {}
    updated = 0
    # In one order for everybody, so that two who write into the same collections do not wait for each other.
    for collection in sorted(places, key=lambda each: each.pk):
        written = write_passages(collection, [passages[at].passage for at in places[collection]])
        data_ids |= zip(places[collection], written.data_ids, strict=True)
        updated += written.updated
    return Written(tuple(data_ids[at] for at in range(len(passages))), updated)


def own_collection(user: User, collection_id: UUID | None) -> Collection:
    """Return the collection to write into (None: the user's default one); raise NotFound unless it is the user's."""
    return access_collection(user, collection_id, to_write=True) if collection_id else default_collection(user)


@transaction.atomic
def write_passages(collection: Collection, passages: Sequence[NewPassage]) -> Written:
    """Store passages of a client in a collection. Of several with one `external_id` the last counts."""
    # Two clients may write one `external_id` at once; whoever comes second must see it.
    Collection.objects.select_for_update(no_key=True).get(pk=collection.pk)
    document = _direct_document(collection)
    named = {passage.external_id: passage for passage in passages if passage.external_id is not None}
    there = {row.external_id: row for row in RagData.objects.filter(collection=collection, external_id__in=named)}
    new = [passage for passage in passages if passage.external_id is None]
    new += [passage for name, passage in named.items() if name not in there]
    ids = store_passages(document, new, first_position=_next_position(document))
    _replace(document, [(row, named[str(name)]) for name, row in there.items()])
    Document.objects.filter(pk=document.pk).update(passage_count=F("passage_count") + len(new))
    unnamed = iter(ids)
    of_name = {passage.external_id: data_id for passage, data_id in zip(new, ids, strict=True)}
    of_name |= {name: row.data_id for name, row in there.items()}
    data_ids = (next(unnamed) if each.external_id is None else of_name[each.external_id] for each in passages)
    return Written(tuple(data_ids), len(there))


def readable_passages(user: User) -> QuerySet[RagData]:
    """Those of one's own collections and of shared ones; staff may read all."""
    known = RagData.objects.filter(collection__isnull=False, document__deleted_at=None).select_related("document")
    if user.is_staff:
        return known
    return known.filter(collection__in=readable_collections(user))


def list_passages(user: User, *, everybodys: bool = False, **filters: Any) -> QuerySet[RagData]:
    """The user's own; staff may list everybody's."""
    known = RagData.objects.filter(collection__isnull=False, document__deleted_at=None, collection__deleted_at=None)
    own = Q() if everybodys and user.is_staff else Q(collection__owner=user)
    return known.filter(own, **{name: value for name, value in filters.items() if value is not None})


def read_passages(data_ids: Sequence[int]) -> list[RagData]:
    """Return passages in the order of their ids given here, those that are gone left out."""
    rows = RagData.objects.in_bulk(data_ids)
    return [rows[data_id] for data_id in data_ids if data_id in rows]


def access_passage(user: User, data_id: int, *, to_write: bool = False) -> RagData:
    """Return a passage that the user may read (or write: only one's own); raise NotFound for any other."""
    within = readable_passages(user)
    passage = (within.filter(collection__owner=user) if to_write else within).filter(pk=data_id).first()
    if passage is None:
        raise NotFound
    return passage


@transaction.atomic
def change_passage(passage: RagData, fields: Mapping[str, Any]) -> RagData:
    """Set data_text, image_urls, title, heading or page, and find it by what it says now."""
    for name, value in fields.items():
        setattr(passage, name, value)
    if fields:
        passage.save(update_fields=list(fields))
        reindex(passage.document, [passage])
    return passage


@transaction.atomic
def delete_passage(passage: RagData) -> None:
    Document.objects.filter(pk=passage.document_id).update(passage_count=F("passage_count") - 1)
    delete_passages(RagData.objects.filter(pk=passage.pk))


def _direct_document(collection: Collection) -> Document:
    # Without a title: it would be one of every passage, and say nothing.
    return Document.objects.get_or_create(
        collection=collection,
        source=DocumentSource.DIRECT,
        content_hash="",
        deleted_at=None,
        defaults={"owner_id": collection.owner_id, "title": ""},
    )[0]


def _next_position(document: Document) -> int:
    last: int | None = RagData.objects.filter(document=document).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _replace(document: Document, pairs: Sequence[tuple[RagData, NewPassage]]) -> None:
    rows = []
    for row, passage in pairs:
        row.data_text, row.title, row.heading, row.page = passage.text, passage.title, passage.heading, passage.page
        row.image_urls = list(passage.image_urls)
        # A passage of that name may hang under a document that is deleted and can still be restored.
        row.document = document
        rows.append(row)
    if rows:
        changed = ["data_text", "title", "heading", "page", "image_urls", "document"]
        RagData.objects.bulk_update(rows, changed, batch_size=500)
        reindex(document, rows)
