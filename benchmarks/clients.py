"""Two clients that do the same: one asks our API over its WebSocket, one the model server itself."""

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import aiohttp

from benchmarks.recording import Recording
from benchmarks.stack import Stack, model

_CONTENT = re.compile(rb'"content":"([^"]*)"')
_LONGEST_ANSWER_SECONDS = 120.0


Socket = aiohttp.ClientWebSocketResponse


@asynccontextmanager
async def open_socket(stack: Stack, token: str) -> AsyncIterator[Socket]:
    """Read by aiohttp, in C: the clients share the cores with what is measured."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(stack.socket_url, headers=headers, max_msg_size=0) as socket,
    ):
        yield socket


def ask_frame(scenario: str, *, key: str = "") -> str:
    question = {"mode": "ai", "model": model(scenario), "question_text": "How does an answer come to the page?"}
    return json.dumps({"type": "ask", "client_key": key or uuid.uuid4().hex, **question})


async def ask_us(socket: Socket, scenario: str) -> Recording:
    """Ask, and follow the answer to its end."""
    recording = Recording(asked=time.monotonic())
    await socket.send_str(ask_frame(scenario))
    async with asyncio.timeout(_LONGEST_ANSWER_SECONDS):
        while not recording.ending:
            _note(await socket.receive_json(), recording)
    return recording


def _note(frame: dict[str, Any], recording: Recording) -> None:
    match frame["type"]:
        case "delta":
            recording.add(frame["offset"], frame["text"])
        case "status":
            recording.begin_anew()
        case "done":
            recording.end("done")
        case "error":
            recording.end(frame["code"])


class _Direct(asyncio.Protocol):
    """Reads a stream of chat completions with as little of Python as can be."""

    def __init__(self, scenario: str) -> None:
        self.recording = Recording(asked=time.monotonic())
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._scenario = scenario
        self._length = 0
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        body = json.dumps({"model": self._scenario, "stream": True, "messages": [{"role": "user", "content": "?"}]})
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-length: {len(body)}\r\n\r\n"
        cast(asyncio.Transport, transport).write((head + body).encode())

    def data_received(self, data: bytes) -> None:
        whole, separator, self._rest = (self._rest + data).rpartition(b"\n\n")
        text = b"".join(_CONTENT.findall(whole)).decode()
        if text:
            self.recording.add(self._length, text)
            self._length += len(text)
        if b"[DONE]" in whole + separator and not self.ended.done():
            self.recording.end("done")
            self.ended.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionResetError())


async def ask_directly(stack: Stack, scenario: str) -> Recording:
    """The same question without us in between."""
    loop = asyncio.get_running_loop()
    transport, reading = await loop.create_connection(lambda: _Direct(scenario), "127.0.0.1", stack.upstream_port)
    try:
        async with asyncio.timeout(_LONGEST_ANSWER_SECONDS):
            await reading.ended
    finally:
        transport.close()
    return reading.recording
