"""The figures behind insights, each from one statement: of a user from the chats, of all from the hourly counts.

The worker counts every hour once (`rollup.py`); what it has not counted yet is read from the
chats. A user's own chats are few, and an index finds them. All times are UTC; days are those of
the zone that is asked for, of which all but a few are whole hours away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from django.db import DataError, connection

from chat.errors import Invalid
from chat.insights.bins import BIN

MOST_DAYS = 1_830

# One row a chat, in the shape of the hourly counts.
CHATS: LiteralString = """
    SELECT question_created_datetime AS hour, mode, CASE WHEN model_hidden THEN '' ELSE model END AS model, status,
           error_code, 1 AS questions, coalesce(input_tokens, 0) AS input_tokens,
           coalesce(output_tokens, 0) AS output_tokens
      FROM chats WHERE question_created_datetime >= {since} AND question_created_datetime < {until} {whose}
"""
# From the question on; of an answer that was begun anew from that beginning on.
_BEGAN: LiteralString = "CASE WHEN epoch > 1 THEN started_datetime ELSE question_created_datetime END"
# What was brought in from elsewhere was never at work here, and has no times of ours.
TIMES: LiteralString = f"""
    SELECT question_created_datetime AS hour, CASE WHEN model_hidden THEN '' ELSE model END AS model, measure,
           {BIN.format(ms="extract(epoch FROM took) * 1000")} AS bin, 1 AS answers
      FROM chats CROSS JOIN LATERAL (VALUES ('first', first_token_datetime - {_BEGAN}),
                                            ('total', finished_datetime - {_BEGAN})) AS measured (measure, took)
     WHERE status = 'done' AND attempts > 0 AND took IS NOT NULL
       AND question_created_datetime >= {{since}} AND question_created_datetime < {{until}} {{whose}}
"""

_BOUNDS = """
    SELECT first, last, first::timestamp AT TIME ZONE %(zone)s, (last + 1)::timestamp AT TIME ZONE %(zone)s
      FROM (SELECT coalesce(%(first)s::date, last - 29) AS first, last
              FROM (SELECT coalesce(%(last)s::date, (now() AT TIME ZONE %(zone)s)::date) AS last) AS ending) AS days
"""
_COUNTED: LiteralString = "coalesce((SELECT until FROM insight_progress), '-infinity')"
_OF_ALL: LiteralString = """
    SELECT {columns} FROM {table}
     WHERE hour >= %(since)s AND hour < least(%(until)s, {counted})
     UNION ALL {live}
"""
_DAYS: LiteralString = """
    SELECT (hour AT TIME ZONE %(zone)s)::date, mode, model, status, error_code,
           sum(questions)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint
      FROM ({source}) AS source GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
_BINS: LiteralString = """
    SELECT model, measure, bin, sum(answers)::bigint FROM ({source}) AS source GROUP BY 1, 2, 3
"""
_RATED: LiteralString = """
    SELECT (question_created_datetime AT TIME ZONE %(zone)s)::date, CASE WHEN model_hidden THEN '' ELSE model END,
           count(*) FILTER (WHERE rating > 0), count(*) FILTER (WHERE rating < 0)
      FROM chats
     WHERE rating <> 0 AND question_created_datetime >= %(since)s AND question_created_datetime < %(until)s {whose}
     GROUP BY 1, 2
"""
_MINE: LiteralString = "AND user_id = %(user)s"

# The newest searches stand for all: what people look for is seen in fifty thousand of them as well.
MOST_SEARCHES = 50_000
_SHOWN_QUERIES = 20
_QUERY_CHARACTERS = 200
_SEARCHES: LiteralString = """
    WITH newest AS (
        SELECT lower(left(query, %(characters)s)) AS query, rank IS NULL AS empty FROM search_logs
         WHERE (rank = 1 OR rank IS NULL) AND searching_time >= %(since)s AND searching_time < %(until)s {whose}
         ORDER BY searching_time DESC LIMIT %(most)s
    ), grouped AS MATERIALIZED (
        SELECT query, count(*) AS searches, count(*) FILTER (WHERE empty) AS empty FROM newest GROUP BY query
    )
    (SELECT 'all' AS list, NULL AS query, coalesce(sum(searches), 0)::bigint, coalesce(sum(empty), 0)::bigint FROM grouped)
     UNION ALL
    (SELECT 'top', query, searches, empty FROM grouped ORDER BY searches DESC, query LIMIT %(shown)s)
     UNION ALL
    (SELECT 'empty', query, searches, empty FROM grouped WHERE empty > 0 ORDER BY empty DESC, query LIMIT %(shown)s)
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days of a zone, `last` included; as moments, `until` excluded. `user` None: everybody."""

    zone: str
    first: date
    last: date
    since: datetime
    until: datetime
    user: UUID | None

    @property
    def everybodys(self) -> bool:
        return self.user is None

    @property
    def _parameters(self) -> dict[str, Any]:
        return {"zone": self.zone, "since": self.since, "until": self.until, "user": self.user}


@dataclass(frozen=True, slots=True)
class DayFact:
    day: date
    mode: str
    model: str
    status: str
    error_code: str
    questions: int
    input_tokens: int
    output_tokens: int


def span_of(*, first: date | None, last: date | None, zone: str, user: UUID | None) -> Span:
    """Return the days from `first` to `last`: today, and the thirty days up to it, where they are not given.

    Raises Invalid for a zone that Postgres does not know, and for no day or more than `MOST_DAYS`.
    """
    try:
        ((first, last, since, until),) = _fetch(_BOUNDS, {"first": first, "last": last, "zone": zone})
    except DataError:
        raise Invalid(details={"zone": ["There is no such time zone. For example: Asia/Seoul."]}) from None
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Invalid(details={"from": [f"At least one day, and at most {MOST_DAYS:,} of them."]})
    return Span(zone, first, last, since, until, user)


def read_days(span: Span) -> list[DayFact]:
    columns: LiteralString = "hour, mode, model, status, error_code, questions, input_tokens, output_tokens"
    return [DayFact(*row) for row in _run(_DAYS.format(source=_source(span, "insight_hours", columns, CHATS)), span)]


def read_times(span: Span) -> list[tuple[str, str, int, int]]:
    """Return model, measure ("first" or "total"), bin, and how many answers fell into it."""
    source = _source(span, "insight_times", "hour, model, measure, bin, answers", TIMES)
    return _run(_BINS.format(source=source), span)


def read_ratings(span: Span) -> list[tuple[date, str, int, int]]:
    """Return day, model, and how many answers were found good and bad. Never counted beforehand: they may come late."""
    return _run(_RATED.format(whose=_whose(span)), span)


def read_searches(span: Span) -> list[tuple[str, str, int, int]]:
    """Return list ("all", "top", "empty"), query, searches, and how many of them found nothing."""
    limits = {"characters": _QUERY_CHARACTERS, "most": MOST_SEARCHES, "shown": _SHOWN_QUERIES}
    return _run(_SEARCHES.format(whose=_whose(span)), span, **limits)


def _source(span: Span, table: LiteralString, columns: LiteralString, chats: LiteralString) -> str:
    if span.user:
        return chats.format(since="%(since)s", until="%(until)s", whose=_MINE)
    live = chats.format(since=f"greatest(%(since)s, {_COUNTED})", until="%(until)s", whose="")
    return _OF_ALL.format(columns=columns, table=table, counted=_COUNTED, live=live)


def _whose(span: Span) -> LiteralString:
    return _MINE if span.user else ""


def _run(statement: str, span: Span, **limits: int) -> list[Any]:
    return _fetch(statement, {**span._parameters, **limits})


def _fetch(statement: str, parameters: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
