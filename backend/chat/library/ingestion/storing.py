"""Writes down what is read of a document, batch by batch, each in a transaction that holds its row.

Passages are there exactly once: whoever begins to read removes what an earlier one has left,
and whoever has lost the row writes nothing more. These functions block; call them in a thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from django.db import transaction

from chat.library.files import keep_file, remove_file
from chat.library.ingestion.rows import Claim, Lost
from chat.library.passages import NewPassage, remove_passages, store_passages
from chat.notifications.documents import document_read
from chat.open_connections import in_thread
from models.models import Document, DocumentImage, DocumentStatus


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture that lies in the folder of the reading process."""

    id: UUID
    path: Path
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of a document once it is read."""

    media_type: str
    page_count: int | None
    language: str
    passage_count: int


@in_thread
def begin(claim: Claim) -> None:
    with _held(claim) as document:
        _remove_all(document)


@in_thread
def store_batch(
    claim: Claim, passages: Sequence[NewPassage], pictures: Sequence[FoundPicture], first_position: int
) -> None:
    with _held(claim) as document:
        DocumentImage.objects.bulk_create(
            DocumentImage(
                id=picture.id,
                document=document,
                media_type=picture.media_type,
                width=picture.width,
                height=picture.height,
            )
            for picture in pictures
        )
        for picture in pictures:
            keep_file(picture.path, picture.id)
        store_passages(document, passages, first_position=first_position)


@in_thread
def finish(claim: Claim, summary: Summary) -> None:
    with _held(claim) as document:
        document.status, document.progress = DocumentStatus.DONE, 100
        document.media_type, document.page_count = summary.media_type, summary.page_count
        document.language, document.passage_count = summary.language, summary.passage_count
        document.lease_until = None
        document.save()
        document_read(document)


@in_thread
def give_up(claim: Claim, *, status: DocumentStatus, error_code: str = "") -> None:
    """Failed or cancelled: nothing of it stays to be found."""
    with _held(claim) as document:
        end_unread(document, status=status, error_code=error_code)


def end_unread(document: Document, *, status: DocumentStatus, error_code: str = "") -> None:
    """Store that a document, whose row the caller holds, was not read to its end."""
    _remove_all(document)
    document.status, document.error_code = status, error_code
    document.lease_until, document.cancel_requested = None, False
    document.passage_count = 0
    document.save()
    document_read(document)


@contextmanager
def _held(claim: Claim) -> Iterator[Document]:
    """Hold the row for a transaction; raise Lost when it is not ours any more."""
    with transaction.atomic():
        ours = Document.objects.select_for_update(no_key=True).filter(
            pk=claim.document_id, epoch=claim.epoch, status=DocumentStatus.READING
        )
        document = ours.first()
        if document is None:
            raise Lost
        yield document


def _remove_all(document: Document) -> None:
    remove_passages(document)
    pictures = list(document.images.values_list("pk", flat=True))
    document.images.all().delete()
    for picture in pictures:
        transaction.on_commit(partial(remove_file, picture))
