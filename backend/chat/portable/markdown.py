"""A conversation as Markdown for people: the branch on screen, with citations as footnotes.

A footnote is named by the number of its turn and of the citation in it: `[^3-1]`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from uuid import UUID

from asgiref.sync import sync_to_async

from chat.answers.branches import path_of
from chat.answers.showing import SHOWN_WITH_IT
from chat.open_connections import in_thread
from chat.portable.wording import Words, words_in
from models.models import AnswerStatus, Chat, Citation, Conversation

_BATCH = 50
# What is code is left as it is.
_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)
# Not an index (`a[1]`), and not the text of a link.
_MARK = re.compile(r"(?<![\w\]])\[(\d{1,3})\](?!\()")


@dataclass(frozen=True, slots=True)
class _Writer:
    words: Words
    zone: tzinfo

    def heading(self, conversation: Conversation) -> str:
        title = _one_line(conversation.title) or self.words.untitled
        exported = self.words.exported.format(time=self._time(datetime.now(UTC)))
        return f"# {title}\n\n{exported}\n"

    def turn(self, number: int, chat: Chat) -> Iterator[str]:
        yield f"\n## {number}. {self.words.you} · {self._time(chat.question_created_datetime)}\n\n{chat.question_text}\n"
        for attachment in chat.attachments.all():
            yield f"\n*{self.words.picture}: {_one_line(attachment.file_name) or attachment.pk}*\n"
        yield f"\n### {self._answered(chat)}\n"
        citations = list(chat.citations.all())
        text, shown = _with_footnotes(chat.response_text, number, {citation.rank for citation in citations})
        if text:
            yield f"\n{text}\n"
        if chat.status != AnswerStatus.DONE:
            yield f"\n*{self.words.endings.get(chat.status, self.words.not_finished)}*\n"
        if further := [f"[^{number}-{each.rank}]" for each in citations if each.rank not in shown]:
            yield f"\n{self.words.sources}: {' '.join(further)}\n"
        if citations:
            yield "\n" + "".join(f"[^{number}-{each.rank}]: {self._source(each)}\n" for each in citations)

    def _answered(self, chat: Chat) -> str:
        parts = [_one_line(chat.shown_model)]
        if chat.finished_datetime:
            parts.append(self._time(chat.finished_datetime))
            if chat.started_datetime:
                parts.append(f"{(chat.finished_datetime - chat.started_datetime).total_seconds():.1f} s")
        return " · ".join(parts)

    def _source(self, citation: Citation) -> str:
        page = self.words.page.format(page=citation.page) if citation.page is not None else ""
        place = ", ".join(filter(None, [_one_line(citation.title), page, _one_line(citation.heading)]))
        return f"{place}: “{_one_line(citation.quote)}”" if place else f"“{_one_line(citation.quote)}”"

    def _time(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M %Z")


async def write_markdown(conversation: Conversation, *, language: str, zone: tzinfo) -> AsyncIterator[str]:
    """Yield the pieces: title, and for each turn question, answer, footnotes. `language`: "en" or "ko"."""
    writer = _Writer(words_in(language), zone)
    yield writer.heading(conversation)
    path = await sync_to_async(path_of)(conversation)
    for first in range(0, len(path), _BATCH):
        turns = await sync_to_async(_read)(path[first : first + _BATCH])
        for number, chat in enumerate(turns, start=first + 1):
            yield "".join(writer.turn(number, chat))


@in_thread
def _read(question_ids: Sequence[UUID]) -> list[Chat]:
    turns = Chat.objects.prefetch_related(*SHOWN_WITH_IT).in_bulk(list(question_ids))
    return [turns[each] for each in question_ids if each in turns]


def _with_footnotes(text: str, number: int, ranks: set[int]) -> tuple[str, set[int]]:
    """The answer with its marks `[1]` as footnotes, and which of the citations are marked in it."""
    shown: set[int] = set()

    def footnote(mark: re.Match[str]) -> str:
        rank = int(mark[1])
        if rank not in ranks:
            return mark[0]
        shown.add(rank)
        return f"[^{number}-{rank}]"

    pieces = _CODE.split(text)
    # Every second piece is code.
    pieces[::2] = [_MARK.sub(footnote, piece) for piece in pieces[::2]]
    return "".join(pieces), shown


def _one_line(text: str) -> str:
    return " ".join(text.split())
