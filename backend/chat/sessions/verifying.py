"""Decides for every request whose it is. Refuses whatever is not beyond doubt.

The row in Postgres is read with its user in one query, so that a revoked session is
refused even when Redis did not hear of it. Redis judges and moves the idle end, so that
no request writes to Postgres.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Model

from chat.errors import RedisAway, SessionEnded
from chat.redis_manager import LinkBroken, Touched, get_redis_manager
from chat.sessions import cached
from chat.sessions.activity import note_activity
from chat.sessions.lifetime import ends_at
from chat.sessions.revoking import end_sessions
from chat.sessions.tokens import hash_token
from models.models import Session, User

logger = logging.getLogger(__name__)

# While Redis is away activity is written through, at most this often per session.
DEGRADED_WRITE = timedelta(minutes=1)
# So much activity at most is lost when the write-behind stands still and Redis is wiped:
# whoever comes back after a pause is written down at once.
LONGEST_LAG = timedelta(hours=1)


def _fields_of(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


_SESSION_FIELDS, _USER_FIELDS = _fields_of(Session), _fields_of(User)
# Written out, because every request and every question over a socket begins with it: the ORM spends as long on wording
# it as on all the rest.
_FIND = {
    which: f"""
        SELECT {", ".join(f"sessions.{name}" for name in _SESSION_FIELDS)},
               {", ".join(f"users.{name}" for name in _USER_FIELDS)}, now()
          FROM sessions JOIN users ON users.uuid = sessions.user_id
         WHERE sessions.{which} = %s AND revoked_at IS NULL AND users.is_active
           AND (absolute_expiry IS NULL OR absolute_expiry > now())
    """
    for which in ("token_hash", "id")
}


@dataclass(frozen=True)
class SignedIn:
    """`user.last_activity` is already this request's; `degraded`: Redis was not asked.

    `unwritten`: how much of the activity Postgres does not know yet.
    """

    user: User
    session_id: UUID
    device: str
    place: str
    created_datetime: datetime
    last_activity: datetime
    expires_at: datetime
    degraded: bool
    unwritten: timedelta


def verify_session(token: str, *, active: bool = True) -> SignedIn:
    """Return who the token belongs to; with `active` this counts as activity. Raises SessionEnded."""
    return _verify("token_hash", hash_token(token), active=active)


def verify_session_id(session_id: UUID, *, active: bool = True) -> SignedIn:
    """The same for a session that was verified before, as that of an open socket.

    With `active` False it does not count as activity.
    """
    return _verify("id", session_id, active=active)


def _verify(which: str, value: str | UUID, *, active: bool) -> SignedIn:
    session, now = _find(which, value)
    user = session.user
    degraded = False
    try:
        touched = _touch(session, user, now) if active else _judge_by_row(session, user, now, note=False)
    except RedisAway:
        touched, degraded = _judge_by_row(session, user, now), True
    if touched is None:
        raise SessionEnded
    if active and not degraded and now - session.last_seen > LONGEST_LAG:
        note_activity(user, session.id)
    if active and user.expired_datetime is not None:
        _come_back(user)
    user.last_activity = max(user.last_activity, touched.seen)
    return SignedIn(
        user=user,
        session_id=session.id,
        device=session.device,
        place=session.place,
        created_datetime=session.created_datetime,
        last_activity=touched.seen,
        expires_at=touched.ends,
        degraded=degraded,
        unwritten=touched.seen - session.last_seen,
    )


def _find(which: str, value: str | UUID) -> tuple[Session, datetime]:
    """Return the session's row with its user, and the database's time."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND[which], [value])
        row = cursor.fetchone()
    if row is None:
        raise SessionEnded
    session = Session.from_db("default", _SESSION_FIELDS, row[: len(_SESSION_FIELDS)])
    session.user = User.from_db("default", _USER_FIELDS, row[len(_SESSION_FIELDS) : -1])
    # `user` was joined by its uuid. A name that changed hands since is not the same user.
    if session.bound_user_id != session.user.user_id:
        raise SessionEnded
    return session, row[-1]


def _come_back(user: User) -> None:
    """Take the mark away, unless the clean-up was first: from its claim on nobody comes back."""
    if not User.objects.filter(uuid=user.uuid, is_active=True).update(expired_datetime=None):
        raise SessionEnded
    user.expired_datetime = None


def _touch(session: Session, user: User, now: datetime) -> Touched | None:
    try:
        touched = get_redis_manager().touch(session.id, user_id=user.user_id, uuid=user.uuid)
    except LinkBroken as broken:
        if not broken.renamed:
            logger.warning("Session %s is bound to another user in Redis; ended.", session.id)
            end_sessions(Session.objects.filter(id=session.id))
            return None
        touched = None
    return touched or _touch_anew(session, user, now)


def _touch_anew(session: Session, user: User, now: datetime) -> Touched | None:
    """The row holds, and Redis has lost the session, or knows the name from before a change: store it as the row says.

    In between Redis may be wiped again, or hear the other name again from a request that read the row at another
    moment: then the row alone decides.
    """
    if not cached.restore(session, user):
        return None
    with contextlib.suppress(LinkBroken):
        if touched := get_redis_manager().touch(session.id, user_id=user.user_id, uuid=user.uuid):
            return touched
    return _judge_by_row(session, user, now)


def _judge_by_row(session: Session, user: User, now: datetime, *, note: bool = True) -> Touched | None:
    if ends_at(session, user, session.last_seen) <= now:
        return None
    if note and now - session.last_seen > DEGRADED_WRITE:
        note_activity(user, session.id)
    return Touched(seen=now, ends=ends_at(session, user, now))
