"""How far the vectors of passages are: everybody's, and those that a user can do something about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from chat.search.embedder import named_embedder
from models.models import Collection, Embedder, PassageEmbedding, User, WaitingEmbedding


@dataclass(frozen=True, slots=True)
class Counts:
    """Passages that have their vector, that wait, and that the model refuses, by the code of its error."""

    embedded: int = 0
    waiting: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EmbeddingProgress:
    """`model` "" when none is set; `ready`: it has been probed. `all`: of everybody; `mine`: of the user's own."""

    model: str = ""
    ready: bool = False
    weight_ko: float = 0.0
    weight_en: float = 0.0
    all: Counts = field(default_factory=Counts)
    mine: Counts = field(default_factory=Counts)


def embedding_progress(user: User) -> EmbeddingProgress:
    named = named_embedder()
    embedder = Embedder.objects.filter(name=named.name).first() if named else None
    if named is None or embedder is None:
        return EmbeddingProgress(named.name if named else "")
    own = list(Collection.objects.filter(owner=user).values_list("pk", flat=True))
    return EmbeddingProgress(
        embedder.name,
        embedder.probed_datetime is not None,
        embedder.weight_ko,
        embedder.weight_en,
        _count(embedder, {}),
        _count(embedder, {"collection_id__in": own}),
    )


def _count(embedder: Embedder, of: Mapping[str, Any]) -> Counts:
    rows: QuerySet[PassageEmbedding] = PassageEmbedding.objects.filter(embedder=embedder, **of)
    refused = rows.filter(embedding=None).values_list("refusal").annotate(count=Count("pk")).order_by("refusal")
    by_code = dict(refused)
    waiting = WaitingEmbedding.objects.filter(**of).count()
    return Counts(rows.count() - sum(by_code.values()), waiting, by_code)
