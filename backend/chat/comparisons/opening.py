"""Several models for one question: who answers in which slot."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from chat.errors import Invalid
from chat.models_on_offer import fit_to_mode
from models.models import Comparison, Conversation, Mode

MOST_MODELS = 3
_LABELS = "ABC"


def models_in_slots(models: Sequence[str], *, mode: str, blind: bool) -> tuple[str, ...]:
    """Return the model for each slot; for a blind comparison by lot, so that a slot tells nothing.

    Raises Invalid where models cannot be compared: in Basic chat, or one with itself.
    """
    if len(models) > 1 and mode == Mode.BASIC:
        raise Invalid(details={"models": ["Only AI chat and Advanced chat compare models."]})
    fitting = [fit_to_mode(model, mode) for model in models]
    if len(set(fitting)) < len(fitting):
        raise Invalid(details={"models": ["Each model only once."]})
    if blind:
        secrets.SystemRandom().shuffle(fitting)
    return tuple(fitting)


def open_comparison(conversation: Conversation, *, blind: bool) -> Comparison:
    return Comparison.objects.create(user=conversation.user, conversation=conversation, blind=blind)


def label_of(slot: int) -> str:
    """The name under which an answer is shown while that of its model is hidden."""
    return _LABELS[slot]
