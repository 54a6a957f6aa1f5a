"""What is read with questions to show them: citations, pictures, and the answers beside them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch

from models.models import Chat, Citation, Comparison

# Of a cited passage only its pictures are shown; its text is long.
_CITATIONS = Citation.objects.select_related("data").only(
    "chat", "rank", "data__image_urls", "document", "title", "heading", "page", "quote", "start", "end"
)
_PARTS = (Prefetch("citations", _CITATIONS), "attachments")
_IN_SLOTS = Chat.objects.order_by("slot", "question_created_datetime")
_ANSWERS = _IN_SLOTS.prefetch_related(*_PARTS)
_NAMES = _IN_SLOTS.only("question_id", "comparison_id", "slot")

# For lists in which the answers of a comparison stand one by one.
SHOWN_WITH_IT = (*_PARTS, Prefetch("comparison__answers", _NAMES, to_attr="named_answers"))
# With all answers of its comparison.
SHOWN_WITH_GROUP = (*_PARTS, Prefetch("comparison__answers", _ANSWERS, to_attr="shown_answers"))
# The same for comparisons.
SHOWN_WITH_COMPARISON = (Prefetch("answers", _ANSWERS, to_attr="shown_answers"),)


def shown_answers(comparison: Comparison) -> list[Chat]:
    """Return the newest answer of each slot, in their order; none where they were not read."""
    return _newest(getattr(comparison, "shown_answers", []))


def answer_in_slot(comparison: Comparison, slot: int | None) -> UUID | None:
    """Return the id of the newest answer in a slot."""
    known = _newest(getattr(comparison, "named_answers", [])) or shown_answers(comparison)
    return next((chat.pk for chat in known if chat.slot == slot), None)


def _newest(answers: Iterable[Chat]) -> list[Chat]:
    return list({chat.slot: chat for chat in answers}.values())
