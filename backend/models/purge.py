"""A user who is being deleted for good. From this row on there is no way back; see docs/decisions/clean-up.md."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from models.user import User


class Purge(models.Model):
    """Goes with the user. Whoever deletes a part of the user's rows holds this one locked meanwhile."""

    user = models.OneToOneField(User, to_field="uuid", primary_key=True, on_delete=models.CASCADE, related_name="purge")
    started_datetime = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "purges"
