"""The body of a chat completion as chunks, whether the server streams it or sends it whole."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2

from ai_models.basic.connection import BROKEN, read_capped
from ai_models.basic.sse import MAX_LINE_BYTES, EventReader
from ai_models.contract import ModelBadAnswer, ModelUnreachable

logger = logging.getLogger(__name__)


class ChunkReader:
    """Reads one response to its last chunk. Raises ModelError for what is none, or breaks."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._is_stream = not response.headers.get("content-type", "").startswith("application/json")
        # What has come, without waiting (transport.py).
        self._take: Callable[[], bytes] = response.extensions.get("take", bytes) if self._is_stream else bytes
        self._events = EventReader()
        self._pieces = self._read()

    def ready(self) -> list[dict[str, Any]]:
        """What can be read without waiting; often all that came while the caller did something else."""
        data = b"" if self._events.done else self._take()
        return self._events.feed(data) if data else []

    async def next(self) -> list[dict[str, Any]] | None:
        """Chunks as they arrive (an empty list is a sign of life only), None after the last."""
        return None if self._events.done else await anext(self._pieces, None)

    async def read_to_the_end(self) -> None:
        """A body that is read to its end leaves the connection open for the next."""
        async for _ in self._pieces:
            pass

    async def _read(self) -> AsyncIterator[list[dict[str, Any]]]:
        if not self._is_stream:
            yield [_whole(await read_capped(self._response, MAX_LINE_BYTES))]
            return
        try:
            async for data in self._response.aiter_bytes():
                if not self._events.done:
                    yield self._events.feed(data)
        except BROKEN as error:
            logger.info("a stream broke: %r", error)
            raise ModelUnreachable from None
        if not self._events.done:
            yield self._events.close()


def _whole(body: bytes) -> dict[str, Any]:
    """The answer of a server that does not stream; it is one chunk with everything in it."""
    try:
        answer = json.loads(body)
    except ValueError:
        raise ModelBadAnswer from None
    if not isinstance(answer, dict):
        raise ModelBadAnswer
    return answer
