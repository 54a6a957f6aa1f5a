"""What the API says about documents, collections, passages and searches, as frozen dataclasses."""

from dataclasses import dataclass
from datetime import datetime

from api_types import Json, Match, Reason

BUSY = frozenset({"queued", "reading"})
CAN_READ_AGAIN = frozenset({"failed", "cancelled"})


@dataclass(frozen=True)
class Collection:
    """`name` is "" for the default one of somebody who has not named it."""

    id: str
    name: str
    is_default: bool
    shared: bool
    mine: bool
    document_count: int

    @classmethod
    def read(cls, data: Json) -> "Collection":
        return cls(
            str(data["id"]),
            data.get("name") or "",
            data.get("is_default", False),
            data.get("shared", False),
            data.get("mine", True),
            data.get("document_count", 0),
        )


@dataclass(frozen=True)
class Document:
    """A file and how far its reading is; `progress` in percent."""

    id: str
    collection: str
    title: str
    file_name: str
    size_bytes: int
    status: str
    progress: int
    error: Reason | None
    page_count: int | None
    passage_count: int
    created: datetime
    mine: bool

    @property
    def is_busy(self) -> bool:
        return self.status in BUSY

    @property
    def can_read_again(self) -> bool:
        return self.status in CAN_READ_AGAIN

    @classmethod
    def read(cls, data: Json) -> "Document":
        return cls(
            str(data["id"]),
            str(data["collection"]),
            data.get("title") or data.get("file_name") or "",
            data.get("file_name") or "",
            data.get("size_bytes") or 0,
            data["status"],
            data.get("progress") or 0,
            Reason.read(data.get("error")),
            data.get("page_count"),
            data.get("passage_count") or 0,
            datetime.fromisoformat(data["created_datetime"]),
            data.get("mine", True),
        )


@dataclass(frozen=True)
class Refusal:
    """A file that was not taken, and why."""

    file_name: str
    reason: Reason

    @classmethod
    def read(cls, data: Json) -> "Refusal":
        return cls(data.get("file_name") or "", Reason(data["code"], data.get("message") or ""))


@dataclass(frozen=True)
class Passage:
    """A piece of a document; `heading` is the path of headings, joined with " > "."""

    data_id: int
    text: str
    heading: str
    page: int | None
    position: int
    document: str | None
    image_urls: tuple[str, ...]

    @classmethod
    def read(cls, data: Json) -> "Passage":
        document = data.get("document")
        return cls(
            data["data_id"],
            data["data_text"],
            data.get("heading") or "",
            data.get("page"),
            data.get("position") or 0,
            str(document) if document else None,
            tuple(data.get("image_urls") or ()),
        )


@dataclass(frozen=True)
class Found:
    """A passage that a search has found, with the stretch that fits best. `document` is None for one written directly."""

    data_id: int
    score: float
    match: Match
    document: str | None
    title: str
    heading: str
    page: int | None
    image_urls: tuple[str, ...]

    @classmethod
    def read(cls, data: Json) -> "Found":
        document = data.get("document") or {}
        match = Match.read(data)
        assert match is not None
        return cls(
            data["data_id"],
            data["score"],
            match,
            str(document["id"]) if document else None,
            document.get("title") or data.get("title") or "",
            data.get("heading") or "",
            data.get("page"),
            tuple(data.get("image_urls") or ()),
        )


@dataclass(frozen=True)
class SearchResult:
    duration_ms: float
    found: tuple[Found, ...]

    @classmethod
    def read(cls, data: Json) -> "SearchResult":
        return cls(data["duration_ms"], tuple(Found.read(each) for each in data["results"]))


@dataclass(frozen=True)
class Considered:
    """A passage that was found for an answer; `cited_as` is its number there. `data` is None once it is deleted."""

    rank: int
    score: float
    data: int | None
    text: str
    title: str
    heading: str
    page: int | None
    document: str | None
    cited_as: int | None

    @classmethod
    def read(cls, data: Json) -> "Considered":
        document = data.get("document")
        return cls(
            data["rank"],
            data["score"],
            data.get("data"),
            data.get("data_text") or data.get("quote") or "",
            data.get("title") or "",
            data.get("heading") or "",
            data.get("page"),
            str(document) if document else None,
            data.get("cited_as"),
        )


@dataclass(frozen=True)
class SearchBehind:
    """The search that was made for an answer. No `collections`: all of them."""

    query: str
    collections: tuple[str, ...]
    duration_ms: float
    considered: tuple[Considered, ...]

    @classmethod
    def read(cls, data: Json) -> "SearchBehind":
        return cls(
            data["query"],
            tuple(str(each) for each in data.get("collections") or ()),
            data["duration_ms"],
            tuple(Considered.read(each) for each in data["results"]),
        )


@dataclass(frozen=True)
class Sample:
    """A document that comes with the program, and questions that it answers."""

    language: str
    title: str
    questions: tuple[str, ...]

    @classmethod
    def read(cls, data: Json) -> "Sample":
        return cls(data["language"], data["title"], tuple(data.get("questions") or ()))
