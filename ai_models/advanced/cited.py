"""Any language model, made to answer from passages: it writes, and code checks what it cites.

The prompt is in `prompt.py`, the marks in the stream in `marks.py`, the check in `support.py`.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace

from ai_models.advanced.marks import MarkedText
from ai_models.advanced.prompt import cited_prompt
from ai_models.advanced.quote import FAIR, SURE, evened
from ai_models.advanced.support import Checked, check
from ai_models.advanced.texts import TEXTS
from ai_models.basic import evidence, small_talk
from ai_models.contract import (
    AnswerRequest,
    Assessed,
    ChatModel,
    Cited,
    Confidence,
    Delta,
    Event,
    Finished,
)
from ai_models.text import language_of

PREFIX = "cited/"

# Below this share of the question's idf nothing that was found can be about it: the model is not
# asked. Low, because a model reads more out of a passage than its words.
_WORTH_ASKING = 0.2
# The shares of the answer's sentences that must be supported for a sure, a fair answer.
_WELL_SUPPORTED, _HALF_SUPPORTED = 0.8, 0.5


class CitedModel(ChatModel):
    """The advanced twin of `writer`, a language model that knows nothing of passages."""

    kind = "advanced"

    def __init__(self, writer: ChatModel) -> None:
        self.id = PREFIX + writer.id
        self.name = writer.name
        self.options = writer.options
        self.capabilities = replace(writer.capabilities, passages=True)
        self.writer = writer

    async def check(self) -> None:
        await self.writer.check()

    async def answer(self, request: AnswerRequest) -> AsyncGenerator[Event, None]:
        self.writer.validate_options(request.options)
        cited = _found_something(request)
        if not cited and not _needs_no_passages(request):
            yield Delta(_not_found(request))
            yield Assessed("not_found")
            yield Finished("stop")
            return
        text = MarkedText(known=len(request.passages)) if cited else None
        asked = cited_prompt(request) if cited else _without_passages(request)
        async with aclosing(self.writer.answer(asked)) as events:
            async for event in events:
                for passed_on in [event] if text is None else _checked(event, request, text):
                    yield passed_on


def _without_passages(request: AnswerRequest) -> AnswerRequest:
    return replace(request, passages=(), term_weights={}, search_query="")


def _needs_no_passages(request: AnswerRequest) -> bool:
    """A greeting, or a question about a picture that no document says anything about."""
    return bool(request.images) or small_talk.recognise(request.question) is not None


def _found_something(request: AnswerRequest) -> bool:
    """Is anything among the passages worth asking the model about?"""
    if small_talk.recognise(request.question) or not request.passages:
        return False
    language = language_of(request.question)
    # Words tell nothing about a picture, nor about a passage in another language.
    blind = request.images or any(
        (passage.language or language_of(passage.text)) != language for passage in request.passages
    )
    return bool(blind) or _coverage(request) >= _WORTH_ASKING


def _checked(event: Event, request: AnswerRequest, text: MarkedText) -> Iterator[Event]:
    """What the reader gets for an event of the writer."""
    match event:
        case Delta(piece):
            if shown := text.feed(piece):
                yield Delta(shown)
        case Finished():
            yield from _ending(request, text)
            yield event
        case _:
            yield event


def _ending(request: AnswerRequest, text: MarkedText) -> Iterator[Event]:
    """What is left of the text, its citations, and how sure it is."""
    if rest := text.close():
        yield Delta(rest)
    if not text.text.strip():
        yield Delta(_not_found(request))
        yield Assessed("not_found")
        return
    checked = check(text.text, text.marks, request.passages, request.question)
    if checked.citations:
        yield Cited(checked.citations)
    confidence = "not_found" if text.says_none and not checked.citations else _confidence(request, checked)
    yield Assessed(confidence, checked.unsupported, checked.leaned_on)


def _coverage(request: AnswerRequest) -> float:
    question = request.search_query or request.question
    return evidence.coverage(question, request.passages, evened(request.term_weights))


def _confidence(request: AnswerRequest, checked: Checked) -> Confidence:
    if not checked.citations:
        return "low"
    covered = _coverage(request)
    if covered >= SURE and checked.support >= _WELL_SUPPORTED:
        return "high"
    return "medium" if covered >= FAIR and checked.support >= _HALF_SUPPORTED else "low"


def _not_found(request: AnswerRequest) -> str:
    return TEXTS[language_of(request.question)].not_found
