"""Reading a user's notifications: one statement a look, because every open page looks every few seconds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from django.db import connection

from chat.database import async_connection
from chat.notifications.nudges import nudge_on_commit
from chat.shared_query import SharedQuery

_LARGEST_ID = 2**63 - 1
# What a socket is told at once.
_OF_EACH = 50

# An answer that somebody is watching is marked as read when they have seen its end. Until they had the time
# to, it is no news for anybody: it is held back, with all that came after it.
_SETTLING: LiteralString = """
    kind = 'answer_finished' AND read_at IS NULL AND created_datetime > clock_timestamp() - interval '1 second'
"""
# Whoever has just signed in knows of it: only the other sessions are told.
_ONES_OWN: LiteralString = "kind = 'new_sign_in' AND payload->>'session' = %(session)s"
_LATEST: LiteralString = """
    SELECT id, updated_datetime FROM conversations
     WHERE user_id = %(user)s AND deleted_at IS NULL AND archived = {archived}
     ORDER BY updated_datetime DESC LIMIT 1
"""
_STATE: LiteralString = f"""
    SELECT (SELECT count(*) FROM (SELECT FROM notifications WHERE user_id = %(user)s AND read_at IS NULL
                                     AND NOT ({_SETTLING}) AND NOT ({_ONES_OWN}) LIMIT 100) AS counted) AS unread,
           (SELECT max(id) FROM notifications WHERE user_id = %(user)s) AS newest,
           latest.id AS conversation, latest.updated_datetime AS changed
      FROM (SELECT) AS one LEFT JOIN (
            SELECT * FROM (({_LATEST.format(archived="false")}) UNION ALL ({_LATEST.format(archived="true")})) AS both_kinds
             ORDER BY updated_datetime DESC LIMIT 1) AS latest ON true
"""
_FOUND: LiteralString = f"""
    SELECT id AS row_id, kind, payload, created_datetime, read_at, {_SETTLING} AS settling FROM notifications
     WHERE user_id = %(user)s AND id > %(after)s AND id < %(before)s AND NOT ({_ONES_OWN})
"""
_LOOK: LiteralString = f"WITH state AS ({_STATE}), found AS ({_FOUND} ORDER BY id {{order}} LIMIT %(limit)s) "
_ROWS: LiteralString = "SELECT * FROM state LEFT JOIN found ON true ORDER BY row_id "
_NEW: LiteralString = _LOOK.format(order="ASC") + _ROWS + "ASC"
_NEW_OF_MANY: LiteralString = """
    SELECT looker.number, look.* FROM unnest(%(users)s::uuid[], %(sessions)s::text[], %(afters)s::bigint[])
           WITH ORDINALITY AS looker (user_id, session, after, number)
     CROSS JOIN LATERAL ({look}) AS look ORDER BY looker.number, row_id
""".format(
    look=_NEW.replace("%(user)s", "looker.user_id")
    .replace("%(session)s", "looker.session")
    .replace("%(after)s", "looker.after")
)
_OLD: LiteralString = _LOOK.format(order="DESC") + _ROWS + "DESC"

_READ = """
    UPDATE notifications SET read_at = now() WHERE user_id = %(user)s AND read_at IS NULL
       AND (id = ANY(%(ids)s) OR id <= %(until)s)
"""
_SEEN: LiteralString = """
    UPDATE notifications SET read_at = now() FROM chats
     WHERE chats.question_id = ANY(%s) AND notifications.user_id = chats.user_id AND read_at IS NULL
       AND kind = 'answer_finished' AND payload->>'question' = chats.question_id::text
"""


@dataclass(frozen=True, slots=True)
class Note:
    id: int
    kind: str
    payload: dict[str, Any]
    created_datetime: datetime
    read: bool


class Looker(NamedTuple):
    """Somebody who looks for what came after the notification with the id `after`."""

    user: UUID
    session: UUID
    after: int


@dataclass(frozen=True, slots=True)
class News:
    """What a look found.

    `cursor`: from where the next look for new ones goes on. `unread`: at most 100 are counted.
    `conversation` was changed last, at `changed`; both None without any. `more`: the page was
    full. `settling`: something is held back, for a second at most.
    """

    notes: tuple[Note, ...]
    cursor: int
    unread: int
    conversation: UUID | None
    changed: datetime | None
    more: bool
    settling: bool

    @property
    def changes(self) -> str:
        """Differs from an earlier look's when a chat was asked, or something was told, since then."""
        moment = int(self.changed.timestamp() * 1_000_000) if self.changed else 0
        return f"{moment}-{self.cursor}"


def read_new(user: UUID, *, session: UUID, after: int, limit: int) -> News:
    """Return what `session` is told that came after an id, the oldest first."""
    rows = _fetch(_NEW, **_wanted(user, session, limit, after=after))
    return _news(rows, limit, after=after)


def read_old(user: UUID, *, session: UUID, before: int | None, limit: int) -> News:
    """Return what `session` was told that came before an id, or the last ones, the newest first."""
    rows = _fetch(_OLD, **_wanted(user, session, limit, before=before))
    return _news(rows, limit, after=None)


async def _read_new_of_many(lookers: Sequence[Looker]) -> dict[Looker, News]:
    parameters = {
        "users": [each.user for each in lookers],
        "sessions": [str(each.session) for each in lookers],
        "afters": [each.after for each in lookers],
        "before": _LARGEST_ID,
        "limit": _OF_EACH + 1,
    }
    async with async_connection() as link:
        rows = await (await link.execute(_NEW_OF_MANY, parameters)).fetchall()
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["number"], []).append(row)
    return {each: _news(found[number], _OF_EACH, after=each.after) for number, each in enumerate(lookers, start=1)}


def mark_read(user: UUID, *, ids: list[int] | None = None, until: int | None = None) -> None:
    """Mark some as read, or all up to an id. Others' are passed over."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"user": user, "ids": ids or [], "until": until or 0})
    nudge_on_commit(user)


async def _note_seen(question_ids: Sequence[UUID]) -> dict[UUID, None]:
    async with async_connection() as link:
        await link.execute(_SEEN, [list(question_ids)])
    return {}


def _wanted(user: UUID, session: UUID, limit: int, *, after: int = -1, before: int | None = None) -> dict[str, Any]:
    between = {"after": after, "before": before or _LARGEST_ID}
    return {"user": user, "session": str(session), "limit": limit + 1, **between}


def _fetch(statement: str, **parameters: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _news(rows: list[dict[str, Any]], limit: int, *, after: int | None) -> News:
    state, found = rows[0], [row for row in rows if row["row_id"] is not None]
    settling = next((place for place, row in enumerate(found) if row["settling"]), None)
    if after is not None:
        shown = found[:settling][:limit]
        cursor = shown[-1]["row_id"] if shown else after
    else:
        shown = [row for row in found if not row["settling"]][:limit]
        held = [row["row_id"] for row in found if row["settling"]]
        cursor = min(held) - 1 if held else state["newest"] or 0
    return News(
        notes=tuple(_note(row) for row in shown),
        cursor=cursor,
        unread=state["unread"],
        conversation=state["conversation"],
        changed=state["changed"],
        more=len(found) > limit,
        settling=settling is not None,
    )


def _note(row: dict[str, Any]) -> Note:
    # Django leaves JSON as text, where the pool of the sockets reads it.
    payload = json.loads(row["payload"]) if isinstance(row["payload"], str) else row["payload"]
    return Note(row["row_id"], row["kind"], payload, row["created_datetime"], row["read_at"] is not None)


# `read_new` for sockets, with at most 50 notes.
news_of: SharedQuery[Looker, News] = SharedQuery(_read_new_of_many, most=50)
# Mark what was told of an answer as read, by the answer's id: somebody has watched it to its end.
seen_answers: SharedQuery[UUID, None] = SharedQuery(_note_seen, most=200)
