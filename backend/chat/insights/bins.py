"""Times as counts in bins, each a fifth wider than the one before: percentiles of a million answers from some dozen rows."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import LiteralString

_GROWTH = 1.2
# The bin of a number of milliseconds, in SQL; what took less than one counts as one.
BIN: LiteralString = "floor(ln(greatest({ms}, 1)) / ln(1.2))::smallint"


def percentile(bins: Mapping[int, int], percent: float) -> float | None:
    """Return the milliseconds that `percent` of all did not exceed, right to about a tenth; None for nothing at all.

    `bins`: how many fell into each. Within a bin they are taken to lie evenly (by their logarithms).
    """
    before, wanted = 0, sum(bins.values()) * percent / 100
    for number, count in sorted(bins.items()):
        if before + count >= wanted and count:
            return round(float(_GROWTH ** (number + (wanted - before) / count)), 1)
        before += count
    return None


def bin_of(milliseconds: float) -> int:
    """The same as `BIN`."""
    return int(log(max(milliseconds, 1.0)) / log(_GROWTH))
