"""The pictures that a model which sees is given: those of the question, of earlier ones, and of the passages."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import LiteralString
from uuid import UUID

from ai_models.contract import Image, Passage
from chat.answers.rows import Place
from chat.database import async_connection
from chat.library.files import file_path

MOST_OF_TURNS = 4
MOST_OF_PASSAGES = 4
_OURS = re.compile(r"/api/document-images/([0-9a-f-]{36})/")

# Of the newest questions first.
_OF_QUESTIONS: LiteralString = """
    SELECT c.chat_id, a.id, a.media_type FROM attachments_chats c JOIN attachments a ON a.id = c.attachment_id
      JOIN chats q ON q.question_id = c.chat_id
     WHERE c.chat_id = ANY(%s) ORDER BY q.question_created_datetime DESC, a.created_datetime
"""
# A passage shows pictures of its own document only, whatever a client has written into it.
_OF_DOCUMENTS: LiteralString = """
    SELECT id, media_type FROM document_images
     WHERE (id, document_id) IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[]))
"""


@dataclass(frozen=True, slots=True)
class Images:
    """`of_turns` by the id of the question that they came with."""

    of_question: tuple[Image, ...] = ()
    of_turns: Mapping[UUID, tuple[Image, ...]] = field(default_factory=dict)

    def with_those_of_passages(self, images: tuple[Image, ...]) -> Images:
        """They follow the question's own."""
        return Images(self.of_question + images, self.of_turns)


async def load_images(question_id: UUID, earlier: Sequence[UUID]) -> Images:
    """Read the pictures of the question and the newest ones of earlier questions."""
    async with async_connection() as connection:
        rows = await (await connection.execute(_OF_QUESTIONS, [[question_id, *earlier]])).fetchall()
    own = [row for row in rows if row["chat_id"] == question_id]
    others = [row for row in rows if row["chat_id"] != question_id][:MOST_OF_TURNS]
    of_turns: defaultdict[UUID, tuple[Image, ...]] = defaultdict(tuple)
    for row in others:
        of_turns[row["chat_id"]] += await _read([(row["id"], row["media_type"])])
    return Images(await _read((row["id"], row["media_type"]) for row in own), of_turns)


async def load_passage_images(passages: Sequence[Passage], places: Mapping[str, Place]) -> tuple[Image, ...]:
    """Read the first pictures of the passages, the best passage first."""
    wanted = {
        UUID(match[1]): places[passage.passage_id].document
        for passage in passages
        for match in map(_OURS.fullmatch, passage.image_urls)
        if match and places[passage.passage_id].document
    }
    if not wanted:
        return ()
    async with async_connection() as connection:
        cursor = await connection.execute(_OF_DOCUMENTS, [list(wanted), list(wanted.values())])
        types = {row["id"]: row["media_type"] for row in await cursor.fetchall()}
    return await _read([(each, types[each]) for each in wanted if each in types][:MOST_OF_PASSAGES])


async def _read(pictures: Iterable[tuple[UUID, str]]) -> tuple[Image, ...]:
    """Read the files; one that is lost is left out."""

    def read_all() -> tuple[Image, ...]:
        paths = [(file_path(picture_id), media_type) for picture_id, media_type in pictures]
        return tuple(Image(path.read_bytes(), media_type) for path, media_type in paths if path.exists())

    return await asyncio.to_thread(read_all)
