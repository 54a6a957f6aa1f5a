"""What the chunks of one streamed chat completion mean, as events.

No network: objects in, events out. It also decides when an answer is whole.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ai_models.basic.refusals import error_in_stream
from ai_models.contract import (
    Delta,
    Event,
    Finished,
    FinishReason,
    ModelBadAnswer,
    ModelCut,
    ModelError,
    ModelTimeout,
    Reasoning,
    Usage,
)

MAX_ANSWER_CHARACTERS = 1_000_000

_REASONS: dict[str, FinishReason] = {"length": "length", "content_filter": "content_filter"}


class StreamedAnswer:
    """One answer as far as it has been read."""

    def __init__(self, max_characters: int = MAX_ANSWER_CHARACTERS) -> None:
        self.finish_reason: FinishReason | None = None
        self._room = max_characters
        self._has_text = False
        self._usage: Usage | None = None

    def take(self, chunk: dict[str, Any]) -> Iterator[Event]:
        """Yield the tokens of a `chat.completion.chunk`; raise ModelError if it reports one."""
        error = error_in_stream(chunk)
        if error:
            raise self.when_broken_by(error)
        try:
            yield from self._read(chunk)
        except (AttributeError, TypeError, KeyError, ValueError):
            raise self.when_broken_by(ModelBadAnswer()) from None

    def end(self) -> Iterator[Event]:
        """Yield the last events of a whole answer; raise ModelError if it is not whole."""
        if self.finish_reason is None:
            raise self.when_broken_by(ModelBadAnswer())
        if self.finish_reason == "stop" and not self._has_text:
            raise ModelBadAnswer("The model sent an empty answer.")
        if self._usage:
            yield self._usage
        yield Finished(self.finish_reason)

    def when_broken_by(self, error: ModelError) -> ModelError:
        """The error to raise for what broke the stream: after the first text it was cut."""
        return ModelCut() if self._has_text and not isinstance(error, ModelTimeout) else error

    def _read(self, chunk: dict[str, Any]) -> Iterator[Event]:
        if chunk.get("usage"):
            self._usage = _usage(chunk["usage"])
        # The chunk that carries the usage has an empty list; only the first choice was asked for.
        for choice in (chunk.get("choices") or ())[:1]:
            delta = choice.get("delta") or choice.get("message") or {}
            thought = delta.get("reasoning_content") or delta.get("reasoning")
            if thought:
                yield Reasoning(self._spend(thought))
            text = delta.get("content") or delta.get("refusal")
            if text:
                self._has_text = True
                yield Delta(self._spend(text))
            reason = choice.get("finish_reason")
            if reason:
                self.finish_reason = _REASONS.get(reason, "stop")

    def _spend(self, text: object) -> str:
        if not isinstance(text, str):
            raise TypeError
        self._room -= len(text)
        if self._room < 0:
            raise ValueError
        return text


def _usage(counts: Mapping[str, Any]) -> Usage:
    return Usage(int(counts.get("prompt_tokens") or 0), int(counts.get("completion_tokens") or 0))
