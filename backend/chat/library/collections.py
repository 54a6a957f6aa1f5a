"""Which collections a user may read and write. Fetching and the check are one function."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from chat.errors import NotFound
from models.models import Collection, User


def readable_collections(user: User) -> QuerySet[Collection]:
    """The user's own, and what staff has shared with all accounts (guests are none)."""
    own = Q(owner=user)
    return Collection.objects.filter(own if user.is_guest else own | Q(shared=True), deleted_at=None)


def access_collection(user: User, collection_id: UUID, *, to_write: bool = False) -> Collection:
    """Return a collection that the user may read (or write: only one's own); raise NotFound for any other."""
    within = readable_collections(user).filter(owner=user) if to_write else readable_collections(user)
    collection = within.filter(pk=collection_id).first()
    if collection is None:
        raise NotFound
    return collection


def collections_in_scope(user: User, wanted: Sequence[UUID]) -> list[Collection]:
    """Return the wanted collections that the user may read; all of them when none is named."""
    readable = readable_collections(user)
    return list(readable.filter(pk__in=wanted) if wanted else readable)


def default_collection(user: User) -> Collection:
    """Where documents go that name no collection; made when it is first needed."""
    return Collection.objects.get_or_create(owner=user, is_default=True, deleted_at=None)[0]


def require_readable(user: User, wanted: Sequence[UUID]) -> None:
    """Raise NotFound unless the user may read all of these collections."""
    if wanted and readable_collections(user).filter(pk__in=wanted).count() < len(set(wanted)):
        raise NotFound
