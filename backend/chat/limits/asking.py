"""How much a user may ask: questions a minute, answers at once, tokens a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

from chat.errors import DailyTokensUsed, Invalid, TooManyAnswers
from chat.limits.rules import is_exempt, questions_of_user
from chat.limits.window import take
from models.models import User

DAY = timedelta(days=1)

# One user's questions one after the other, so that two at once do not take the same last place.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('answers of ' || %(user)s, 0))"
# All of it from the index on user and time, however many chats there are. A statement of its own, though sent along with
# the lock: it has to see what was stored while it waited for that.
_USED = """
    SELECT count(*) FILTER (WHERE status IN ('queued', 'streaming')),
           coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)), 0)
           + (SELECT coalesce(sum(tokens), 0) FROM spent_tokens
               WHERE user_id = %(user)s AND asked_datetime > now() - interval '1 day')
      FROM chats WHERE user_id = %(user)s AND question_created_datetime > now() - interval '1 day'
"""
_TOKENS = """
    SELECT question_created_datetime, input_tokens + coalesce(output_tokens, 0) FROM chats
     WHERE user_id = %(user)s AND question_created_datetime > now() - interval '1 day' AND input_tokens IS NOT NULL
     UNION ALL
    SELECT asked_datetime, tokens FROM spent_tokens
     WHERE user_id = %(user)s AND asked_datetime > now() - interval '1 day'
     ORDER BY 1
"""


def allow_question(user: User, *, client_key: str | None) -> None:
    """Count the question; one that is sent again under its key counts once. Raises TooManyQuestions."""
    if not is_exempt(user):
        take(questions_of_user(), str(user.uuid), ticket=client_key or "")


def require_room_for_answer(user: User, *, answers: int = 1) -> None:
    """To be called in the transaction that stores the question, for as many `answers` as it will have.

    Raises TooManyAnswers and DailyTokensUsed, and Invalid for more answers than there can ever be at once.
    """
    if is_exempt(user) or not (settings.ANSWERS_AT_ONCE or settings.TOKENS_PER_DAY):
        return
    with connection.cursor() as cursor:
        cursor.execute(f"{_LOCK}; {_USED}", {"user": user.uuid})
        cursor.nextset()
        running, tokens = cursor.fetchone()
    if 0 < settings.ANSWERS_AT_ONCE < answers:
        raise Invalid(details={"models": [f"At most {settings.ANSWERS_AT_ONCE} answers at once here."]})
    if 0 < settings.ANSWERS_AT_ONCE < running + answers:
        raise TooManyAnswers(retry_after=5)
    if 0 < settings.TOKENS_PER_DAY <= tokens:
        raise DailyTokensUsed(retry_after=_seconds_until_room(user, tokens))


def _seconds_until_room(user: User, tokens: int) -> int:
    """Until so many of the day's earliest tokens are a day old that the rest is below the limit."""
    with connection.cursor() as cursor:
        cursor.execute(_TOKENS, {"user": user.uuid})
        for asked, used in cursor.fetchall():
            tokens -= used
            if tokens < settings.TOKENS_PER_DAY:
                return max(1, int((asked + DAY - datetime.now(UTC)).total_seconds()) + 1)
    return int(DAY.total_seconds())
