"""Tokens of questions that are gone: a temporary conversation leaves no text, but it does not refill the day's tokens."""

from __future__ import annotations

from django.db import models

from models.user import User


class SpentTokens(models.Model):
    user = models.ForeignKey(User, to_field="uuid", on_delete=models.CASCADE, related_name="+", db_index=False)
    tokens = models.IntegerField()
    # When the question was asked; after a day nobody counts it any more.
    asked_datetime = models.DateTimeField()

    class Meta:
        db_table = "spent_tokens"
        indexes = [models.Index(fields=["user", "asked_datetime"], name="spent_tokens_user")]
