"""Passages and searches in the tests, through the API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from chat.search.weights import scope_hash
from models.models import Collection, Document, TermCount, User
from tests.cast import Person

Json = dict[str, Any]


def write(person: Person, text: str, **fields: Any) -> Json:
    """Write one passage; return it as the API shows it."""
    reply = person.post("rag-data/", {"data_text": text, **fields})
    assert reply.status_code == 201, reply.text
    passage: Json = reply.json()
    return passage


def stream(person: Person, lines: Sequence[Any], **options: Any) -> list[Json]:
    """Send lines (objects, or text as it is) as one stream; return the lines of the reply."""
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    reply = person.call(
        "POST",
        "rag-data/",
        data="\n".join(texts).encode(),
        headers={"Content-Type": "application/x-ndjson"},
        **options,
    )
    assert reply.status_code == 200, reply.text
    assert reply.headers["Content-Type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in reply.text.splitlines()]


def search(person: Person, query: str, **fields: Any) -> list[Json]:
    reply = person.post("search/", {"query": query, **fields})
    assert reply.status_code == 200, reply.text
    results: list[Json] = reply.json()["results"]
    return results


def found(person: Person, query: str, **fields: Any) -> list[int]:
    return [each["data_id"] for each in search(person, query, **fields)]


def user_of(person: Person) -> User:
    return User.objects.get(uuid=person.get("users/me/").json()["uuid"])


def new_collection(person: Person, name: str = "") -> Collection:
    """Through the ORM: the collections' own page has its own tests."""
    return Collection.objects.create(owner=user_of(person), name=name)


def new_document(collection: Collection, title: str = "") -> Document:
    return Document.objects.create(
        owner=collection.owner, collection=collection, source="upload", title=title, content_hash=title
    )


def words_counted(collection: Collection) -> dict[int, int]:
    """How many passages hold each word, by the tables that the search reads."""

    first = scope_hash(collection.pk)
    counts = TermCount.objects.filter(term__gte=first, term__lt=first + 2**32)
    return dict(counts.values_list("term", "passages"))
