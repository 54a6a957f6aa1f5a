"""Which models answer the next questions here side by side, and whether their names are hidden until the choice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from api_model_types import Model
from conversation import model_choice, screen

# The API's own limit, with the model that answers anyhow.
MOST: Final = 3
_STATE: Final = "compared_models"


@dataclass(frozen=True)
class _Added:
    """`models` are ids beside the chosen model, as they are called in AI chat."""

    conversation: str | None
    models: tuple[str, ...] = ()
    blind: bool = False


def _added() -> _Added:
    here = screen.conversation_id()
    added: _Added | None = st.session_state.get(_STATE)
    return added if added and added.conversation == here else _Added(here)


def candidates(mode: str) -> tuple[Model, ...]:
    """What can answer beside the chosen model."""
    listing = model_choice.models()
    chosen = model_choice.effective(listing, mode) if listing else None
    if listing is None or chosen is None:
        return ()
    return tuple(each for each in model_choice.offered(listing, mode) if each.available and each.id != chosen.id)


def added(mode: str) -> tuple[Model, ...]:
    """The models beside the chosen one."""
    known = {each.id: each for each in candidates(mode)}
    wanted = [model_choice.twin(each, mode) for each in _added().models]
    return tuple(known[each] for each in wanted if each in known)


def for_question(mode: str) -> tuple[str, ...]:
    """The ids to ask with; none when one model answers alone."""
    beside = added(mode)
    listing = model_choice.models()
    chosen = model_choice.effective(listing, mode) if listing and beside else None
    return (chosen.id, *(each.id for each in beside)) if chosen else ()


def is_blind() -> bool:
    return _added().blind


def add(model_ids: Sequence[str]) -> None:
    """In place of those before. Of too many those that were added last count."""
    models = tuple(model_choice.twin(each, "ai") for each in model_ids)
    st.session_state[_STATE] = replace(_added(), models=models[1 - MOST :])


def hide_names(hidden: bool) -> None:
    st.session_state[_STATE] = replace(_added(), blind=hidden)


def carry_over(conversation_id: str) -> None:
    """What was chosen on the empty page counts for the conversation that was opened there."""
    st.session_state[_STATE] = replace(_added(), conversation=conversation_id)
