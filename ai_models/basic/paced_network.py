"""A network backend for httpx2 that reads a stream in larger gulps.

Reading a token costs the HTTP stack several times what understanding it does, and it costs
no more when some more tokens have come meanwhile. Which streams are paced, and when, is decided
by whoever reads the answer.
"""

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any

import anyio
import httpcore2
import httpx2
from httpcore2._backends.anyio import AnyIOStream

from ai_models.basic.chunk_merger import ChunkMerger

_CONNECTIONS_A_POOL = 50


class PacedStream(httpcore2.AsyncNetworkStream):
    """Passes everything on; reads at most once in `pause` seconds (0: at once), and joins small chunks."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self.pause = 0.0
        self._stream = stream
        self._last_read = 0.0
        self._chunks = ChunkMerger()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            data = await self._read(max_bytes, timeout)
            # Nothing at all would mean the end of the stream.
            if (merged := self._chunks.feed(data)) or not data:
                return merged

    async def _read(self, max_bytes: int, timeout: float | None) -> bytes:
        if not self.pause:
            return await self._receive(max_bytes, timeout)
        now = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, self._last_read + self.pause - now()))
        data = await self._receive(max_bytes, timeout)
        self._last_read = now()
        return data

    async def _receive(self, max_bytes: int, timeout: float | None) -> bytes:
        """As httpcore2's stream, which spends half of a read on setting up a time-out, also where none is wanted."""
        if timeout is not None or not isinstance(self._stream, AnyIOStream):
            return await self._stream.read(max_bytes, timeout)
        try:
            return await self._stream._stream.receive(max_bytes)
        except anyio.EndOfStream:
            return b""
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise httpcore2.ReadError from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._chunks.begin()
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        return PacedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _PacedBackend(httpcore2.AnyIOBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        return PacedStream(await super().connect_tcp(host, port, timeout, local_address, socket_options))


class _Pools(httpcore2.AsyncConnectionPool):
    """Several small pools, the first ones filled first: httpcore2's looks through all of its connections with every request."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._options = options
        self._pools: list[httpcore2.AsyncConnectionPool] = []

    async def handle_async_request(self, request: httpcore2.Request) -> httpcore2.Response:
        return await self._one_with_room().handle_async_request(request)

    async def aclose(self) -> None:
        for pool in self._pools:
            await pool.aclose()

    def _one_with_room(self) -> httpcore2.AsyncConnectionPool:
        for pool in self._pools:
            if len(pool.connections) < _CONNECTIONS_A_POOL:
                return pool
        self._pools.append(httpcore2.AsyncConnectionPool(**self._options))
        return self._pools[-1]


def paced_transport(limits: httpx2.Limits, verify: ssl.SSLContext) -> httpx2.AsyncHTTPTransport:
    """httpx2's own transport on a connection pool with our backend, which it has no option for."""
    transport = httpx2.AsyncHTTPTransport(verify=verify, limits=limits)
    transport._pool = _Pools(
        ssl_context=verify,
        max_connections=limits.max_connections,
        max_keepalive_connections=limits.max_keepalive_connections,
        keepalive_expiry=limits.keepalive_expiry,
        network_backend=_PacedBackend(),
    )
    return transport


def set_pause(response: httpx2.Response, seconds: float) -> None:
    """Pace the connection of a response; without effect where it is not one of ours (a proxy)."""
    stream = response.extensions.get("network_stream")
    if isinstance(stream, PacedStream):
        stream.pause = seconds
