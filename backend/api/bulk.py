"""Passages as a stream of lines, NDJSON in and NDJSON out.

Django has written the request's body to a temporary file before a view sees it, so only one
batch of lines is in memory, and the limit on a request's size counts for a line.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers.rag_data import NewRagDataSerializer, placed_passage
from chat.errors import NotFound, ServiceError, Unavailable
from chat.library.direct import PlacedPassage, own_collection, write_each
from chat.open_connections import in_thread

logger = logging.getLogger(__name__)

NDJSON = "application/x-ndjson"
_BATCH_LINES = 500
_BATCH_BYTES = 2_000_000

Json = dict[str, Any]


class BulkAccepted(Response):
    """What the view says of a stream: the user may write, and the lines are still to be read."""

    def __init__(self, user: Any) -> None:
        super().__init__(status=200)
        self.user = user


def is_bulk(request: Request) -> bool:
    return str(request.content_type).partition(";")[0].strip().lower() == NDJSON


def bulk_response(view: Callable[..., HttpResponse]) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Wrap a view, so that its BulkAccepted becomes the stream of lines that tell the progress."""

    @wraps(view)
    async def reply(request: HttpRequest, **kwargs: object) -> HttpResponse | StreamingHttpResponse:
        response = await sync_to_async(view)(request, **kwargs)
        if not isinstance(response, BulkAccepted):
            return response
        return StreamingHttpResponse(
            _store_lines(_Bulk(response.user, request)),
            content_type=f"{NDJSON}; charset=utf-8",
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )

    return reply


@dataclass
class _Bulk:
    """One stream, and how far it has come."""

    user: Any
    request: HttpRequest
    read: int = 0
    stored: int = 0
    updated: int = 0
    refused: int = 0
    _line: int = 0
    _checked: set[UUID | None] = field(default_factory=set)
    # One for all lines: making it takes longer than reading a line with it.
    _wanted: NewRagDataSerializer = field(default_factory=NewRagDataSerializer)

    @in_thread  # between two batches somebody else may have the connection
    def store_batch(self) -> Iterator[Json]:
        """Read and store the next lines; return what to tell of them, and nothing when there are no more."""
        passages, refusals, lines = self._read_batch()
        if passages:
            written = write_each(self.user, passages)
            self.stored += len(passages) - written.updated
            self.updated += written.updated
        self.read += lines
        self.refused += len(refusals)
        return iter([*refusals, {"kind": "progress", **self.counts()}] if lines else [])

    def counts(self) -> dict[str, int]:
        return {"read": self.read, "stored": self.stored, "updated": self.updated, "refused": self.refused}

    def _read_batch(self) -> tuple[list[PlacedPassage], list[Json], int]:
        passages: list[PlacedPassage] = []
        refusals: list[Json] = []
        lines = size = 0
        while lines < _BATCH_LINES and size < _BATCH_BYTES and (line := self._next_line()) is not None:
            if line.strip():
                lines += 1
                size += len(line)
                try:
                    passages.append(self._read_line(line))
                except _Refused as refused:
                    refusals.append({"kind": "refused", "line": self._line, **refused.reason})
        return passages, refusals, lines

    def _next_line(self) -> bytes | None:
        """Return the next line, None at the end; one that is too long is cut after the limit."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        line = self.request.readline(most + 1)
        if not line:
            return None
        self._line += 1
        rest = line
        while len(rest) > most and not rest.endswith(b"\n"):
            rest = self.request.readline(most + 1)
        return line

    def _read_line(self, line: bytes) -> PlacedPassage:
        if len(line) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise _Refused("too_large", "The line is too large.")
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise _Refused("invalid", "The line is not valid JSON.") from None
        try:
            placed = placed_passage(self._wanted.run_validation(value))
        except ValidationError as error:
            raise _Refused("invalid", "The line is not valid. See details.", details=error.detail) from None
        if placed.collection not in self._checked:
            try:
                own_collection(self.user, placed.collection)
            except NotFound as error:
                raise _Refused(error.code, error.text) from None
            self._checked.add(placed.collection)
        return placed


class _Refused(Exception):
    def __init__(self, code: str, message: str, **details: object) -> None:
        self.reason = {"code": code, "message": message, **details}
        super().__init__(code)


async def _store_lines(bulk: _Bulk) -> AsyncGenerator[str, None]:
    started = time.monotonic()
    ended: Json = {"kind": "done"}
    try:
        while told := list(await sync_to_async(bulk.store_batch)()):
            for each in told:
                yield _as_line(each)
    except ServiceError as error:
        ended = {"kind": "stopped", "code": error.code, "message": error.text}
    except (OperationalError, InterfaceError) as error:
        logger.warning("A server is away: %s", type(error).__name__)
        ended = {"kind": "stopped", "code": Unavailable.code, "message": Unavailable.message}
    except asyncio.CancelledError:
        raise
    except Exception:
        # The head is sent: an error can only be told here.
        logger.exception("A stream of passages stopped")
        ended = {"kind": "stopped", "code": "server_error", "message": "Something went wrong on the server."}
    yield _as_line({**ended, **bulk.counts(), "seconds": round(time.monotonic() - started, 3)})


def _as_line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
