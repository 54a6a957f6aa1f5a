"""Takes in the files that wait, in a thread of the worker, one after the other.

The row is the lock, as with documents: whoever lost it (`epoch`) stores nothing more. Its
counts are stored with what they count, so an import that begins again goes on behind them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from chat.library.files import file_path, remove_file
from chat.notifications.imports import import_ended
from chat.notifications.nudges import nudge_on_commit
from chat.open_connections import in_thread
from chat.portable.incoming import IncomingThread
from chat.portable.reading import Found, Refused, read_threads
from chat.portable.refusals import ImportRefused, ImportTooMany
from chat.portable.report import Report
from chat.portable.storing import Prepared, prepare, store
from models.models import ConversationImport, ImportStatus, User

logger = logging.getLogger(__name__)

MOST_CONVERSATIONS = 50_000
# What one transaction stores, and how long it may be looked for.
_BATCH_CONVERSATIONS = 50
_BATCH_CHARACTERS = 2_000_000
_BATCH_SECONDS = 2.0

_in_process = threading.Lock()
# A bell that nobody has answered yet.
_rung = threading.Event()


class Lost(Exception):
    """The import is not ours any more."""


class Stopped(Exception):
    """Its user, or the end of this worker, wants no more of it."""


@in_thread
def take_in_waiting(stop: threading.Event) -> None:
    """Take in what waits until nothing does; another thread of this process at it takes the rest, too."""
    _rung.set()
    while _rung.is_set() and not stop.is_set() and _in_process.acquire(blocking=False):
        try:
            _rung.clear()
            while not stop.is_set() and (claimed := _claim()):
                _TakingIn(claimed.pk, claimed.epoch, stop, Report.of(claimed)).see_through()
        finally:
            _in_process.release()


@transaction.atomic
def _claim() -> ConversationImport | None:
    waiting = ConversationImport.objects.select_for_update(skip_locked=True, no_key=True).filter(
        status=ImportStatus.QUEUED, cancel_requested=False
    )
    found = waiting.order_by("created_datetime").first()
    if found:
        found.status = ImportStatus.READING
        found.epoch, found.attempts, found.lease_until = found.epoch + 1, found.attempts + 1, _lease()
        found.save()
    return found


def _lease() -> Any:
    return Now() + timedelta(seconds=settings.IMPORT_LEASE_SECONDS)


@dataclass(slots=True)
class _TakingIn:
    import_id: UUID
    epoch: int
    stop: threading.Event
    report: Report
    _percent: int = 0
    _seen: int = 0
    _batch: list[Prepared] = field(default_factory=list)
    _refused: list[Refused] = field(default_factory=list)
    _characters: int = 0
    _user: User | None = None
    _stored_at: float = field(default_factory=time.monotonic)
    _storing_thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    _storing: Future[None] | None = None
    # Ids of threads, in the file, that are waiting to be stored or being stored.
    _not_yet_there: set[str] = field(default_factory=set)

    def see_through(self) -> None:
        """Take the file in to its end, whatever that is; when the database or the worker goes, give it back."""
        with self._storing_thread:
            self._see_through()

    def _see_through(self) -> None:
        try:
            self._seen = self.report.conversations
            everything = read_threads(file_path(self.import_id), self._advance)
            for found in islice(everything, self._seen, None):
                self._take(found)
            self._store_batch()
            self._end(ImportStatus.DONE)
        except ImportRefused as reason:
            self._fail(reason.code)
        except Stopped:
            self._give_back_or_cancel()
        except Lost:
            logger.info("Import %s is not ours any more", self.import_id)
        except (OperationalError, InterfaceError) as error:
            # The sweep finds it when its lease has run out.
            logger.warning("Import %s waits for the database (%s)", self.import_id, type(error).__name__)
        except Exception as error:
            # A fault of ours must end this import, not be met again with each attempt.
            logger.exception("Import %s: %s", self.import_id, type(error).__name__)
            self._fail(ImportRefused.code)

    def _advance(self, percent: int) -> None:
        self._percent = percent
        if self.stop.is_set():
            raise Stopped
        if time.monotonic() - self._stored_at > _BATCH_SECONDS:
            self._store_batch()

    def _take(self, found: Found) -> None:
        self._seen += 1
        if self.stop.is_set():
            raise Stopped
        if self._seen > MOST_CONVERSATIONS:
            raise ImportTooMany
        if isinstance(found, Refused):
            self._refused.append(found)
        else:
            if found.source_id in self._not_yet_there:
                # Twice in one file: its turns are looked for once it is there.
                self._store_batch()
                self._wait_for_storing()
            self._take_thread(found)
        if len(self._batch) + len(self._refused) >= _BATCH_CONVERSATIONS or self._characters > _BATCH_CHARACTERS:
            self._store_batch()

    def _take_thread(self, thread: IncomingThread) -> None:
        self._batch.append(prepare(self._whose(), thread))
        self._characters += _characters_of(thread)
        self._not_yet_there.add(thread.source_id)

    def _whose(self) -> User:
        """The user for this batch; raise Lost when there is none any more."""
        self._user = self._user or User.objects.filter(imports=self.import_id).first()
        if self._user is None:
            raise Lost
        return self._user

    def _store_batch(self) -> None:
        """Have the batch stored while the next one is cut into words: Postgres takes as long for the one as we for the other."""
        self._wait_for_storing()
        batch, self._batch, refused, self._refused = self._batch, [], self._refused, []
        self._characters, user, self._user = 0, self._user, None
        self._not_yet_there = {each.thread.source_id for each in batch}
        self._storing = self._storing_thread.submit(in_thread(self._store), batch, refused, user, self._percent)
        self._stored_at = time.monotonic()

    def _wait_for_storing(self) -> None:
        """Until the batch before is there; raise what its storing raised."""
        storing, self._storing = self._storing, None
        if storing:
            storing.result()
            self._not_yet_there = set()

    def _store(self, batch: Sequence[Prepared], refused: Sequence[Refused], user: User | None, percent: int) -> None:
        with self._held() as row:
            if user and user.uuid != row.user_id:
                # A guest has become an account meanwhile: words are hashed with their owner.
                raise Stopped
            store(row.user, batch)
            for each in batch:
                self.report.took(each)
            for each_refused in refused:
                self.report.refused(each_refused)
            row.source = row.source or next((each.thread.source for each in batch), "")
            self.report.show_in(row)
            row.progress, row.lease_until = percent, _lease()
            if batch:
                nudge_on_commit(row.user_id)

    def _fail(self, code: str) -> None:
        try:
            self._store_batch()
            self._end(ImportStatus.FAILED, code)
        except Stopped:
            self._give_back_or_cancel()
        except Lost:
            logger.info("Import %s is not ours any more", self.import_id)

    def _give_back_or_cancel(self) -> None:
        ours = ConversationImport.objects.filter(pk=self.import_id, epoch=self.epoch, status=ImportStatus.READING)
        if ours.filter(cancel_requested=True).update(
            status=ImportStatus.CANCELLED, lease_until=None, finished_datetime=Now()
        ):
            remove_file(self.import_id)
        else:
            ours.update(status=ImportStatus.QUEUED, lease_until=Now(), attempts=max(0, self._attempts() - 1))

    def _attempts(self) -> int:
        return ConversationImport.objects.filter(pk=self.import_id).values_list("attempts", flat=True).first() or 0

    def _end(self, status: ImportStatus, error_code: str = "") -> None:
        self._wait_for_storing()
        with self._held() as row:
            row.status, row.error_code, row.lease_until = status, error_code, None
            row.progress = 100 if status == ImportStatus.DONE else row.progress
            row.finished_datetime = Now()
            import_ended(row)
        remove_file(self.import_id)

    @contextmanager
    def _held(self) -> Iterator[ConversationImport]:
        """Hold the row for a transaction, and save it. Raise Lost, and Stopped when its user wants no more."""
        with transaction.atomic():
            # From the top, as when a user is deleted or a guest becomes an account.
            with connection.cursor() as cursor:
                cursor.execute(_HOLD_USER, [self.import_id])
            ours = ConversationImport.objects.select_for_update(no_key=True).filter(
                pk=self.import_id, epoch=self.epoch, status=ImportStatus.READING
            )
            row = ours.first()
            if row is None:
                raise Lost
            if row.cancel_requested:
                raise Stopped
            yield row
            row.save()


_HOLD_USER = """
    SELECT uuid FROM users WHERE uuid = (SELECT user_id FROM conversation_imports WHERE id = %s) FOR KEY SHARE
"""


def _characters_of(thread: IncomingThread) -> int:
    return sum(len(turn.question) + len(turn.answer) for turn in thread.turns)
