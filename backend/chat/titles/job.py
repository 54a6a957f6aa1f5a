"""Asks the language model that answered first to name the conversation, in a job of its own.

A title is an extra: when anything fails, the one from the question stays, and nobody is
told. It is asked for once, and never written over a title that the user has given.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from procrastinate.contrib.django import app

from ai_models.contract import AnswerRequest, ChatModel, Delta, Finished, ModelError, ModelFailed
from chat.database import async_connection
from chat.model_registry import model_registry
from chat.titles.unnamed import IS_UNNAMED
from chat.titles.wording import clean_title, title_messages

logger = logging.getLogger(__name__)

_DEADLINE_SECONDS = 30
_MAX_TOKENS = 64
_MOST_CHARACTERS = 1_000
# Answers go first.
_PRIORITY = -10

_UNNAMED: LiteralString = f"""
    SELECT finished.model, question_text AS question, response_text AS answer
      FROM chats finished JOIN conversations ON conversations.id = finished.conversation_id
     WHERE question_id = %(question_id)s AND {IS_UNNAMED}
"""

_NAME: LiteralString = """
    UPDATE conversations SET title = %(title)s, title_by = 'model'
     WHERE id = (SELECT conversation_id FROM chats WHERE question_id = %(question_id)s) AND title_by = 'question'
"""


@dataclass(frozen=True, slots=True)
class _Turn:
    model: str
    question: str
    answer: str


@app.task(name="title_conversation", queue="titles", priority=_PRIORITY)
async def title_conversation(question_id: str) -> None:
    turn = await _read_unnamed(UUID(question_id))
    title = await _ask_model(turn) if turn else ""
    if title:
        await _store(UUID(question_id), title)


async def _ask_model(turn: _Turn) -> str:
    """Return a title, or "" when the model is none that can word one, or fails."""
    try:
        registry = model_registry()
        # One that answers from passages would look for the title in them.
        model = await registry.get(registry.counterpart(turn.model, "basic"))
        if not model.is_language_model:
            return ""
        async with asyncio.timeout(_DEADLINE_SECONDS):
            return clean_title(await _reply(model, turn))
    except (ModelError, TimeoutError) as error:
        logger.info("No title by %s (%s)", turn.model, type(error).__name__)
    except Exception as error:
        # A fault in a model's own code.
        logger.error("Model %s raised %s", turn.model, type(error).__name__)
    return ""


async def _reply(model: ChatModel, turn: _Turn) -> str:
    """Return the model's whole reply; raise ModelFailed for one that goes on and on."""
    takes_limit = any(option.name == "max_tokens" for option in model.options)
    options = {"max_tokens": _MAX_TOKENS} if takes_limit else {}
    text = ""
    request = AnswerRequest(title_messages(turn.question, turn.answer), options=options)
    async with aclosing(model.answer(request)) as events:
        async for event in events:
            if isinstance(event, Delta):
                text += event.text
            if len(text) > _MOST_CHARACTERS or (isinstance(event, Finished) and event.reason != "stop"):
                raise ModelFailed
    return text


async def _read_unnamed(question_id: UUID) -> _Turn | None:
    async with async_connection() as connection:
        cursor = await connection.execute(_UNNAMED, {"question_id": question_id})
        row = await cursor.fetchone()
    return _Turn(**row) if row else None


async def _store(question_id: UUID, title: str) -> None:
    async with async_connection() as connection:
        await connection.execute(_NAME, {"question_id": question_id, "title": title})
