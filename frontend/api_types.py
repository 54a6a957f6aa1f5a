"""What the API answers, as frozen dataclasses. Reading the JSON is here, sending and asking is `api_client.py`.

Unknown fields are ignored, so that a newer API does not break an older page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

Json = Mapping[str, Any]
Item = TypeVar("Item")

BUILT_IN = "builtin"
RUNNING = frozenset({"queued", "streaming"})
CAN_RETRY = frozenset({"failed", "interrupted", "cancelled"})


def is_built_in(model_id: str) -> bool:
    """The one that quotes, as it answers in any of the chats."""
    return model_id.removeprefix("cited/") == BUILT_IN


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def cursor_in(url: str | None) -> str | None:
    """The API's links carry its own host name, which need not be the one this server reaches it by."""
    values = parse_qs(urlsplit(url).query).get("cursor") if url else None
    return values[0] if values else None


def _needed_time(value: str) -> datetime:
    return datetime.fromisoformat(value)


@dataclass(frozen=True)
class Reason:
    """Why something is not available or failed: a code for the catalogue, a safe sentence behind it."""

    code: str
    message: str

    @classmethod
    def read(cls, data: Json | None) -> "Reason | None":
        return cls(str(data["code"]), str(data.get("message") or "")) if data else None


@dataclass(frozen=True)
class User:
    user_id: str
    is_guest: bool
    expires_at: datetime | None
    is_staff: bool = False

    @classmethod
    def read(cls, data: Json) -> "User":
        return cls(data["user_id"], data["is_guest"], _time(data.get("expires_at")), data.get("is_staff", False))


@dataclass(frozen=True)
class NewSession:
    """The only answer that carries a token."""

    token: str
    user: User

    def __repr__(self) -> str:
        return f"NewSession(token=hidden, user={self.user!r})"

    @classmethod
    def read(cls, data: Json) -> "NewSession":
        return cls(data["token"], User.read(data["user"]))


@dataclass(frozen=True)
class Match:
    """Where a search found its words: a stretch of a turn, and the places of the words in it."""

    snippet: str
    marks: tuple[tuple[int, int], ...]

    @classmethod
    def read(cls, data: Json | None) -> "Match | None":
        return cls(data["snippet"], tuple((start, end) for start, end in data["marks"])) if data else None


@dataclass(frozen=True)
class ConversationSettings:
    """What the model is told beside the conversation; None: as the model has it."""

    system_prompt: str = ""
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None

    @classmethod
    def read(cls, data: Json) -> "ConversationSettings":
        parameters = data.get("parameters") or {}
        return cls(
            data.get("system_prompt") or "",
            parameters.get("temperature"),
            parameters.get("top_p"),
            parameters.get("max_tokens"),
        )

    def as_fields(self) -> dict[str, Any]:
        """The fields of POST and PATCH conversations/."""
        parameters = {"temperature": self.temperature, "top_p": self.top_p, "max_tokens": self.max_tokens}
        chosen = {name: value for name, value in parameters.items() if value is not None}
        return {"system_prompt": self.system_prompt, "parameters": chosen}


@dataclass(frozen=True)
class Conversation:
    id: str
    mode: str
    title: str
    model: str
    pinned: bool
    updated: datetime
    running: bool
    title_by: str = "question"
    settings: ConversationSettings = ConversationSettings()
    match: Match | None = None
    collections: tuple[str, ...] = ()
    temporary: bool = False

    @classmethod
    def read(cls, data: Json) -> "Conversation":
        return cls(
            str(data["id"]),
            data["mode"],
            data.get("title") or "",
            data.get("model") or "",
            data["pinned"],
            _needed_time(data["updated_datetime"]),
            data.get("running", False),
            data.get("title_by") or "question",
            ConversationSettings.read(data),
            Match.read(data.get("match")),
            tuple(str(each) for each in data.get("collections") or ()),
            data.get("temporary", False),
        )


@dataclass(frozen=True)
class Citation:
    """A quoted place: `start` and `end` in the text of the passage `data`, which is None once it is deleted."""

    rank: int
    title: str
    heading: str
    quote: str
    data: int | None = None
    document: str | None = None
    page: int | None = None
    start: int = 0
    end: int = 0
    image_urls: tuple[str, ...] = ()

    @classmethod
    def read(cls, data: Json) -> "Citation":
        passage, document = data.get("data"), data.get("document")
        return cls(
            data["rank"],
            data.get("title") or "",
            data.get("heading") or "",
            data.get("quote") or "",
            passage if isinstance(passage, int) else None,
            str(document) if document else None,
            data.get("page"),
            data.get("start") or 0,
            data.get("end") or 0,
            tuple(data.get("image_urls") or ()),
        )


@dataclass(frozen=True)
class Place:
    """Where a passage stands that was found for an answer."""

    title: str
    heading: str
    page: int | None

    @classmethod
    def read(cls, data: Json) -> "Place":
        return cls(data.get("title") or "", data.get("heading") or "", data.get("page"))


@dataclass(frozen=True)
class Feedback:
    """Thumbs up (1) or down (-1), and why."""

    rating: int
    comment: str

    @classmethod
    def read(cls, data: Json | None) -> "Feedback | None":
        return cls(data["rating"], data.get("comment") or "") if data else None


@dataclass(frozen=True)
class Comparison:
    """Answers to one question side by side. `choice`: the id of the better one, "tie", "none", or None as yet."""

    id: str
    blind: bool
    choice: str | None
    chats: "tuple[Chat, ...]"

    @property
    def chosen(self) -> "Chat | None":
        return next((chat for chat in self.chats if chat.question_id == self.choice), None)

    @property
    def is_running(self) -> bool:
        return any(chat.is_running for chat in self.chats)

    @classmethod
    def read(cls, data: Json | None) -> "Comparison | None":
        """None also where its answers are listed one by one."""
        chats = tuple(Chat.read(each) for each in (data or {}).get("chats") or ())
        return cls(str(data["id"]), data["blind"], data.get("choice"), chats) if data and chats else None


@dataclass(frozen=True)
class Chat:
    """One question and its answer, finished or not.

    `siblings` are the turns that stand in its place (edited or regenerated), itself included, the oldest first.
    `unsupported`: sentences of the answer that no passage supports, as (start, end). `pictures`: addresses of those
    that came with the question. `label` (A, B, C) tells answers side by side apart while the name of the model is
    hidden, and `model` blank.
    """

    question_id: str
    conversation: str
    parent: str | None
    siblings: tuple[str, ...]
    model: str
    question: str
    asked: datetime
    status: str
    answer: str
    reasoning: str
    citations: tuple[Citation, ...]
    error: Reason | None
    output_tokens: int | None
    started: datetime | None
    first_token: datetime | None
    finished: datetime | None
    confidence: str = ""
    unsupported: tuple[tuple[int, int], ...] = ()
    collections: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    label: str = ""
    feedback: Feedback | None = None
    group: Comparison | None = None

    @property
    def answers(self) -> "tuple[Chat, ...]":
        """All that answer this question side by side; mostly itself alone."""
        return self.group.chats if self.group else (self,)

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def can_retry(self) -> bool:
        return self.status in CAN_RETRY

    @classmethod
    def read(cls, data: Json) -> "Chat":
        question_id = str(data["question_id"])
        return cls(
            question_id,
            str(data["conversation"]),
            data.get("parent"),
            tuple(data.get("siblings") or (question_id,)),
            data.get("model") or "",
            data["question_text"],
            _needed_time(data["question_created_datetime"]),
            data["status"],
            data.get("response_text") or "",
            data.get("reasoning_text") or "",
            tuple(Citation.read(each) for each in data.get("citations") or ()),
            Reason.read(data.get("error")),
            (data.get("usage") or {}).get("output_tokens"),
            _time(data.get("started_datetime")),
            _time(data.get("first_token_datetime")),
            _time(data.get("finished_datetime")),
            data.get("confidence") or "",
            tuple((start, end) for start, end in data.get("unsupported") or ()),
            tuple(str(each) for each in data.get("collections") or ()),
            tuple(each["url"] for each in data.get("attachments") or ()),
            data.get("label") or "",
            Feedback.read(data.get("feedback")),
            Comparison.read(data.get("group")),
        )


@dataclass(frozen=True)
class AnswerEvent:
    """A frame of the socket about one answer. `cursor` is where a reader that has this event goes on."""

    question_id: str
    kind: str
    epoch: int
    cursor: str
    offset: int
    text: str
    passages: tuple[Place, ...] = ()

    @property
    def is_end(self) -> bool:
        return self.kind in {"done", "error"}

    @classmethod
    def read(cls, data: Json) -> "AnswerEvent":
        passages = tuple(Place.read(each) for each in data.get("passages") or ())
        return cls(
            str(data["question_id"]),
            data["type"],
            data["epoch"],
            data["id"],
            data.get("offset", 0),
            data.get("text") or "",
            passages,
        )


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list; `next_cursor` fetches the one after it, None when this is the last."""

    items: tuple[Item, ...]
    next_cursor: str | None

    @classmethod
    def read(cls, data: Json, read_item: Callable[[Json], Item], next_cursor: str | None) -> "Page[Item]":
        return cls(tuple(read_item(each) for each in data["results"]), next_cursor)
