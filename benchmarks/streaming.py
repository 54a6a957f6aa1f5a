"""`bench streaming`: how much slower an answer is through us than straight from the model's server.

Every number of ours stands beside the same one of a direct client, measured in the same run.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median

from benchmarks.clients import Socket, ask_directly, ask_us, open_socket
from benchmarks.recording import Faults, Recording, faults_of
from benchmarks.report import Row, percentile, print_rows
from benchmarks.stack import Stack, new_guests, running_stack
from benchmarks.usage import Meter

FIRST_TOKEN_MS = 25
TOKENS_A_SECOND = 4_000
CPU_PER_1000_TOKENS = 0.13
# Streams at once: the whole run in seconds, and the latency added to a token in ms (p95).
AT_ONCE = {50: (5.6, 80), 200: (6.5, 150), 500: (9.0, 300)}

_RATE, _COUNT = 20, 100
_BURST = 10_000
_STEADY_RATE = 100
# What follows an answer (a title is asked for) must not meet the next question.
_PAUSE = 0.3
_IDLE_SECONDS = 5.0


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    first_tokens: int
    bursts: int
    steady_tokens: int
    sizes: Sequence[int]


WHOLE = Extent(first_tokens=20, bursts=5, steady_tokens=1_000, sizes=tuple(AT_ONCE))
QUICK = Extent(first_tokens=5, bursts=2, steady_tokens=200, sizes=(50,))


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="a short run: fewer repetitions, 50 streams at most")
    parser.add_argument("--streams", type=int, action="append", metavar="N", help="only these streams at once")


async def run(options: argparse.Namespace) -> bool:
    """Measure and print; True when every target is met."""
    extent = QUICK if options.quick else WHOLE
    rows: list[Row] = []
    async with running_stack() as stack:
        meter = Meter(stack)
        await meter.learn_idle(_IDLE_SECONDS)
        if not options.streams:
            rows += await _one_stream(stack, meter, extent)
        for size in options.streams or extent.sizes:
            rows += await _many_streams(stack, meter, size)
    return all(row.holds for row in rows)


# --- One stream -----------------------------------------------------------------------


async def _one_stream(stack: Stack, meter: Meter, extent: Extent) -> list[Row]:
    async with open_socket(stack, (await new_guests(stack, 1))[0]) as socket:
        await ask_us(socket, "burst:20")  # connections and pools open with the first question
        rows = [
            await _first_token(stack, socket, extent.first_tokens),
            *await _full_speed(stack, meter, socket, extent.bursts),
            await _steady(meter, socket, extent.steady_tokens),
        ]
    print_rows("One stream", rows)
    return rows


async def _first_token(stack: Stack, socket: Socket, times: int) -> Row:
    ours, direct = [], []
    for _ in range(times):
        direct.append(_waited(await ask_directly(stack, "burst:20")))
        ours.append(_waited(await ask_us(socket, "burst:20")))
        await asyncio.sleep(_PAUSE)
    added = (median(ours) - median(direct)) * 1000
    print(f"First token: {_ms(ours)} ours, {_ms(direct)} direct (median and p95 of {times})")
    return Row("added to the first token", added, "ms", target=FIRST_TOKEN_MS)


def _waited(recording: Recording) -> float:
    return recording.first - recording.asked


def _ms(values: Sequence[float]) -> str:
    return f"{median(values) * 1000:.1f} and {percentile(values, 95) * 1000:.1f} ms"


async def _full_speed(stack: Stack, meter: Meter, socket: Socket, times: int) -> list[Row]:
    ours, direct, costs = [], [], []
    for _ in range(times):
        direct.append(_speed(await ask_directly(stack, f"burst:{_BURST}")))
        async with meter.measuring() as used:
            ours.append(_speed(await ask_us(socket, f"burst:{_BURST}")))
        costs.append(used.cpu * 1000 / _BURST)
    return [
        Row("at full speed", median(ours), "tokens/s", median(direct), TOKENS_A_SECOND, least=True),
        Row("CPU of 1,000 tokens at full speed", median(costs), "s", target=CPU_PER_1000_TOKENS),
    ]


def _speed(recording: Recording) -> float:
    return _BURST / (recording.ended - recording.asked)


async def _steady(meter: Meter, socket: Socket, count: int) -> Row:
    async with meter.measuring() as used:
        await ask_us(socket, f"paced:{_STEADY_RATE}:{count}")
    parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in used.seconds.items())
    print(f"CPU seconds of {count} tokens at {_STEADY_RATE} a second: {parts}")
    return Row(f"CPU of 1,000 tokens at {_STEADY_RATE}/s", used.cpu * 1000 / count, "s", target=CPU_PER_1000_TOKENS)


# --- Many at once ---------------------------------------------------------------------


@dataclass
class _Run:
    """What many streams at once came to."""

    seconds: float = 0.0
    first: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    not_done: int = 0

    @classmethod
    def of(cls, recordings: Sequence[Recording]) -> "_Run":
        start = min(recording.asked for recording in recordings)
        return cls(
            seconds=max(recording.ended for recording in recordings) - start,
            first=[_waited(recording) for recording in recordings],
            latencies=[latency for recording in recordings for latency in recording.latencies()],
            faults=sum((faults_of(recording.text(), _COUNT) for recording in recordings), Faults()),
            not_done=sum(1 for recording in recordings if recording.ending != "done"),
        )

    def late(self, percent: float) -> float:
        return percentile(self.latencies, percent) * 1000


async def _many_streams(stack: Stack, meter: Meter, size: int) -> list[Row]:
    scenario = f"paced:{_RATE}:{_COUNT}"
    direct = await _at_once([lambda: ask_directly(stack, scenario)] * size)
    async with AsyncExitStack() as sockets:
        asking = []
        for token in await new_guests(stack, size):
            socket = await sockets.enter_async_context(open_socket(stack, token))
            asking.append(lambda socket=socket: ask_us(socket, scenario))
        async with meter.measuring() as used:
            ours = await _at_once(asking)
    rows = _rows(size, ours, direct)
    tokens = size * _COUNT
    rows.append(Row("CPU of 1,000 tokens", used.cpu * 1000 / tokens, "s"))
    rows.append(Row("memory at its peak", used.megabytes, "MB"))
    print_rows(f"{size} streams at once, {_RATE} tokens a second, {_COUNT} tokens each", rows)
    print("  CPU seconds: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in used.seconds.items()))
    print("  memory, MB: " + ", ".join(f"{name} {megabytes:.0f}" for name, megabytes in used.peak_megabytes.items()))
    return rows


async def _at_once(asking: Sequence[Callable[[], Awaitable[Recording]]]) -> _Run:
    return _Run.of(await asyncio.gather(*(ask() for ask in asking)))


def _rows(size: int, ours: _Run, direct: _Run) -> list[Row]:
    whole, added = AT_ONCE.get(size, (None, None))
    return [
        Row("whole run", ours.seconds, "s", direct.seconds, whole),
        Row("first token, p50", median(ours.first) * 1000, "ms", median(direct.first) * 1000),
        Row("first token, p95", percentile(ours.first, 95) * 1000, "ms", percentile(direct.first, 95) * 1000),
        Row("added to a token, p50", ours.late(50) - direct.late(50), "ms"),
        Row("added to a token, p95", ours.late(95) - direct.late(95), "ms", target=added),
        Row("added to a token, p99", ours.late(99) - direct.late(99), "ms"),
        Row("answers not done", ours.not_done, "", target=0),
        Row("tokens lost", ours.faults.lost, "", target=0),
        Row("tokens repeated", ours.faults.repeated, "", target=0),
        Row("tokens out of order", ours.faults.reordered, "", target=0),
    ]
