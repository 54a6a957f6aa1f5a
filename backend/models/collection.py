"""A named set of documents. Its passages are one scope of the search."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from models.user import User


class Collection(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, to_field="uuid", on_delete=models.CASCADE, related_name="collections")
    # Blank for the default one, which clients name in their user's language.
    name = models.CharField(max_length=120, blank=True, default="")
    # Where documents go that name no collection; made with the first one.
    is_default = models.BooleanField(default=False)
    # Readable by every account; only staff can set it.
    shared = models.BooleanField(default=False)
    created_datetime = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    # What BM25 needs to know of the whole collection, kept with every write of passages.
    passage_count = models.IntegerField(default=0)
    token_count = models.BigIntegerField(default=0)

    class Meta:
        db_table = "collections"
        constraints = [
            models.UniqueConstraint(
                fields=["owner"],
                condition=models.Q(is_default=True, deleted_at__isnull=True),
                name="collection_one_default",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "-created_datetime"],
                name="collection_owner_newest",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["-created_datetime"],
                name="collection_shared",
                condition=models.Q(deleted_at__isnull=True, shared=True),
            ),
        ]
