"""The openai client's HTTP on aiohttp, which costs half of what httpx2's own stack does.

The client brings such a transport itself (`DefaultAioHttpClient`), but that one drops what came
before a connection broke and was not read yet: the end of an answer, once in a while.
"""

import ssl
from collections.abc import AsyncIterator

import aiohttp
import httpx2

_KEPT_SECONDS = 30.0
_LONGEST_HEADER = 65_536


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Belongs to the event loop of its first request. `connect_seconds` is all of the way to a connection."""

    def __init__(self, tls: ssl.SSLContext, *, connect_seconds: float, proxy: str | None) -> None:
        self._tls = tls
        self._timeout = aiohttp.ClientTimeout(total=None, connect=connect_seconds)
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self._session is None:
            self._session = self._open_session()
        try:
            response = await self._session.request(
                request.method,
                str(request.url),
                headers=request.headers,
                data=await request.aread() or None,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, ValueError) as error:
            raise httpx2.ConnectError(str(error)) from error
        body = _Body(response)
        # What is compressed has to pass through httpx2.
        extensions = {} if "content-encoding" in response.headers else {"take": body.take}
        return httpx2.Response(response.status, headers=response.raw_headers, stream=body, extensions=extensions)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open_session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_SECONDS, ssl=self._tls),
            timeout=self._timeout,
            proxy=self._proxy,
            auto_decompress=False,  # httpx2 does.
            cookie_jar=aiohttp.DummyCookieJar(),
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
        )


class _Body(httpx2.AsyncByteStream):
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._response.content
        try:
            async for data in content.iter_any():
                yield data
        except aiohttp.ClientError as error:
            # What waits to be read is not given out any more, although it came before the break.
            if rest := b"".join(content._buffer):
                yield rest
            raise httpx2.ReadError(str(error)) from error

    def take(self) -> bytes:
        """What has come and was not read yet; nothing is waited for, and no error raised."""
        content = self._response.content
        return content.read_nowait() if content.exception() is None else b""

    async def aclose(self) -> None:
        self._response.close()
