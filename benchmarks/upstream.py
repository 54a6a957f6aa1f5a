"""A fake model server that is fast enough for five hundred streams, and whose tokens can be timed.

`python -m benchmarks.upstream --port PORT`. The model's name says how it answers:

- `paced:RATE:COUNT`: COUNT tokens, RATE a second, each with its number and the moment it was sent
- `burst:COUNT`: COUNT words, as fast as they are taken
- `markdown:RATE:COUNT`: COUNT tokens of headings, lists, code and tables, RATE a second, the last one `finis`

The model that is called `bench` answers as its question says, for those who can only type.

It knows no faults; those are in `tests/fakes`, whose server costs several times as much a token.
"""

import argparse
import asyncio
import json
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from benchmarks.event_loop import run

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ntransfer-encoding: chunked\r\n\r\n"
_BEFORE = (
    b'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench",'
    b'"choices":[{"index":0,"delta":{"content":"'
)
_AFTER = b'"},"logprobs":null,"finish_reason":null}]}\n\n'
_STOP = b'data: {"id":"chatcmpl-bench","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
_DONE = b"data: [DONE]\n\n"
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)")
# Titles are asked for as well; they are no part of any measurement.
_TITLE_INSTRUCTION = "You name conversations."
# Tokens written in one turn of the loop.
_GULP = 20

_TEXT = """
the answer is that every part of it comes as a small piece and the reader sees each one at once while the rest of the
text is still on its way from the model to the page where it is shown
"""
_WORDS = _TEXT.split()
_SECTION = """## Section
Some **bold** words, `code` and a [link](https://example.com) to begin with, then more plain words.

- one item of a list
- another one with *emphasis*

```python
def answer(question: str) -> str:
    return question.upper()
```

| name | value |
|---|---|
| one | 1 |
| two | 2 |

"""
_MARKDOWN = re.findall(r"\s*\S+\s*?", _SECTION)
LAST_WORD = "finis"


def word(number: int) -> str:
    """The token of that number in a burst; the whole text can so be compared."""
    return f"{_WORDS[number % len(_WORDS)]} "


def markdown(number: int, count: int) -> str:
    """The token of that number out of `count`."""
    return f"\n\n{LAST_WORD}" if number == count - 1 else _MARKDOWN[number % len(_MARKDOWN)]


def stamped(number: int) -> str:
    """One word: the token's number, and microseconds on the clock that all processes share."""
    return f"{number}t{time.monotonic_ns() // 1000} "


class _Connection(asyncio.Protocol):
    """One client; it may ask several times, one after the other."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._received = b""
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone = True
        self._may_write.set()

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, rest = self._received.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        if separator and len(rest) >= length:
            self._received = rest[length:]
            self._reply(json.loads(rest[:length]) if length else None)

    def _reply(self, body: dict[str, Any] | None) -> None:
        if body is None:
            self._begin(b"application/json")
            self._end(b'{"object":"list","data":[{"id":"bench","object":"model"}]}')
            return
        self._begin(b"text/event-stream")
        if str(body["messages"][0]["content"]).startswith(_TITLE_INSTRUCTION):
            self._write("A title")
            self._end(_STOP + _DONE)
            return
        name = str(body["model"])
        kind, *numbers = str(body["messages"][-1]["content"] if name == "bench" else name).split(":")
        if kind == "burst":
            self._burst(0, int(numbers[0]))
        else:
            rate, count = float(numbers[0]), int(numbers[1])
            word_of = partial(markdown, count=count) if kind == "markdown" else stamped
            self._paced(word_of, 0, count, self._loop.time(), 1 / rate)

    def _begin(self, content_type: bytes) -> None:
        self._transport.write(_HEAD % content_type)

    def _write(self, text: str) -> None:
        data = _BEFORE + json.dumps(text)[1:-1].encode() + _AFTER
        self._transport.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _end(self, data: bytes) -> None:
        self._transport.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data))

    def _paced(self, word_of: Callable[[int], str], number: int, count: int, start: float, pause: float) -> None:
        if self._gone:
            return
        if number == count:
            self._end(_STOP + _DONE)
            return
        self._write(word_of(number))
        self._loop.call_at(start + (number + 1) * pause, self._paced, word_of, number + 1, count, start, pause)

    def _burst(self, number: int, count: int) -> None:
        if self._gone:
            return
        for each in range(number, min(number + _GULP, count)):
            self._write(word(each))
        if number + _GULP >= count:
            self._end(_STOP + _DONE)
        else:
            self._when_writable(lambda: self._burst(number + _GULP, count))

    def _when_writable(self, go_on: Callable[[], None]) -> None:
        if self._may_write.is_set():
            self._loop.call_soon(go_on)
        else:
            waiting = self._loop.create_task(self._may_write.wait())
            waiting.add_done_callback(lambda _: go_on())


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    run(_serve(parser.parse_args().port))
