"""One sign-in on one device. The token itself is stored nowhere, only its SHA-256."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from models.user import User


class Session(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, to_field="uuid", on_delete=models.CASCADE, related_name="sessions")
    # The name at sign-in: a name that was deleted and registered anew by somebody
    # else must not inherit this session.
    bound_user_id = models.CharField(max_length=64)
    device = models.CharField(max_length=120, blank=True, default="")
    # The network of the sign-in: "local", "203.0.113.0/24", or "" when it is not known.
    place = models.CharField(max_length=64, blank=True, default="")
    created_datetime = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    # No absolute end for a guest, who has no password to come back with.
    absolute_expiry = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sessions"
        indexes = [models.Index(fields=["user", "-created_datetime"], name="session_user_newest")]
