"""Ends sessions: Postgres first, then Redis when that is committed."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from chat.sessions import cached
from chat.sessions.listing import access_session
from models.models import Session, User


def revoke_session(*, user: User, session_id: UUID) -> None:
    """End one of the user's sessions. Raises NotFound."""
    end_sessions(Session.objects.filter(id=access_session(user=user, session_id=session_id).id))


def revoke_other_sessions(*, user: User, keep: UUID) -> int:
    """End all sessions of the user but one; return how many."""
    return end_sessions(Session.objects.filter(user=user).exclude(id=keep))


@transaction.atomic
def end_sessions(sessions: QuerySet[Session]) -> int:
    """End those of `sessions` that have not ended yet; return how many."""
    ending = sessions.filter(revoked_at=None).select_for_update(no_key=True).order_by("id")
    by_user: dict[UUID, list[UUID]] = defaultdict(list)
    for session_id, uuid in ending.values_list("id", "user__uuid"):
        by_user[uuid].append(session_id)
    ids = [session_id for of_user in by_user.values() for session_id in of_user]
    Session.objects.filter(id__in=ids).update(revoked_at=Now())
    for uuid, of_user in by_user.items():
        transaction.on_commit(partial(cached.forget, of_user, uuid))
    return len(ids)
