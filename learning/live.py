"""The running Triple Chat, as a guest of the check sees it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import requests

from learning.checking import Missing, Place

_SECONDS = 75


def is_running(place: Place) -> None:
    try:
        requests.get(f"{place.api_url}/api/health/live/", timeout=5).raise_for_status()
    except requests.RequestException:
        raise Missing("not_running", url=place.api_url) from None


class Guest:
    """Somebody who has just come: nothing of the learner's own chats is touched."""

    def __init__(self, place: Place) -> None:
        self._url = f"{place.api_url}/api/"
        self.token = ""
        self.token = self.post("sessions/").json()["token"]

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self._url}{path}", headers=self._headers(), timeout=_SECONDS)

    def post(self, path: str, body: object = None) -> requests.Response:
        return requests.post(f"{self._url}{path}", json=body or {}, headers=self._headers(), timeout=_SECONDS)

    def ask(self, question: str, **fields: Any) -> dict[str, Any]:
        """Ask and wait for the end of the answer."""
        reply = self.post("chats/?wait=true", {"question_text": question, **fields})
        chat: dict[str, Any] = reply.json()
        return chat if reply.ok else {"status": "refused", "error": chat["error"], "response_text": ""}

    def leave(self) -> None:
        requests.delete(f"{self._url}users/me/", headers=self._headers(), timeout=_SECONDS)

    def _headers(self) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {**own, "Idempotency-Key": uuid.uuid4().hex}


def wait_for(found: Callable[[], Any], seconds: float = 20) -> Any:
    """What `found` gives as soon as it gives something; None when the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.1)
    return None
