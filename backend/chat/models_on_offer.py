"""Which models people can choose, and which one answers when they choose none."""

from __future__ import annotations

from asgiref.sync import async_to_sync

from ai_models.contract import ModelNotFound
from ai_models.registry import ModelEntry
from chat.errors import ModelCannotSee, ModelUnknown
from chat.model_registry import model_registry
from models.models import Mode


def choose_model(wanted: str) -> str:
    """Return the id of the model that will answer; raise ModelUnknown for one never heard of.

    A known model that is away is accepted: its answer says so in the conversation.
    """
    registry = model_registry()
    # What is known is enough for most questions; asking takes a detour through the event loop.
    if registry.is_stale:
        async_to_sync(registry.refresh)()
    if not wanted:
        return registry.default("basic").id
    if not _is_known(wanted, registry.list()):
        raise ModelUnknown
    return wanted


def require_sight(model_id: str) -> None:
    """Raise ModelCannotSee for a model that takes no pictures, and ModelUnknown for none at all."""
    try:
        model = async_to_sync(model_registry().get)(model_id)
    except ModelNotFound:
        raise ModelUnknown from None
    if not model.capabilities.images:
        raise ModelCannotSee


def _is_known(wanted: str, entries: tuple[ModelEntry, ...]) -> bool:
    endpoints = {state.name for state in model_registry().endpoints()}
    basic = model_registry().counterpart(wanted, "basic")
    return any(entry.model.id == wanted for entry in entries) or basic.split("/", 1)[0] in endpoints


def fit_to_mode(model_id: str, mode: str) -> str:
    """Return the id of that model's twin which answers in this chat: from passages in Advanced chat alone."""
    return model_registry().counterpart(model_id, "advanced" if mode == Mode.ADVANCED else "basic")
