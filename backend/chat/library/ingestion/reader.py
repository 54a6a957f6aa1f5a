"""Reads documents: claims a row, has the file read in its own process, keeps the lease, stores the end.

One `DocumentReader` serves a worker process. It reads a few documents at a time, so that
answers, which share the process, are not slowed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import uuid
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from chat.answers.production import DATABASE_AWAY
from chat.library.files import file_path, incoming_path
from chat.library.ingestion import storing
from chat.library.ingestion.process import read_in_process
from chat.library.ingestion.rows import Claim, Lost, claim_document, release_document, renew_lease
from chat.library.passages import NewPassage
from chat.library.refusals import DocumentRefused, refusal_for
from models.models import DocumentStatus

logger = logging.getLogger(__name__)

_RENEW_SECONDS = 1.0
# Few enough that storing them holds up nothing else for long.
_BATCH = 100
# The rest is for storing.
_READ_PERCENT = 99


@dataclass(slots=True)
class DocumentReader:
    """`_busy`: documents being read. `_rung`: a bell that nobody answered, as all were busy."""

    _busy: int = 0
    _rung: bool = False

    async def read_waiting(self) -> None:
        """Read documents until none waits, unless enough are being read already.

        Cancelling the calling task gives its document back.
        """
        self._rung = True
        while self._rung and self._busy < settings.DOCUMENTS_PER_WORKER:
            self._rung = False
            self._busy += 1
            try:
                while claim := await claim_document():
                    await read_document(claim)
            finally:
                self._busy -= 1


async def read_only(documents: Sequence[UUID]) -> bool:
    """Read one of these documents; False when none of them waits."""
    claim = await claim_document(only=documents)
    if claim:
        await read_document(claim)
    return claim is not None


async def read_document(claim: Claim) -> None:
    """Read a claimed document to its end, whatever that is; cancelling gives it back."""
    reading = _Reading(claim)
    try:
        await reading.see_through()
    except Lost:
        logger.info("Document %s is not ours any more", claim.document_id)
    except asyncio.CancelledError:
        # Another cancelling, as when the worker has waited long enough, does not keep it from being given back.
        await asyncio.wait({asyncio.create_task(_give_back(claim))})
        raise
    except DATABASE_AWAY as error:
        logger.warning("Document %s waits for the database (%s)", claim.document_id, type(error).__name__)
        await _give_back(claim)


async def _give_back(claim: Claim) -> None:
    with contextlib.suppress(*DATABASE_AWAY):
        await release_document(claim)


@dataclass(slots=True)
class _Reading:
    claim: Claim
    _progress: int = 0
    _stored: int = 0
    _passages: list[NewPassage] = field(default_factory=list)
    # By their number in the process; those of the batch at hand are stored with it.
    _urls: dict[int, str] = field(default_factory=dict)
    _pictures: list[storing.FoundPicture] = field(default_factory=list)

    async def see_through(self) -> None:
        task = asyncio.create_task(self._read())
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=_RENEW_SECONDS)
                if not task.done() and await renew_lease(self.claim, progress=self._progress):
                    task.cancel()
                    await asyncio.wait({task})
                    await asyncio.to_thread(storing.give_up, self.claim, status=DocumentStatus.CANCELLED)
                    return
            await task
        except DocumentRefused as reason:
            logger.info("Document %s: %s", self.claim.document_id, reason.code)
            await self._fail(reason.code)
        except (Lost, asyncio.CancelledError, *DATABASE_AWAY):
            raise
        except Exception as error:
            # A fault of ours must end this document, not be met again with each attempt.
            logger.exception("Document %s: %s", self.claim.document_id, type(error).__name__)
            await self._fail(DocumentRefused.code)
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _fail(self, code: str) -> None:
        await asyncio.to_thread(storing.give_up, self.claim, status=DocumentStatus.FAILED, error_code=code)

    async def _read(self) -> None:
        await asyncio.to_thread(storing.begin, self.claim)
        path, folder = file_path(self.claim.document_id), incoming_path()
        folder.mkdir()
        try:
            async with aclosing(read_in_process(path, name=self.claim.file_name, folder=folder)) as messages:
                async for message in messages:
                    await self._take(message, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _take(self, message: dict[str, Any], folder: Path) -> None:
        match message:
            case {"passage": passage}:
                self._passages.append(self._new_passage(passage))
                if len(self._passages) >= _BATCH:
                    await self._store()
            case {"picture": picture}:
                self._take_picture(picture, folder)
            case {"done": done, "of": of}:
                self._progress = max(self._progress, _READ_PERCENT * done // of if of else 0)
            case {"end": end}:
                await self._store()
                summary = storing.Summary(end["media_type"], end["pages"], end["language"], self._stored)
                await asyncio.to_thread(storing.finish, self.claim, summary)
            case {"refused": code}:
                if error := message.get("error"):
                    logger.info("Document %s: the library raised %s", self.claim.document_id, error)
                raise refusal_for(code)

    def _new_passage(self, passage: dict[str, Any]) -> NewPassage:
        return NewPassage(
            text=passage["text"],
            heading=passage["heading"],
            page=passage["page"],
            image_urls=tuple(self._urls[number] for number in passage["pictures"]),
        )

    def _take_picture(self, picture: dict[str, Any], folder: Path) -> None:
        identity = uuid.uuid4()
        path = folder / str(int(picture["number"]))
        self._urls[picture["number"]] = f"/api/document-images/{identity}/"
        self._pictures.append(
            storing.FoundPicture(identity, path, picture["media_type"], picture["width"], picture["height"])
        )

    async def _store(self) -> None:
        if not self._passages:
            return
        await asyncio.to_thread(storing.store_batch, self.claim, self._passages, self._pictures, self._stored)
        self._stored += len(self._passages)
        self._passages, self._pictures = [], []


_readers: dict[asyncio.AbstractEventLoop, DocumentReader] = {}


def this_reader() -> DocumentReader:
    """Return the reader of the running event loop."""
    return _readers.setdefault(asyncio.get_running_loop(), DocumentReader())
