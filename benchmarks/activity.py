"""`bench activity`: people at work while Redis is wiped and restarted.

Nobody may be signed out or expire, and few writes may reach Postgres.
"""

import argparse
import asyncio
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field

import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from benchmarks.keep_alive import keep_alive
from benchmarks.report import Row, print_rows
from benchmarks.stack import Stack, new_guests, running_stack

_FLUSH_SECONDS = 5.0
_AT_ONCE = 8
_PATH = "/api/sessions/current/"
# The worker looks for inactive users every minute instead of every hour.
_OFTEN = {"EXPIRE_USERS_CRON": "* * * * *"}


@dataclass
class Work:
    """What is left to do, and how it went."""

    left: int
    statuses: Counter[int] = field(default_factory=Counter)

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--users", type=int, default=100, help="how many (default %(default)s)")
    parser.add_argument("--touches", type=int, default=100_000, help="requests of all users (default %(default)s)")
    parser.add_argument("--flushes", type=int, default=10, help="wipes of Redis (default %(default)s)")
    parser.add_argument("--restarts", type=int, default=5, help="of Redis (default %(default)s)")


async def run(options: argparse.Namespace) -> bool:
    """Measure and print; True when every target is met."""
    async with running_stack(environment=_OFTEN) as stack:
        tokens = await new_guests(stack, options.users)
        # Their sign-ins are written down, and counted, a while after.
        await asyncio.sleep(_FLUSH_SECONDS * 2)
        work, before, started = Work(options.touches), await _writes(stack), time.monotonic()
        troubles = asyncio.create_task(_make_trouble(stack, work, options))
        await asyncio.gather(*(_touch(stack, tokens, work) for _ in range(_AT_ONCE)))
        seconds = time.monotonic() - started
        troubled = await troubles
        await asyncio.sleep(_FLUSH_SECONDS * 2)
        async with keep_alive(stack.api_url) as client:
            out = sum([await client.get(_PATH, token) == 401 for token in tokens])
        writes = (await _writes(stack) - before) / options.users / (seconds / _FLUSH_SECONDS + 2)
        expired = await _count(stack, "SELECT count(*) FROM users WHERE expired_datetime IS NOT NULL")
    rows = [
        Row("wipes and restarts", troubled, "", target=options.flushes + options.restarts, least=True),
        Row("requests a second", options.touches / seconds, ""),
        Row("refused requests", work.statuses[401], "", target=0),
        Row("failed requests", sum(work.statuses.values()) - work.statuses[200] - work.statuses[401], "", target=0),
        Row("users signed out", out, "", target=0),
        Row("users expired", expired, "", target=0),
        Row("writes a user and interval", writes, "", target=1),
    ]
    print_rows(f"{options.touches:,} requests of {options.users} users", rows)
    return all(row.holds for row in rows)


async def _touch(stack: Stack, tokens: list[str], work: Work) -> None:
    async with keep_alive(stack.api_url) as client:
        while work.take():
            work.statuses[await client.get(_PATH, random.choice(tokens))] += 1


async def _make_trouble(stack: Stack, work: Work, options: argparse.Namespace) -> int:
    """Spread over the work; return how often it worked."""
    troubles = [_wipe] * options.flushes + [_restart] * options.restarts
    random.shuffle(troubles)
    whole, done = work.left, 0
    for number, trouble in enumerate(troubles, start=1):
        while work.left > whole * (1 - number / (len(troubles) + 1)):
            await asyncio.sleep(0.01)
        done += await trouble(stack)
    return done


async def _wipe(stack: Stack) -> bool:
    for _ in range(50):
        try:
            async with Redis.from_url(stack.servers.redis_url) as redis:
                await redis.flushall()
            return True
        except (RedisError, OSError):  # It is just starting.
            await asyncio.sleep(0.1)
    return False


async def _restart(stack: Stack) -> bool:
    """Kill it; its supervisor starts it again."""
    try:
        async with Redis.from_url(stack.servers.redis_url) as redis:
            pid = int((await redis.info("server"))["process_id"])
    except (RedisError, OSError):
        return False
    os.kill(pid, signal.SIGKILL)
    return True


async def _writes(stack: Stack) -> int:
    return await _count(stack, "SELECT coalesce(sum(n_tup_upd), 0) FROM pg_stat_user_tables WHERE relname = 'users'")


async def _count(stack: Stack, statement: str) -> int:
    async with await psycopg.AsyncConnection.connect(stack.servers.database_url) as connection:
        row = await (await connection.execute(statement)).fetchone()  # type: ignore[call-overload]
    return int(row[0])
