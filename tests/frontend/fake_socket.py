"""`/ws/chat/` of the fake API: ask and watch, on the connection that asked to become a socket."""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from websockets.datastructures import Headers
from websockets.http11 import Request
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

if TYPE_CHECKING:
    from tests.frontend.fake_api import Handler

_RUNNING = {"queued", "streaming"}


def serve_socket(handler: Handler) -> None:
    """Returns when the client has gone, or was cut off."""
    protocol = ServerProtocol()
    # The protocol wants to have read the request itself.
    protocol.receive_data(Request(handler.path, Headers(list(handler.headers.items()))).serialize())
    (request,) = protocol.events_received()
    assert isinstance(request, Request)
    protocol.send_response(protocol.accept(request))
    token = (handler.headers.get("Authorization") or "").removeprefix("Bearer ")
    handler.user = handler.api.tokens.get(token)
    _Socket(handler, protocol).run()


class _Socket:
    def __init__(self, handler: Handler, protocol: ServerProtocol) -> None:
        self._handler = handler
        self._protocol = protocol
        self._lock = threading.Lock()
        self._is_gone = threading.Event()

    def run(self) -> None:
        self._handler.api.sockets += 1
        self._flush()
        if self._handler.user is None:
            self._close(4401)
        with suppress(OSError):
            while not self._is_gone.is_set() and (data := self._handler.connection.recv(65536)):
                self._protocol.receive_data(data)
                self._flush()
                for frame in self._protocol.events_received():
                    if data := bytes(getattr(frame, "data", b"")):
                        self._obey(data)
                if self._protocol.state is not OPEN:
                    break
        self._is_gone.set()

    def _obey(self, data: bytes) -> None:
        try:
            frame: dict[str, Any] = json.loads(data)
        except ValueError:
            return
        kind = frame.pop("type", "")
        if kind == "ask":
            self._ask(frame.pop("client_key"), frame)
        elif kind == "watch":
            self._watch(frame["question_id"], frame.get("after") or "")

    def _ask(self, key: str, body: dict[str, Any]) -> None:
        api = self._handler.api
        refused = next((errors for path, errors in api.refusals.items() if errors and path.startswith("ask")), None)
        chat = refused.pop(0) if refused else self._handler.ask(key, body)
        if isinstance(chat, tuple):
            details = {"retry_after": 17} if chat[0] == 429 else {}
            error = {"code": chat[1], "message": "English sentence", "details": details}
            self._send({"type": "error", **error, "client_key": key})
            return
        if api.lose_next_reply:
            api.lose_next_reply = False
            self._cut()
            return
        shown = self._handler.shown_chat(chat)
        self._send({"type": "accepted", "client_key": key, "chat": shown})
        for each in shown["group"]["chats"] if shown["group"] else [shown]:
            self._watch(each["question_id"], "")

    def _watch(self, question_id: str, after: str) -> None:
        threading.Thread(target=self._show, args=(question_id, after), daemon=True).start()

    def _show(self, question_id: str, after: str) -> None:
        chat, sent, told = self._handler.api.chats[question_id], 0, False
        epoch, offset = (int(part) for part in (after or "-1-0").rsplit("-", 1))
        while not self._is_gone.is_set():
            with self._handler.api.lock:
                now, text, status = chat["epoch"], chat["response_text"], chat["status"]
            if now != epoch:
                epoch, offset = now, 0
                self._event(chat, "status", epoch, 0, status=status)
            if chat["passages"] is not None and not told:
                self._event(chat, "passages", epoch, offset, passages=chat["passages"])
                told = True
            if len(text) > offset:
                self._event(chat, "delta", epoch, len(text), offset=offset, text=text[offset:])
                offset, sent = len(text), sent + 1
            if status not in _RUNNING:
                self._event(chat, "done" if status in ("done", "cancelled") else "error", epoch, offset, status=status)
                return
            if sent and sent == self._handler.api.cut_sockets_after:
                self._cut()
            time.sleep(0.01)

    def _event(self, chat: dict[str, Any], kind: str, epoch: int, length: int, **fields: Any) -> None:
        self._send(
            {"type": kind, "question_id": chat["question_id"], "epoch": epoch, "id": f"{epoch}-{length}", **fields}
        )

    def _send(self, frame: dict[str, Any]) -> None:
        with self._lock:
            if self._protocol.state is OPEN:
                self._protocol.send_text(json.dumps(frame).encode())
        self._flush()

    def _close(self, code: int) -> None:
        self._protocol.send_close(code)
        self._flush()

    def _cut(self) -> None:
        self._is_gone.set()
        with suppress(OSError):
            self._handler.connection.shutdown(2)

    def _flush(self) -> None:
        with self._lock, suppress(OSError):
            for data in self._protocol.data_to_send():
                if data:
                    self._handler.connection.sendall(data)
