"""One question to several models at once, and which answer its user found better."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from models.conversation import Conversation
from models.user import User


class Verdict(models.TextChoices):
    """Blank as long as nothing was chosen."""

    CHOSEN = "chosen"
    TIE = "tie"
    NONE = "none"


class Comparison(models.Model):
    """The answers are those chats that point here, each with the slot of its model.

    A slot whose answer was regenerated has several chats: the newest one counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        User, to_field="uuid", on_delete=models.CASCADE, related_name="comparisons", db_index=False
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="comparisons")
    # Models were given their slots by lot, and their names are hidden until the choice (`Chat.model_hidden`).
    blind = models.BooleanField(default=False)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True, default="")
    chosen_slot = models.SmallIntegerField(null=True)
    created_datetime = models.DateTimeField(default=timezone.now)
    chosen_datetime = models.DateTimeField(null=True)

    class Meta:
        db_table = "comparisons"
        indexes = [models.Index(fields=["user", "created_datetime"], name="comparison_user")]


class ComparedPair(models.Model):
    """Two models of a comparison that was decided: `better` won, or with `tie` neither did."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="pairs")
    user = models.ForeignKey(User, to_field="uuid", on_delete=models.CASCADE, related_name="+", db_index=False)
    better = models.CharField(max_length=200)
    worse = models.CharField(max_length=200)
    tie = models.BooleanField(default=False)
    chosen_datetime = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "compared_pairs"
        indexes = [
            models.Index(fields=["user", "chosen_datetime"], name="compared_pair_user"),
            models.Index(fields=["chosen_datetime"], name="compared_pair_chosen"),
        ]
