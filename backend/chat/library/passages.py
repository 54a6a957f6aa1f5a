"""Writing passages: what a document is cut into, and what clients write themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.models import Document, RagData


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage before it is stored. `title` "" means: the document's; `page` counts from 1."""

    text: str
    title: str = ""
    heading: str = ""
    page: int | None = None
    image_urls: tuple[str, ...] = ()
    external_id: str | None = None


def store_passages(document: Document, passages: Sequence[NewPassage], *, first_position: int = 0) -> list[int]:
    """Store passages of a document so that they can be found; return their `data_id`s in the same order."""
    rows = RagData.objects.bulk_create(
        RagData(
            document=document,
            collection_id=document.collection_id,
            data_text=passage.text,
            title=passage.title,
            heading=passage.heading,
            page=passage.page,
            image_urls=list(passage.image_urls),
            external_id=passage.external_id,
            position=position,
        )
        for position, passage in enumerate(passages, start=first_position)
    )
    return [row.data_id for row in rows]


def remove_passages(document: Document) -> int:
    """Remove all passages of a document; return how many there were."""
    return RagData.objects.filter(document=document).delete()[0]
