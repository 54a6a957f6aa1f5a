"""Imports: take a file, look how far it is, cancel. Fetching is the permission check."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from chat.errors import NotFound
from chat.library.files import keep_file, remove_file
from chat.library.receiving import ReceivedFile
from chat.limits.uploading import allow_upload
from chat.notifications.imports import import_ended
from chat.portable.doorbell import ring
from chat.portable.reading import looks_readable
from chat.portable.refusals import ImportEnded, ImportGaveUp, ImportRunning, ImportTooLarge, ImportUnsupported
from chat.users import hold_user
from models.conversation_import import UNREAD_IMPORTS
from models.models import ConversationImport, ImportStatus, User

_MOST_ATTEMPTS = 3
_KEPT = timedelta(days=30)


def list_imports(user: User) -> QuerySet[ConversationImport]:
    return ConversationImport.objects.filter(user=user)


def access_import(user: User, import_id: UUID) -> ConversationImport:
    """Return the user's import; raise NotFound for anyone else's."""
    found = list_imports(user).filter(pk=import_id).first()
    if found is None:
        raise NotFound
    return found


def add_import(*, user: User, file: ReceivedFile) -> ConversationImport:
    """Take a file and have its conversations taken in, one file of a user after the other.

    The file at `file.path` is gone afterwards, in every case. Raises ImportTooLarge,
    ImportUnsupported, ImportRunning and TooManyUploads.
    """
    try:
        allow_upload(user)
        if file.too_large:
            raise ImportTooLarge
        if not looks_readable(file.head):
            raise ImportUnsupported
        try:
            return _store(user, file)
        except IntegrityError:
            raise ImportRunning from None
    finally:
        file.discard()


@transaction.atomic
def _store(user: User, file: ReceivedFile) -> ConversationImport:
    hold_user(user)
    lease = timezone.now() + timedelta(seconds=settings.IMPORT_LEASE_SECONDS)
    added = ConversationImport.objects.create(
        user=user, file_name=file.name, size_bytes=file.size_bytes, lease_until=lease
    )
    keep_file(file.path, added.pk)
    ring()
    return added


def cancel_import(wanted: ConversationImport) -> ConversationImport:
    """Stop it: at once when it has not begun, otherwise within seconds. What was taken is kept. Raises ImportEnded."""
    running = ConversationImport.objects.filter(pk=wanted.pk, status__in=UNREAD_IMPORTS)
    if not running.update(cancel_requested=True):
        raise ImportEnded
    waiting = ConversationImport.objects.filter(pk=wanted.pk, status=ImportStatus.QUEUED)
    if waiting.update(status=ImportStatus.CANCELLED, lease_until=None, finished_datetime=Now()):
        remove_file(wanted.pk)
    wanted.refresh_from_db()
    return wanted


def sweep_imports() -> int:
    """Ring again for imports that nobody reads; return how many. What took its workers with it is given up."""
    silent = ConversationImport.objects.filter(status__in=UNREAD_IMPORTS, lease_until__lt=Now())
    # Their files go with the next purge.
    silent.filter(cancel_requested=True).update(
        status=ImportStatus.CANCELLED, lease_until=None, finished_datetime=Now()
    )
    for import_id in silent.filter(attempts__gte=_MOST_ATTEMPTS).values_list("pk", flat=True):
        _give_up(silent.filter(pk=import_id))
    lease = Now() + timedelta(seconds=settings.IMPORT_LEASE_SECONDS)
    with transaction.atomic():
        # What has used its last attempt since is given up by the next sweep.
        again = silent.filter(attempts__lt=_MOST_ATTEMPTS).update(status=ImportStatus.QUEUED, lease_until=lease)
        if again:
            ring()
    return again


@transaction.atomic
def _give_up(silent: QuerySet[ConversationImport]) -> None:
    """One import in one transaction: telling of it holds its user's other notifications back."""
    for given_up in silent.select_for_update(skip_locked=True, no_key=True):
        given_up.status, given_up.error_code = ImportStatus.FAILED, ImportGaveUp.code
        given_up.lease_until, given_up.finished_datetime = None, timezone.now()
        given_up.save()
        import_ended(given_up)


def purge_imports() -> int:
    """Forget imports that ended long ago, and remove the files of those that ended without their worker."""
    ended = ConversationImport.objects.exclude(status__in=UNREAD_IMPORTS)
    for import_id in ended.values_list("pk", flat=True):
        remove_file(import_id)
    return ended.filter(created_datetime__lt=timezone.now() - _KEPT).delete()[0]
