"""How a fake model server writes its reply: chunks, tokens, a proper end, a refusal."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Protocol


class Reply(Protocol):
    """The response as a scenario sees it."""

    async def head(self, status: int = 200, content_type: str = "text/event-stream", **headers: str) -> None: ...

    async def write(self, data: bytes) -> None: ...

    async def end(self) -> None:
        """End the body as HTTP wants it."""

    def cut(self) -> None:
        """Close the connection in the middle of the body."""

    async def released(self) -> None:
        """Wait until the test releases what is held."""

    def times_seen(self, key: str) -> int:
        """How often this was called with `key` before."""


Body = dict[str, Any]


def frame(delta: Body | None = None, finish_reason: str | None = None, **fields: Any) -> bytes:
    """One `chat.completion.chunk` as a server-sent event."""
    choice = {"index": 0, "delta": delta or {}, "logprobs": None, "finish_reason": finish_reason}
    return event({"choices": [choice], **fields})


def event(fields: Body) -> bytes:
    chunk = {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1700000000, "model": "fake"}
    return b"data: " + json.dumps({**chunk, **fields}, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def words(count: int) -> Iterator[str]:
    return (f"w{number} " for number in range(count))


def number(arguments: list[str], place: int, default: float) -> float:
    return float(arguments[place].removesuffix("/s")) if len(arguments) > place else default


async def send_tokens(reply: Reply, count: int, rate: float = 0.0) -> None:
    """`count` tokens, `rate` a second (0: at once), on time even when single sleeps run over."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for place, word in enumerate(words(count)):
        if rate:
            await asyncio.sleep(start + place / rate - loop.time())
        await reply.write(frame({"content": word}))


async def send_end(reply: Reply, body: Body, tokens: int, reason: str = "stop") -> None:
    await reply.write(frame(finish_reason=reason))
    if (body.get("stream_options") or {}).get("include_usage"):
        usage = {"prompt_tokens": 7, "completion_tokens": tokens, "total_tokens": tokens + 7}
        await reply.write(event({"choices": [], "usage": usage}))
    await reply.write(DONE)
    await reply.end()


async def refuse(reply: Reply, status: int, message: str, **headers: str) -> None:
    await reply.head(status, "application/json", **headers)
    await reply.write(json.dumps({"error": {"message": message, "code": None}}).encode())
    await reply.end()
