"""Showing answers while they are written: whatever happens to the log, no answer waits for it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from ai_models.contract import Delta
from chat.answers import broadcast
from chat.answers.broadcast import Broadcast
from chat.answers.progress import AnswerInProgress
from chat.answers.rows import Claim

END = {"kind": "done"}


def claim_of(question_id: UUID, epoch: int = 1) -> Claim:
    names = dict.fromkeys(Claim.__dataclass_fields__)
    return Claim(**{**names, "question_id": question_id, "epoch": epoch, "model": "m"})


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """What is written to the log, entry by entry."""
    written: list[list[Any]] = []

    async def write(frames: list[Any]) -> bool:
        await asyncio.sleep(0)
        written.append([(epoch, event.get("text", event["kind"])) for _, epoch, event in frames])
        return True

    monkeypatch.setattr(broadcast, "write_frames", write)
    return written


@pytest.mark.asyncio
async def test_the_ends_of_many_answers_are_one_entry(entries: list[list[Any]]) -> None:
    shown = Broadcast()
    answers = [(claim_of(uuid4()), AnswerInProgress()) for _ in range(20)]
    for claim, progress in answers:
        shown.open(claim, progress)
        progress.take(Delta("words"))
    await asyncio.gather(*(shown.close(claim, END) for claim, _ in answers))
    assert entries == [[(1, "status"), (1, "words")] * 20, [(1, "done")] * 20]


@pytest.mark.asyncio
async def test_a_log_that_fails_keeps_no_answer_from_ending(entries: list[list[Any]], monkeypatch) -> None:
    shown, claim, later = Broadcast(), claim_of(uuid4()), claim_of(uuid4())

    async def fail(frames: list[Any]) -> bool:
        raise ValueError

    with monkeypatch.context() as broken:
        broken.setattr(broadcast, "write_frames", fail)
        shown.open(claim, AnswerInProgress())
        async with asyncio.timeout(5):
            await shown.close(claim, END)
    shown.open(later, AnswerInProgress())
    await shown.close(later, END)
    assert entries[-1][-1] == (1, "done")


@pytest.mark.asyncio
async def test_an_answer_that_begins_anew_is_shown_and_its_first_try_ends(entries: list[list[Any]]) -> None:
    shown, question_id = Broadcast(), uuid4()
    shown.open(claim_of(question_id), AnswerInProgress())
    closing = asyncio.create_task(shown.close(claim_of(question_id), END))
    await asyncio.sleep(0)
    shown.open(claim_of(question_id, epoch=2), AnswerInProgress())
    async with asyncio.timeout(5):
        await closing
        await shown.close(claim_of(question_id), END)
        await shown.close(claim_of(question_id, epoch=2), END)
    assert [frame for entry in entries for frame in entry] == [(1, "status"), (2, "status"), (2, "done")]
