"""What a user thinks of an answer: thumbs up or down, and why."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from chat.answers.questions import access_chat
from models.models import Chat, User


def rate_answer(user: User, question_id: UUID, *, rating: int, comment: str) -> Chat:
    """Store the rating (1, -1, or 0 for none, which takes the comment away as well); the last one counts."""
    chat = access_chat(user, question_id)
    chat.rating = rating
    chat.rating_comment = comment if rating else ""
    chat.rated_datetime = timezone.now() if rating else None
    # Nothing else of the row: a worker may be writing the answer.
    chat.save(update_fields=["rating", "rating_comment", "rated_datetime"])
    return chat
