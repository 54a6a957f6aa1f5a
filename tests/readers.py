"""Readers of answers: a client of `/ws/chat/` and one of server-sent events.

Both keep an answer's text by the one rule of docs/websocket.md, and fail at once when a
piece leaves a gap, repeats something or carries a wrong cursor.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.cast import Person, question_fields

PATIENCE_SECONDS = 40.0


@dataclass
class Shown:
    """One answer as its reader has it."""

    epoch: int = -1
    text: str = ""
    reasoning: str = ""
    cursor: str = ""
    epochs: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    end: dict[str, Any] | None = None

    def take(self, kind: str, event: dict[str, Any]) -> None:
        assert event["epoch"] >= self.epoch, "an earlier epoch came back"
        if event["epoch"] > self.epoch:
            self.epoch, self.text, self.reasoning = event["epoch"], "", ""
            self.epochs.append(self.epoch)
        if kind == "delta":
            assert event["offset"] <= len(self.text), "a gap"
            assert event["offset"] == len(self.text) or not event["text"], "a repeat"
            self.text = self.text[: event["offset"]] + event["text"]
        elif kind == "reasoning":
            assert event["offset"] <= len(self.reasoning), "a gap in the reasoning"
            self.reasoning = self.reasoning[: event["offset"]] + event["text"]
        self.cursor = event["id"]
        assert self.cursor == f"{self.epoch}-{len(self.text)}"
        self.kinds.append(kind)
        if kind in ("done", "error"):
            self.end = event


class Tab:
    """A client with a socket, which it may lose and open again."""

    def __init__(self, person: Person, **options: Any) -> None:
        self.person = person
        self.answers: defaultdict[str, Shown] = defaultdict(Shown)
        self.notifications: list[dict[str, Any]] = []
        self._options = options
        self._link = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def _connect(self) -> None:
        headers = {"Authorization": f"Bearer {self.person.token}"}
        self.socket = self._link.enter_context(open_socket(self.person.api_url, headers=headers, **self._options))

    def drop(self) -> None:
        """Lose the link without a word."""
        with contextlib.suppress(OSError):
            self.socket.socket.shutdown(socket.SHUT_RDWR)
        self._link.close()

    def connect_again(self) -> None:
        """Open a socket, as soon as the server lets us, and go on with every answer that has not ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self._connect()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        for question_id, shown in self.answers.items():
            if shown.end is None:
                self.watch(question_id)

    def send(self, kind: str, **fields: Any) -> None:
        self.socket.send(json.dumps({"type": kind, **fields}))

    def watch(self, question_id: str) -> Shown:
        shown = self.answers[question_id]
        self.send("watch", question_id=question_id, **({"after": shown.cursor} if shown.cursor else {}))
        return shown

    def receive(self, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The next frame, but notifications: they may come at any time, and are collected."""
        frame: dict[str, Any] = json.loads(self.socket.recv(timeout=seconds))
        if frame["type"] == "notification":
            self.notifications.append(frame)
            return self.receive(seconds)
        if "epoch" in frame:
            self.answers[frame["question_id"]].take(frame["type"], frame)
        return frame

    def wait_for(self, kind: str) -> dict[str, Any]:
        return self.until(lambda frame: frame["type"] == kind)

    def until(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            frame = self.receive(max(0.0, deadline - time.monotonic()))
            if wanted(frame):
                return frame

    def ask(self, text: str, **fields: Any) -> Shown:
        """Ask, and return the answer that is now watched."""
        self.send("ask", **question_fields(text, **{"client_key": "", **fields}))
        accepted = self.until(lambda frame: frame["type"] in ("accepted", "error"))
        assert accepted["type"] == "accepted", accepted
        return self.answers[accepted["chat"]["question_id"]]

    def question_of(self, shown: Shown) -> str:
        return next(question_id for question_id, each in self.answers.items() if each is shown)

    def read_until(self, shown: Shown, condition: Callable[[], object]) -> Shown:
        while not condition():
            self.receive()
        return shown

    def follow(self, shown: Shown) -> Shown:
        """Read to the end of the answer."""
        return self.read_until(shown, lambda: shown.end is not None)

    def assert_open(self) -> None:
        self.send("ping")
        self.wait_for("pong")

    def answers_ping(self) -> bool:
        """Is the socket open, and not just about to be closed?"""
        try:
            self.assert_open()
        except ConnectionClosed:
            return False
        return True

    def close_code(self) -> int | None:
        """Read until the server closes; return its code."""
        try:
            while True:
                self.receive()
        except ConnectionClosed:
            return self.socket.close_code


def open_socket(
    api_url: str, *, headers: dict[str, str] | None = None, **options: Any
) -> contextlib.AbstractContextManager[ClientConnection]:
    address = api_url.replace("http", "ws", 1) + "/ws/chat/"
    options = {"compression": None, "max_size": None, "proxy": None, "close_timeout": 2, **options}
    return connect(address, additional_headers=headers or {}, **options)


class EventStream:
    """One request for an answer's server-sent events."""

    def __init__(self, person: Person, question_id: str, *, after: str = "", **options: Any) -> None:
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": after} if after else {})}
        self.reply: requests.Response = person.get(
            f"chats/{question_id}/events/", headers=headers, stream=True, timeout=PATIENCE_SECONDS, **options
        )
        self.comments = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.reply.close()

    def events(self, shown: Shown) -> Iterator[Shown]:
        """Take event by event into `shown`, as they arrive."""
        fields: dict[str, str] = {}
        for line in self.reply.iter_lines(chunk_size=None, decode_unicode=True):
            name, _, value = line.partition(": ")
            if line.startswith(":"):
                self.comments += 1
                yield shown
            elif line:
                fields[name] = value
            elif fields:
                event = json.loads(fields["data"])
                assert (fields["event"], fields["id"]) == (event["kind"], event["id"])
                shown.take(event["kind"], event)
                fields = {}
                yield shown
