"""The people in the tests: each is a guest of their own, so that no test sees another's data."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import requests

FAKE_MODEL = "fake/echo"


def question_fields(question: str, **fields: Any) -> dict[str, Any]:
    """The fields of a question; one that names a scenario of the fake goes to the fake.

    Which model is the default depends on whether the fake has listed its models quickly enough.
    """
    named = "model" in fields or "models" in fields
    if not named and ("{fake:" in question or "{title:" in question):
        fields["model"] = FAKE_MODEL
    return {"question_text": question, **fields}


@dataclass(frozen=True)
class Person:
    """Somebody with a session (or, with token "", without one) who speaks HTTP."""

    api_url: str
    token: str

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **options.pop("headers", {})}
        timeout = options.pop("timeout", 90)
        return requests.request(method, f"{self.api_url}/api/{path}", headers=headers, timeout=timeout, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, body: object = None, **options: Any) -> requests.Response:
        return self.call("POST", path, json={} if body is None else body, **options)

    def ask(self, question: str, *, key: str = "", wait: bool = True, **fields: Any) -> requests.Response:
        return self.post(
            "chats/",
            question_fields(question, **fields),
            params={"wait": "true"} if wait else {},
            headers={"Idempotency-Key": key or uuid.uuid4().hex},
        )


def new_guest(api_url: str, **headers: str) -> Person:
    reply = requests.post(f"{api_url}/api/sessions/", json={}, headers=headers, timeout=30)
    assert reply.status_code == 201, reply.text
    return Person(api_url, reply.json()["token"])


def nobody(api_url: str) -> Person:
    return Person(api_url, "")
