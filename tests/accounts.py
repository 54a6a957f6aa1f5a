"""Accounts in the tests: made through the ORM, as registering comes with the accounts' own page."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import requests

from chat.sessions.tokens import hash_token
from models.models import Session, User
from tests.cast import Person
from tests.own_redis import OwnApi

PASSWORD = "correct horse battery"


def new_account(user_id: str = "") -> User:
    return User.objects.create_user(user_id or f"kim-{uuid.uuid4().hex[:8]}", PASSWORD)


def try_sign_in(api: OwnApi, user: User, password: str = PASSWORD, **headers: str) -> requests.Response:
    body = {"user_id": user.user_id, "password": password}
    return requests.post(f"{api.url}/api/sessions/", json=body, headers=headers, timeout=30)


def signed_in(api: OwnApi, user: User, **headers: str) -> Person:
    reply = try_sign_in(api, user, **headers)
    assert reply.status_code == 201, reply.text
    return Person(api.url, reply.json()["token"])


def row_of(person: Person) -> Session:
    return Session.objects.get(token_hash=hash_token(person.token))


def sessions_of(person: Person) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = person.get("sessions/").json()["results"]
    return results


def assert_ended(person: Person) -> None:
    reply = person.get("users/me/")
    assert reply.status_code == 401, reply.text
    assert reply.json()["error"]["code"] == "session_ended"
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def assert_holds(person: Person) -> dict[str, Any]:
    reply = person.get("users/me/")
    assert reply.status_code == 200, reply.text
    assert "X-Degraded" not in reply.headers
    body: dict[str, Any] = reply.json()
    return body


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
