"""Stores notifications, in the transaction of what they tell of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from chat.notifications.nudges import nudge_on_commit

# Who has read up to an id must never be shown a smaller one later. So writers of one user take turns,
# each from before its id is drawn until it is committed; with several users in the order of `told`.
STORE: LiteralString = """
    INSERT INTO notifications (user_id, kind, payload, once, created_datetime)
    SELECT told.user_id, told.kind, told.payload, told.once, clock_timestamp()
      FROM (SELECT told.*, pg_advisory_xact_lock(hashtextextended(told.user_id::text, 7)) FROM told) AS told
        ON CONFLICT (user_id, once) WHERE once IS NOT NULL DO NOTHING
 RETURNING user_id
"""
_ONE: LiteralString = f"""
    WITH told AS (SELECT %(user)s::uuid AS user_id, %(kind)s AS kind, %(payload)s::jsonb AS payload, %(once)s AS once)
    {STORE}
"""
_FINISHED_PAYLOAD: LiteralString = """
    SELECT finished.user_id, 'answer_finished' AS kind, NULL AS once,
           jsonb_build_object('question', finished.question_id, 'conversation', finished.conversation_id,
                              'title', conversations.title, 'mode', finished.mode,
                              'model', CASE WHEN finished.model_hidden THEN '' ELSE finished.model END,
                              'status', finished.status) AS payload
      FROM finished JOIN conversations ON conversations.id = finished.conversation_id
     WHERE finished.status <> 'cancelled' AND conversations.deleted_at IS NULL
       AND NOT conversations.temporary
"""
# Follows a `WITH finished AS (...)` of chats; one that its user stopped is no news.
TELL_FINISHED: LiteralString = f"told AS ({_FINISHED_PAYLOAD}), stored AS ({STORE})"
_TELL_GIVEN_UP: LiteralString = f"""
    WITH finished AS (SELECT * FROM chats WHERE question_id = ANY(%(ids)s)), {TELL_FINISHED} SELECT user_id FROM stored
"""
_ENDING: LiteralString = f"""
    WITH told AS (
        SELECT user_id, 'session_ending' AS kind, 'session_ending:' || id || ':' || floor(extract(epoch FROM ends)) AS once,
               jsonb_build_object('session', id, 'device', device, 'ends_at', ends) AS payload
          FROM (SELECT sessions.id, sessions.user_id, sessions.device,
                       LEAST(sessions.absolute_expiry,
                             sessions.last_seen + CASE WHEN users.is_guest THEN %(guest)s ELSE %(account)s END) AS ends
                  FROM sessions JOIN users ON users.uuid = sessions.user_id
                 WHERE sessions.revoked_at IS NULL AND users.is_active) AS open
         WHERE ends > now() AND ends <= now() + %(warning)s
         ORDER BY user_id
    )
    {STORE}
"""


def notify(*, user: UUID, kind: str, payload: Mapping[str, object], once: str | None = None) -> None:
    """Store a notification in the caller's transaction, and nudge the user's sockets when it is committed.

    `payload`: ids and titles, ready for JSON. What has a name of its own (`once`) is told
    one time. Holds other notifications of this user back until the transaction ends.
    """
    _store(_ONE, user=user, kind=str(kind), payload=json.dumps(payload, default=str), once=once)


def tell_given_up(question_ids: list[UUID]) -> None:
    """Tell of answers that nobody will write any more."""
    _store(_TELL_GIVEN_UP, ids=question_ids)


def tell_ending_sessions() -> int:
    """Tell users of sessions that end soon unless something happens; return how many were told."""
    warning: timedelta = settings.SESSION_WARNING
    return _store(_ENDING, guest=settings.GUEST_IDLE, account=settings.ACCOUNT_IDLE, warning=warning)


def _store(statement: str, **parameters: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        users = [row[0] for row in cursor.fetchall()]
        for user in set(users):
            nudge_on_commit(user)
    return len(users)
