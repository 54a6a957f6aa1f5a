"""Tells users when a model that they have just used stops answering, and when it answers again.

The row of a model is what processes agree on: whoever changes it first tells of it, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

from channels.db import database_sync_to_async
from django.db import connection, transaction

from chat.model_registry import ModelEntry, model_registry
from chat.notifications.nudges import nudge_on_commit
from chat.notifications.storing import STORE

# A model that was never seen before is no news.
_CHANGE: LiteralString = """
    INSERT INTO model_states AS known (model, available, since)
    SELECT model, available, now() FROM unnest(%(models)s::text[], %(available)s::bool[]) AS seen (model, available)
     ORDER BY model
        ON CONFLICT (model) DO UPDATE SET available = EXCLUDED.available, since = now()
     WHERE known.available <> EXCLUDED.available
 RETURNING model, available, xmax <> 0 AS known
"""
_TELL: LiteralString = f"""
    WITH told AS (
        SELECT users.uuid AS user_id, %(kind)s AS kind, NULL AS once,
               jsonb_build_object('model', %(model)s::text, 'name', %(name)s::text) AS payload
          FROM users
         WHERE users.is_active AND users.last_activity > now() - interval '1 day'
           AND EXISTS (SELECT FROM chats WHERE chats.user_id = users.uuid AND chats.model = %(model)s
                          AND NOT chats.model_hidden
                          AND chats.question_created_datetime > now() - interval '1 day')
         ORDER BY users.uuid
    )
    {STORE}
"""


async def watch_models() -> int:
    """Ask all endpoints, and tell of what has changed since anybody asked; return how many models did."""
    registry = model_registry()
    await registry.refresh()
    changed: int = await database_sync_to_async(note_model_states, thread_sensitive=False)(registry.list())
    return changed


def note_model_states(entries: Sequence[ModelEntry]) -> int:
    """Store which models answer, and tell those who used one of them in the last day of its change."""
    names = {entry.model.id: entry.model.name for entry in entries}
    parameters = {"models": list(names), "available": [entry.available for entry in entries]}
    with transaction.atomic():
        changes = [(model, available) for model, available, known in _run(_CHANGE, parameters) if known]
        for model, available in changes:
            kind = "model_up" if available else "model_down"
            for (user,) in _run(_TELL, {"kind": kind, "model": model, "name": names[model]}):
                nudge_on_commit(user)
    return len(changes)


def _run(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
