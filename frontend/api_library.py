"""The library's part of the API: collections, documents, passages, searches, pictures. Speaks through `ApiClient`."""

from collections.abc import Callable, Sequence
from typing import IO, Any, Final

from api_library_types import (
    Collection,
    Document,
    Passage,
    Refusal,
    Sample,
    SearchBehind,
    SearchResult,
)
from api_multipart import Multipart
from api_types import Json, Page, cursor_in

_UPLOAD_SECONDS: Final = 120.0
_MOST_COLLECTIONS: Final = 100
BLOCK: Final = 100


class LibraryApi:
    """As one visitor sees it. `call` is the client's request for JSON, `fetch` the one for a picture's bytes."""

    def __init__(self, call: Callable[..., Json], fetch: Callable[[str], bytes]) -> None:
        self._call = call
        self._fetch = fetch

    def collections(self) -> tuple[Collection, ...]:
        data = self._call("GET", "collections/", query={"page_size": str(_MOST_COLLECTIONS)})
        return tuple(Collection.read(each) for each in data["results"])

    def create_collection(self, name: str) -> Collection:
        return Collection.read(self._call("POST", "collections/", body={"name": name}))

    def update_collection(self, collection_id: str, **fields: Any) -> Collection:
        return Collection.read(self._call("PATCH", f"collections/{collection_id}/", body=fields))

    def delete_collection(self, collection_id: str) -> None:
        self._call("DELETE", f"collections/{collection_id}/")

    def restore_collection(self, collection_id: str) -> None:
        self._call("POST", f"collections/{collection_id}/restore/", body={})

    def documents(self, *, collection: str | None = None, cursor: str | None = None) -> Page[Document]:
        """The newest first."""
        data = self._call("GET", "documents/", query={"collection": collection, "cursor": cursor})
        return Page.read(data, Document.read, cursor_in(data.get("next")))

    def document(self, document_id: str) -> Document:
        return Document.read(self._call("GET", f"documents/{document_id}/"))

    def add_document(
        self, name: str, content: IO[bytes], *, collection: str | None
    ) -> tuple[tuple[Document, ...], tuple[Refusal, ...]]:
        """What was taken and what was refused."""
        fields = {"collection": collection} if collection else {}
        form = Multipart(field="files", name=name, content=content, fields=fields)
        data = self._call("POST", "documents/", form=form, read_seconds=_UPLOAD_SECONDS)
        taken = tuple(Document.read(each) for each in data["documents"])
        return taken, tuple(Refusal.read(each) for each in data["refused"])

    def update_document(self, document_id: str, **fields: Any) -> Document:
        return Document.read(self._call("PATCH", f"documents/{document_id}/", body=fields))

    def delete_document(self, document_id: str) -> None:
        self._call("DELETE", f"documents/{document_id}/")

    def restore_document(self, document_id: str) -> None:
        self._call("POST", f"documents/{document_id}/restore/", body={})

    def read_again(self, document_id: str) -> None:
        self._call("POST", f"documents/{document_id}/retry/", body={})

    def cancel_reading(self, document_id: str) -> None:
        self._call("POST", f"documents/{document_id}/cancel/", body={})

    def passages(self, document_id: str, *, cursor: str | None = None) -> Page[Passage]:
        """A block of passages in reading order."""
        query = {"cursor": cursor, "page_size": str(BLOCK)}
        data = self._call("GET", f"documents/{document_id}/passages/", query=query)
        return Page.read(data, Passage.read, cursor_in(data.get("next")))

    def passage(self, data_id: int) -> Passage:
        return Passage.read(self._call("GET", f"rag-data/{data_id}/"))

    def samples(self) -> tuple[Sample, ...]:
        data = self._call("GET", "documents/sample/")
        return tuple(Sample.read(each) for each in data["results"])

    def add_sample(self, language: str) -> Document:
        return Document.read(self._call("POST", "documents/sample/", body={"language": language}))

    def search(self, query: str, *, top_k: int, collections: Sequence[str] = ()) -> SearchResult:
        body = {"query": query, "top_k": top_k, "collections": list(collections)}
        return SearchResult.read(self._call("POST", "search/", body=body))

    def search_behind(self, question_id: str) -> SearchBehind:
        """The search for an answer. 404: none was made."""
        return SearchBehind.read(self._call("GET", f"chats/{question_id}/search/"))

    def add_attachment(self, name: str, content: IO[bytes]) -> str:
        """Add a picture for a question; its id."""
        form = Multipart(field="file", name=name, content=content)
        return str(self._call("POST", "attachments/", form=form, read_seconds=_UPLOAD_SECONDS)["id"])

    def file(self, document_id: str) -> bytes:
        """The document as it was added."""
        return self._fetch(f"documents/{document_id}/file/")

    def picture(self, path: str) -> bytes:
        """`path` is below the API's address, as in `document-images/<id>/`."""
        return self._fetch(path)
