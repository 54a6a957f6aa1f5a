"""The built-in model of Advanced chat: it quotes the user's own documents, and needs no key and no network.

Which sentences it quotes is decided in `basic/evidence.py`, as for the guide.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping

from ai_models.advanced.texts import TEXTS
from ai_models.basic import evidence
from ai_models.basic.evidence import Evidence
from ai_models.basic.quote import quoted
from ai_models.contract import (
    AnswerRequest,
    Assessed,
    Capabilities,
    ChatModel,
    Confidence,
    Delta,
    Event,
    Finished,
)
from ai_models.text import language_of

# The share of the question's idf that the best passage must cover, and from where on it is a
# fair, a sure answer. Of the questions that a library answers 97% and more are above the floor.
FLOOR, FAIR, SURE = 0.33, 0.5, evidence.COVERAGE_SURE
# More quotes than from the guide: a library is larger, and its best passage more often another.
_NEARLY_AS_GOOD = 0.75


class QuotingLibraryModel(ChatModel):
    """Quotes the best matching sentences of the request's passages, with a grade of confidence."""

    id = "cited/builtin"
    name = "Built-in (quotes, no key needed)"
    kind = "advanced"
    capabilities = Capabilities(streaming=True, passages=True)
    is_language_model = False

    async def check(self) -> None:
        """Always available: it needs nothing but this process."""

    async def answer(self, request: AnswerRequest) -> AsyncGenerator[Event, None]:
        self.validate_options(request.options)
        question = request.search_query or request.question
        found = evidence.find(question, request.passages, request.term_weights, nearly_as_good=_NEARLY_AS_GOOD)
        weights = evened(request.term_weights)
        quoted_from = {quote.passage.passage_id: quote.passage for quote in found.quotes}.values()
        covered = max((evidence.coverage(question, [passage], weights) for passage in quoted_from), default=0.0)
        for event in _events(request.question, found, grade(covered)):
            yield event
        yield Finished("stop")


def _events(question: str, found: Evidence, confidence: Confidence) -> Iterator[Event]:
    texts = TEXTS[language_of(question)]
    if confidence == "not_found":
        yield Delta(f"{texts.not_found_with_suggestions}\n\n*{texts.how_it_works}*")
        yield Assessed("not_found")
        return
    lead = texts.perhaps_found if confidence == "low" else texts.found
    yield from quoted(found, lead=lead, end=texts.how_it_works)
    yield Assessed(confidence, leaned_on=found.quotes[0].passage.passage_id)


def evened(term_weights: Mapping[str, float]) -> dict[str, float]:
    """Weights for what a passage covers. In a library of a few passages a word that none has would outweigh all else."""
    return {token: weight + 1.0 for token, weight in term_weights.items()}


def grade(coverage: float) -> Confidence:
    """How sure an answer is whose passages cover that share of the question's idf."""
    if coverage < FLOOR:
        return "not_found"
    return "high" if coverage >= SURE else "medium" if coverage >= FAIR else "low"
