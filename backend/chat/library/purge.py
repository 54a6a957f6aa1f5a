"""Removes for good what was deleted from the library, with its files."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from chat.library.files import remove_file, remove_files_of_nobody
from chat.library.passages import remove_passages
from chat.undo import UNDO_FOR
from models.models import Collection, Document

_BATCH = 1000


def purge_library() -> int:
    """Delete for good what was deleted longer than `UNDO_FOR` ago; return how many documents."""
    before = timezone.now() - UNDO_FOR
    due = Document.objects.filter(Q(deleted_at__lt=before) | Q(collection__deleted_at__lt=before))
    documents = list(due.order_by("created_datetime")[:_BATCH])
    for document in documents:
        _purge(document, due)
    Collection.objects.filter(deleted_at__lt=before, documents=None).delete()
    remove_files_of_nobody()
    return len(documents)


def _purge(document: Document, due: QuerySet[Document]) -> None:
    files = [document.pk, *document.images.values_list("pk", flat=True)]
    with transaction.atomic():
        locked = Document.objects.select_for_update().filter(pk=document.pk)
        # A statement of its own: the same file, sent once more, brings the document back.
        if not (locked.exists() and due.filter(pk=document.pk).exists()):
            return
        remove_passages(document)
        document.delete()
    # After the rows: a file without a row is found again, a row without its file would be broken.
    for file_id in files:
        remove_file(file_id)
