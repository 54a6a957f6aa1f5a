"""Which collections a user may read and write. Fetching and the check are one function."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from chat.errors import Forbidden, Invalid, NotFound, ServiceError
from chat.undo import UNDO_FOR
from models.models import Collection, Document, User


class CollectionStays(ServiceError):
    code = "collection_is_default"
    status = 409
    message = "Your default collection stays: it is where files go that name no other. Delete its documents instead."


def readable_collections(user: User) -> QuerySet[Collection]:
    """The user's own, and what staff has shared with all accounts (guests are none)."""
    own = Q(owner=user)
    return Collection.objects.filter(own if user.is_guest else own | Q(shared=True), deleted_at=None)


def list_collections(user: User) -> QuerySet[Collection]:
    """The readable ones, unordered, each with `document_count`."""
    return with_document_count(readable_collections(user))


def with_document_count(collections: QuerySet[Collection]) -> QuerySet[Collection]:
    documents = Document.objects.filter(collection=OuterRef("pk"), deleted_at=None).order_by()
    counted = documents.values("collection").annotate(count=Count("pk")).values("count")
    return collections.annotate(document_count=Coalesce(Subquery(counted), 0))


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


def named_collections(user: User, wanted: Sequence[UUID]) -> list[Collection]:
    """Return the named collections; raise Invalid unless the user may read all of them."""
    found = list(readable_collections(user).filter(pk__in=wanted)) if wanted else []
    if len(found) != len(set(wanted)):
        raise Invalid(details={"collections": ["There is no such collection, or it is not yours."]})
    return found


def default_collection(user: User) -> Collection:
    """Where documents go that name no collection; made when it is first needed."""
    return Collection.objects.get_or_create(owner=user, is_default=True, deleted_at=None)[0]


def create_collection(*, user: User, name: str) -> Collection:
    return Collection.objects.create(owner=user, name=name)


def change_collection(
    collection: Collection, *, by: User, name: str | None = None, shared: bool | None = None
) -> Collection:
    """Rename, or share with all accounts. Raise Forbidden when somebody who is not staff would share."""
    if shared is not None and shared != collection.shared and not by.is_staff:
        raise Forbidden("Only staff can share a collection with all accounts.")
    collection.name = collection.name if name is None else name
    collection.shared = collection.shared if shared is None else shared
    collection.save(update_fields=["name", "shared"])
    return collection


def delete_collection(collection: Collection) -> None:
    """Hide it with all that is in it; it can be restored for `UNDO_FOR`, then it is purged."""
    if collection.is_default:
        raise CollectionStays
    collection.deleted_at = timezone.now()
    collection.save(update_fields=["deleted_at"])


def restore_collection(user: User, collection_id: UUID) -> Collection:
    hidden = Collection.objects.filter(owner=user, pk=collection_id, deleted_at__gt=timezone.now() - UNDO_FOR)
    collection = hidden.first()
    if collection is None:
        raise NotFound
    collection.deleted_at = None
    collection.save(update_fields=["deleted_at"])
    return collection


def require_readable(user: User, wanted: Sequence[UUID]) -> None:
    """Raise NotFound unless the user may read all of these collections."""
    if wanted and readable_collections(user).filter(pk__in=wanted).count() < len(set(wanted)):
        raise NotFound
