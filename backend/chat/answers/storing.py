"""New rows in one statement, which rings for a worker as well.

Written out, because every question passes here: the ORM takes longer to word two inserts than Postgres to do them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Field, Model
from psycopg.sql import Literal

from chat.answers.doorbell import RING
from chat.errors import SessionEnded
from chat.sessions.activity import SEEN

# Of this column the statement is given the seconds: the clock is the database's, which all workers share.
_LEASE = "lease_until"
_LEASE_PLACE = "now() + %s * interval '1 second'"

# Held until the commit: whoever moves or deletes all that this user has waits for it, or was first.
_ASKER = "asker AS (SELECT FROM users WHERE uuid = %s AND is_active FOR KEY SHARE)"

# A model, and those of its fields whose values are not what it has for new rows anyway.
_Shape = tuple[type[Model], frozenset[str]]


def store_and_ring(rows: Sequence[Model], *, user: UUID, seen_in: UUID | None) -> None:
    """Insert `rows` of `user`, those of `Chat` among them with a lease; heard when the caller's transaction is committed.

    `seen_in`: the session to be written down as active. Unless an answer is claimed by the end of its lease, the sweep
    rings again. Raises IntegrityError, and SessionEnded for a user who is gone.
    """
    shapes = tuple((type(row), _given(row)) for row in rows)
    values = [value for row, (_, given) in zip(rows, shapes, strict=True) for value in _values(row, given)]
    with connection.cursor() as cursor:
        cursor.execute(_statement(shapes, noting=seen_in is not None), [*values, user, *([seen_in] if seen_in else [])])
        if cursor.fetchone() is None:
            raise SessionEnded
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _given(row: Model) -> frozenset[str]:
    fields = row._meta.concrete_fields
    return frozenset(
        field.attname for field in fields if field.attname == _LEASE or getattr(row, field.attname) != _constant(field)
    )


def _constant(field: Field[Any, Any]) -> Any:
    """What a new row has there; a function for what differs from row to row."""
    return field.default if field.has_default() else None


def _values(row: Model, given: frozenset[str]) -> list[Any]:
    return [
        settings.ANSWER_LEASE_SECONDS
        if field.attname == _LEASE
        else field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in row._meta.concrete_fields
        if field.attname in given
    ]


@lru_cache(maxsize=64)
def _statement(shapes: tuple[_Shape, ...], *, noting: bool) -> str:
    """With few parameters, because psycopg remembers how to fill in no more than fifty."""
    parts = [f"stored_{place} AS ({_insert(*shape)})" for place, shape in enumerate(shapes)]
    asker, source = (SEEN, "seen") if noting else (_ASKER, "asker")
    return f"WITH {', '.join([*parts, asker])} SELECT {RING} FROM {source}"


def _insert(model: type[Model], given: frozenset[str]) -> str:
    fields = model._meta.concrete_fields
    columns, places = [str(field.column) for field in fields], [_place(field, given) for field in fields]
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({', '.join(places)})"


def _place(field: Field[Any, Any], given: frozenset[str]) -> str:
    if field.attname in given:
        return _LEASE_PLACE if field.attname == _LEASE else "%s"
    return Literal(field.get_db_prep_save(_constant(field), connection)).as_string().replace("%", "%%")
