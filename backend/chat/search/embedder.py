"""The embedding model that the settings name, as it is found out to be."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings

from ai_models.contract import ModelError
from ai_models.embeddings import Vector, embed_texts
from ai_models.endpoints import Endpoint, SettingError, read_endpoints
from config.env import read_environment

logger = logging.getLogger(__name__)

# The file of settings is not read for every search.
_SETTINGS_SECONDS = 1.0
# After it failed a search, all go on without it for so long.
_REST_SECONDS = 10.0
# A search that gave up leaves its thread waiting; more than these are not started.
_THREADS = 4


@dataclass(frozen=True, slots=True)
class NamedEmbedder:
    """`name`: "<endpoint>/<model>"."""

    name: str
    endpoint: Endpoint
    model: str

    def embed(self, texts: Sequence[str], *, seconds: float) -> list[Vector]:
        """Return a vector for each text; raise ModelError."""
        return embed_texts(self.endpoint, self.model, texts, seconds=seconds)


class _State:
    named: NamedEmbedder | None = None
    read_until = 0.0
    rests_until = 0.0
    waiting = 0


_threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="embed-query")


def named_embedder() -> NamedEmbedder | None:
    """Return what EMBEDDING_MODEL names; None when it names none, or no endpoint that there is."""
    if time.monotonic() > _State.read_until:
        _State.named = _read_named()
        _State.read_until = time.monotonic() + _SETTINGS_SECONDS
    return _State.named


def _read_named() -> NamedEmbedder | None:
    variables = read_environment()
    endpoint_name, _, model = variables.get("EMBEDDING_MODEL", "").strip().partition("/")
    if not model:
        return None
    try:
        endpoints = read_endpoints(variables)
    except SettingError as error:
        logger.warning("%s is not usable; searches go by words alone", error.variable)
        return None
    endpoint = next((each for each in endpoints if each.name == endpoint_name), None)
    if endpoint is None:
        logger.warning("EMBEDDING_MODEL names an endpoint that there is not")
        return None
    return NamedEmbedder(f"{endpoint_name}/{model}", endpoint, model)


class QueryVector:
    """The vector of a query, asked for beside the rest of the search, which never waits long for it."""

    def __init__(self, embedder: NamedEmbedder, query: str) -> None:
        self._deadline = time.monotonic() + settings.EMBEDDING_SEARCH_SECONDS
        self._future: Future[list[Vector]] | None = None
        if time.monotonic() >= _State.rests_until and _State.waiting < _THREADS:
            _State.waiting += 1
            self._future = _threads.submit(embedder.embed, [query], seconds=settings.EMBEDDING_SEARCH_SECONDS)
            self._future.add_done_callback(_count_down)

    def get(self) -> Vector | None:
        """Return it, or None when the model is away, slow or resting."""
        if self._future is None:
            return None
        try:
            return self._future.result(max(0.0, self._deadline - time.monotonic()))[0]
        except (ModelError, TimeoutError) as error:
            logger.info("A search goes by words alone (%s)", type(error).__name__)
            _State.rests_until = time.monotonic() + _REST_SECONDS
            return None


def _count_down(_: Future[list[Vector]]) -> None:
    _State.waiting -= 1
