"""Documents: find, add, change, delete with undo. Fetching is the permission check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePath
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from chat.errors import NotFound, ServiceError
from chat.library.collections import readable_collections
from chat.library.files import file_path, keep_file
from chat.library.ingestion.doorbell import ring
from chat.library.passages import remove_passages
from chat.library.reading.kinds import guess_kind
from chat.library.receiving import ReceivedFile
from chat.library.refusals import DocumentRefused, DocumentTooLarge, StorageFull
from chat.limits.uploading import allow_upload
from chat.undo import UNDO_FOR
from chat.users import hold_user
from models.document import UNREAD
from models.models import Collection, Document, DocumentImage, DocumentSource, DocumentStatus, RagData, User

_TITLE_CHARACTERS = 300
_ENDED_EARLY = (DocumentStatus.FAILED, DocumentStatus.CANCELLED)


class DocumentNotUnread(ServiceError):
    code = "document_not_being_read"
    status = 409
    message = "The document is not being read any more."


class DocumentNotFailed(ServiceError):
    code = "document_not_failed"
    status = 409
    message = "Only a document that failed or was cancelled can be read again."


class DocumentHasNoFile(ServiceError):
    code = "document_has_no_file"
    status = 409
    message = "These passages were written one by one; there is no file to do this with."


class DocumentThereAlready(ServiceError):
    code = "document_there_already"
    status = 409
    message = "The same file is in that collection already."


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file of an upload that was not taken, and why."""

    file_name: str
    reason: DocumentRefused


def list_documents(
    user: User, *, collection: UUID | None = None, status: str | None = None, search: str = ""
) -> QuerySet[Document]:
    """The documents that the user may read, unordered. `search` is a part of the title."""
    found = _readable_documents(user)
    if collection:
        found = found.filter(collection=collection)
    if status:
        found = found.filter(status=status)
    return found.filter(title__icontains=search) if search else found


def access_document(user: User, document_id: UUID, *, to_write: bool = False) -> Document:
    """Return a document that the user may read (or write: only one's own); raise NotFound for any other."""
    within = _readable_documents(user).filter(owner=user) if to_write else _readable_documents(user)
    document = within.filter(pk=document_id).first()
    if document is None:
        raise NotFound
    return document


def access_image(user: User, image_id: UUID) -> DocumentImage:
    """Return a picture of a document that the user may read; raise NotFound for any other."""
    image = DocumentImage.objects.filter(pk=image_id, document__in=_readable_documents(user)).first()
    if image is None:
        raise NotFound
    return image


def list_passages(document: Document) -> QuerySet[RagData]:
    return RagData.objects.filter(document=document)


def original_file(document: Document) -> Path:
    """Where the file lies that was added. Raise DocumentHasNoFile for passages that were written one by one."""
    if document.source != DocumentSource.UPLOAD:
        raise DocumentHasNoFile
    return file_path(document.pk)


def _readable_documents(user: User) -> QuerySet[Document]:
    return Document.objects.filter(collection__in=readable_collections(user), deleted_at=None)


def add_documents(
    *, user: User, collection: Collection, files: Sequence[ReceivedFile]
) -> tuple[list[Document], list[Refusal]]:
    """Take the files that can be taken, each for itself, and have them read. Raises TooManyUploads for all of them."""
    for _ in files:
        allow_upload(user)
    added: list[Document] = []
    refused: list[Refusal] = []
    for file in files:
        try:
            added.append(add_document(user=user, collection=collection, file=file))
        except DocumentRefused as reason:
            refused.append(Refusal(file.name, reason))
    return list({document.pk: document for document in added}.values()), refused


def add_document(*, user: User, collection: Collection, file: ReceivedFile, title: str = "") -> Document:
    """Take a file and have it read; the same file twice in a collection is one document.

    One that had failed is read again, and one that was deleted comes back. The file at
    `file.path` is gone afterwards, in every case. Raise DocumentRefused.
    """
    try:
        if file.too_large:
            raise DocumentTooLarge
        media_type = guess_kind(file.head, file.name).media_type
        with transaction.atomic():
            # One upload of a user after the other, so that two cannot share the last room.
            hold_user(user)
            known = _known_document(collection, file.content_hash)
            if known is not None:
                return known
            _require_room(user, file.size_bytes)
            document = Document(
                owner=user,
                collection=collection,
                source=DocumentSource.UPLOAD,
                title=title or _title_of(file.name),
                content_hash=file.content_hash,
                file_name=file.name,
                media_type=media_type,
                size_bytes=file.size_bytes,
            )
            keep_file(file.path, document.pk)
            _have_it_read(document)
    finally:
        file.discard()
    return document


def _title_of(file_name: str) -> str:
    return (PurePath(file_name).stem.replace("_", " ").strip() or file_name)[:_TITLE_CHARACTERS]


def _known_document(collection: Collection, content_hash: str) -> Document | None:
    same = Document.objects.select_for_update(no_key=True).filter(
        collection=collection, source=DocumentSource.UPLOAD, content_hash=content_hash
    )
    # The one that is there comes before those that were deleted (Postgres puts null first), of which the last counts.
    known = same.order_by("-deleted_at").first()
    if known is None:
        return None
    if known.deleted_at is not None or known.status in _ENDED_EARLY:
        known.deleted_at = None
        _have_it_read(known)
    return known


def _require_room(user: User, size_bytes: int) -> None:
    used = Document.objects.filter(owner=user).aggregate(total=Sum("size_bytes"))["total"] or 0
    if used + size_bytes > settings.USER_STORAGE_BYTES:
        raise StorageFull


def change_document(document: Document, *, title: str | None = None, collection: Collection | None = None) -> Document:
    """Rename it, or move it to another collection of its owner.

    Both are part of what the search knows of every passage, so the document is read anew.
    """
    with transaction.atomic():
        document = _locked(document)
        moves = collection is not None and collection.pk != document.collection_id
        renamed = title is not None and title != document.title
        if document.source != DocumentSource.UPLOAD and (moves or renamed):
            raise DocumentHasNoFile
        if moves or renamed:
            remove_passages(document)
            document.title = title or document.title
            document.collection = collection or document.collection
            _refuse_double(document)
            _have_it_read(document)
    return document


def _refuse_double(document: Document) -> None:
    same = Document.objects.filter(
        collection=document.collection, source=document.source, content_hash=document.content_hash, deleted_at=None
    )
    if same.exclude(pk=document.pk).exists():
        raise DocumentThereAlready


def delete_document(document: Document) -> None:
    """Hide it and take its passages out of the search. It can be restored for `UNDO_FOR`, then it is purged.

    Passages that were written one by one have no file to be read from again: they are gone at once.
    """
    with transaction.atomic():
        document = _locked(document)
        remove_passages(document)
        if document.source != DocumentSource.UPLOAD:
            document.delete()
            return
        document.deleted_at = timezone.now()
        document.status, document.lease_until = DocumentStatus.CANCELLED, None
        document.passage_count = 0
        document.save()


def restore_document(user: User, document_id: UUID) -> Document:
    """Bring a deleted document back: it is read anew."""
    with transaction.atomic():
        hidden = Document.objects.select_for_update(no_key=True, of=("self",)).filter(
            owner=user,
            pk=document_id,
            deleted_at__gt=timezone.now() - UNDO_FOR,
            collection__deleted_at=None,
        )
        document = hidden.first()
        if document is None:
            raise NotFound
        document.deleted_at = None
        _refuse_double(document)
        _have_it_read(document)
    return document


def retry_document(document: Document) -> Document:
    with transaction.atomic():
        document = _locked(document)
        if document.status not in _ENDED_EARLY:
            raise DocumentNotFailed
        _have_it_read(document)
    return document


def cancel_document(document: Document) -> Document:
    """Stop the reading: at once when it has not begun, otherwise within about a second."""
    with transaction.atomic():
        document = _locked(document)
        if document.status not in UNREAD:
            raise DocumentNotUnread
        document.cancel_requested = True
        if document.status == DocumentStatus.QUEUED:
            document.status, document.lease_until = DocumentStatus.CANCELLED, None
        document.save(update_fields=["cancel_requested", "status", "lease_until"])
    return document


def _locked(document: Document) -> Document:
    return Document.objects.select_for_update(no_key=True).get(pk=document.pk)


def _have_it_read(document: Document) -> None:
    """Put the document into the queue; whoever was reading it has lost it. In the caller's transaction."""
    document.status, document.progress, document.error_code = DocumentStatus.QUEUED, 0, ""
    document.attempts, document.cancel_requested = 0, False
    document.epoch += 1
    document.lease_until = timezone.now() + timedelta(seconds=settings.DOCUMENT_LEASE_SECONDS)
    document.save()
    ring()
