"""What a model is told: the system prompt, the conversation as far as it fits, the question.

The size is counted as UTF-8 bytes / 3, a safe guess of tokens for Korean and English
alike. The oldest turns are dropped first; the system prompt and the question stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, LiteralString
from uuid import UUID

from ai_models.contract import Image, Message
from chat.answers.rows import Claim
from chat.database import async_connection

DEFAULT_SYSTEM_PROMPT = (
    "You are a helpful assistant. Answer in the language of the question. Use Markdown where it helps the reader."
)
CONTEXT_TOKENS = 8_000
# Left free for the answer.
ANSWER_TOKENS = 2_000
_MAX_TURNS = 200
_BYTES_PER_TOKEN = 3

# From the question's parent upwards, the newest turn first. Turns without a whole answer
# are left out, except what was cut or stopped: the reader saw it.
_TURNS: LiteralString = """
    WITH RECURSIVE earlier AS (
        SELECT p.question_id, p.parent_id, p.question_text, p.response_text, 1 AS depth
          FROM chats q JOIN chats p ON p.question_id = q.parent_id
         WHERE q.question_id = %(question_id)s
         UNION ALL
        SELECT p.question_id, p.parent_id, p.question_text, p.response_text, depth + 1
          FROM earlier JOIN chats p ON p.question_id = earlier.parent_id
         WHERE depth < %(max_turns)s
    )
    SELECT question_id, question_text, response_text FROM earlier WHERE response_text <> '' ORDER BY depth
"""


@dataclass(frozen=True, slots=True)
class Turn:
    question_id: UUID
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Context:
    system_prompt: str
    parameters: Mapping[str, Any]
    # The newest first.
    turns: tuple[Turn, ...]


async def load_context(claim: Claim, *, with_turns: bool) -> Context:
    """Read what the conversation adds to a question."""
    turns: list[Turn] = []
    if with_turns and claim.has_turns:
        async with async_connection() as connection:
            cursor = await connection.execute(_TURNS, {"question_id": claim.question_id, "max_turns": _MAX_TURNS})
            rows = await cursor.fetchall()
        turns = [Turn(row["question_id"], row["question_text"], row["response_text"]) for row in rows]
    return Context(claim.system_prompt or DEFAULT_SYSTEM_PROMPT, claim.parameters, tuple(turns))


def messages_for(
    context: Context,
    question: str,
    *,
    limit: int = CONTEXT_TOKENS,
    images: Mapping[UUID, tuple[Image, ...]] = MappingProxyType({}),
) -> tuple[Message, ...]:
    """Return the messages that fit into `limit` tokens, the question last; `images` of earlier questions by their ids."""
    system = Message("system", context.system_prompt)
    last = Message("user", question)
    room = limit - min(ANSWER_TOKENS, limit // 4) - _tokens(system.text) - _tokens(last.text)
    kept = _newest_that_fit(context.turns, room)
    earlier = [
        message
        for turn in reversed(kept)
        for message in (
            Message("user", turn.question, images.get(turn.question_id, ())),
            Message("assistant", turn.answer),
        )
    ]
    return (system, *earlier, last)


def tokens_of_texts(texts: Iterable[str]) -> int:
    return sum(map(_tokens, texts))


def _newest_that_fit(turns: Sequence[Turn], room: int) -> list[Turn]:
    kept: list[Turn] = []
    for turn in turns:
        room -= _tokens(turn.question) + _tokens(turn.answer)
        if room < 0:
            break
        kept.append(turn)
    return kept


def _tokens(text: str) -> int:
    return len(text.encode()) // _BYTES_PER_TOKEN + 1
