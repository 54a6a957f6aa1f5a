"""Turns a claimed question into an `Outcome` by running its model. Writes no answer row."""

from __future__ import annotations

import logging
from contextlib import aclosing

from django.conf import settings
from django.db import InterfaceError, OperationalError
from psycopg import InterfaceError as PsycopgInterfaceError
from psycopg import OperationalError as PsycopgOperationalError

from ai_models.contract import AnswerRequest, ChatModel, ModelContextTooLong, ModelCut, ModelError, ModelFailed
from chat.answers.context import CONTEXT_TOKENS, Context, load_context, messages_for, tokens_of_texts
from chat.answers.finding import Found, find_passages, passages_event
from chat.answers.images import Images, load_images, load_passage_images
from chat.answers.progress import AnswerInProgress
from chat.answers.rows import Claim, Outcome
from chat.model_registry import model_registry
from models.models import AnswerStatus, Mode

logger = logging.getLogger(__name__)

# The pool's time-out is an OperationalError, too. Other errors would come again each time.
DATABASE_AWAY = (OperationalError, InterfaceError, PsycopgOperationalError, PsycopgInterfaceError)


async def produce_answer(claim: Claim, progress: AnswerInProgress) -> Outcome:
    """Run the model to its end. A model's failure is an outcome, not an exception.

    Raises what `DATABASE_AWAY` names: not the model's fault, the answer is given back.
    """
    try:
        found = await _answer_with_model(claim, progress)
    except DATABASE_AWAY:
        raise
    except ModelError as error:
        logger.warning("Answer %s by %s: %s", claim.question_id, claim.model, error.code)
        return failure(progress, error.code)
    except Exception as error:
        # A fault in a model's own code must end this answer, not rerun it five times.
        logger.error("Model %s raised %s", claim.model, type(error).__name__, exc_info=settings.DEBUG)
        return failure(progress, ModelFailed.code)
    return _outcome(progress, AnswerStatus.DONE, found=found)


def stopped(progress: AnswerInProgress) -> Outcome:
    """The user has stopped the answer: what had come is kept."""
    return _outcome(progress, AnswerStatus.CANCELLED)


def failure(progress: AnswerInProgress, code: str) -> Outcome:
    """What came before the failure is kept: an answer cut in the middle can be retried."""
    status = AnswerStatus.INTERRUPTED if progress.text.length else AnswerStatus.FAILED
    return _outcome(progress, status, error_code=code)


def _outcome(
    progress: AnswerInProgress, status: AnswerStatus, *, error_code: str = "", found: Found | None = None
) -> Outcome:
    is_whole = status == AnswerStatus.DONE
    return Outcome(
        status=status,
        text=progress.text.whole(),
        reasoning=progress.reasoning.whole(),
        error_code=error_code,
        finish_reason=progress.finish_reason,
        usage=progress.usage,
        first_token_at=progress.first_token_at,
        citations=progress.citations if is_whole else (),
        assessed=progress.assessed if is_whole else None,
        places=found.places if found else {},
    )


async def _answer_with_model(claim: Claim, progress: AnswerInProgress) -> Found | None:
    """Return what was found for the model, None for one that takes no passages."""
    model = await model_registry().get(claim.model)
    # Basic chat is a question and an answer; the others remember the conversation.
    context = await load_context(claim, with_turns=claim.mode != Mode.BASIC)
    found = await find_passages(claim, context) if model.capabilities.passages else None
    if found and claim.mode == Mode.ADVANCED:
        progress.tell(passages_event(found))
    earlier = [turn.question_id for turn in context.turns]
    images = await load_images(claim.question_id, earlier) if model.capabilities.images else Images()
    if found and model.capabilities.images:
        images = images.with_those_of_passages(await load_passage_images(found.passages, found.places))
    request = _request(model, claim, context, found, images, CONTEXT_TOKENS)
    try:
        await _run_model(model, request, progress)
    except ModelContextTooLong:
        # The guess of the tokens was too low for this model: once more with half of them.
        half = _request(model, claim, context, found, images, _tokens_of(request) // 2)
        if progress.text.length or _sizes(half) == _sizes(request):
            raise
        await _run_model(model, half, progress)
    return found


async def _run_model(model: ChatModel, request: AnswerRequest, progress: AnswerInProgress) -> None:
    async with aclosing(model.answer(request)) as events:
        async for event in events:
            progress.take(event)
    if not progress.finish_reason:
        raise ModelCut


def _request(
    model: ChatModel, claim: Claim, context: Context, found: Found | None, images: Images, limit: int
) -> AnswerRequest:
    # Half of the room at most: the conversation and the answer need some, too.
    passages = found.within(limit // 2) if found else ()
    room = limit - tokens_of_texts(passage.text for passage in passages) if claim.mode == Mode.ADVANCED else limit
    messages = messages_for(context, claim.question_text, limit=room, images=images.of_turns)
    # A conversation keeps its parameters when it changes to a model that has fewer.
    known = {option.name for option in model.options}
    options = model.validate_options({name: value for name, value in context.parameters.items() if name in known})
    if found is None:
        return AnswerRequest(messages, images=images.of_question, options=options)
    return AnswerRequest(
        messages,
        images=images.of_question,
        passages=passages,
        term_weights=found.term_weights,
        options=options,
        search_query=found.search_query,
    )


def _tokens_of(request: AnswerRequest) -> int:
    texts = [*(message.text for message in request.messages), *(passage.text for passage in request.passages)]
    return tokens_of_texts(texts)


def _sizes(request: AnswerRequest) -> tuple[int, int]:
    return len(request.messages), len(request.passages)
