"""Wakes a worker for an answer. The row, not the job, says whose the answer is."""

from __future__ import annotations

from uuid import UUID

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.job_context import AbortReason

from chat.answers.worker import this_worker


@app.task(name="answer_question", queue="answers", pass_context=True)
async def answer_question(context: JobContext, question_id: str) -> None:
    await this_worker().answer(
        UUID(question_id),
        stop_requested=lambda: context.abort_reason() == AbortReason.USER_REQUEST,
    )


def ring(question_id: UUID) -> int:
    """Defer the job in the caller's transaction: it exists if and only if the row does. Return its id."""
    return answer_question.defer(question_id=str(question_id))


def hang_up(job_id: int) -> None:
    """Interrupt the job that writes an answer, wherever it runs."""
    app.job_manager.cancel_job_by_id(job_id, abort=True)
