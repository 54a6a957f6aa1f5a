"""What our processes use: seconds of CPU, and memory, of the API, the workers and both servers."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import psutil

from benchmarks.stack import Stack, recorded_pid

_SAMPLE_SECONDS = 0.5
_MEGABYTE = 1_000_000


def pids_of(stack: Stack) -> dict[str, int]:
    """The first process of each part. The servers' is their supervisor."""
    return {
        "API": stack.pid_of("api"),
        **{f"worker {place}": recorded_pid(record) for place, record in enumerate(stack.worker_records, 1)},
        "servers": psutil.Process(stack.pid_of("postgres")).ppid(),
    }


def cpu_seconds(pid: int) -> float:
    """Of the process and all below it, also of those that have ended."""
    return sum(_spent(process) for process in _tree(pid))


def private_megabytes(pid: int) -> float:
    """Memory of the process and all below it that they do not share with others."""
    return sum(_private(process) for process in _tree(pid)) / _MEGABYTE


def _tree(pid: int) -> Iterable[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        yield root
        yield from root.children(recursive=True)


def _spent(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        ended = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
        return float(times.user + times.system + ended)
    return 0.0


def _private(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        memory = process.memory_info()
        return int(memory.rss - getattr(memory, "shared", 0))
    return 0


@dataclass
class Used:
    """CPU seconds by part, without what they use when idle, and the peak of each part's memory."""

    seconds: dict[str, float] = field(default_factory=dict)
    peak_megabytes: dict[str, float] = field(default_factory=dict)

    @property
    def cpu(self) -> float:
        return sum(self.seconds.values())

    @property
    def megabytes(self) -> float:
        return sum(self.peak_megabytes.values())


class Meter:
    """Measures one stack; knows what it uses while nobody asks anything."""

    def __init__(self, stack: Stack) -> None:
        self._pids = pids_of(stack)
        self._idle = dict.fromkeys(self._pids, 0.0)

    async def learn_idle(self, seconds: float) -> None:
        before = self._spent()
        await asyncio.sleep(seconds)
        self._idle = {name: (spent - before[name]) / seconds for name, spent in self._spent().items()}

    @asynccontextmanager
    async def measuring(self, *, settle: float = 1.0) -> AsyncIterator[Used]:
        """Fill a `Used` with what the block costs, and the work that it leaves for `settle` seconds."""
        used = Used(peak_megabytes=self._memory())
        start, before = time.monotonic(), self._spent()
        sampling = asyncio.create_task(self._sample(used))
        try:
            yield used
        finally:
            await asyncio.sleep(settle)
            sampling.cancel()
            passed = time.monotonic() - start
            used.seconds = {
                name: spent - before[name] - self._idle[name] * passed for name, spent in self._spent().items()
            }

    async def _sample(self, used: Used) -> None:
        while True:
            await asyncio.sleep(_SAMPLE_SECONDS)
            for name, megabytes in self._memory().items():
                used.peak_megabytes[name] = max(used.peak_megabytes[name], megabytes)

    def _spent(self) -> dict[str, float]:
        return {name: cpu_seconds(pid) for name, pid in self._pids.items()}

    def _memory(self) -> dict[str, float]:
        return {name: private_megabytes(pid) for name, pid in self._pids.items()}
