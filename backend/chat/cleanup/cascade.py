"""Django's cascade as SQL: what hangs on some rows, and then the rows, sent to the server all at once.

Django deletes in many statements, and waits for each; on a busy machine those pauses, in which all locks are held,
are longer than the deletion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.db import DataError, OperationalError, connection, models
from django.db.models import Model
from psycopg.errors import DeadlockDetected, DivisionByZero, LockNotAvailable, QueryCanceled

from chat.cleanup.pace import TookTooLong

# What stands for the rows' keys in a statement.
KEYS = "%(keys)s"
# Nobody needs to wait for the disk with all locks: what a crash brings back is deleted again.
_SHORT = (
    "SELECT set_config('statement_timeout', %(longest)s::text, true), set_config('synchronous_commit', 'off', true)"
)
_IN_TIME = "SELECT 1 / (clock_timestamp() - now() < %(longest)s * interval '1 ms')::int"
# Foreign keys are looked at now, where the time is measured, and not while committing.
_CHECK = "SET CONSTRAINTS ALL IMMEDIATE"


class LockedByOthers(Exception):
    """A row that was to be locked without waiting is somebody else's."""


def delete_at_once(statements: Sequence[str], *, longest: int, **parameters: Any) -> list[tuple[Any, ...]]:
    """Send the statements as one transaction; return what the last one returns, which must return something.

    None of them may begin later, or last longer, than `longest` milliseconds. Raises TookTooLong, and LockedByOthers when one of them says NOWAIT; then nothing has changed.
    """
    whole = [_SHORT, *(each for statement in statements for each in (_IN_TIME, statement)), _CHECK]
    with connection.cursor() as cursor:
        try:
            cursor.execute(";\n".join(whole), {**parameters, "longest": longest})
        except (OperationalError, DataError) as error:
            match error.__cause__:
                case QueryCanceled() | DeadlockDetected() | DivisionByZero():
                    raise TookTooLong from error
                case LockNotAvailable():
                    raise LockedByOthers from error
            raise
        rows = list(cursor.fetchall())
        while cursor.nextset():
            rows = list(cursor.fetchall()) if cursor.description else rows
        return rows


@cache
def deletion_of(
    model: type[Model], column: str, returning: str, empty: frozenset[type[Model]] = frozenset()
) -> tuple[str, ...]:
    """Return statements that delete the rows whose `column` is one of KEYS, as `QuerySet.delete()` would.

    The last one deletes the rows themselves, and returns their column `returning`. Tables that should be `empty` of
    what hangs on the rows are passed over; should one not be, the database refuses (IntegrityError).
    """
    rows = f'"{column}" = ANY({KEYS})'
    own = f'DELETE FROM "{model._meta.db_table}" WHERE {rows} RETURNING "{returning}"'
    return (*_unhooking(model, rows, column, empty), own)


def _unhooking(model: type[Model], rows: str, column: str, empty: frozenset[type[Model]]) -> Iterator[str]:
    """What must go before `rows` (a condition on the table of `model`), the deepest first."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or relation.related_model in empty:
            continue
        child, field = relation.related_model, relation.field
        table, name, target = child._meta.db_table, field.column, field.target_field.column
        below = (
            f'"{name}" = ANY({KEYS})'
            if target == column
            else f'"{name}" IN (SELECT "{target}" FROM "{model._meta.db_table}" WHERE {rows})'
        )
        if relation.on_delete is models.CASCADE:
            yield from _unhooking(child, below, "", empty)
            yield f'DELETE FROM "{table}" WHERE {below}'
        elif relation.on_delete is models.SET_NULL:
            yield f'UPDATE "{table}" SET "{name}" = NULL WHERE {below}'
