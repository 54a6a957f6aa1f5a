"""The statements that move an answer from state to state. The row is the lock.

`queued -> streaming -> done | failed | interrupted | cancelled`. Every one is a single
guarded UPDATE, fenced by `epoch`: whoever lost the row changes nothing. Times are the
database's clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from django.conf import settings
from psycopg.types.json import Jsonb

from ai_models.contract import Assessed, Citation, Usage
from chat.database import Connection, async_connection
from chat.notifications.storing import TELL_FINISHED
from chat.search.terms import terms_to_store
from chat.titles.unnamed import IS_UNNAMED


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write one answer, as long as the lease is renewed."""

    question_id: UUID
    epoch: int
    user: UUID
    mode: str
    model: str
    question_text: str
    # Where to search; none: in all that the user may read.
    collections: Sequence[UUID] = ()
    # Leaves no title, no words to be found by, and no text in the search log.
    temporary: bool = False
    # Of the conversation; "": the usual one.
    system_prompt: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    # Is there anything before the question?
    has_turns: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands, as its citation keeps it."""

    title: str = ""
    heading: str = ""
    page: int | None = None
    document: UUID | None = None


@dataclass(slots=True)
class Outcome:
    """What is stored at the end, all of it in one transaction."""

    status: str
    text: str
    reasoning: str = ""
    error_code: str = ""
    finish_reason: str = ""
    usage: Usage | None = None
    first_token_at: datetime | None = None
    citations: Sequence[Citation] = ()
    # By the id of the passage.
    places: Mapping[str, Place] = field(default_factory=dict)
    assessed: Assessed | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """`owner`: whose the answer is now; `names_conversation`: it is the first whole one under a title made from its question."""

    owner: UUID
    names_conversation: bool


# What another worker is just claiming is passed over: waiting for each other they could deadlock.
_CLAIM: LiteralString = """
    UPDATE chats
       SET status = 'streaming', epoch = epoch + 1, attempts = attempts + 1, owner = %(owner)s,
           lease_until = now() + %(lease)s * interval '1 second', started_datetime = now(),
           response_text = '', reasoning_text = '', error_code = '', first_token_datetime = NULL,
           finished_datetime = NULL
      FROM conversations
     WHERE conversations.id = chats.conversation_id
       AND question_id IN (SELECT question_id FROM chats WHERE status = 'queued' AND NOT stop_requested
                            ORDER BY lease_until LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED)
 RETURNING question_id, epoch, chats.user_id AS "user", chats.mode, chats.model, question_text, collections,
           temporary, system_prompt, parameters, parent_id IS NOT NULL AS has_turns
"""

_RENEW: LiteralString = """
    UPDATE chats
       SET lease_until = now() + %(lease)s * interval '1 second',
           response_text = held.text, reasoning_text = held.reasoning
      FROM unnest(%(ids)s::uuid[], %(epochs)s::int[], %(texts)s::text[], %(reasonings)s::text[])
           AS held (id, epoch, text, reasoning)
     WHERE question_id = held.id AND chats.epoch = held.epoch AND status = 'streaming'
 RETURNING question_id, stop_requested
"""

_RELEASE: LiteralString = """
    UPDATE chats SET status = 'queued', lease_until = now(), attempts = attempts - 1
     WHERE question_id = %(question_id)s AND epoch = %(epoch)s AND status = 'streaming'
"""

# What its user is told refers to the user, who is held first: so does whoever deletes or moves all that a user has.
_FINISH: LiteralString = """
    UPDATE chats
       SET status = %(status)s, response_text = %(text)s, reasoning_text = %(reasoning)s, error_code = %(error_code)s,
           finish_reason = %(finish_reason)s, input_tokens = %(input_tokens)s,
           output_tokens = %(output_tokens)s, first_token_datetime = %(first_token_at)s,
           finished_datetime = now(), lease_until = NULL, owner = '',
           data_id = (SELECT data_id FROM rag_data WHERE data_id = %(data_id)s FOR KEY SHARE),
           confidence = %(confidence)s, unsupported = %(unsupported)s,
           search_terms = %(search_terms)s::bigint[]
      FROM (SELECT uuid FROM users WHERE uuid = %(user)s FOR KEY SHARE) AS asker
     WHERE question_id = %(question_id)s AND epoch = %(epoch)s AND status = 'streaming' AND user_id = asker.uuid
"""

# One statement stores the answer and what its user is told of it: neither exists without the other.
_FINISH_AND_TELL: LiteralString = f"""
    WITH finished AS ({_FINISH} RETURNING chats.*), {TELL_FINISHED}
    SELECT finished.user_id AS owner, {IS_UNNAMED} AS names_conversation
      FROM finished JOIN conversations ON conversations.id = finished.conversation_id
"""

# A guest who signed in while it was written has taken it along.
_OWNER: LiteralString = """
    SELECT user_id FROM chats WHERE question_id = %(question_id)s AND epoch = %(epoch)s AND status = 'streaming'
"""

# A passage that was deleted meanwhile is cited by its words alone.
_CITE: LiteralString = """
    INSERT INTO citations (chat_id, rank, data_id, document_id, title, heading, page, quote, start, "end")
    VALUES (%(chat)s, %(rank)s, (SELECT data_id FROM rag_data WHERE data_id = %(data)s FOR KEY SHARE),
            (SELECT id FROM documents WHERE id = %(document)s FOR KEY SHARE),
            %(title)s, %(heading)s, %(page)s, %(quote)s, %(start)s, %(end)s)
"""


async def claim_answers(*, owner: str, most: int) -> list[Claim]:
    """Take up to `most` answers that nobody has begun for `owner`, those that wait longest."""
    async with async_connection() as connection:
        parameters = {"owner": owner, "most": most, "lease": settings.ANSWER_LEASE_SECONDS}
        cursor = await connection.execute(_CLAIM, parameters)
        return [Claim(**row) for row in await cursor.fetchall()]


async def renew_leases(held: Sequence[tuple[Claim, str, str]]) -> dict[UUID, bool]:
    """Renew all leases and checkpoint all texts and reasonings in one statement.

    Return those still held, each with whether its user wants it stopped.
    """
    async with async_connection() as connection:
        cursor = await connection.execute(
            _RENEW,
            {
                "lease": settings.ANSWER_LEASE_SECONDS,
                "ids": [claim.question_id for claim, _, _ in held],
                "epochs": [claim.epoch for claim, _, _ in held],
                "texts": [text for _, text, _ in held],
                "reasonings": [reasoning for _, _, reasoning in held],
            },
        )
        return {row["question_id"]: row["stop_requested"] for row in await cursor.fetchall()}


async def release_answer(claim: Claim) -> None:
    """Give the answer back unfinished: the sweep rings for it at once."""
    async with async_connection() as connection:
        await connection.execute(_RELEASE, {"question_id": claim.question_id, "epoch": claim.epoch})


async def finish_answer(claim: Claim, outcome: Outcome) -> Stored | None:
    """Store the whole answer once. None: the row was not ours any more, and nothing changed."""
    parameters = _finish_parameters(claim, outcome)
    owner: UUID | None = claim.user
    while owner is not None:
        # What can be found by its words is hashed together with its owner.
        theirs = {**parameters, "user": owner, "search_terms": await _terms(claim, owner, outcome)}
        async with async_connection() as connection:
            if stored := await _store(connection, claim, outcome, theirs):
                return stored
            before, owner = owner, await _owner(connection, claim)
        if owner == before:
            return None
    return None


async def _terms(claim: Claim, owner: UUID, outcome: Outcome) -> str | None:
    """As Postgres reads an array: to word so many numbers one by one takes psycopg as long as it took to find them."""
    if claim.temporary:
        return None
    # A long text takes a while to cut into words: the other answers go on meanwhile.
    terms = await asyncio.to_thread(terms_to_store, owner, claim.question_text, outcome.text)
    return f"{{{str(terms)[1:-1]}}}"


async def _store(
    connection: Connection, claim: Claim, outcome: Outcome, parameters: Mapping[str, object]
) -> Stored | None:
    if not outcome.citations:
        return await _finish(connection, parameters)
    async with connection.transaction():
        if stored := await _finish(connection, parameters):
            await _store_citations(connection, claim, outcome)
    return stored


async def _owner(connection: Connection, claim: Claim) -> UUID | None:
    """Whose the answer is by now; None when it is not ours to write any more."""
    wanted = {"question_id": claim.question_id, "epoch": claim.epoch}
    row = await (await connection.execute(_OWNER, wanted)).fetchone()
    return row["user_id"] if row else None


async def _finish(connection: Connection, parameters: Mapping[str, object]) -> Stored | None:
    row = await (await connection.execute(_FINISH_AND_TELL, parameters)).fetchone()
    return Stored(**row) if row else None


def _finish_parameters(claim: Claim, outcome: Outcome) -> dict[str, object]:
    assessed = outcome.assessed
    return {
        "question_id": claim.question_id,
        "epoch": claim.epoch,
        "status": outcome.status,
        "text": outcome.text,
        "reasoning": outcome.reasoning,
        "error_code": outcome.error_code,
        "finish_reason": outcome.finish_reason,
        "input_tokens": outcome.usage.input_tokens if outcome.usage else None,
        "output_tokens": outcome.usage.output_tokens if outcome.usage else None,
        "first_token_at": outcome.first_token_at,
        "data_id": _leaned_on(outcome),
        "confidence": assessed.confidence if assessed else "",
        "unsupported": Jsonb(assessed.unsupported if assessed else []),
    }


def _leaned_on(outcome: Outcome) -> int | None:
    """The passage behind most of the answer; where the model does not tell, the one it cites first."""
    first = min(outcome.citations, key=lambda citation: citation.rank, default=None)
    told = outcome.assessed.leaned_on if outcome.assessed else ""
    passage_id = told or (first.passage_id if first else "")
    return int(passage_id) if passage_id else None


async def _store_citations(connection: Connection, claim: Claim, outcome: Outcome) -> None:
    """Only whole answers have citations, and those are not written again: there are no earlier ones."""
    for citation in outcome.citations:
        place = outcome.places[citation.passage_id]
        await connection.execute(
            _CITE,
            {
                "chat": claim.question_id,
                "rank": citation.rank,
                "data": int(citation.passage_id),
                "document": place.document,
                "title": place.title,
                "heading": place.heading,
                "page": place.page,
                "quote": citation.quote,
                "start": citation.start,
                "end": citation.end,
            },
        )
