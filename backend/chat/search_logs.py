"""Searches that leave a trace: who searched for what, and which passages were found."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet

from chat.answers.rows import Claim
from chat.guide_library import GuideHits, search_guide
from chat.search.trace import leave_trace
from models.models import SearchLog, User


def search_guide_for(claim: Claim) -> GuideHits:
    """Search the guide for a question and store the search log."""
    hits = search_guide(claim.question_text)
    leave_trace(
        search_id=uuid.uuid4(),
        user=claim.user,
        query="" if claim.temporary else claim.question_text,
        found=[(int(passage.passage_id), passage.score) for passage in hits.passages],
        duration_ms=hits.duration_ms,
        question_id=claim.question_id,
    )
    return hits


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
