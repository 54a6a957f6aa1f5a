"""Models from installed packages: the entry points of the group `triple_chat.models`.

An entry point names a ChatModel class that needs no arguments, or a function that returns
a ChatModel. A broken package is reported and never takes the others down.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from ai_models.contract import ChatModel

GROUP = "triple_chat.models"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plugins:
    """The models that could be loaded, and the names of the entry points that could not."""

    models: tuple[ChatModel, ...]
    broken: tuple[str, ...]


def load_plugins(taken_ids: frozenset[str] = frozenset()) -> Plugins:
    """Load every entry point of the group; one whose id is taken counts as broken."""
    models: dict[str, ChatModel] = {}
    broken: list[str] = []
    for entry_point in sorted(entry_points(group=GROUP)):
        try:
            model = _load(entry_point)
            if model.id in taken_ids or model.id in models:
                raise ValueError(f"the id {model.id!r} is already in use")
            models[model.id] = model
        except Exception:  # Foreign code: whatever it raises is its own business.
            logger.exception("the model plug-in %s cannot be used", entry_point.name)
            broken.append(entry_point.name)
    return Plugins(tuple(models.values()), tuple(broken))


def _load(entry_point: EntryPoint) -> ChatModel:
    make: Callable[[], object] = entry_point.load()
    model = make()
    if not isinstance(model, ChatModel):
        raise TypeError(f"{entry_point.value} gives no ChatModel")
    if not isinstance(getattr(model, "id", None), str) or not isinstance(getattr(model, "name", None), str):
        raise TypeError(f"{entry_point.value} gives a model without an id or a name")
    return model
