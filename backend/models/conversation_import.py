"""A file with conversations that is being taken in. The file lies in the data folder under the row's id, until its end."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from models.user import User


class ImportStatus(models.TextChoices):
    QUEUED = "queued"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNREAD_IMPORTS = (ImportStatus.QUEUED, ImportStatus.READING)


class ConversationImport(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, to_field="uuid", on_delete=models.CASCADE, related_name="imports", db_index=False)
    file_name = models.CharField(max_length=255, blank=True, default="")
    size_bytes = models.BigIntegerField(default=0)
    # Whose export it is; blank until that is known.
    source = models.CharField(max_length=16, blank=True, default="")
    created_datetime = models.DateTimeField(default=timezone.now)
    finished_datetime = models.DateTimeField(null=True)

    status = models.CharField(max_length=16, choices=ImportStatus.choices, default=ImportStatus.QUEUED)
    error_code = models.CharField(max_length=64, blank=True, default="")
    # 0 to 100, of the file.
    progress = models.SmallIntegerField(default=0)
    conversations_taken = models.IntegerField(default=0)
    # There already; those of the second kind got turns that they lacked.
    conversations_known = models.IntegerField(default=0)
    conversations_extended = models.IntegerField(default=0)
    conversations_refused = models.IntegerField(default=0)
    turns_taken = models.IntegerField(default=0)
    # What became of single conversations, and of how many more it is not told.
    report = models.JSONField(default=list)
    report_left_off = models.IntegerField(default=0)

    # Who reads it holds it until then, as with an answer.
    lease_until = models.DateTimeField(null=True)
    epoch = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)

    class Meta:
        db_table = "conversation_imports"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(status__in=["queued", "reading"]),
                name="import_one_running_per_user",
            )
        ]
        indexes = [
            models.Index(fields=["user", "-created_datetime"], name="import_user_newest"),
            models.Index(
                fields=["lease_until"],
                name="import_unread_lease",
                condition=models.Q(status__in=["queued", "reading"]),
            ),
        ]
