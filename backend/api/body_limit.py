"""Ends a request whose body grows beyond what its address takes, while it is still being sent.

Django writes the whole body to disk before anybody looks at it, also one that never says
how long it is. This stands before it, counts, and answers 413.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError

from api.errors import error_body
from chat.errors import NotSignedIn, ServiceError, TooLarge
from chat.open_connections import in_thread
from chat.sessions.verifying import verify_session
from config.request_id import current_request_id

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# Ours and Django's spell these types in different ways.
Application = Callable[[Any, Any, Any], Awaitable[None]]

# Room for what stands around the files of an upload.
_AROUND_FILES = 1_000_000
# So long is listened to a client that sends on: one that is cut off in the middle may never see the answer.
_LINGER_SECONDS = 2.0


def limit_of(path: str) -> int:
    """Bytes that the body of a request to this address may have."""
    if path in ("/api/documents/", "/api/rag-data/"):
        return int(settings.MAX_UPLOAD_BYTES) + _AROUND_FILES
    if path == "/api/conversations/import/":
        return int(settings.MAX_IMPORT_BYTES) + _AROUND_FILES
    if path == "/api/attachments/":
        return int(settings.MAX_PICTURE_BYTES) + _AROUND_FILES
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


class BodyLimit:
    """An ASGI application around the one that answers."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        body = _Body(scope, receive)
        try:
            body.check_declared()
            await self._application(scope, body.receive, send)
        except _Refused as refused:
            await _refuse(refused.reason, body, send)


class _Refused(Exception):
    def __init__(self, reason: ServiceError) -> None:
        self.reason = reason


class _Body:
    """Hands a request's body on, and stops handing it on when it is too much."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self._limit = limit_of(scope["path"])
        self._receive = receive
        self._bytes = 0
        self._ended = False
        self._asked = False
        self._checked = False

    def check_declared(self) -> None:
        declared = self._headers.get(b"content-length", "")
        if declared.isdigit() and int(declared) > self._limit:
            raise _Refused(TooLarge())

    async def receive(self) -> Message:
        message = await self._next()
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._limit:
            raise _Refused(TooLarge())
        # Beyond an ordinary request, only those who are signed in fill the disk.
        if self._bytes > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and not self._checked:
            self._checked = True
            await asyncio.to_thread(_require_session, self._headers.get(b"authorization", ""))
        return message

    async def drain(self) -> None:
        """Listen a little longer, without keeping anything."""
        if b"expect" in self._headers and not self._asked:
            return  # it waits for a word before it sends
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while not self._ended:
                    await self._next()

    async def _next(self) -> Message:
        self._asked = True
        message = await self._receive()
        self._ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message


@in_thread
def _require_session(header: str) -> None:
    scheme, _, token = header.partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise NotSignedIn
        verify_session(token.strip())
    except ServiceError as reason:
        raise _Refused(reason) from None
    except DatabaseError:
        pass  # The view meets it, too, and knows what to say.


async def _refuse(reason: ServiceError, body: _Body, send: Send) -> None:
    request_id = uuid.uuid4().hex
    current_request_id.set(request_id)
    content = json.dumps(error_body(reason.code, reason.text)).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": reason.status, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": True})
    await body.drain()
    await send({"type": "http.response.body", "body": b""})
