"""What the services ask of Redis after Postgres has decided; none of it may fail a request.

A session that could not be stored is restored at its next request, and one that could not
be removed is refused by its row in Postgres.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from uuid import UUID

from chat.errors import RedisAway
from chat.redis_manager import get_redis_manager
from chat.sessions.lifetime import idle_limit
from models.models import Session, User


def store(session: Session, user: User) -> None:
    with contextlib.suppress(RedisAway):
        restore(session, user)


def restore(session: Session, user: User) -> bool:
    """Store the session as its row says; False when it has run out. Raises RedisAway."""
    return get_redis_manager().create(
        session.id,
        user_id=session.bound_user_id,
        uuid=user.uuid,
        idle=idle_limit(user),
        absolute=session.absolute_expiry,
        created=session.created_datetime,
        seen=session.last_seen,
    )


def forget(session_ids: Sequence[UUID], uuid: UUID) -> None:
    with contextlib.suppress(RedisAway):
        get_redis_manager().revoke(*session_ids, uuid=uuid)
