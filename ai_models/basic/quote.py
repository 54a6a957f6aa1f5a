"""The built-in model: it needs no key and no network, and answers by quoting the library.

It says so in every answer. Which sentences it quotes is decided in `evidence.py`, what it
says around them stands in `texts.py`.
"""

from collections.abc import AsyncGenerator, Iterator

from ai_models.basic import evidence, small_talk
from ai_models.basic.evidence import Evidence, Quote
from ai_models.basic.texts import TEXTS, Texts
from ai_models.contract import (
    AnswerRequest,
    Capabilities,
    ChatModel,
    Citation,
    Cited,
    Delta,
    Event,
    Finished,
)
from ai_models.text import language_of


class QuotingModel(ChatModel):
    """Quotes the best matching sentences of the request's passages.

    Only the last message counts as the question; `term_weights` makes the choice better
    where the passages are not the whole collection.
    """

    id = "builtin"
    name = "Built-in (quotes, no key needed)"
    kind = "basic"
    capabilities = Capabilities(streaming=True, passages=True)
    is_language_model = False

    async def check(self) -> None:
        """Always available: it needs nothing but this process."""

    async def answer(self, request: AnswerRequest) -> AsyncGenerator[Event, None]:
        self.validate_options(request.options)
        texts = TEXTS[language_of(request.question)]
        for event in _events(request, texts):
            yield event
        yield Finished("stop")


def _events(request: AnswerRequest, texts: Texts) -> Iterator[Event]:
    talk = small_talk.recognise(request.question)
    if talk:
        return _friendly(texts.greeting if talk == "greeting" else texts.thanks, texts)
    found = evidence.find(request.question, request.passages, request.term_weights)
    return _quoted(found, texts) if found.answers else _friendly(texts.not_found, texts)


def _friendly(first: str, texts: Texts) -> Iterator[Event]:
    questions = "\n".join(f"- {question}" for question in texts.suggestions)
    yield Delta(f"{first}\n\n")
    yield Delta(f"{texts.suggestions_lead}\n\n{questions}\n\n")
    yield Delta(f"*{texts.how_it_works}*")


def _quoted(found: Evidence, texts: Texts) -> Iterator[Event]:
    sure = found.coverage >= evidence.COVERAGE_SURE
    return quoted(found, lead=texts.found if sure else texts.perhaps_found, end=texts.how_it_works)


def quoted(found: Evidence, *, lead: str, end: str) -> Iterator[Event]:
    """The quotes with their marks and citations, between a sentence that leads to them and one that ends."""
    yield Delta(f"{lead}\n\n")
    for rank, quote in enumerate(found.quotes, start=1):
        yield Delta(f"{_block_quote(quote.text, rank)}\n\n")
    yield Cited(tuple(_citation(quote, rank) for rank, quote in enumerate(found.quotes, start=1)))
    yield Delta(f"*{end}*")


def _block_quote(quote: str, rank: int) -> str:
    # A mark after the closing fence of a code block would become part of the fence.
    marked = f"{quote}\n\n[{rank}]" if quote.endswith("```") else f"{quote} [{rank}]"
    return "\n".join(f"> {line}".rstrip() for line in marked.split("\n"))


def _citation(quote: Quote, rank: int) -> Citation:
    return Citation(quote.passage.passage_id, rank, quote.text, quote.start, quote.end)
