"""The breaker, by a clock of its own."""

from __future__ import annotations

import pytest

from ai_models.basic.breaker import FAILURES_IN_A_ROW, Breaker
from ai_models.contract import (
    ModelError,
    ModelFailed,
    ModelRateLimited,
    ModelRefusedKey,
    ModelTimeout,
    ModelUnreachable,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(10.0, clock)


def fail(breaker: Breaker, times: int, error: ModelError | None = None) -> None:
    for _ in range(times):
        breaker.enter()
        breaker.note_failure(error or ModelUnreachable())


def assert_resting(breaker: Breaker) -> None:
    with pytest.raises(ModelError):
        breaker.enter()


@pytest.mark.parametrize("error", [ModelUnreachable(), ModelTimeout(), ModelFailed()])
def test_opens_after_failures_in_a_row_and_says_which(breaker: Breaker, error: ModelError) -> None:
    fail(breaker, FAILURES_IN_A_ROW - 1, error)
    breaker.enter()
    breaker.note_failure(error)
    with pytest.raises(type(error), match="asked again in a moment"):
        breaker.enter()


@pytest.mark.parametrize("error", [ModelRefusedKey(), ModelRateLimited(), ModelFailed(retryable=False)])
def test_refusals_do_not_open_it(breaker: Breaker, error: ModelError) -> None:
    fail(breaker, 3 * FAILURES_IN_A_ROW, error)
    breaker.enter()


def test_an_answer_forgives_all(breaker: Breaker) -> None:
    fail(breaker, FAILURES_IN_A_ROW - 1)
    breaker.note_answer()
    fail(breaker, FAILURES_IN_A_ROW - 1)
    breaker.enter()


def test_after_the_rest_one_question_tries(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, FAILURES_IN_A_ROW)
    clock.now += 9.9
    assert_resting(breaker)
    clock.now += 0.2
    breaker.enter()
    assert_resting(breaker)
    breaker.note_answer()
    breaker.enter()
    breaker.enter()


def test_failed_try_is_another_rest(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, FAILURES_IN_A_ROW)
    clock.now += 11
    breaker.enter()
    clock.now += 8
    breaker.note_failure(ModelTimeout())
    clock.now += 9
    assert_resting(breaker)
    clock.now += 2
    breaker.enter()


def test_try_that_never_tells_its_end_blocks_nobody_for_ever(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, FAILURES_IN_A_ROW)
    for _ in range(3):
        clock.now += 11
        breaker.enter()
        assert_resting(breaker)
