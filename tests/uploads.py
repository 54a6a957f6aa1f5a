"""Adding documents in tests, and looking at what became of them."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from tests.cast import Person
from tests.system import START_SECONDS, wait_until

Json = dict[str, Any]


def add(person: Person, *files: tuple[str, bytes], **fields: str) -> Json:
    """Upload files; return the reply's body."""
    reply = person.call("POST", "documents/", files=[("files", file) for file in files], data=fields)
    assert reply.status_code == 202, reply.text
    body: Json = reply.json()
    return body


def add_one(person: Person, name: str, content: bytes, *, status: str = "done", **fields: str) -> Json:
    """Upload a file and wait until it is read, to this end."""
    (document,) = add(person, (name, content), **fields)["documents"]
    document = read_to_the_end(person, document)
    assert document["status"] == status, document
    return document


def read_to_the_end(person: Person, document: Json, *, seconds: float = START_SECONDS) -> Json:
    """Wait until a document is read, well or not; return it."""
    seen: list[Json] = []

    def is_read() -> bool:
        seen.append(person.get(f"documents/{document['id']}/").json())
        return seen[-1]["status"] not in {"queued", "reading"}

    wait_until(is_read, f"{document['file_name']} is read", seconds=seconds)
    return seen[-1]


def refusal_of(document: Json) -> str:
    """The code of the reason for which a document was not read; it comes with a sentence."""
    assert document["error"]["message"].endswith("."), document
    return str(document["error"]["code"])


def passages_of(person: Person, document: Json) -> list[Json]:
    results: list[Json] = person.get(f"documents/{document['id']}/passages/?page_size=100").json()["results"]
    return results


def image_of(person: Person, passage: Json) -> Image.Image:
    """Fetch the passage's first picture."""
    reply = person.get(passage["image_urls"][0].removeprefix("/api/"))
    assert reply.status_code == 200, reply.text
    return Image.open(io.BytesIO(reply.content))
