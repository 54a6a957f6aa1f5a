"""The part of the small API that knows accounts, sessions, one-time codes and notifications."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.frontend.fake_api import FakeApi

Body = dict[str, Any]
WRONG: dict[str, tuple[str, str]] = {
    "user_id": ("user_id_characters", "English sentence for user_id_characters"),
    "password": ("password_too_short", "English sentence for password_too_short"),
}


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def add_account(api: FakeApi, user_id: str, password: str, *, staff: bool = False) -> Body:
    api.passwords[user_id] = password
    api.accounts[user_id] = {
        "user_id": user_id, "uuid": str(uuid.uuid4()), "is_guest": False, "is_staff": staff, "is_superuser": False,
        "is_active": True, "created_datetime": now(), "last_activity": now(), "expired_datetime": None,
    }  # fmt: skip
    return api.accounts[user_id]


def open_session(api: FakeApi, user: Body, *, device: str = "Firefox on Linux") -> str:
    """Its token."""
    token = uuid.uuid4().hex
    user["expires_at"] = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    api.tokens[token] = user
    api.sessions[token] = {
        "id": str(uuid.uuid4()), "device": device, "place": "local", "created_datetime": now(),
        "last_activity": now(), "expires_at": user["expires_at"],
    }  # fmt: skip
    return token


def end_session(api: FakeApi, token: str) -> None:
    api.tokens.pop(token, None)
    api.sessions.pop(token, None)


def notify(api: FakeApi, kind: str, **payload: str) -> None:
    """Everybody hears of it: there is one visitor in a test."""
    number = len(api.notes) + 1
    api.notes.append({"id": number, "kind": kind, "payload": payload, "created_datetime": now(), "read": False})


class AccountRoutes:
    """Mixed into the handler of `fake_api`."""

    api: FakeApi
    body: Body
    query: dict[str, str]
    user: Body
    token: str

    def _opened(self, user: Body) -> None:
        device = self.headers.get("User-Agent", "")  # type: ignore[attr-defined]
        token = open_session(self.api, user, device=device)
        self._send(201, {"token": token, "expires_at": user["expires_at"], "user": user})

    def _sessions(self, method: str) -> None:
        if method == "GET":
            mine = [token for token, user in self.api.tokens.items() if user is self.user]
            rows = [{**self.api.sessions[token], "current": token == self.token} for token in mine]
            return self._send(200, {"next": None, "previous": None, "results": rows})
        if not self.body:
            name = f"guest-{uuid.uuid4().hex[:6]}"
            return self._opened({"user_id": name, "uuid": name, "is_guest": True, "is_staff": False})
        name = self.body["user_id"]
        if self.api.passwords.get(name) != self.body["password"]:
            return self._fail(401, "invalid_credentials")
        if self.body["keep_chats"] and self.user:
            for row in self.api.conversations.values():
                row["owner"] = name if row["owner"] == self.user["user_id"] else row["owner"]
        return self._opened(self.api.accounts[name])

    def _session(self, method: str, which: str) -> None:
        mine = [token for token, user in self.api.tokens.items() if user is self.user]
        ended = {"current": [self.token], "others": [token for token in mine if token != self.token]}
        named = [token for token in mine if self.api.sessions[token]["id"] == which]
        for token in ended.get(which, named):
            end_session(self.api, token)
        self._send(204)

    def _redeem(self, method: str) -> None:
        kind = self.api.codes.pop(self.body["code"], None)
        if kind is None:
            return self._fail(400, "code_invalid")
        return self._opened(add_account(self.api, self.body["user_id"], self.body["password"], staff=kind == "staff"))

    def _users(self, method: str) -> None:
        if method == "GET":
            rows = [row for name, row in self.api.accounts.items() if self.query.get("search", "") in name]
            return self._send(200, {"next": None, "previous": None, "results": rows})
        name, password = self.body["user_id"], self.body["password"]
        if faults := [field for field, bad in (("user_id", " " in name), ("password", len(password) < 8)) if bad]:
            details = {field: [dict(zip(("code", "message"), WRONG[field], strict=True))] for field in faults}
            return self._fail(400, f"{'user_id_invalid' if 'user_id' in faults else 'password_weak'}", details)
        if name in self.api.accounts:
            return self._fail(409, "user_id_taken")
        account = add_account(self.api, name, password)
        if self.user:
            for row in self.api.conversations.values():
                row["owner"] = name if row["owner"] == self.user["user_id"] else row["owner"]
            end_session(self.api, self.token)
        return self._opened(account)

    def _user(self, method: str, user_id: str) -> None:
        self.api.accounts[user_id].update(self.body)
        self._send(200, self.api.accounts[user_id])

    def _me(self, method: str) -> None:
        if method == "GET":
            return self._send(200, self.user)
        given = self.body.get("current_password" if method == "PATCH" else "password", "")
        if self.api.passwords.get(self.user["user_id"], "") != given:
            return self._fail(403, "wrong_password")
        if method == "DELETE":
            end_session(self.api, self.token)
            return self._send(204)
        old = self.user["user_id"]
        self.user["user_id"] = self.body.get("user_id", old)
        self.api.passwords[self.user["user_id"]] = self.body.get("password", given)
        return self._send(200, self.user)

    def _export(self, method: str) -> None:
        self._send(200, {"user": self.user["user_id"], "chats": list(self.api.chats.values())})

    def _invitations(self, method: str) -> None:
        if method == "GET":
            return self._send(200, {"next": None, "previous": None, "results": self.api.invitations})
        row = {"id": str(uuid.uuid4()), "note": self.body["note"], "is_staff": False, "created_by": "x",
               "created_datetime": now(), "expires_datetime": now()}  # fmt: skip
        self.api.invitations.append(row)
        return self._issue(row["id"])

    def _invitation(self, method: str, which: str) -> None:
        self.api.invitations = [row for row in self.api.invitations if row["id"] != which]
        self._send(204)

    def _reset(self, method: str, user_id: str) -> None:
        self._issue(user_id)

    def _issue(self, what: str) -> None:
        code = f"CODE-{len(self.api.codes)}"
        self.api.codes[code] = what
        self._send(201, {"code": code, "expires_datetime": now(), "id": what})

    def _notifications(self, method: str) -> None:
        notes = self.api.notes
        size = int(self.query.get("page_size", "30"))
        found = notes[::-1][:size] if "after" not in self.query else notes[int(self.query["after"]) :]
        moment = max((row["updated_datetime"] for row in self.api.conversations.values()), default="")
        unread = sum(not note["read"] for note in notes)
        self._send(200, {"next": None, "previous": None, "results": found, "cursor": len(notes), "unread": unread,
                         "changes": f"{moment}-{len(notes)}"})  # fmt: skip

    def _read(self, method: str) -> None:
        for note in self.api.notes[: self.body["all_until"]]:
            note["read"] = True
        self._send(204)

    def _send(self, status: int, body: Body | None = None) -> None:
        raise NotImplementedError(json.dumps(body))

    def _fail(self, status: int, code: str, details: Body | None = None) -> None:
        raise NotImplementedError(code)
