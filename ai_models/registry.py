"""All models on offer: the built-in ones, those of the configured endpoints, and plug-ins.

Each language model has an advanced twin, "cited/<its id>", which answers from passages. It knows who answers and who does not, and asks again when its knowledge is old. It reads no
settings itself and starts no answers.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Literal

from ai_models.advanced.cited import PREFIX, CitedModel
from ai_models.advanced.quote import QuotingLibraryModel
from ai_models.basic.connection import Connection, Timeouts
from ai_models.basic.openai_compatible import OpenAICompatibleModel
from ai_models.basic.quote import QuotingModel
from ai_models.contract import ChatModel, Kind, ModelError, ModelFailed, ModelNotFound, ModelTimeout, ModelUnreachable
from ai_models.endpoints import Endpoint, FoundBy
from ai_models.plugins import load_plugins

logger = logging.getLogger(__name__)

# Reasons beside the codes of ModelError, for an endpoint that is not ok.
OLLAMA_NOT_FOUND = "ollama_not_found"
ENDPOINT_HAS_NO_LIST = "endpoint_has_no_list"
PLUGIN_BROKEN = "plugin_broken"

CACHE_SECONDS = 30.0

# What servers list beside chat models. Names in an endpoint's own `models` are not touched.
_CANNOT_CHAT = re.compile(
    r"embed|rerank|moderation|whisper|transcribe|dall-e|gpt-image|realtime|\btts\b|^sora\b|^babbage\b|^davinci\b"
    r"|all-minilm|\b(?:bge|e5|gte)-",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model, and whether it answers; `reason_code` says why not."""

    model: ChatModel
    available: bool
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class EndpointState:
    """Where models come from. `base_url` holds no credentials and is empty for a plug-in.

    `models` are names, not ids: "<name>/<model>" is the id.
    """

    name: str
    base_url: str
    found_by: FoundBy | Literal["plugin"]
    ok: bool
    reason_code: str | None = None
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Knowledge:
    """One consistent view; replaced as a whole, so that readers need no lock."""

    entries: tuple[ModelEntry, ...]
    endpoints: tuple[EndpointState, ...]
    asked_at: float


class Registry:
    """Safe to use from several threads and event loops.

    `load_endpoints` is called before every round of asking and by `get`, so that edited
    settings count at once; what it raises goes to the caller, and what was known stays.
    """

    def __init__(self, load_endpoints: Callable[[], Sequence[Endpoint]], *, timeouts: Timeouts | None = None) -> None:
        self._load_endpoints = load_endpoints
        self._timeouts = timeouts or Timeouts()
        self._builtin: dict[Kind, ChatModel] = {"basic": QuotingModel(), "advanced": QuotingLibraryModel()}
        self._plugins = load_plugins(taken_ids=frozenset(model.id for model in self._builtin.values()))
        self._connections: dict[Endpoint, Connection] = {}
        self._models: dict[tuple[Endpoint, str], ChatModel] = {}
        self._twins: dict[ChatModel, CitedModel] = {}
        self._knowledge = _Knowledge(self._on_offer(()), (), float("-inf"))
        self._asking: Future[None] | None = None

    @property
    def is_stale(self) -> bool:
        return time.monotonic() - self._knowledge.asked_at >= CACHE_SECONDS

    async def refresh(self, force: bool = False) -> None:
        """Ask every endpoint and plug-in at the same time, unless that was done less than 30 s ago.

        Takes 3 s at most. Callers that come while another one is asking wait for its result.
        """
        if not (force or self.is_stale):
            return
        under_way = self._asking
        # What is under way may have read the settings before the edit that `force` is about.
        if under_way and not force:
            # Not an asyncio future, because the other caller may run in another event loop.
            await asyncio.shield(asyncio.wrap_future(under_way))
            return
        asking: Future[None] = Future()
        self._asking = asking
        try:
            knowledge = await self._ask_all()
            # Otherwise a forced round has begun since, and knows newer settings.
            if self._asking is asking:
                self._knowledge = knowledge
        finally:
            if self._asking is asking:
                self._asking = None
            asking.set_result(None)

    def list(self) -> tuple[ModelEntry, ...]:
        """The built-in model first, then the endpoints' in the order of the settings, then plug-ins; then their
        advanced twins in the same order."""
        return self._knowledge.entries

    def endpoints(self) -> tuple[EndpointState, ...]:
        return self._knowledge.endpoints

    def default(self, kind: Kind = "basic") -> ChatModel:
        """The first language model of that kind that answers now, or else the built-in model."""
        able = (entry.model for entry in self._knowledge.entries if entry.available)
        return next((model for model in able if model.is_language_model and model.kind == kind), self._builtin[kind])

    async def get(self, model_id: str) -> ChatModel:
        """The model of that id, whether it answers now or not; asks nobody. Raises ModelNotFound."""
        for model in (*self._builtin.values(), *self._plugins.models):
            if model.id == model_id:
                return model
        if model_id.startswith(PREFIX):
            return self._twin(await self.get(model_id.removeprefix(PREFIX)))
        name, _, model_name = model_id.partition("/")
        for endpoint in self._load_endpoints():
            if endpoint.name == name and model_name and (not endpoint.models or model_name in endpoint.models):
                return self._model(endpoint, model_name)
        raise ModelNotFound

    def counterpart(self, model_id: str, kind: Kind) -> str:
        """The id of the model that stands for this one in the other kind of chat; itself where it is of that kind."""
        known = next((entry.model for entry in self.list() if entry.model.id == model_id), None)
        if known is not None and known.kind == kind:
            return model_id
        return f"{PREFIX}{model_id.removeprefix(PREFIX)}" if kind == "advanced" else model_id.removeprefix(PREFIX)

    async def aclose(self) -> None:
        """Free all connections; the registry is not used afterwards."""
        for model in self._plugins.models:
            await model.aclose()
        for connection in self._connections.values():
            await connection.aclose()

    async def _ask_all(self) -> _Knowledge:
        endpoints = self._load_endpoints()
        states, plugins = await asyncio.gather(
            asyncio.gather(*(self._ask(endpoint) for endpoint in endpoints)),
            asyncio.gather(*(self._check(model) for model in self._plugins.models)),
        )
        entries = [
            ModelEntry(self._model(endpoint, name), state.ok, state.reason_code)
            for endpoint, state in zip(endpoints, states, strict=True)
            for name in state.models
        ]
        broken = (EndpointState(name, "", "plugin", False, PLUGIN_BROKEN) for name in self._plugins.broken)
        return _Knowledge(self._on_offer((*entries, *plugins)), (*states, *broken), time.monotonic())

    def _on_offer(self, entries: Sequence[ModelEntry]) -> tuple[ModelEntry, ...]:
        """The built-in models and `entries`, with the twins of all language models among them."""
        basic, advanced = (ModelEntry(model, available=True) for model in self._builtin.values())
        twins = [replace(entry, model=self._twin(entry.model)) for entry in entries if _can_have_twin(entry.model)]
        return (basic, *entries, advanced, *twins)

    def _twin(self, writer: ChatModel) -> CitedModel:
        return self._twins.setdefault(writer, CitedModel(writer))

    async def _ask(self, endpoint: Endpoint) -> EndpointState:
        models, reason = endpoint.models, None
        try:
            listed = await self._connection(endpoint).list_models()
            models = models or tuple(name for name in listed if not _CANNOT_CHAT.search(name))
        except ModelError as error:
            reason = _reason(endpoint, error)
            models = models or self._known_models(endpoint)
        return EndpointState(endpoint.name, endpoint.base_url, endpoint.found_by, reason is None, reason, models)

    def _known_models(self, endpoint: Endpoint) -> tuple[str, ...]:
        """What the endpoint listed when it last answered, so that its models do not vanish with it."""
        states = (state for state in self._knowledge.endpoints if state.base_url == endpoint.base_url)
        return next((state.models for state in states if state.name == endpoint.name), ())

    async def _check(self, model: ChatModel) -> ModelEntry:
        try:
            async with asyncio.timeout(self._timeouts.check):
                await model.check()
        except TimeoutError:
            return ModelEntry(model, False, ModelTimeout.code)
        except ModelError as error:
            return ModelEntry(model, False, error.code)
        except Exception:  # Foreign code, which must not hide the other models.
            logger.exception("the check of the model %s failed", model.id)
            return ModelEntry(model, False, ModelFailed.code)
        return ModelEntry(model, available=True)

    def _connection(self, endpoint: Endpoint) -> Connection:
        # Kept after the settings have changed, because an answer may still be using it.
        return self._connections.setdefault(endpoint, Connection(endpoint, self._timeouts))

    def _model(self, endpoint: Endpoint, name: str) -> ChatModel:
        key = (endpoint, name)
        return self._models.setdefault(key, OpenAICompatibleModel(self._connection(endpoint), name))


def _can_have_twin(model: ChatModel) -> bool:
    return model.is_language_model and model.kind == "basic"


def _reason(endpoint: Endpoint, error: ModelError) -> str | None:
    if isinstance(error, ModelNotFound):
        # It answers; whoever has named the models does not need its list.
        return None if endpoint.models else ENDPOINT_HAS_NO_LIST
    if endpoint.found_by == "ollama" and isinstance(error, (ModelUnreachable, ModelTimeout)):
        return OLLAMA_NOT_FOUND
    return error.code
