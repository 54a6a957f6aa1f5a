"""Turns a claimed question into an `Outcome` by running its model. Writes no answer row."""

from __future__ import annotations

import logging
from contextlib import aclosing

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError
from psycopg import InterfaceError as PsycopgInterfaceError
from psycopg import OperationalError as PsycopgOperationalError

from ai_models.contract import AnswerRequest, ChatModel, ModelContextTooLong, ModelCut, ModelError, ModelFailed, Passage
from chat.answers.context import CONTEXT_TOKENS, Context, load_context, messages_for, tokens_of
from chat.answers.progress import AnswerInProgress
from chat.answers.rows import Claim, Outcome
from chat.guide_library import GuideHits
from chat.model_registry import model_registry
from chat.search_logs import search_guide_for
from models.models import AnswerStatus, Mode

logger = logging.getLogger(__name__)

# The pool's time-out is an OperationalError, too. Other errors would come again each time.
DATABASE_AWAY = (OperationalError, InterfaceError, PsycopgOperationalError, PsycopgInterfaceError)


async def produce_answer(claim: Claim, progress: AnswerInProgress) -> Outcome:
    """Run the model to its end. A model's failure is an outcome, not an exception.

    Raises what `DATABASE_AWAY` names: not the model's fault, the answer is given back.
    """
    try:
        passages = await _answer_with_model(claim, progress)
    except DATABASE_AWAY:
        raise
    except ModelError as error:
        logger.warning("Answer %s by %s: %s", claim.question_id, claim.model, error.code)
        return failure(progress, error.code)
    except Exception as error:
        # A fault in a model's own code must end this answer, not rerun it five times.
        logger.error("Model %s raised %s", claim.model, type(error).__name__, exc_info=settings.DEBUG)
        return failure(progress, ModelFailed.code)
    return _outcome(progress, AnswerStatus.DONE, passages=passages)


def stopped(progress: AnswerInProgress) -> Outcome:
    """The user has stopped the answer: what had come is kept."""
    return _outcome(progress, AnswerStatus.CANCELLED)


def failure(progress: AnswerInProgress, code: str) -> Outcome:
    """What came before the failure is kept: an answer cut in the middle can be retried."""
    status = AnswerStatus.INTERRUPTED if progress.text.length else AnswerStatus.FAILED
    return _outcome(progress, status, error_code=code)


def _outcome(
    progress: AnswerInProgress, status: AnswerStatus, *, error_code: str = "", passages: tuple[Passage, ...] = ()
) -> Outcome:
    return Outcome(
        status=status,
        text=progress.text.whole(),
        reasoning=progress.reasoning.whole(),
        error_code=error_code,
        finish_reason=progress.finish_reason,
        usage=progress.usage,
        first_token_at=progress.first_token_at,
        citations=progress.citations if status == AnswerStatus.DONE else (),
        passages={passage.passage_id: passage for passage in passages},
    )


async def _answer_with_model(claim: Claim, progress: AnswerInProgress) -> tuple[Passage, ...]:
    """Return the passages that the model was given."""
    model = await model_registry().get(claim.model)
    # Basic chat is a question and an answer; the others remember the conversation.
    context = await load_context(claim.question_id, with_turns=claim.mode != Mode.BASIC)
    hits = await sync_to_async(search_guide_for)(claim) if model.capabilities.passages else None
    request = _request(model, claim, context, hits, CONTEXT_TOKENS)
    try:
        await _run_model(model, request, progress)
    except ModelContextTooLong:
        # The guess of the tokens was too low for this model: once more with half of them.
        half = _request(model, claim, context, hits, tokens_of(request.messages) // 2)
        if progress.text.length or len(half.messages) == len(request.messages):
            raise
        await _run_model(model, half, progress)
    return hits.passages if hits else ()


async def _run_model(model: ChatModel, request: AnswerRequest, progress: AnswerInProgress) -> None:
    async with aclosing(model.answer(request)) as events:
        async for event in events:
            progress.take(event)
    if not progress.finish_reason:
        raise ModelCut


def _request(model: ChatModel, claim: Claim, context: Context, hits: GuideHits | None, limit: int) -> AnswerRequest:
    messages = messages_for(context, claim.question_text, limit=limit)
    # A conversation keeps its parameters when it changes to a model that has fewer.
    known = {option.name for option in model.options}
    options = model.validate_options({name: value for name, value in context.parameters.items() if name in known})
    if hits is None:
        return AnswerRequest(messages, options=options)
    return AnswerRequest(messages, passages=hits.passages, term_weights=hits.term_weights, options=options)
