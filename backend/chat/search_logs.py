"""Searches that leave a trace: who searched for what, and which passages were found."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet

from chat.answers.rows import Claim
from chat.guide_library import GuideHits, search_guide
from models.models import SearchLog, User


def search_guide_for(claim: Claim) -> GuideHits:
    """Search the guide for a question and store the search log."""
    hits = search_guide(claim.question_text)
    SearchLog.objects.bulk_create(_log_rows(claim, hits))
    return hits


def _log_rows(claim: Claim, hits: GuideHits) -> list[SearchLog]:
    def row(**found: object) -> SearchLog:
        return SearchLog(
            search_id=search_id,
            user_id=claim.user,
            question_id=claim.question_id,
            query="" if claim.temporary else claim.question_text,
            duration_ms=hits.duration_ms,
            **found,
        )

    search_id = uuid.uuid4()
    found = [
        row(data_id=int(passage.passage_id), rank=rank, score=passage.score)
        for rank, passage in enumerate(hits.passages, start=1)
    ]
    return found or [row()]


def list_search_logs(
    user: User,
    *,
    everybodys: bool = False,
    query: str = "",
    empty: bool | None = None,
    **filters: Any,
) -> QuerySet[SearchLog]:
    """The traces of the user's searches; staff may list everybody's. `filters`: question, search_id."""
    logs = SearchLog.objects.filter(**filters).exclude(question__conversation__temporary=True)
    if not (everybodys and user.is_staff):
        logs = logs.filter(user=user)
    if query:
        logs = logs.filter(query__icontains=query)
    return logs if empty is None else logs.filter(rank__isnull=empty)
