"""Counts finished hours into `insight_hours` and `insight_times`, a week a transaction. Doing it again changes nothing.

The last day is counted anew each time: answers are run again, and blind comparisons decided, a
while after the question. Later changes do not count, nor does deleting: the numbers of all stay
when chats go.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import LiteralString

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from chat.insights.facts import CHATS, TIMES
from models.models import Chat, InsightHour, InsightProgress, InsightTime

# Until then answers to the hour's last questions have ended.
_SETTLED_AFTER = timedelta(minutes=10)
_COUNTED_AGAIN = timedelta(days=1)
_STEP = timedelta(days=7)

_SPAN = {"since": "%(since)s", "until": "%(until)s", "whose": ""}
_HOUR: LiteralString = "date_trunc('hour', hour, 'UTC')"
_COUNT: LiteralString = f"""
    INSERT INTO insight_hours (hour, mode, model, status, error_code, questions, input_tokens, output_tokens)
    SELECT {_HOUR}, mode, model, status, error_code, sum(questions), sum(input_tokens), sum(output_tokens)
      FROM ({CHATS.format(**_SPAN)}) AS source GROUP BY 1, 2, 3, 4, 5
"""
_TIME: LiteralString = f"""
    INSERT INTO insight_times (hour, model, measure, bin, answers)
    SELECT {_HOUR}, model, measure, bin, sum(answers) FROM ({TIMES.format(**_SPAN)}) AS source GROUP BY 1, 2, 3, 4
"""


def count_hours() -> int:
    """Count all hours that have ended, from a day before those counted last; return how many. Safe with several at once."""
    target = _full_hour(timezone.now() - _SETTLED_AFTER)
    begin = since = _begin(target)
    while since < target:
        until = min(since + _STEP, target)
        _count(since, until)
        since = until
    return max(0, int((target - begin).total_seconds() // 3600))


def _begin(target: datetime) -> datetime:
    progress, _ = InsightProgress.objects.get_or_create(pk=1)
    if progress.until:
        return progress.until - _COUNTED_AGAIN
    first = Chat.objects.aggregate(first=Min("question_created_datetime"))["first"]
    return _full_hour(first) if first else target


@transaction.atomic
def _count(since: datetime, until: datetime) -> None:
    progress = InsightProgress.objects.select_for_update().get(pk=1)
    for model in (InsightHour, InsightTime):
        model._default_manager.filter(hour__gte=since, hour__lt=until).delete()
    with connection.cursor() as cursor:
        for statement in (_COUNT, _TIME):
            cursor.execute(statement, {"since": since, "until": until})
    if progress.until is None or progress.until < until:
        progress.until = until
        progress.save(update_fields=["until"])


def _full_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
