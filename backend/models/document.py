"""Where passages come from. The shipped guide belongs to nobody (`owner` and `collection` null)."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from models.collection import Collection
from models.user import User


class DocumentSource(models.TextChoices):
    """`DIRECT` holds the passages that a client wrote itself through rag-data/, one for each collection."""

    GUIDE = "guide"
    UPLOAD = "upload"
    DIRECT = "direct"


class DocumentStatus(models.TextChoices):
    QUEUED = "queued"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNREAD = (DocumentStatus.QUEUED, DocumentStatus.READING)


class Document(models.Model):
    """A file, with the state of its reading. The file lies in the data folder under its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        User, to_field="uuid", null=True, on_delete=models.CASCADE, related_name="documents", db_index=False
    )
    collection = models.ForeignKey(
        Collection, null=True, on_delete=models.CASCADE, related_name="documents", db_index=False
    )
    source = models.CharField(max_length=16, choices=DocumentSource.choices)
    title = models.CharField(max_length=300)
    language = models.CharField(max_length=8, blank=True, default="")
    # SHA-256 of the content: the same file twice is one document.
    content_hash = models.CharField(max_length=64)
    created_datetime = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    file_name = models.CharField(max_length=255, blank=True, default="")
    media_type = models.CharField(max_length=100, blank=True, default="")
    size_bytes = models.BigIntegerField(default=0)
    page_count = models.IntegerField(null=True)
    passage_count = models.IntegerField(default=0)

    status = models.CharField(max_length=16, choices=DocumentStatus.choices, default=DocumentStatus.DONE)
    error_code = models.CharField(max_length=64, blank=True, default="")
    # 0 to 100, of the reading.
    progress = models.SmallIntegerField(default=100)
    # Who reads it holds it until then, as with an answer.
    lease_until = models.DateTimeField(null=True)
    epoch = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)

    class Meta:
        db_table = "documents"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "source", "language", "content_hash"],
                condition=models.Q(owner__isnull=True),
                name="document_guide_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["collection", "source", "content_hash"],
                condition=models.Q(collection__isnull=False, deleted_at__isnull=True),
                name="document_once",
            ),
        ]
        indexes = [
            models.Index(fields=["collection", "-created_datetime"], name="document_collection_newest"),
            models.Index(fields=["owner", "-created_datetime"], name="document_owner_newest"),
            models.Index(
                fields=["collection"],
                name="document_deleted",
                condition=models.Q(deleted_at__isnull=False),
            ),
            models.Index(
                fields=["lease_until"],
                name="document_unread_lease",
                condition=models.Q(status__in=["queued", "reading"]),
            ),
        ]


class DocumentImage(models.Model):
    """A picture of a document. It lies in the data folder under its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="images")
    media_type = models.CharField(max_length=100)
    width = models.IntegerField()
    height = models.IntegerField()

    class Meta:
        db_table = "document_images"
