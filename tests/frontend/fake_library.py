"""The library's part of the fake API: collections, documents, passages, searches, pictures.

Files are read at once unless `reads` is off; what is refused is told by the file's name, as `refused` says.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.frontend.fake_api import FakeApi

    class _Base:
        api: FakeApi
        raw: bytes
        body: dict[str, Any]
        query: dict[str, str]
        user: dict[str, Any]
        headers: Any

        def _send(self, status: int, body: dict[str, Any] | None = None) -> None: ...
        def _fail(self, status: int, code: str) -> None: ...
        def _page(self, rows: list[dict[str, Any]]) -> None: ...
        def _send_bytes(self, content: bytes) -> None: ...
else:
    _Base = object

Body = dict[str, Any]
SAMPLE = {"language": "en", "title": "Team handbook", "questions": ["How many days?", "At which wind?", "How soon?"]}


@dataclass
class FakeLibrary:
    """`behind` is what `chats/{id}/search/` answers; `files` are the names and bytes that came."""

    reads: bool = True
    refused: dict[str, str] = field(default_factory=dict)
    collections: dict[str, Body] = field(default_factory=dict)
    documents: dict[str, Body] = field(default_factory=dict)
    passages: list[Body] = field(default_factory=list)
    searches: list[Body] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    behind: Body | None = None

    def add_collection(self, name: str = "", **fields: Any) -> Body:
        row = {"id": str(uuid.uuid4()), "name": name, "is_default": not name, "shared": False, "mine": True,
               "document_count": 0, "passage_count": 0, "created_datetime": _now(), **fields}  # fmt: skip
        self.collections[row["id"]] = row
        return row

    def default(self) -> Body:
        known = [row for row in self.collections.values() if row["is_default"]]
        return known[0] if known else self.add_collection()

    def add_document(self, file_name: str, collection: str = "", **fields: Any) -> Body:
        done = {"status": "done", "progress": 100, "passage_count": 1}
        row = {"id": str(uuid.uuid4()), "collection": collection or self.default()["id"],
               "title": file_name.rpartition(".")[0], "file_name": file_name, "media_type": "", "size_bytes": 1200,
               "source": "upload", "language": "en", "status": "queued", "progress": 0, "error": None,
               "page_count": 3, "passage_count": 0, "created_datetime": _now(), "mine": True,
               "deleted": False, **(done if self.reads else {}), **fields}  # fmt: skip
        self.documents[row["id"]] = row
        return row

    def add_passage(self, document: Body, text: str, **fields: Any) -> Body:
        position = sum(each["document"] == document["id"] for each in self.passages)
        row = {"data_id": len(self.passages) + 1, "data_text": text, "image_urls": [], "title": "", "heading": "",
               "page": 1, "position": position, "external_id": None, "document": document["id"],
               "collection": document["collection"], **fields}  # fmt: skip
        self.passages.append(row)
        document["passage_count"] = position + 1
        return row


class LibraryRoutes(_Base):
    """One short method per resource, as in `fake_api.Handler`."""

    @property
    def library(self) -> FakeLibrary:
        return self.api.library

    def _collections(self, method: str) -> None:
        if method == "POST":
            return self._send(201, self.library.add_collection(self.body["name"]))
        return self._page(list(self.library.collections.values()))

    def _collection(self, method: str, collection_id: str) -> None:
        self.library.collections[collection_id].update(self.body)
        self._send(200, self.library.collections[collection_id])

    def _documents(self, method: str) -> None:
        if method == "POST":
            return self._upload()
        wanted = self.query.get("collection")
        rows = [row for row in self.library.documents.values() if not row["deleted"]]
        return self._page([row for row in reversed(rows) if wanted in (None, row["collection"])])

    def _upload(self) -> None:
        fields, name, content = form_in(self.headers["Content-Type"], self.raw)
        self.library.files.append((name, content))
        if code := self.library.refused.get(name):
            refusal = {"file_name": name, "code": code, "message": f"English sentence for {code}"}
            return self._send(202, {"documents": [], "refused": [refusal]})
        document = self.library.add_document(name, fields.get("collection", ""))
        return self._send(202, {"documents": [document], "refused": []})

    def _document(self, method: str, document_id: str) -> None:
        row = self.library.documents.get(document_id)
        if row is None or row["deleted"]:
            return self._fail(404, "not_found")
        row["deleted"] = method == "DELETE"
        row.update(self.body)
        return self._send(204) if method == "DELETE" else self._send(200, row)

    def _document_action(self, method: str, document_id: str, action: str) -> None:
        changes = {"restore": {"deleted": False}, "retry": {"status": "queued"}, "cancel": {"status": "cancelled"}}
        self.library.documents[document_id].update(changes[action])
        self._send(200, self.library.documents[document_id])

    def _passages(self, method: str, document_id: str) -> None:
        self._page([each for each in self.library.passages if each["document"] == document_id])

    def _passage(self, method: str, data_id: str) -> None:
        found = [each for each in self.library.passages if each["data_id"] == int(data_id)]
        self._send(200, found[0]) if found else self._fail(404, "not_found")

    def _limits(self, method: str) -> None:
        self._send(200, {"document_bytes": 20_000_000, "import_bytes": 90_000_000})

    def _sample(self, method: str) -> None:
        if method == "POST":
            return self._send(202, self.library.add_document("en.md", title=SAMPLE["title"]))
        return self._send(200, [SAMPLE])  # type: ignore[arg-type]

    def _search(self, method: str) -> None:
        self.library.searches.append(self.body)
        word = self.body["query"].split()[0]
        found = [each for each in self.library.passages if word in each["data_text"]]
        self._send(200, {"search_id": str(uuid.uuid4()), "duration_ms": 4.2,
                         "results": [self._hit(each, word) for each in found]})  # fmt: skip

    def _hit(self, passage: Body, word: str) -> Body:
        document = self.library.documents[passage["document"]]
        start = passage["data_text"].index(word)
        return {**passage, "score": 2.5, "snippet": passage["data_text"], "marks": [[start, start + len(word)]],
                "document": {name: document[name] for name in ("id", "title", "file_name")}}  # fmt: skip

    def _search_behind(self, method: str, question_id: str) -> None:
        self._send(200, self.library.behind) if self.library.behind else self._fail(404, "not_found")

    def _attachments(self, method: str) -> None:
        _, name, content = form_in(self.headers["Content-Type"], self.raw)
        attachment = str(uuid.uuid4())
        self.library.attachments.append(attachment)
        self.library.pictures[f"attachments/{attachment}/"] = content
        self._send(201, {"id": attachment, "file_name": name, "url": f"/api/attachments/{attachment}/"})

    def _picture(self, method: str, path: str) -> None:
        content = self.library.pictures.get(path)
        self._send_bytes(content) if content else self._fail(404, "not_found")


ROUTES = (
    (r"collections/", "collections"),
    (r"collections/([^/]+)/", "collection"),
    (r"documents/", "documents"),
    (r"limits/", "limits"),
    (r"documents/sample/", "sample"),
    (r"documents/([^/]+)/", "document"),
    (r"documents/([^/]+)/(restore|retry|cancel)/", "document_action"),
    (r"documents/([^/]+)/passages/", "passages"),
    (r"rag-data/(\d+)/", "passage"),
    (r"search/", "search"),
    (r"chats/([^/]+)/search/", "search_behind"),
    (r"attachments/", "attachments"),
    (r"((?:attachments|document-images)/[^/]+/)", "picture"),
)


def form_in(content_type: str, raw: bytes) -> tuple[dict[str, str], str, bytes]:
    """The plain fields of a form, and the name and bytes of its file."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + raw)
    fields, file = {}, ("", b"")
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename():
            file = (str(part.get_filename()), content)
        else:
            fields[str(part.get_param("name", header="Content-Disposition"))] = content.decode()
    return fields, *file


def _now() -> str:
    return datetime.now(UTC).isoformat()
