"""Where passages come from. The shipped guide belongs to nobody (`owner` null)."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from models.user import User


class DocumentSource(models.TextChoices):
    GUIDE = "guide"


class Document(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, to_field="uuid", null=True, on_delete=models.CASCADE, related_name="documents")
    source = models.CharField(max_length=16, choices=DocumentSource.choices)
    title = models.CharField(max_length=300)
    language = models.CharField(max_length=8)
    # SHA-256 of the content: the same file twice is one document.
    content_hash = models.CharField(max_length=64)
    created_datetime = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "documents"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "source", "language", "content_hash"],
                name="document_once",
                nulls_distinct=False,
            )
        ]
