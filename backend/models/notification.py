"""What a user should hear of, wherever they look next. Ids grow in the order in which a user's rows appear."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from models.user import User


class NotificationKind(models.TextChoices):
    ANSWER_FINISHED = "answer_finished"
    DOCUMENT_READY = "document_ready"
    DOCUMENT_FAILED = "document_failed"
    IMPORT_ENDED = "import_ended"
    SESSION_ENDING = "session_ending"
    NEW_SIGN_IN = "new_sign_in"
    MODEL_UP = "model_up"
    MODEL_DOWN = "model_down"


class Notification(models.Model):
    user = models.ForeignKey(
        User, to_field="uuid", on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    kind = models.CharField(max_length=32, choices=NotificationKind.choices)
    # Ids and titles; never the text of a question or an answer.
    payload = models.JSONField(default=dict)
    # What happens once is told once: a second row with the same key is not stored.
    once = models.CharField(max_length=200, null=True)
    created_datetime = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notifications"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "once"], condition=models.Q(once__isnull=False), name="notification_once"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "id"], name="notification_user"),
            models.Index(fields=["user"], name="notification_unread", condition=models.Q(read_at__isnull=True)),
        ]


class ModelState(models.Model):
    """Whether a model answered when it was asked last; a change of it is what users hear of."""

    model = models.CharField(primary_key=True, max_length=200)
    available = models.BooleanField()
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "model_states"
