"""Replies that are a file of the data folder, read while it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from chat.errors import NotFound

_CHUNK_BYTES = 256 * 1024


def file_reply(path: Path, *, media_type: str, file_name: str = "") -> StreamingHttpResponse:
    """Send a file; as an attachment when it has a `file_name`. Raise NotFound when it is gone.

    A file of a stranger is never run: no guessing of types, no scripts, no frames.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise NotFound from None
    headers = {
        "Content-Length": str(size),
        "Cache-Control": "private, max-age=86400, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    if file_name:
        headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name) or ""
    return StreamingHttpResponse(_chunks(path), content_type=media_type, headers=headers)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    """An asynchronous iterator: of another kind the server would collect everything first."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk
    finally:
        file.close()
