"""Deletes users for good who expired long ago, with everything of theirs and without long locks.

First a user is claimed: one statement, which tests the age on the locked row, switches the
user off and stores a `Purge`. Until then coming back keeps everything, afterwards nobody can
come back. Then their rows go in small transactions, the user's own last. A cleaner that
dies leaves the claim to the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Now

from chat.cleanup.cascade import KEYS, LockedByOthers, delete_at_once, deletion_of
from chat.cleanup.owned_rows import OWNED, OwnedRows
from chat.cleanup.pace import Pace
from models.models import User

# Few, so that those who wait for their turn can still come back.
_CLAIMED_AT_ONCE = 50
# So many share the look into each table.
_DELETED_AT_ONCE = 20

_CLAIM = """
    WITH due AS (
        SELECT uuid FROM users
         WHERE expired_datetime <= now() - %(age)s AND (is_guest OR %(accounts)s) AND NOT is_staff
           AND NOT EXISTS (SELECT FROM purges WHERE purges.user_id = users.uuid)
         ORDER BY expired_datetime LIMIT %(many)s FOR UPDATE SKIP LOCKED
    ), off AS (
        UPDATE users SET is_active = false FROM due WHERE users.uuid = due.uuid RETURNING users.uuid
    )
    INSERT INTO purges (user_id, started_datetime) SELECT uuid, now() FROM off ON CONFLICT DO NOTHING
"""
_FREE = "SELECT user_id FROM purges ORDER BY random() LIMIT %s FOR UPDATE SKIP LOCKED"
# Keeps other cleaners off these users, with whom this one would deadlock.
_HOLD = "SELECT user_id FROM purges WHERE user_id = ANY(%(users)s) ORDER BY user_id FOR UPDATE NOWAIT"
# In which the write-behind locks them.
_IN_ORDER = f"SELECT uuid FROM users WHERE uuid = ANY({KEYS}) ORDER BY uuid FOR UPDATE"
_TABLES = frozenset[type[Model]](owned.model for owned in OWNED)


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was deleted. `rows`: by the name of the table, those that belonged to a user."""

    guests: int = 0
    accounts: int = 0
    rows: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Purged) -> Purged:
        return Purged(self.guests + other.guests, self.accounts + other.accounts, self.rows + other.rows)


def cleanup_expired_users(
    *, age: timedelta | None = None, include_accounts: bool | None = None, batch_size: int | None = None
) -> Purged:
    """Delete users who expired at least `age` ago; return what this call deleted. Safe with several at once.

    Guests only, unless `include_accounts`; never staff. What is not given is as in the settings.
    """
    age, accounts = _defaults(age, include_accounts)
    paces, total = _Paces(batch_size or settings.CLEANUP_BATCH), Purged()
    while True:
        if users := _free_users():
            total += _delete(users, paces)
        elif not _claim(age, accounts=accounts):
            return total


def count_expired_users(*, age: timedelta | None = None, include_accounts: bool | None = None) -> Purged:
    """Return what `cleanup_expired_users` would delete."""
    due = _due_users(*_defaults(age, include_accounts))
    users = due.values("uuid")
    rows = Counter({owned.model._meta.db_table: owned.count(users) for owned in OWNED})
    return Purged(due.filter(is_guest=True).count(), due.filter(is_guest=False).count(), +rows)


def _defaults(age: timedelta | None, include_accounts: bool | None) -> tuple[timedelta, bool]:
    accounts = settings.CLEANUP_ACCOUNTS if include_accounts is None else include_accounts
    return settings.CLEANUP_AGE if age is None else age, accounts


def _due_users(age: timedelta, accounts: bool) -> QuerySet[User]:
    wanted = Q(is_staff=False) if accounts else Q(is_staff=False, is_guest=True)
    return User.objects.filter(wanted & Q(expired_datetime__lte=Now() - age) | Q(purge__isnull=False))


def _claim(age: timedelta, *, accounts: bool) -> int:
    with connection.cursor() as cursor:
        limits: dict[str, Any] = {"age": age, "accounts": accounts, "many": _CLAIMED_AT_ONCE}
        cursor.execute(_CLAIM, limits)
        return int(cursor.rowcount)


class _Paces:
    """Each table has its own pace: a chat has more hanging on it than a session."""

    def __init__(self, most: int) -> None:
        self.rows = {owned: Pace(most) for owned in OWNED}
        self.users = Pace(min(most, _DELETED_AT_ONCE))


def _free_users() -> list[UUID]:
    """Return some claimed users whom no other cleaner is deleting at this moment; two cleaners seldom get the same."""
    with connection.cursor() as cursor:
        cursor.execute(_FREE, [_DELETED_AT_ONCE])
        return [user for (user,) in cursor.fetchall()]


def _delete(users: list[UUID], paces: _Paces) -> Purged:
    """Delete all that belongs to claimed users, and them; return how much. Ends early when another cleaner is at it."""
    total = Purged()
    try:
        for owned, pace in paces.rows.items():
            while keys := owned.find(users, pace.rows):
                owned.remove_files(keys)
                total += pace.run(partial(_delete_rows, owned, users, keys))
        while left := list(User.objects.filter(uuid__in=users).values_list("uuid", flat=True)[: paces.users.rows]):
            total += paces.users.run(partial(_delete_users, users, left))
    except LockedByOthers:
        pass
    return total


def _delete_rows(owned: OwnedRows, users: Sequence[UUID], keys: Sequence[Any], most: int, longest: int) -> Purged:
    some = list(keys[:most])
    deleted = delete_at_once([_HOLD, *owned.deletion()], users=list(users), keys=some, longest=longest)
    return Purged(rows=Counter({owned.model._meta.db_table: len(deleted)}))


def _delete_users(users: Sequence[UUID], left: Sequence[UUID], most: int, longest: int) -> Purged:
    """Delete users who have nothing any more: the first of those that are `left`."""
    try:
        guests = _delete_rows_of(users, left[:most], _TABLES, longest)
    except IntegrityError:
        # A worker that still wrote in their name has left something.
        guests = _delete_rows_of(users, left[:most], frozenset(), longest)
    return Purged(sum(guests), len(guests) - sum(guests))


def _delete_rows_of(
    users: Sequence[UUID], some: Sequence[UUID], empty: frozenset[type[Model]], longest: int
) -> list[bool]:
    """Return for each of the deleted whether it was a guest."""
    statements = [_HOLD, _IN_ORDER, *deletion_of(User, "uuid", "is_guest", empty)]
    deleted = delete_at_once(statements, users=list(users), keys=list(some), longest=longest)
    return [is_guest for (is_guest,) in deleted]
