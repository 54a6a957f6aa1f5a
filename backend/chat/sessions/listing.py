"""Which sessions a user has, with the activity that waits in Redis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Now

from chat.errors import NotFound, RedisAway
from chat.redis_manager import StoredSession, get_redis_manager
from chat.sessions.lifetime import ends_at, idle_limit
from models.models import Session, User


@dataclass(frozen=True)
class SessionState:
    """A session as its owner sees it."""

    id: UUID
    device: str
    place: str
    created_datetime: datetime
    last_activity: datetime
    expires_at: datetime
    current: bool


def active_sessions(*, user: User) -> QuerySet[Session]:
    """Return the sessions of `user` that have not ended."""
    not_over = Q(absolute_expiry=None) | Q(absolute_expiry__gt=Now())
    # A row may lag behind Redis by one write-behind pass.
    not_idle = Q(last_seen__gt=Now() - idle_limit(user)) | Q(id__in=list(_in_redis(user)))
    return Session.objects.filter(not_over, not_idle, user=user, revoked_at=None)


def access_session(*, user: User, session_id: UUID) -> Session:
    """Return one of the user's own sessions. Raises NotFound."""
    session = active_sessions(user=user).filter(id=session_id).first()
    if session is None:
        raise NotFound
    return session


def describe_sessions(sessions: Iterable[Session], *, user: User, current: UUID) -> list[SessionState]:
    live = _in_redis(user)
    return [_describe(session, user, live.get(session.id), current) for session in sessions]


@dataclass(frozen=True)
class ListedSession:
    """An active session as its keeper sees it."""

    id: UUID
    user_id: str
    device: str
    created_datetime: datetime
    last_activity: datetime
    expires_at: datetime


def list_all_sessions(user: User | None = None) -> Iterator[ListedSession]:
    """Yield active sessions, of one user or of all, the one that was used last first."""
    limits = {True: settings.GUEST_IDLE, False: settings.ACCOUNT_IDLE}
    idle = Case(*(When(user__is_guest=guest, then=Value(limit)) for guest, limit in limits.items()))
    active = Session.objects.filter(
        Q(absolute_expiry=None) | Q(absolute_expiry__gt=Now()), last_seen__gt=Now() - idle, revoked_at=None
    )
    found = (active if user is None else active.filter(user=user)).select_related("user").order_by("-last_seen")
    for session in found.iterator():
        yield ListedSession(
            id=session.id,
            user_id=session.user.user_id,
            device=session.device,
            created_datetime=session.created_datetime,
            last_activity=session.last_seen,
            expires_at=ends_at(session, session.user, session.last_seen),
        )


def _describe(session: Session, user: User, live: StoredSession | None, current: UUID) -> SessionState:
    seen = max(session.last_seen, live.seen) if live else session.last_seen
    return SessionState(
        id=session.id,
        device=session.device,
        place=session.place,
        created_datetime=session.created_datetime,
        last_activity=seen,
        expires_at=ends_at(session, user, seen),
        current=session.id == current,
    )


def _in_redis(user: User) -> dict[UUID, StoredSession]:
    try:
        live = get_redis_manager().list_active(uuid=user.uuid, count=settings.SESSIONS_PER_USER * 2)
    except RedisAway:
        return {}
    return {session.session_id: session for session in live}
