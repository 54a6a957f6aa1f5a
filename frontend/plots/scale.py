"""The numbers beside a plot: round ones, and as short as a person reads them."""

import math
from typing import Final

_STEPS: Final = (1, 2, 2.5, 5, 10)
_LINES: Final = 4


def ticks(most: float, *, whole: bool = True) -> list[float]:
    """Round numbers from 0 to the first one that is not below `most`; `whole`: there are no halves of what is counted."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / _LINES
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in _STEPS if each * power >= rough * 0.999)
    step = max(1.0, math.ceil(step)) if whole else step
    return [number * step for number in range(math.ceil(most / step - 1e-9) + 1)]


def short(number: float) -> str:
    """ "950", "1.2k", "3.4M": for the axis; tables have all digits."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            return f"{number / size:.1f}".removesuffix(".0") + letter
    return f"{number:.2f}".rstrip("0").rstrip(".") if number % 1 else f"{number:.0f}"


def percent(part: float, whole: float) -> str:
    """For a style: at most two digits behind the point."""
    return f"{100 * part / whole:.2f}%" if whole else "0%"
