"""A question and its answer. The row is also the answer's lock and its checkpoint."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from models.comparison import Comparison
from models.conversation import Conversation, Mode
from models.document import Document
from models.rag_data import RagData
from models.user import User


class AnswerStatus(models.TextChoices):
    QUEUED = "queued"
    STREAMING = "streaming"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class Confidence(models.TextChoices):
    """How well the passages cover the question; blank for an answer that needed none."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NOT_FOUND = "not_found"


RUNNING = (AnswerStatus.QUEUED, AnswerStatus.STREAMING)


class ChatManager(models.Manager["Chat"]):
    """Leaves `search_terms` where they are: hundreds of numbers a turn, which only the search compares."""

    def get_queryset(self) -> models.QuerySet[Chat]:
        return super().get_queryset().defer("search_terms")


class Chat(models.Model):
    question_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, to_field="uuid", on_delete=models.CASCADE, related_name="chats", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="chats", db_index=False)
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="replies")
    mode = models.CharField(max_length=16, choices=Mode.choices)
    question_text = models.TextField()
    question_created_datetime = models.DateTimeField(default=timezone.now)
    response_text = models.TextField(blank=True, default="")
    # What a reasoning model thought before it answered; not part of the answer.
    reasoning_text = models.TextField(blank=True, default="")
    # The passage that the answer leaned on most.
    data = models.ForeignKey(RagData, null=True, on_delete=models.SET_NULL, related_name="+")

    # Where the answer was looked for: ids of collections; empty: in all that the user may read.
    collections = ArrayField(models.UUIDField(), default=list, blank=True)
    confidence = models.CharField(max_length=16, choices=Confidence.choices, blank=True, default="")
    # Sentences that no passage supports: [start, end] in characters of `response_text`, `end` excluded.
    unsupported = models.JSONField(default=list, blank=True)

    model = models.CharField(max_length=200)
    status = models.CharField(max_length=16, choices=AnswerStatus.choices, default=AnswerStatus.QUEUED)
    error_code = models.CharField(max_length=64, blank=True, default="")
    finish_reason = models.CharField(max_length=32, blank=True, default="")
    input_tokens = models.IntegerField(null=True)
    output_tokens = models.IntegerField(null=True)
    started_datetime = models.DateTimeField(null=True)
    first_token_datetime = models.DateTimeField(null=True)
    finished_datetime = models.DateTimeField(null=True)

    # Who may write the answer: `owner` until `lease_until`, and only with this `epoch`.
    epoch = models.IntegerField(default=0)
    owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    # The owner is told at once, and finds it also when it renews its lease.
    stop_requested = models.BooleanField(default=False)

    # The client's own name for the question: asking twice with it asks once. `slot`
    # numbers the models of a side-by-side question.
    client_key = models.CharField(max_length=128, null=True)
    # SHA-256 of what was asked: the same key with another body is a mistake.
    client_fingerprint = models.CharField(max_length=64, blank=True, default="")
    slot = models.SmallIntegerField(default=0)
    comparison = models.ForeignKey(
        Comparison, null=True, on_delete=models.SET_NULL, related_name="answers", db_index=False
    )
    # Of a blind comparison without a choice: nobody may see which model answers.
    model_hidden = models.BooleanField(default=False, db_default=False)

    # What its user thinks of the answer: 1 good, -1 bad, 0 nothing said.
    rating = models.SmallIntegerField(default=0, db_default=0)
    rating_comment = models.TextField(blank=True, default="", db_default="")
    rated_datetime = models.DateTimeField(null=True)

    # Hashes of the words of question and answer; null: cannot be found by its words.
    search_terms = ArrayField(models.BigIntegerField(), null=True, editable=False)

    objects: ClassVar[ChatManager] = ChatManager()

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def shown_model(self) -> str:
        return "" if self.model_hidden else self.model

    class Meta:
        db_table = "chats"
        constraints = [
            models.UniqueConstraint(fields=["user", "client_key", "slot"], name="chat_asked_once"),
            models.UniqueConstraint(
                fields=["conversation", "slot"],
                condition=models.Q(status__in=["queued", "streaming"]),
                name="chat_one_running_per_conversation",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-question_created_datetime"], name="chat_user_newest"),
            models.Index(fields=["conversation", "-question_created_datetime"], name="chat_conversation_newest"),
            models.Index(
                fields=["lease_until"],
                name="chat_running_lease",
                condition=models.Q(status__in=["queued", "streaming"]),
            ),
            models.Index(fields=["question_created_datetime"], name="chat_asked"),
            models.Index(fields=["comparison"], name="chat_comparison", condition=models.Q(comparison__isnull=False)),
            models.Index(fields=["question_created_datetime"], name="chat_rated", condition=~models.Q(rating=0)),
            # Not while the answer is written: every checkpoint would index all words again.
            # Without the list of what is waiting (`fastupdate`), which every search would read.
            GinIndex(
                fields=["search_terms"],
                name="chat_search_terms",
                fastupdate=False,
                condition=~models.Q(status__in=["queued", "streaming"]),
            ),
        ]


class Citation(models.Model):
    """A passage that an answer quotes. It keeps the quote when the passage is deleted."""

    chat = models.ForeignKey(Chat, on_delete=models.CASCADE, related_name="citations", db_index=False)
    rank = models.SmallIntegerField()
    data = models.ForeignKey(RagData, null=True, on_delete=models.SET_NULL, related_name="+")
    document = models.ForeignKey(Document, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    title = models.CharField(max_length=300, blank=True, default="")
    page = models.IntegerField(null=True)
    heading = models.CharField(max_length=300, blank=True, default="")
    quote = models.TextField()
    # Characters of `RagData.data_text`, `end` excluded.
    start = models.IntegerField()
    end = models.IntegerField()

    class Meta:
        db_table = "citations"
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["chat", "rank"], name="citation_rank_once")]
        indexes = [
            # For deleting documents, as `conversation_leaf` is for deleting chats.
            models.Index(fields=["document"], name="citation_document", condition=models.Q(document__isnull=False)),
        ]
