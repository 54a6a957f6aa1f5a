"""Reads the rows of all answers that somebody in this process wants to know about, many in one query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from chat.database import Connection, async_connection
from chat.shared_query import SharedQuery
from models.chat import RUNNING
from models.models import Mode

# Finished answers can be long.
_MOST_AT_ONCE = 50

_ROWS: LiteralString = """
    SELECT question_id, epoch, status, mode, response_text, reasoning_text, error_code, input_tokens, output_tokens,
           confidence
      FROM chats WHERE question_id = ANY(%s)
"""
_CITATIONS: LiteralString = """
    SELECT c.chat_id, c.rank, c.data_id AS data, c.document_id::text AS document, c.title, c.heading, c.page, c.quote,
           c.start, c."end", coalesce(r.image_urls, '[]') AS image_urls
      FROM citations c LEFT JOIN rag_data r ON r.data_id = c.data_id WHERE c.chat_id = ANY(%s) ORDER BY c.rank
"""
# Of the newest search, as an answer that was begun anew has searched anew.
_PASSAGES: LiteralString = """
    WITH newest AS (SELECT DISTINCT ON (question_id) question_id, search_id FROM search_logs
                     WHERE question_id = ANY(%s) ORDER BY question_id, search_log_id DESC)
    SELECT newest.question_id, l.data_id, l.score, coalesce(nullif(r.title, ''), d.title) AS title, r.heading, r.page,
           d.id::text AS document
      FROM newest JOIN search_logs l USING (question_id, search_id)
      LEFT JOIN rag_data r ON r.data_id = l.data_id LEFT JOIN documents d ON d.id = r.document_id
     ORDER BY l.rank
"""

Row = dict[str, Any]


async def _read_rows(question_ids: Sequence[UUID]) -> dict[UUID, Row]:
    async with async_connection() as connection:
        cursor = await connection.execute(_ROWS, [question_ids])
        rows = {row.pop("question_id"): row for row in await cursor.fetchall()}
        if searched := [question_id for question_id, row in rows.items() if row["mode"] == Mode.ADVANCED]:
            await _add_passages(connection, rows, searched)
        if ended := [question_id for question_id, row in rows.items() if row["status"] not in RUNNING]:
            await _add_citations(connection, rows, ended)
    return rows


async def _add_passages(connection: Connection, rows: dict[UUID, Row], question_ids: Sequence[UUID]) -> None:
    """What the search for an answer has found; no `passages` as long as it has not ended."""
    for passage in await (await connection.execute(_PASSAGES, [question_ids])).fetchall():
        found = rows[passage.pop("question_id")].setdefault("passages", [])
        # A search that found nothing is one row without a passage; so is a passage that was deleted.
        if passage["data_id"] is not None:
            found.append(passage)


async def _add_citations(connection: Connection, rows: dict[UUID, Row], question_ids: Sequence[UUID]) -> None:
    for question_id in question_ids:
        rows[question_id]["citations"] = []
    for citation in await (await connection.execute(_CITATIONS, [question_ids])).fetchall():
        rows[citation.pop("chat_id")]["citations"].append(citation)


# By the answer's id; nothing when there is none. With `passages` once the search for an advanced answer has ended, with
# `citations` once the answer has.
answer_rows: SharedQuery[UUID, Row] = SharedQuery(_read_rows, most=_MOST_AT_ONCE)
