"""Which models there are, in what state, and which one the visitor wants."""

import contextlib
import threading
import time
from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from api_client import ApiError
from api_model_types import Model, ModelList
from api_types import is_built_in
from conversation import screen
from i18n import t
from visitor import identity, notices

_LIST: Final = "model_list"
_CHOSEN: Final = "chosen_model"
_FRESH_SECONDS: Final = 15.0
_FAILED_SECONDS: Final = 2.0
# Each language model has a twin of this name that answers from documents.
_TWIN: Final = "cited/"

State = Literal["connected", "quoting", "failing"]


@dataclass(frozen=True)
class _Read:
    """`models` is None when the API did not tell: not asked again by the next part of the same page."""

    models: ModelList | None
    at: float
    signed_in: bool

    @property
    def is_fresh(self) -> bool:
        limit = _FRESH_SECONDS if self.models else _FAILED_SECONDS
        return time.monotonic() - self.at < limit and self.signed_in == identity.is_signed_in()


def models() -> ModelList | None:
    """The list, at most some seconds old; None while the API does not tell."""
    read: _Read | None = st.session_state.get(_LIST)
    if read is None or not read.is_fresh:
        try:
            read = _read_now(identity.client().models())
        except ApiError:
            read = _read_now(read.models if read else None)
    return read.models


def check_again() -> None:
    """Let the API ask every endpoint anew. Raises ApiError."""
    identity.ensure_session()
    _read_now(identity.client().check_models())


def check_again_quietly() -> None:
    """Callback: what is wrong is said by a notice."""
    notices.clear()
    try:
        check_again()
    except ApiError as error:
        notices.leave_error(error)
        return
    listing = models()
    if listing and state_of(listing) != "connected":
        notices.leave("info", t("models.still_none"))


def _read_now(listing: ModelList | None) -> _Read:
    read = _Read(listing, time.monotonic(), identity.is_signed_in())
    st.session_state[_LIST] = read
    return read


def state_of(listing: ModelList) -> State:
    """What the dot in the sidebar says: a language model answers, only the guide is quoted, or an endpoint fails."""
    if any(model.available and model.is_language_model for model in listing.models):
        return "connected"
    # An Ollama that was only looked for and is not there is no failure.
    configured = [endpoint for endpoint in listing.endpoints if endpoint.found_by != "ollama"]
    return "failing" if any(not endpoint.ok for endpoint in configured) else "quoting"


def shown_name(model_id: str) -> str:
    """A model's own name, which follows that of its endpoint; the built-in one has a name in the visitor's language."""
    name = model_id.removeprefix(_TWIN)
    return t("models.builtin") if is_built_in(name) else name.partition("/")[2] or name


def twin(model_id: str, mode: str) -> str:
    """The same model as it answers in this chat: from documents in Advanced chat alone."""
    basic = model_id.removeprefix(_TWIN)
    return _TWIN + basic if mode == "advanced" else basic


def offered(listing: ModelList, mode: str) -> tuple[Model, ...]:
    """The models of this chat, available or not."""
    return listing.of_kind("advanced" if mode == "advanced" else "basic")


def sees(mode: str) -> bool:
    """Whether the model that will answer takes pictures."""
    listing = models()
    model = effective(listing, mode) if listing else None
    return model is not None and model.sees


def one_that_sees(mode: str) -> str | None:
    """The name of a model that takes pictures and is available."""
    listing = models()
    candidates = offered(listing, mode) if listing else ()
    return next((shown_name(model.id) for model in candidates if model.sees and model.available), None)


def choose(model_id: str) -> None:
    """For the next questions here; a conversation remembers it."""
    st.session_state[_CHOSEN] = (screen.conversation_id(), model_id)
    history = screen.seen_history()
    if history:
        _remember(history.conversation.id, model_id)


def carry_over(conversation_id: str, model_id: str) -> None:
    """What was chosen on the empty page counts for the conversation that was opened there."""
    st.session_state[_CHOSEN] = (conversation_id, model_id)
    _remember(conversation_id, model_id)


def _remember(conversation_id: str, model_id: str) -> None:
    """Nobody waits for it, and it is not worth a word when it fails: the choice still counts in this tab."""
    client = identity.client()

    def tell() -> None:
        with contextlib.suppress(ApiError):
            client.update_conversation(conversation_id, model=model_id)

    threading.Thread(target=tell, name="remember-model", daemon=True).start()


def chosen() -> str | None:
    """The model for the next question: what was picked here, else what the conversation uses, else the API's choice."""
    picked_for, model_id = st.session_state.get(_CHOSEN, (None, None))
    if model_id and picked_for == screen.conversation_id():
        return str(model_id)
    history = screen.seen_history()
    return history.conversation.model or None if history else None


def for_question(mode: str) -> str | None:
    """The id to ask with; None leaves the choice to the API, as when the chosen model is away."""
    listing = models()
    wanted = chosen()
    if wanted is None:
        return None
    wanted = twin(wanted, mode)
    if listing is None:
        return wanted
    return wanted if any(model.id == wanted and model.available for model in listing.models) else None


def effective(listing: ModelList, mode: str) -> Model | None:
    """The model that will answer: the chosen one while it is available, else the default."""
    by_id = {model.id: model for model in listing.models}
    model = by_id.get(twin(chosen() or "", mode))
    if model and model.available:
        return model
    return by_id.get(listing.default_advanced if mode == "advanced" else listing.default)
