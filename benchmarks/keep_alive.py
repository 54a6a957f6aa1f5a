"""A client for many small requests that costs little beside what it measures: GET over one kept connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

_LONGEST_REPLY_SECONDS = 60.0


class KeepAlive:
    """One connection to one server, one request at a time. Connects again when the server has closed it."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = str(address.hostname), address.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, token: str) -> int:
        """Return the status of the reply, which must tell its length; 0 when there was none."""
        try:
            async with asyncio.timeout(_LONGEST_REPLY_SECONDS):
                return await self._get(path, token)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            self.close()
            return 0

    async def _get(self, path: str, token: str) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        await reader.readexactly(int(head.partition("content-length:")[2].partition("\r\n")[0]))
        if "connection: close" in head:
            self.close()
        return int(head.split(" ", 2)[1])

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@asynccontextmanager
async def keep_alive(url: str) -> AsyncIterator[KeepAlive]:
    client = KeepAlive(url)
    try:
        yield client
    finally:
        client.close()
