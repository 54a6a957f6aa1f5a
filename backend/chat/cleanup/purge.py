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
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from chat.cleanup.owned_rows import OWNED
from chat.cleanup.pace import Pace
from models.models import Purge, User

# Few, so that those who wait for their turn can still come back.
_CLAIMED_AT_ONCE = 50
# Their own rows go last and together, with a look into every table that points at users.
_DELETED_AT_ONCE = 5

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
    pace, total = Pace(batch_size or settings.CLEANUP_BATCH), Purged()
    while True:
        part = _delete_part(pace)
        if part is not None:
            total += part
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


def _delete_part(pace: Pace) -> Purged | None:
    """Delete a part of what belongs to claimed users, in one transaction; None when there is nobody to take."""
    with pace.batch() as most, transaction.atomic():
        # The lock keeps other cleaners off the rows of these users: they would wait for each other.
        claimed = Purge.objects.select_for_update(skip_locked=True).order_by("started_datetime")
        users = [purge.pk for purge in claimed[:_DELETED_AT_ONCE]]
        if not users:
            return None
        rows: Counter[str] = Counter()
        for owned in OWNED:
            rows[owned.model._meta.db_table] = owned.delete_some(users, most - rows.total())
            if rows.total() >= most:
                return Purged(rows=+rows)
        return Purged(*_delete_users(users), rows=+rows)


def _delete_users(users: Sequence[UUID]) -> tuple[int, int]:
    """Delete users who have nothing left; return how many guests and accounts."""
    # In the order in which the write-behind locks them.
    locked = User.objects.select_for_update().filter(uuid__in=users).order_by("uuid").values_list("uuid", "is_guest")
    kinds = dict(locked)
    User.objects.filter(uuid__in=kinds).delete()
    guests = sum(kinds.values())
    return guests, len(kinds) - guests
