"""A fake OpenAI-compatible server, with every fault that a model server can have.

`python -m tests.fakes.upstream --port 9000` runs it by itself; tests use `with Upstream() as
server:`, which runs it in a thread. How it answers is in `scenarios.py`. Beside `/v1/models`,
`/v1/chat/completions` and `/v1/embeddings` it has, for whoever runs it as a process:

- `GET /_requests`: the requests so far, as `[{"method", "path", "headers", "body"}]`
- `POST /_release`: let go of all that is held; `POST /_reset`: forget requests, hold again

Plain asyncio, so that it can break its answers at any byte and serve hundreds of streams.
"""

import argparse
import asyncio
import json
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from tests.fakes.embeddings import UNSPEAKABLE, fake_vector
from tests.fakes.scenarios import SCENARIOS, scenario_of, wants_title

_STATUS_WORDS = {200: "OK", 307: "Temporary Redirect", 401: "Unauthorized", 404: "Not Found"}
DEFAULT_MODELS = ("echo", "slow:20/s", "text-embedding-fake")


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Behaviour:
    """What a test may change while the server runs."""

    models: tuple[str, ...] = DEFAULT_MODELS
    # How GET /v1/models answers: a status, and for 200 perhaps another body.
    models_status: int = 200
    models_body: bytes | None = None
    models_hang: bool = False
    key: str = ""
    # POST /v1/embeddings; see `embeddings.py`.
    embeddings_status: int = 200
    embeddings_hang: bool = False


class _Reply:
    """Writes one response with chunked coding; see `scenarios.Reply`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: "Server") -> None:
        self._reader = reader
        self._writer = writer
        self._server = server
        self._written = 0

    async def head(self, status: int = 200, content_type: str = "text/event-stream", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} {_STATUS_WORDS.get(status, 'Status')}", f"content-type: {content_type}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join([*lines, "transfer-encoding: chunked", "", ""]).encode())

    async def write(self, data: bytes) -> None:
        self._writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        self._written += len(data)
        # Waiting for room costs a turn of the loop, so not for each small token.
        if self._written > 32_768:
            self._written = 0
            await self._writer.drain()
        if self._writer.is_closing():
            raise ConnectionResetError

    async def end(self) -> None:
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    def cut(self) -> None:
        self._writer.close()

    async def released(self) -> None:
        release = asyncio.ensure_future(self._server.release_event.wait())
        # A client sends nothing while it waits, so that whatever is read is its going away.
        gone = asyncio.ensure_future(self._reader.read(1))
        try:
            await asyncio.wait({release, gone}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise ConnectionResetError
        finally:
            release.cancel()
            gone.cancel()
            # Two cannot read from one stream, and the next request is about to be read.
            await asyncio.wait({release, gone})

    def times_seen(self, key: str) -> int:
        self._server.seen[key] += 1
        return self._server.seen[key] - 1


@dataclass
class Server:
    """The server itself, inside one event loop."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    requests: list[Request] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    release_event: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    _handlers: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, host: str, port: int) -> tuple[asyncio.Server, int]:
        server = await asyncio.start_server(self._serve, host, port, backlog=1024)
        return server, server.sockets[0].getsockname()[1]

    async def stop(self, server: asyncio.Server) -> None:
        server.close()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._handlers.add(task)
        self.connections += 1
        try:
            while not writer.is_closing() and (request := await _read_request(reader)):
                await self._answer(request, _Reply(reader, writer, self))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # The client has gone, or the server stops.
        finally:
            self._handlers.discard(task)
            writer.close()

    async def _answer(self, request: Request, reply: _Reply) -> None:
        if request.path.startswith("/_"):
            await self._control(request.path, reply)
            return
        self.requests.append(request)
        if self.behaviour.key and request.headers.get("authorization") != f"Bearer {self.behaviour.key}":
            await _send_json(reply, 401, {"error": {"message": f"Incorrect API key {request.headers}"}})
        elif request.path == "/v1/models":
            await self._list_models(reply)
        elif request.path == "/v1/embeddings":
            await self._embed(request.body, reply)
        elif request.path == "/v1/chat/completions":
            name, arguments = scenario_of(request.body)
            await SCENARIOS[name](reply, request.body, arguments)
        else:
            await _send_json(reply, 404, {"error": {"message": "no such address"}})

    async def _list_models(self, reply: _Reply) -> None:
        if self.behaviour.models_hang:
            await reply.released()
        models = [{"id": name, "object": "model", "owned_by": "fake"} for name in self.behaviour.models]
        body = self.behaviour.models_body or json.dumps({"object": "list", "data": models}).encode()
        await reply.head(self.behaviour.models_status, "application/json")
        await reply.write(body)
        await reply.end()

    async def _embed(self, body: Any, reply: _Reply) -> None:
        if self.behaviour.embeddings_hang:
            await reply.released()
        if self.behaviour.embeddings_status != 200:
            await _send_json(reply, self.behaviour.embeddings_status, {"error": {"message": "out of order"}})
            return
        if any(UNSPEAKABLE in text for text in body["input"]):
            await _send_json(reply, 400, {"error": {"message": "this input cannot be embedded"}})
            return
        data = [
            {"object": "embedding", "index": index, "embedding": fake_vector(body["model"], text)}
            for index, text in enumerate(body["input"])
        ]
        await _send_json(reply, 200, {"object": "list", "model": body["model"], "data": data[::-1]})

    async def _control(self, path: str, reply: _Reply) -> None:
        if path == "/_requests":
            await _send_json(reply, 200, [vars(request) for request in self.requests])
            return
        self.release() if path == "/_release" else self.reset()
        await _send_json(reply, 200, {})

    @property
    def open_connections(self) -> int:
        return len(self._handlers)

    def release(self) -> None:
        self.release_event.set()

    def reset(self) -> None:
        self.requests.clear()
        self.seen.clear()
        self.release_event.clear()


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, path, headers, json.loads(body) if body else None)


async def _send_json(reply: _Reply, status: int, value: object) -> None:
    await reply.head(status, "application/json")
    await reply.write(json.dumps(value).encode())
    await reply.end()


class Upstream:
    """The server in a thread of its own: `with Upstream() as server: server.url ...`."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    @property
    def url(self) -> str:
        """The base address of its API."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def behaviour(self) -> Behaviour:
        return self._server.behaviour

    @property
    def requests(self) -> list[Request]:
        return self._server.requests

    @property
    def chat_requests(self) -> list[Request]:
        """The requests for answers."""
        return [request for request in self._completions() if not wants_title(request.body)]

    @property
    def title_requests(self) -> list[Request]:
        return [request for request in self._completions() if wants_title(request.body)]

    def _completions(self) -> list[Request]:
        return [request for request in self.requests if request.path.endswith("/chat/completions")]

    @property
    def connections(self) -> int:
        """How many connections there have been."""
        return self._server.connections

    @property
    def open_connections(self) -> int:
        return self._server.open_connections

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self._server.release)

    def reset(self) -> None:
        """Hold anew what a scenario holds, and forget what was seen."""
        asyncio.run_coroutine_threadsafe(self._reset(), self._loop).result(10)

    async def _reset(self) -> None:
        self._server.reset()

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(10):
            raise RuntimeError("the fake model server did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self._server = Server()
        listener, self._port = await self._server.start("127.0.0.1", self._port)
        self._started.set()
        await self._stopped.wait()
        await self._server.stop(listener)


async def _run_for_ever(host: str, port: int) -> None:
    listener, port = await Server().start(host, port)
    print(f"fake model server: http://{host}:{port}/v1", flush=True)  # noqa: T201
    await listener.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(_run_for_ever(options.host, options.port))


if __name__ == "__main__":
    main()
