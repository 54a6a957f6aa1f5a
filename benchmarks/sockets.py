"""`bench sockets`: many people who have the page open and say nothing."""

import argparse
import asyncio
from contextlib import AsyncExitStack

from aiohttp import WSMessageTypeError

from benchmarks.clients import Socket, open_socket
from benchmarks.report import Row, print_rows
from benchmarks.stack import Stack, new_guests, running_stack
from benchmarks.usage import Meter

MOST_MEGABYTES = 400
_SOCKETS_PER_GUEST = 20
_IDLE_SECONDS = 5.0


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sockets", type=int, default=1_000, help="how many (default %(default)s)")
    parser.add_argument("--minutes", type=float, default=10.0, help="for how long (default %(default)s)")


async def run(options: argparse.Namespace) -> bool:
    """Measure and print; True when every target is met."""
    async with running_stack() as stack:
        meter = Meter(stack)
        await meter.learn_idle(_IDLE_SECONDS)
        async with AsyncExitStack() as closing, meter.measuring(settle=0) as used:
            before = used.megabytes
            sockets = await _open(stack, options.sockets, closing)
            dropped = await _count_drops(sockets, options.minutes * 60)
    rows = [
        Row("sockets dropped", dropped, "", target=0),
        Row("memory added", used.megabytes - before, "MB", target=MOST_MEGABYTES),
        Row("CPU a second", used.cpu / (options.minutes * 60), "s"),
    ]
    print_rows(f"{options.sockets:,} idle sockets for {options.minutes:g} minutes", rows)
    return all(row.holds for row in rows)


async def _open(stack: Stack, count: int, closing: AsyncExitStack) -> list[Socket]:
    guests = await new_guests(stack, -(-count // _SOCKETS_PER_GUEST))
    opening = (open_socket(stack, guests[number // _SOCKETS_PER_GUEST]) for number in range(count))
    return [await closing.enter_async_context(each) for each in opening]


async def _count_drops(sockets: list[Socket], seconds: float) -> int:
    """Wait, then ask each for a sign of life."""
    lives = await asyncio.gather(*(_lives(socket, seconds) for socket in sockets))
    return lives.count(False)


async def _lives(socket: Socket, seconds: float) -> bool:
    try:
        # Also answers the server's pings, each of which would set the call's own time-out anew.
        async with asyncio.timeout(seconds):
            await socket.receive_str()
    except TimeoutError:
        pass
    except WSMessageTypeError:
        return False
    try:
        await socket.send_str('{"type":"ping"}')
        return '"pong"' in await socket.receive_str(timeout=60)
    except (ConnectionError, WSMessageTypeError, TimeoutError):
        return False
