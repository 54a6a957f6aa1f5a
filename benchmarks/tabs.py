"""A tab of a browser, as far as an answer is concerned: it shows a text, and comes back when its link breaks."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from benchmarks.clients import ask_frame

_AGAIN_SECONDS = 0.2
_OPEN_SECONDS = 10


class Tab:
    """Follows one answer. `flaps`: after how many seconds its link breaks, each time anew."""

    def __init__(self, socket_url: str, token: str, flaps: Sequence[float]) -> None:
        self.text = ""
        self.ended = False
        # Known as soon as the question is accepted.
        self.question_id: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._url = socket_url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._flaps = list(flaps)
        self._cursor = ""

    async def ask(self, scenario: str, key: str) -> None:
        """Ask until it is accepted; the key makes that one question. Then follow the answer."""
        await self._follow(ask_frame(scenario, key=key))

    async def watch(self, question_id: str) -> None:
        self.question_id.set_result(question_id)
        await self._follow("")

    async def _follow(self, asking: str) -> None:
        while not self.ended:
            flap = self._flaps.pop() if self._flaps else None
            try:
                async with asyncio.timeout(flap):
                    await self._be_connected(asking)
            except (TimeoutError, WebSocketException, InvalidHandshake, OSError, EOFError):
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _be_connected(self, asking: str) -> None:
        async with connect(self._url, additional_headers=self._headers, open_timeout=_OPEN_SECONDS) as connection:
            while not self.ended:
                await connection.send(self._wish(asking))
                await self._listen(connection)

    def _wish(self, asking: str) -> str:
        if not self.question_id.done():
            return asking
        return json.dumps({"type": "watch", "question_id": self.question_id.result(), "after": self._cursor})

    async def _listen(self, connection: ClientConnection) -> None:
        """Until the end of the answer, or until the wish was refused and is to be repeated."""
        async for message in connection:
            frame: dict[str, Any] = json.loads(message)
            if frame["type"] == "error" and "status" not in frame:
                await asyncio.sleep(_AGAIN_SECONDS)
                return
            self._show(frame)
            if self.ended:
                return

    def _show(self, frame: dict[str, Any]) -> None:
        self._cursor = frame.get("id", self._cursor)
        match frame["type"]:
            case "accepted":
                if not self.question_id.done():
                    self.question_id.set_result(frame["chat"]["question_id"])
            case "status":
                self.text = ""
            case "delta":
                self.text = self.text[: frame["offset"]] + frame["text"]
            case "done" | "error":
                self.ended = True
