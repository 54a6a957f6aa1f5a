"""Django's cascade as SQL: what hangs on some rows, and then the rows, sent to the server all at once.

Django deletes in many statements, and waits for each; on a busy machine those pauses, in which all locks are held,
are longer than the deletion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.db import OperationalError, connection, models
from django.db.models import Model
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled

from chat.cleanup.pace import TookTooLong

# What stands for the rows' keys in a statement.
KEYS = "%(keys)s"
# No single statement may take longer, unless only one row is to be deleted. And nobody needs to wait for the disk with
# all locks: what a crash brings back is deleted again.
_LONGEST_MS = 40
_SHORT = "SELECT set_config('statement_timeout', %(longest)s, true), set_config('synchronous_commit', 'off', true)"


class LockedByOthers(Exception):
    """A row that was to be locked without waiting is somebody else's."""


def delete_at_once(statements: Sequence[str], *, keys: Sequence[Any], **parameters: Any) -> list[tuple[Any, ...]]:
    """Send the statements as one transaction; return what the last one returns.

    Raises TookTooLong, and LockedByOthers when one of them says NOWAIT; then nothing has changed.
    """
    longest = str(_LONGEST_MS if len(keys) > 1 else 0)
    with connection.cursor() as cursor:
        try:
            cursor.execute(";\n".join([_SHORT, *statements]), {**parameters, "keys": list(keys), "longest": longest})
        except OperationalError as error:
            match error.__cause__:
                case QueryCanceled() | DeadlockDetected():
                    raise TookTooLong from error
                case LockNotAvailable():
                    raise LockedByOthers from error
            raise
        while cursor.nextset():
            pass
        return list(cursor.fetchall())


@cache
def deletion_of(model: type[Model], column: str, returning: str) -> str:
    """Return statements that delete the rows whose `column` is one of KEYS, as `QuerySet.delete()` would.

    The last one deletes the rows themselves, and returns their column `returning`.
    """
    rows = f'"{column}" = ANY({KEYS})'
    own = f'DELETE FROM "{model._meta.db_table}" WHERE {rows} RETURNING "{returning}"'
    return ";\n".join([*_unhooking(model, rows, column), own])


def _unhooking(model: type[Model], rows: str, column: str) -> Iterator[str]:
    """What must go before `rows` (a condition on the table of `model`), the deepest first."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        child, field = relation.related_model, relation.field
        table, name, target = child._meta.db_table, field.column, field.target_field.column
        below = (
            f'"{name}" = ANY({KEYS})'
            if target == column
            else f'"{name}" IN (SELECT "{target}" FROM "{model._meta.db_table}" WHERE {rows})'
        )
        if relation.on_delete is models.CASCADE:
            yield from _unhooking(child, below, "")
            yield f'DELETE FROM "{table}" WHERE {below}'
        elif relation.on_delete is models.SET_NULL:
            yield f'UPDATE "{table}" SET "{name}" = NULL WHERE {below}'
