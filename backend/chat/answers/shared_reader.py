"""Reads the rows of all answers that somebody in this process wants to know about, many in one query.

Whoever asks while a query is on its way is served by the next one. So hundreds of watchers
that have heard nothing for a second cost a few queries and one connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from chat.database import async_pool
from models.chat import RUNNING

# Finished answers can be long.
_MOST_AT_ONCE = 50

_ROWS: LiteralString = """
    SELECT question_id, epoch, status, response_text, reasoning_text, error_code, input_tokens, output_tokens
      FROM chats WHERE question_id = ANY(%s)
"""
_CITATIONS: LiteralString = """
    SELECT chat_id, rank, data_id AS data, title, heading, quote, start, "end"
      FROM citations WHERE chat_id = ANY(%s) ORDER BY rank
"""

Row = dict[str, Any]


class SharedReader:
    """For one event loop."""

    def __init__(self) -> None:
        self._wanted: dict[UUID, asyncio.Future[Row | None]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def read(self, question_id: UUID) -> Row | None:
        """Return the answer's row, with its citations once it has ended; None when there is none.

        Raises what psycopg raises.
        """
        answer = self._wanted.get(question_id)
        if answer is None:
            answer = self._wanted[question_id] = asyncio.get_running_loop().create_future()
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_wanted())
        # Others may wait for the same.
        return await asyncio.shield(answer)

    async def _read_wanted(self) -> None:
        while batch := dict(list(self._wanted.items())[:_MOST_AT_ONCE]):
            for question_id in batch:
                del self._wanted[question_id]
            try:
                rows = await _read_rows(list(batch))
            except Exception as error:
                for answer in batch.values():
                    answer.set_exception(error)
                    # Whoever asked may have gone.
                    answer.exception()
            else:
                for question_id, answer in batch.items():
                    answer.set_result(rows.get(question_id))


async def _read_rows(question_ids: Sequence[UUID]) -> dict[UUID, Row]:
    pool = await async_pool()
    async with pool.connection() as connection:
        cursor = await connection.execute(_ROWS, [question_ids])
        rows = {row.pop("question_id"): row for row in await cursor.fetchall()}
        ended = [question_id for question_id, row in rows.items() if row["status"] not in RUNNING]
        for question_id in ended:
            rows[question_id]["citations"] = []
        if ended:
            cursor = await connection.execute(_CITATIONS, [ended])
            for citation in await cursor.fetchall():
                rows[citation.pop("chat_id")]["citations"].append(citation)
    return rows


_readers: dict[asyncio.AbstractEventLoop, SharedReader] = {}


def shared_reader() -> SharedReader:
    return _readers.setdefault(asyncio.get_running_loop(), SharedReader())
