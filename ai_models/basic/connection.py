"""The way to one model server: its client, its list of models, and its refusals as our errors.

Knows HTTP and keys, but not what an answer is (`openai_compatible.py`).
"""

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from openai import APIConnectionError, AsyncOpenAI, AsyncStream, Omit, OpenAIError

from ai_models.basic.refusals import error_for, read_retry_after
from ai_models.basic.transport import AiohttpTransport
from ai_models.contract import ModelBadAnswer, ModelError, ModelNotFound, ModelTimeout, ModelUnreachable
from ai_models.endpoints import Endpoint

logger = logging.getLogger(__name__)

# What a connection may raise that cannot be made, or breaks while the body is read.
BROKEN = (httpx2.RequestError, httpx2.StreamError, httpx2.InvalidURL)

_MAX_REFUSAL_BYTES = 64_000
_MAX_LIST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. The waits for tokens count tokens: a server that only sends pings is silent."""

    connect: float = 5.0
    first_token: float = 60.0
    between_tokens: float = 30.0
    total: float = 600.0
    check: float = 3.0
    longest_retry_after: float = 60.0
    pause_before_retry: float = 0.5
    # How long a model that keeps failing is not asked; see `breaker.py`.
    rest: float = 10.0
    # Between two reads of a stream: for a single one the interval at which answers are shown, longer
    # for each one more, so that hundreds do not spend a core on reading.
    between_reads: float = 0.04
    per_open_stream: float = 0.0002
    longest_between_reads: float = 0.2


class _Refusal(OpenAIError):
    """Carries our error through the openai client, which hands on only its own kind."""

    def __init__(self, error: ModelError) -> None:
        super().__init__(error.code)
        self.error = error


class Connection:
    """One endpoint's client, made when the first answer needs it and kept for the next ones."""

    def __init__(self, endpoint: Endpoint, timeouts: Timeouts) -> None:
        self.endpoint = endpoint
        self.timeouts = timeouts
        self._client: AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open_streams = 0

    @property
    def pause_between_reads(self) -> float:
        grown = self.timeouts.between_reads + self._open_streams * self.timeouts.per_open_stream
        return min(grown, self.timeouts.longest_between_reads)

    @asynccontextmanager
    async def stream(self, body: Mapping[str, Any]) -> AsyncIterator[httpx2.Response]:
        """Post a chat completion and give its response, the body unread.

        Raises ModelError if the server refuses or cannot be reached. Sets no limit to the
        wait for the response's head.
        """
        try:
            async with aclosing(await self._post(body)) as response:
                self._open_streams += 1
                try:
                    yield response
                finally:
                    self._open_streams -= 1
        except _Refusal as refusal:
            raise refusal.error from None
        except (APIConnectionError, httpx2.InvalidURL) as error:
            logger.info("endpoint %s: %r", self.endpoint.name, error.__cause__ or error)
            raise ModelUnreachable from None

    async def list_models(self) -> tuple[str, ...]:
        """Ask for the names of all models, within `timeouts.check` seconds; raise ModelError.

        ModelNotFound: the server answers, but has no such list. Uses a client of its own,
        so that any event loop may ask.
        """
        headers = {"Authorization": f"Bearer {key}"} if (key := self.endpoint.api_key) else {}
        try:
            async with (
                asyncio.timeout(self.timeouts.check),
                self._http() as client,
                client.stream("GET", f"{self.endpoint.base_url}/models", headers=headers) as response,
            ):
                return _names(await read_capped(response, _MAX_LIST_BYTES))
        except _Refusal as refusal:
            raise refusal.error from None
        except TimeoutError:
            raise ModelTimeout from None
        except BROKEN as error:
            logger.info("endpoint %s: %r", self.endpoint.name, error)
            raise ModelUnreachable from None

    async def check(self) -> None:
        """Return if the server answers; raise ModelError. A server need not have a list."""
        with suppress(ModelNotFound):
            await self.list_models()

    async def aclose(self) -> None:
        if self._client and self._loop is asyncio.get_running_loop():
            await self._client.close()
        self._client = None

    async def _post(self, body: Mapping[str, Any]) -> httpx2.Response:
        """As `chat.completions.create`, which spends most of its time on walking through types.

        The response is the raw one: the client's own objects cost several times what our reader does.
        """
        response: object = await self._client_here().post(
            "/chat/completions",
            cast_to=httpx2.Response,
            body={**body, "stream": True},
            options={"headers": self._headers()},
            stream=True,
            stream_cls=AsyncStream[object],
        )
        assert isinstance(response, httpx2.Response)
        return response

    def _client_here(self) -> AsyncOpenAI:
        # A client belongs to the event loop of its connections.
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._loop = loop
            self._client = AsyncOpenAI(
                base_url=self.endpoint.base_url,
                # Never None, for which the client would take these from the environment.
                api_key=self.endpoint.api_key,
                admin_api_key="",
                max_retries=0,
                http_client=self._http(),
            )
        return self._client

    def _headers(self) -> dict[str, Any]:
        headers: dict[str, Any] = {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}
        return headers if self.endpoint.api_key else {**headers, "Authorization": Omit()}

    def _http(self) -> httpx2.AsyncClient:
        proxy = proxy_for(self.endpoint.base_url)
        return httpx2.AsyncClient(
            transport=AiohttpTransport(_tls(), connect_seconds=self.timeouts.connect, proxy=proxy),
            follow_redirects=False,
            # Waiting for bytes is limited where tokens are counted.
            timeout=None,
            event_hooks={"response": [self._refuse]},
        )

    async def _refuse(self, response: httpx2.Response) -> None:
        if response.is_success:
            return
        words = (await read_capped(response, _MAX_REFUSAL_BYTES)).decode(errors="replace")
        if self.endpoint.api_key:
            words = words.replace(self.endpoint.api_key, "(key)")
        logger.warning("endpoint %s answered %d: %.500s", self.endpoint.name, response.status_code, words)
        retry_after = read_retry_after(response.headers.get("retry-after", ""))
        raise _Refusal(error_for(response.status_code, words, retry_after))


async def read_capped(response: httpx2.Response, most: int) -> bytes:
    """The first `most` bytes of the body; the rest is not fetched."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) >= most:
            break
    return bytes(body[:most])


def _names(body: bytes) -> tuple[str, ...]:
    try:
        listed = json.loads(body)
    except ValueError:
        raise ModelBadAnswer from None
    entries = listed.get("data") if isinstance(listed, dict) else listed
    if not isinstance(entries, list):
        raise ModelBadAnswer
    names = (entry.get("id") for entry in entries if isinstance(entry, dict))
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for it; none for this computer, which no proxy can reach."""
    parts, proxies = urlsplit(url), getproxies()
    host, proxy = parts.hostname or "", proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or _is_loopback(host) or proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # Reading the certificates takes some 20 ms; every client can share them.
    return httpx2.create_ssl_context()
