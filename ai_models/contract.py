"""What every model speaks: the request it is given and the typed events it yields.

The rest of the system knows models only through this file. It holds no model, no
network code and no settings. `docs/add-a-model.md` shows a model built on it.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal

Role = Literal["system", "user", "assistant"]
Kind = Literal["basic", "advanced"]
FinishReason = Literal["stop", "length", "content_filter"]
Confidence = Literal["high", "medium", "low", "not_found"]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture: raw bytes and their media type."""

    data: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation; `images` are those of an earlier question."""

    role: Role
    text: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that the search found for the question.

    `score` is the search's own (higher is better, comparable only within one
    request). `language` is "ko" or "en", or "" where nobody knows.
    """

    passage_id: str
    text: str
    title: str = ""
    heading: str = ""
    score: float = 0.0
    language: str = ""
    image_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """All that a model may use for one answer.

    `messages` holds at least one message; the last one is the question, and `images` belong
    to it. `passages` come best first. `search_query` is what they were searched by: the
    question so that it stands alone, "" where that is the question itself.
    `term_weights` holds the idf of the question's tokens (`ai_models.text.query_tokens`)
    in the collection that was searched. Without it a model that needs them takes
    `passages` for the whole collection.
    """

    messages: tuple[Message, ...]
    passages: tuple[Passage, ...] = ()
    images: tuple[Image, ...] = ()
    options: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    term_weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    search_query: str = ""

    def __post_init__(self) -> None:
        if not self.messages:
            raise ValueError("a request needs at least one message: the question")

    @property
    def question(self) -> str:
        return self.messages[-1].text


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model can do with a request; all False is a model that writes in one piece."""

    streaming: bool = False
    images: bool = False
    passages: bool = False
    embeddings: bool = False


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer (markdown). Pieces are joined as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """The next piece of the model's thinking, which is not part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a passage that the answer leans on.

    `rank` is the number that stands in the answer as `[1]`, counted from 1.
    `start` and `end` are character offsets: `passage.text[start:end] == quote`.
    """

    passage_id: str
    rank: int
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cited:
    """The citations of the answer; a later event adds to an earlier one."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """How far the passages carry the answer; at most once, after its text.

    `unsupported` are the sentences that no passage supports, as (start, end) in characters
    of the answer; `leaned_on` is the id of the passage behind most of it, "" for none.
    """

    confidence: Confidence
    unsupported: tuple[tuple[int, int], ...] = ()
    leaned_on: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of every whole answer; a stream that ends without it was cut."""

    reason: FinishReason = "stop"


Event = Delta | Reasoning | Cited | Assessed | Usage | Finished


class ModelError(Exception):
    """Why a model gave no (whole) answer.

    `code` is stable and made for programs; `text` is a safe English sentence for people:
    never a provider's own message, an address or a key. `retryable` says whether asking
    again later can help; `retry_after` is the provider's wish in seconds, or None.
    """

    code: ClassVar[str] = "model_failed"
    default_text: ClassVar[str] = "The model failed to answer."
    retryable: bool = True

    def __init__(self, text: str = "", *, retryable: bool | None = None, retry_after: float | None = None) -> None:
        self.text = text or self.default_text
        self.retryable = type(self).retryable if retryable is None else retryable
        self.retry_after = retry_after
        super().__init__(self.text)


class ModelFailed(ModelError):
    """The provider answered with an error that none of the others describes (5xx ...)."""


class ModelUnreachable(ModelError):
    code = "model_unreachable"
    default_text = "The model's server cannot be reached."


class ModelRefusedKey(ModelError):
    code = "model_refused_key"
    default_text = "The model's server refused the key."
    retryable = False


class ModelNotFound(ModelError):
    code = "model_not_found"
    default_text = "The model's server does not know this model."
    retryable = False


class ModelRateLimited(ModelError):
    code = "model_rate_limited"
    default_text = "The model's server asks for fewer questions at a time."


class ModelBadAnswer(ModelError):
    code = "model_bad_answer"
    default_text = "The model's server sent something that is not an answer."


class ModelCut(ModelError):
    """The stream ended in the middle; the events before it are worth keeping."""

    code = "model_cut"
    default_text = "The model's answer was cut off."


class ModelTimeout(ModelError):
    code = "model_timeout"
    default_text = "The model took too long."


class ModelContextTooLong(ModelError):
    code = "model_context_too_long"
    default_text = "The conversation is too long for the model."
    retryable = False


class ModelInvalidOption(ModelError):
    """An option that the model does not have, or a value that it cannot take."""

    code = "model_invalid_option"
    default_text = "The model does not take this option."
    retryable = False


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of a model that a request may carry, e.g. `temperature` from 0 to 2."""

    name: str
    kind: type[int] | type[float] | type[bool] | type[str]
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()

    def validate(self, value: object) -> object:
        """Return `value` in the option's type; raise ModelInvalidOption."""
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not self.kind:
            raise ModelInvalidOption(f"The option {self.name} must be of type {self.kind.__name__}.")
        if isinstance(value, str) and self.choices and value not in self.choices:
            raise ModelInvalidOption(f"The option {self.name} must be one of: {', '.join(self.choices)}.")
        if isinstance(value, (int, float)) and not self._in_range(value):
            raise ModelInvalidOption(f"The option {self.name} is out of its range.")
        return value

    def _in_range(self, value: float) -> bool:
        above = self.minimum is None or value >= self.minimum
        below = self.maximum is None or value <= self.maximum
        return above and below and not math.isnan(value)


class ChatModel(ABC):
    """A model that answers. Instances are shared by all answers and keep no state of one."""

    id: str
    name: str
    kind: Kind = "basic"
    capabilities: Capabilities = Capabilities()
    options: Sequence[Option] = ()
    is_language_model: bool = True

    @abstractmethod
    async def check(self) -> None:
        """Return if the model can answer now, within a few seconds; raise ModelError if not."""

    @abstractmethod
    def answer(self, request: AnswerRequest) -> AsyncGenerator[Event, None]:
        """Yield the events of one answer: exactly one `Finished`, as the last, or raise ModelError.

        Written as `async def` with `yield`. Whoever reads may stop at any event and
        closes the iterator (`aclose`); the model then frees what it holds.
        """

    async def aclose(self) -> None:
        """Free connections. The model is not used afterwards."""
        return

    def validate_options(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return `given` with each value in its option's type; raise ModelInvalidOption."""
        known = {option.name: option for option in self.options}
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise ModelInvalidOption(f"The model has no option {unknown[0]}.")
        return {name: known[name].validate(value) for name, value in given.items()}
