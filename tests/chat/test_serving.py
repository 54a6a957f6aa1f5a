"""A worker looks for what waits, whatever happens to it while it looks."""

from __future__ import annotations

import asyncio

import pytest

from chat.answers.serving import serving_answers
from chat.answers.worker import AnswerWorker


class StumblingWorker(AnswerWorker):
    """Stumbles over an error that nobody foresaw when it first looks."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self.looked = asyncio.Event()

    def look(self) -> None:
        self.looks += 1
        if self.looks == 1:
            raise LookupError
        self.looked.set()


@pytest.mark.asyncio
@pytest.mark.usefixtures("database")
async def test_worker_looks_again_after_an_error_that_nobody_foresaw() -> None:
    worker = StumblingWorker()
    async with serving_answers(worker, stop_seconds=0):
        await asyncio.wait_for(worker.looked.wait(), 10)
