"""What the API answers about accounts, sessions and notifications; `api_types.py` holds the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api_types import Json


@dataclass(frozen=True)
class SessionInfo:
    """One of the visitor's sessions. `place` is a network, "local" for the server's own machine, or "" (not known)."""

    id: str
    device: str
    place: str
    last_activity: datetime
    current: bool

    @classmethod
    def read(cls, data: Json) -> "SessionInfo":
        return cls(
            str(data["id"]),
            data.get("device") or "",
            data.get("place") or "",
            datetime.fromisoformat(data["last_activity"]),
            data["current"],
        )


@dataclass(frozen=True)
class Account:
    """An account as staff sees it."""

    user_id: str
    is_staff: bool
    is_superuser: bool
    is_active: bool
    last_activity: datetime

    @classmethod
    def read(cls, data: Json) -> "Account":
        return cls(
            data["user_id"],
            data["is_staff"],
            data["is_superuser"],
            data["is_active"],
            datetime.fromisoformat(data["last_activity"]),
        )


@dataclass(frozen=True)
class Invitation:
    id: str
    note: str
    expires: datetime

    @classmethod
    def read(cls, data: Json) -> "Invitation":
        return cls(str(data["id"]), data.get("note") or "", datetime.fromisoformat(data["expires_datetime"]))


@dataclass(frozen=True)
class IssuedCode:
    """The only answer that carries a one-time code."""

    code: str = field(repr=False)
    expires: datetime

    @classmethod
    def read(cls, data: Json) -> "IssuedCode":
        return cls(data["code"], datetime.fromisoformat(data["expires_datetime"]))


@dataclass(frozen=True)
class Note:
    """A notification. `payload` holds ids and titles, by kind (docs/websocket.md)."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    created: datetime
    read: bool

    @classmethod
    def of(cls, data: Json) -> "Note":
        created = datetime.fromisoformat(data["created_datetime"])
        return cls(data["id"], data["kind"], data.get("payload") or {}, created, data["read"])

    def said(self, name: str) -> str:
        """A text of the payload, "" when it is not there."""
        return str(self.payload.get(name) or "")


@dataclass(frozen=True)
class News:
    """`changes` differs from an earlier one's when a chat was asked or something was told, on whatever device."""

    notes: tuple[Note, ...]
    cursor: int
    unread: int
    changes: str

    @classmethod
    def read(cls, data: Json) -> "News":
        notes = tuple(Note.of(each) for each in data["results"])
        return cls(notes, data["cursor"], data["unread"], data["changes"])
