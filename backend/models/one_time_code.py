"""A code that opens one door once: the first administrator's, an invitation, a new password.

The code itself is stored nowhere, only its keyed hash.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from models.user import User


class CodeKind(models.TextChoices):
    FIRST_ADMIN = "first_admin"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"


class OneTimeCode(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=CodeKind.choices)
    code_hash = models.CharField(max_length=64, unique=True)
    # Whose password it sets; null for a code that makes an account.
    user = models.ForeignKey(User, to_field="uuid", null=True, on_delete=models.CASCADE, related_name="+")
    # Which rights the account gets that is made with it.
    makes_staff = models.BooleanField(default=False)
    note = models.CharField(max_length=120, blank=True, default="")
    created_by = models.ForeignKey(
        User, to_field="uuid", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_datetime = models.DateTimeField(default=timezone.now)
    expires_datetime = models.DateTimeField()
    used_datetime = models.DateTimeField(null=True)

    class Meta:
        db_table = "one_time_codes"
        indexes = [models.Index(fields=["-created_datetime"], name="one_time_code_newest")]
