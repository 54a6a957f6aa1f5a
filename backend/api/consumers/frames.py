"""The frames that a client may send over the socket: what is valid, and what is not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chat.answers.watching import Cursor
from chat.errors import Invalid

MAX_FRAME_CHARACTERS = 256_000


@dataclass(frozen=True, slots=True)
class Ask:
    """`body` is that of POST chats/."""

    client_key: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Watch:
    question_id: UUID
    after: Cursor = field(default_factory=Cursor)


@dataclass(frozen=True, slots=True)
class Unwatch:
    question_id: UUID


@dataclass(frozen=True, slots=True)
class Cancel:
    question_id: UUID


@dataclass(frozen=True, slots=True)
class Ping:
    pass


Frame = Ask | Watch | Unwatch | Cancel | Ping

_FIELDS = {
    "ask": None,
    "watch": {"question_id", "after"},
    "unwatch": {"question_id"},
    "cancel": {"question_id"},
    "ping": set[str](),
}


def parse_frame(text: str | None) -> Frame:
    """Read a frame: a JSON object with `type`. Raises Invalid."""
    if text is None or len(text) > MAX_FRAME_CHARACTERS:
        raise Invalid("A frame is one JSON object as text, of at most 256,000 characters.")
    fields = _json(text)
    kind = fields.pop("type", None) if isinstance(fields, dict) else None
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise Invalid(f"A frame has a type: {', '.join(_FIELDS)}.")
    return _read(kind, fields)


def _json(text: str) -> Any:
    try:
        value = json.loads(text)
        # Half of a surrogate pair, which JSON can write, could neither be stored nor sent.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Invalid("The frame is not valid JSON.") from None
    return value


def _read(kind: str, fields: dict[str, Any]) -> Frame:
    if kind == "ask":
        return Ask(_client_key(fields.pop("client_key", "")), fields)
    unknown = fields.keys() - (_FIELDS[kind] or set())
    if unknown:
        raise Invalid(details={key: ["Unknown field."] for key in sorted(unknown)})
    if kind == "ping":
        return Ping()
    question_id = _question_id(fields.get("question_id"))
    if kind == "watch":
        return Watch(question_id, Cursor.parse(str(fields.get("after") or "")))
    return Unwatch(question_id) if kind == "unwatch" else Cancel(question_id)


def _client_key(value: object) -> str:
    if not isinstance(value, str):
        raise Invalid(details={"client_key": ["A string."]})
    return value


def _question_id(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Invalid(details={"question_id": ["The id of a question."]}) from None
