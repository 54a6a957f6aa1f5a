"""A picture that belongs to a question. It lies in the data folder under its id."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from models.chat import Chat
from models.user import User


class Attachment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, to_field="uuid", on_delete=models.CASCADE, related_name="attachments")
    # The questions that show it; one that none does is removed after a day.
    chats = models.ManyToManyField(Chat, related_name="attachments")
    file_name = models.CharField(max_length=255, blank=True, default="")
    media_type = models.CharField(max_length=100)
    size_bytes = models.IntegerField()
    width = models.IntegerField()
    height = models.IntegerField()
    created_datetime = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "attachments"
