"""The shipped user guide: loaded into the database, searched for Basic chat.

It belongs to nobody and is not part of anyone's own library. A few dozen passages are
ranked in memory.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.db import transaction

from ai_models import bm25
from ai_models.contract import Passage
from ai_models.text import language_of
from models.models import Document, DocumentSource, RagData

_FOLDER = Path(__file__).resolve().parent / "guide"
_SECTION = re.compile(r"^## +(?P<heading>.+?)\s*$", re.MULTILINE)
_CACHE_SECONDS = 30.0
TOP_PASSAGES = 5


@dataclass(frozen=True, slots=True)
class GuideHits:
    """The best passages, best first, and the idf of the question's tokens in the guide."""

    passages: tuple[Passage, ...]
    term_weights: Mapping[str, float]
    duration_ms: float


def load_guide() -> int:
    """Store the guide's files, replacing older versions of them; return how many were new."""
    return sum(_load_file(path) for path in sorted(_FOLDER.glob("*.md")))


@transaction.atomic
def _load_file(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    content_hash = hashlib.sha256(text.encode()).hexdigest()
    shipped = Document.objects.filter(owner=None, source=DocumentSource.GUIDE, language=path.stem)
    if shipped.filter(content_hash=content_hash).exists():
        return False
    shipped.delete()
    document = Document.objects.create(
        source=DocumentSource.GUIDE, language=path.stem, title=_title(text), content_hash=content_hash
    )
    RagData.objects.bulk_create(
        RagData(document=document, heading=heading, data_text=body, position=position)
        for position, (heading, body) in enumerate(_sections(text))
    )
    return True


def _title(text: str) -> str:
    return text.splitlines()[0].removeprefix("# ").strip()


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield (heading, body) of each `## ` section."""
    headings = list(_SECTION.finditer(text))
    ends = [*(match.start() for match in headings[1:]), len(text)]
    for match, end in zip(headings, ends, strict=True):
        yield match["heading"], text[match.end() : end].strip()


class _Cache:
    passages: tuple[Passage, ...] = ()
    valid_until: float = 0.0


def _guide_passages() -> tuple[Passage, ...]:
    if not _Cache.passages or time.monotonic() > _Cache.valid_until:
        rows = RagData.objects.filter(document__source=DocumentSource.GUIDE, document__owner=None)
        _Cache.passages = tuple(
            Passage(
                passage_id=str(row.data_id),
                text=row.data_text,
                title=row.document.title,
                heading=row.heading,
                language=row.document.language,
            )
            for row in rows.select_related("document").order_by("data_id")
        )
        _Cache.valid_until = time.monotonic() + _CACHE_SECONDS
    return _Cache.passages


def search_guide(question: str) -> GuideHits:
    """Find the passages of the guide in the question's language that fit it best."""
    started = time.perf_counter()
    language = language_of(question)
    passages = [passage for passage in _guide_passages() if passage.language == language]
    # The heading is part of what is searched.
    ranking = bm25.rank(question, [f"{passage.heading}\n{passage.text}" for passage in passages])
    scored = sorted(zip(ranking.scores, range(len(passages)), strict=True), key=lambda pair: (-pair[0], pair[1]))
    best = tuple(replace(passages[index], score=score) for score, index in scored[:TOP_PASSAGES] if score > 0)
    return GuideHits(best, ranking.term_weights, (time.perf_counter() - started) * 1000)
