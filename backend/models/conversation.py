"""A thread of questions and answers, in one of the three chats."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from models.collection import Collection
from models.user import User


class Mode(models.TextChoices):
    BASIC = "basic"
    AI = "ai"
    ADVANCED = "advanced"


class TitleBy(models.TextChoices):
    """Who worded a conversation's title: the first question, a language model, or the user."""

    QUESTION = "question"
    MODEL = "model"
    USER = "user"


class Conversation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, to_field="uuid", on_delete=models.CASCADE, related_name="conversations")
    mode = models.CharField(max_length=16, choices=Mode.choices)
    title = models.CharField(max_length=200)
    title_by = models.CharField(max_length=16, choices=TitleBy.choices, default=TitleBy.QUESTION)
    model = models.CharField(max_length=200, blank=True, default="")
    system_prompt = models.TextField(blank=True, default="")
    # Options of the model, e.g. {"temperature": 0.2}.
    parameters = models.JSONField(default=dict, blank=True)
    # Where Advanced chat looks; none: in all that the user may read.
    collections = models.ManyToManyField(Collection, related_name="+")
    # Nowhere listed, searched, titled or exported, and deleted for good soon after its last use.
    temporary = models.BooleanField(default=False, db_default=False)
    pinned = models.BooleanField(default=False)
    archived = models.BooleanField(default=False)
    # The newest turn of the branch on screen; turns are a tree through `Chat.parent`.
    current_leaf = models.ForeignKey(
        "models.Chat", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # For one that was imported: SHA-256 of what it was there, so that it comes in once.
    import_key = models.CharField(max_length=64, null=True)
    created_datetime = models.DateTimeField(default=timezone.now)
    updated_datetime = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "conversations"
        indexes = [
            # Of the archived as of the others: neither list may have to step over the other.
            models.Index(
                fields=["user", "archived", "-updated_datetime"],
                name="conversation_newest",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["user", "archived", "-updated_datetime"],
                name="conversation_pinned",
                condition=models.Q(deleted_at__isnull=True, pinned=True),
            ),
            models.Index(
                fields=["user", "import_key"],
                name="conversation_imported",
                condition=models.Q(import_key__isnull=False),
            ),
            models.Index(
                fields=["updated_datetime"],
                name="conversation_temporary",
                condition=models.Q(temporary=True),
            ),
            # For deleting chats: Postgres looks whether a conversation still points at each.
            models.Index(
                fields=["current_leaf"],
                name="conversation_leaf",
                condition=models.Q(current_leaf__isnull=False),
            ),
        ]
