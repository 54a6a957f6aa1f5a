"""Writing passages: what a document is cut into, and what clients write themselves.

What the search needs of them is written in the same transaction. Their number, and that of
each word, is counted by the database itself (`PassageTerms`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

from django.db import connection, transaction
from django.db.models import QuerySet

from chat.search.weights import WeighedText, scope_hash, weigh_text
from models.models import Collection, Document, PassageTerms, RagData

# In the order of the passages.
_NEW_IDS: LiteralString = """
    SELECT nextval(pg_get_serial_sequence('rag_data', 'data_id')) FROM generate_series(1, %s)
"""
_COPY_TEXTS: LiteralString = """
    COPY rag_data (
        data_id, document_id, collection_id, data_text, title, heading, page, position, image_urls, external_id
    ) FROM STDIN
"""
_COPY_TERMS: LiteralString = """
    COPY passage_terms (data_id, document_id, collection_id, length, terms, term_weights) FROM STDIN
"""
# Only where a model makes vectors at all. One that is made at this moment of the old text does not count.
_WAIT: LiteralString = """
    INSERT INTO waiting_embeddings (data_id, collection_id, changed_datetime)
    SELECT data_id, %s, clock_timestamp() FROM unnest(%s::bigint[]) AS data_id WHERE EXISTS (SELECT FROM embedders)
     ORDER BY data_id
        ON CONFLICT (data_id) DO UPDATE
       SET collection_id = excluded.collection_id, changed_datetime = excluded.changed_datetime
"""
_REINDEXED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage before it is stored. `title` "" means: the document's; `page` counts from 1."""

    text: str
    title: str = ""
    heading: str = ""
    page: int | None = None
    image_urls: tuple[str, ...] = ()
    external_id: str | None = None


def store_passages(document: Document, passages: Sequence[NewPassage], *, first_position: int = 0) -> list[int]:
    """Store passages of a document so that they can be found; return their `data_id`s in the same order.

    Writers of one collection wait for each other's transactions, so give a long document in
    parts of some hundred passages.
    """
    # Before the transaction: it is most of the work, and would keep other writers waiting.
    weighed = _weigh(document, passages)
    with transaction.atomic():
        ids = _write_texts(document, passages, first_position)
        _write_terms(document, ids, weighed)
    return ids


def reindex(document: Document, rows: Sequence[RagData]) -> None:
    """Find passages of a document by what they say now, in the collection that they are in now."""
    weighed = _weigh(document, [NewPassage(row.data_text, row.title, row.heading) for row in rows])
    ids = [row.pk for row in rows]
    with transaction.atomic():
        PassageTerms.objects.filter(pk__in=ids).delete()
        _write_terms(document, ids, weighed)


def reindex_document(document: Document) -> None:
    """Find all passages by the document's title as it is now; call it when the title has changed."""
    rows = RagData.objects.filter(document=document).order_by("position", "pk")
    for part in _parts(rows.iterator(_REINDEXED_AT_ONCE)):
        reindex(document, part)


@transaction.atomic
def move_passages(document: Document, collection: Collection) -> None:
    """Move a document with its passages into another collection of the same owner."""
    both = {document.collection_id, collection.pk}
    # In one order for everybody, so that two who move to and fro do not wait for each other.
    list(
        Collection.objects.select_for_update(no_key=True).filter(pk__in=[each for each in both if each]).order_by("pk")
    )
    document.collection = collection
    document.save(update_fields=["collection"])
    RagData.objects.filter(document=document).update(collection=collection)
    reindex_document(document)


def remove_passages(document: Document) -> int:
    """Remove all passages of a document; return how many there were."""
    return delete_passages(RagData.objects.filter(document=document))


@transaction.atomic
def delete_passages(passages: QuerySet[RagData]) -> int:
    """Delete passages and return how many.

    Held first: Django takes them off what refers to them before it deletes them, and a search or an answer could
    refer to them anew in between.
    """
    list(passages.select_for_update().order_by("pk").values_list("pk"))
    return passages.delete()[1].get("models.RagData", 0)


def _weigh(document: Document, passages: Sequence[NewPassage]) -> list[WeighedText]:
    if document.collection_id is None:
        return []
    scope = scope_hash(document.collection_id)
    return [weigh_text(scope, f"{each.title or document.title}\n{each.heading}\n{each.text}") for each in passages]


def _write_texts(document: Document, passages: Sequence[NewPassage], first_position: int) -> list[int]:
    """Store the rows of `RagData`, without an object for each; return their ids."""
    with connection.cursor() as cursor:
        cursor.execute(_NEW_IDS, [len(passages)])
        ids = [data_id for (data_id,) in cursor.fetchall()]
        with cursor.copy(_COPY_TEXTS) as copy:
            for position, (data_id, each) in enumerate(zip(ids, passages, strict=True), start=first_position):
                copy.write_row(
                    (
                        data_id,
                        document.pk,
                        document.collection_id,
                        each.text,
                        each.title,
                        each.heading,
                        each.page,
                        position,
                        json.dumps(each.image_urls),
                        each.external_id,
                    )
                )
    return ids


def _write_terms(document: Document, ids: Sequence[int], weighed: Sequence[WeighedText]) -> None:
    """Store what the search keeps; nothing for the guide, which is in no collection."""
    if not weighed:
        return
    place = f"{document.pk}\t{document.collection_id}"
    with connection.cursor() as cursor, cursor.copy(_COPY_TERMS) as copy:
        for data_id, each in zip(ids, weighed, strict=True):
            copy.write(f"{data_id}\t{place}\t{each.length}\t{each.terms}\t{each.weights}\n")
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [document.collection_id, list(ids)])


def _parts(rows: Iterable[RagData]) -> Iterable[list[RagData]]:
    part: list[RagData] = []
    for row in rows:
        part.append(row)
        if len(part) == _REINDEXED_AT_ONCE:
            yield part
            part = []
    if part:
        yield part
