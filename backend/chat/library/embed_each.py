"""Vectors for many texts, of which the model may refuse some.

A server refuses a whole batch for one text that it cannot take. So a batch that failed is
halved until that text stands alone; whether the server is ill is told by a text that harms none.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from ai_models.contract import (
    ModelContextTooLong,
    ModelError,
    ModelNotFound,
    ModelRateLimited,
    ModelRefusedKey,
    ModelUnreachable,
)
from ai_models.embeddings import Vector
from chat.search.embedder import NamedEmbedder

# Models read some hundred words; what lies behind says the same, or is lost.
_MOST_CHARACTERS = 4_000
_FEW_CHARACTERS = 1_000
_HARMLESS = "Good morning."
# No text is to blame for these.
_OF_THE_SERVER = (ModelUnreachable, ModelRefusedKey, ModelNotFound, ModelRateLimited)


def embed_each(named: NamedEmbedder, texts: Sequence[str]) -> list[Vector | ModelError]:
    """Return for each text its vector, or why the model refuses this text; raise ModelError when it takes none."""
    # Servers refuse an empty text: that of a passage that is gone.
    return _embed(named, [text[:_MOST_CHARACTERS] or "-" for text in texts])


def _embed(named: NamedEmbedder, texts: list[str]) -> list[Vector | ModelError]:
    try:
        return [*named.embed(texts, seconds=settings.EMBEDDING_SECONDS)]
    except _OF_THE_SERVER:
        raise
    except ModelError as error:
        named.embed([_HARMLESS], seconds=settings.EMBEDDING_SECONDS)
        if len(texts) > 1:
            half = len(texts) // 2
            return _embed(named, texts[:half]) + _embed(named, texts[half:])
        if isinstance(error, ModelContextTooLong) and len(texts[0]) > _FEW_CHARACTERS:
            return _embed(named, [texts[0][:_FEW_CHARACTERS]])
        return [error]
