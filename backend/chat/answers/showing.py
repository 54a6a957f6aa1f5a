"""What is read with questions to show them: citations, pictures, and the answers beside them."""

from __future__ import annotations

from django.db.models import Prefetch

from models.models import Chat, Citation, Comparison

# Of a cited passage only its pictures are shown; its text is long.
_CITATIONS = Citation.objects.select_related("data").only(
    "chat", "rank", "data__image_urls", "document", "title", "heading", "page", "quote", "start", "end"
)
_PARTS = (Prefetch("citations", _CITATIONS), "attachments")
_ANSWERS = Chat.objects.prefetch_related(*_PARTS).order_by("slot", "question_created_datetime")

# For lists in which the answers of a comparison stand one by one.
SHOWN_WITH_IT = (*_PARTS, "comparison")
# With all answers of its comparison.
SHOWN_WITH_GROUP = (*SHOWN_WITH_IT, Prefetch("comparison__answers", _ANSWERS, to_attr="shown_answers"))
# The same for comparisons.
SHOWN_WITH_COMPARISON = (Prefetch("answers", _ANSWERS, to_attr="shown_answers"),)


def shown_answers(comparison: Comparison) -> list[Chat]:
    """Return the newest answer of each slot, in their order; none where they were not read."""
    return list({chat.slot: chat for chat in getattr(comparison, "shown_answers", [])}.values())
