"""Tables for the console, the machine they were made on, and small statistics."""

import os
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Row:
    """`target` is the most (or with `least` the least) that `value` may be."""

    name: str
    value: float
    unit: str
    direct: float | None = None
    target: float | None = None
    least: bool = False

    @property
    def holds(self) -> bool:
        if self.target is None:
            return True
        return self.value >= self.target if self.least else self.value <= self.target


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of all do not exceed; 0 for none at all."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def print_rows(title: str, rows: Sequence[Row]) -> None:
    header = ("", "ours", "direct", "ratio", "target", "")
    print_table(title, [header, *(_cells(row) for row in rows)])


def _cells(row: Row) -> tuple[str, ...]:
    direct = "" if row.direct is None else _number(row.direct, row.unit)
    ratio = f"{row.value / row.direct:.2f}" if row.direct else ""
    if row.target is None:
        return row.name, _number(row.value, row.unit), direct, ratio, "", ""
    target = f"{'>=' if row.least else '<='} {_number(row.target, row.unit)}"
    return row.name, _number(row.value, row.unit), direct, ratio, target, "ok" if row.holds else "MISSED"


def _number(value: float, unit: str) -> str:
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 3
    return f"{value:,.{digits}f} {unit}".rstrip()


def print_table(title: str, rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print(f"\n{title}")
    for row in rows:
        first, *others = (cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in
                          enumerate(zip(row, widths, strict=True)))  # fmt: skip
        print("  " + "  ".join([first, *others]).rstrip(), flush=True)


@contextmanager
def on_this_machine() -> Iterator[None]:
    """Print what the block was run on, and how busy that was before and after."""
    before, start = _load(), time.monotonic()
    yield
    memory = psutil.virtual_memory().total / 2**30
    print(
        f"\n{platform.system()} {platform.machine()}, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, "
        f"Python {platform.python_version()}; load average {before} before and {_load()} after "
        f"{time.monotonic() - start:.0f} s"
    )


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or "unknown processor")
