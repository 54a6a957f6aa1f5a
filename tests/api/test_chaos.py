"""A short chaos: the same code as `bench chaos`, with fewer questions."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from benchmarks import chaos


def test_every_answer_survives_a_short_chaos() -> None:
    assert asyncio.run(chaos.run(Namespace(questions=20, kills=3, flushes=1, restarts=1, seed=7)))
