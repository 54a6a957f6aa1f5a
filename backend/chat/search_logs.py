"""Searches that leave a trace: who searched for what, and which passages were found."""

from __future__ import annotations

import uuid

from chat.answers.rows import Claim
from chat.guide_library import GuideHits, search_guide
from models.models import SearchLog


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
            query=claim.question_text,
            duration_ms=hits.duration_ms,
            **found,
        )

    search_id = uuid.uuid4()
    found = [
        row(data_id=int(passage.passage_id), rank=rank, score=passage.score)
        for rank, passage in enumerate(hits.passages, start=1)
    ]
    return found or [row()]
