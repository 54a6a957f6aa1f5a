"""Leaves a model in peace for a moment when it has failed several times in a row.

Without it every question to a dead server waits for its timeouts again. It knows failures
and the clock, but not what a request is.
"""

import time
from collections.abc import Callable

from ai_models.contract import ModelError, ModelFailed, ModelTimeout, ModelUnreachable

FAILURES_IN_A_ROW = 5


class Breaker:
    """Of one model of one endpoint. After `rest` seconds (and so on) one question tries it again."""

    def __init__(self, rest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest = rest
        self._clock = clock
        self._failures = 0
        self._rests_until = 0.0

    def enter(self) -> None:
        """Return if the model may be asked; raise the failure that opened the breaker."""
        if self._failures < FAILURES_IN_A_ROW:
            return
        now = self._clock()
        if now < self._rests_until:
            raise type(self._last)(f"{self._last.text} It is asked again in a moment.")
        # This one tries; the others rest on, also when it never tells how it ended.
        self._rests_until = now + self._rest

    def note_answer(self) -> None:
        """The model has begun to answer."""
        self._failures = 0

    def note_failure(self, error: ModelError) -> None:
        """It has not. What another question need not meet (a refused key, a full quota) does not count."""
        if isinstance(error, (ModelUnreachable, ModelTimeout, ModelFailed)) and error.retryable:
            self._failures += 1
            self._last = error
            self._rests_until = self._clock() + self._rest
