"""What was searched and found: a row per passage, grouped by `search_id`.

A search that found nothing is one row without `data`; a search outside a chat has no
`question`.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from models.chat import Chat
from models.rag_data import RagData
from models.user import User


class SearchLog(models.Model):
    search_log_id = models.BigAutoField(primary_key=True)
    search_id = models.UUIDField(default=uuid.uuid4)
    user = models.ForeignKey(
        User, to_field="uuid", on_delete=models.CASCADE, related_name="search_logs", db_index=False
    )
    question = models.ForeignKey(Chat, null=True, on_delete=models.CASCADE, related_name="search_logs")
    data = models.ForeignKey(RagData, null=True, on_delete=models.SET_NULL, related_name="+")
    query = models.TextField()
    # Where was looked: ids of collections; empty: in the guide, or in all that the user may read.
    collections = ArrayField(models.UUIDField(), default=list, blank=True)
    # 1 is the best; null when nothing was found.
    rank = models.SmallIntegerField(null=True)
    score = models.FloatField(null=True)
    searching_time = models.DateTimeField(default=timezone.now)
    duration_ms = models.FloatField()

    class Meta:
        db_table = "search_logs"
        indexes = [
            models.Index(fields=["user", "-searching_time"], name="search_log_user_newest"),
            models.Index(fields=["-searching_time"], name="search_log_newest"),
            models.Index(fields=["search_id"], name="search_log_search"),
            # A row for each search.
            models.Index(
                fields=["-searching_time"],
                name="search_log_first",
                condition=models.Q(rank=1) | models.Q(rank__isnull=True),
            ),
        ]
