"""How long a session lives. Nothing here reads or writes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from models.models import Session, User


def idle_limit(user: User) -> timedelta:
    """Return how long a session of `user` lives without activity."""
    limit: timedelta = settings.GUEST_IDLE if user.is_guest else settings.ACCOUNT_IDLE
    return limit


def absolute_end(user: User, opened: datetime) -> datetime | None:
    """Return when a session ends whatever happens. Never for a guest, who cannot sign in again."""
    return None if user.is_guest else opened + settings.ACCOUNT_SESSION_AGE


def ends_at(session: Session, user: User, seen: datetime) -> datetime:
    """Return when `session` ends if nothing happens after `seen`."""
    idle_end = seen + idle_limit(user)
    return idle_end if session.absolute_expiry is None else min(idle_end, session.absolute_expiry)
