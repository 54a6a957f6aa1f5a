"""`bench insights`: how fast insights, conversations and one's own search are among a million chats of ten thousand users."""

import argparse
import asyncio
import os
import sys
import time
from datetime import date, timedelta
from uuid import UUID

import httpx2
import psycopg

from benchmarks.many_chats import History, write_history
from benchmarks.report import Row, percentile, print_rows
from benchmarks.stack import Stack, new_guests, running_stack
from launcher.paths import ROOT

_GUESTS = 40
_COUNT = "from chat.insights.rollup import count_hours; count_hours()"
_RANGE = {"zone": "Asia/Seoul"}


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--users", type=int, default=10_000, help="who have chats (default %(default)s)")
    parser.add_argument("--chats", type=int, default=1_000_000, help="in the database (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of the measurement (default %(default)s)")


async def run(options: argparse.Namespace) -> bool:
    """Measure and print; True when every target is met."""
    async with running_stack() as stack:
        tokens = await new_guests(stack, _GUESTS)
        guests = await _uuids(stack, tokens)
        await _make_staff(stack, guests[0])
        started = time.monotonic()
        history = await write_history(stack.servers.database_url, guests, users=options.users, chats=options.chats)
        written = time.monotonic()
        await _count_hours(stack)
        counted = time.monotonic()
        rows = [
            Row("writing the chats", written - started, "s"),
            Row("counting all their hours, once", counted - written, "s"),
            *await _measure(stack, dict(zip(guests, tokens, strict=True)), history, options.rounds),
        ]
    print_rows(f"{options.chats:,} chats of {options.users:,} users", rows)
    return all(row.holds for row in rows)


async def _uuids(stack: Stack, tokens: list[str]) -> list[UUID]:
    async with httpx2.AsyncClient(base_url=f"{stack.api_url}/api/") as client:
        return [
            UUID((await client.get("users/me/", headers={"Authorization": f"Bearer {token}"})).json()["uuid"])
            for token in tokens
        ]


async def _make_staff(stack: Stack, user: UUID) -> None:
    async with await psycopg.AsyncConnection.connect(stack.servers.database_url, autocommit=True) as connection:
        await connection.execute("UPDATE users SET is_staff = true WHERE uuid = %s", [user])


async def _count_hours(stack: Stack) -> None:
    """What the worker does every hour; the first time it has all of them before it."""
    environment = {
        **os.environ,
        "DATABASE_URL": stack.servers.database_url,
        "REDIS_URL": stack.servers.redis_url,
        "TRIPLE_CHAT_DATA": str(stack.folder.path),
    }
    command = (sys.executable, "backend/manage.py", "shell", "-c", _COUNT)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment)
    if await process.wait():
        raise RuntimeError("the hours could not be counted")


async def _measure(stack: Stack, tokens: dict[UUID, str], history: History, rounds: int) -> list[Row]:
    times: dict[str, list[float]] = {}
    async with httpx2.AsyncClient(base_url=f"{stack.api_url}/api/", timeout=120) as client:

        async def get(name: str, token: str, path: str, **wanted: str) -> None:
            started = time.perf_counter()
            reply = await client.get(path, params=wanted, headers={"Authorization": f"Bearer {token}"})
            reply.raise_for_status()
            times.setdefault(name, []).append((time.perf_counter() - started) * 1000)

        staff = next(iter(tokens.values()))
        for number in range(rounds):
            await get("everybody's insights", staff, "insights/", all="true", **_RANGE)
            await get("everybody's ranking", staff, "comparisons/ranking/", all="true")
            # The whole of it, too.
            first = {"from": str(date.today() - timedelta(days=100))} if number % 2 else {}
            await get("everybody's insights as CSV", staff, "insights/csv/", all="true", **_RANGE, **first)
            for guest, token in tokens.items():
                conversations = history.conversations[guest]
                await get("conversations, first page", token, "conversations/")
                await get("a conversation", token, f"conversations/{conversations[number % len(conversations)]}/chats/")
                await get("search over one's own", token, "conversations/", search=history.words[number * 97 + 5])
                await get("one's own insights", token, "insights/", **_RANGE)
    targets = {
        "everybody's insights": 1000,
        "one's own insights": 1000,
        "conversations, first page": 50,
        "a conversation": 50,
        "search over one's own": 150,
    }
    return [Row(f"{name}, p95", percentile(each, 95), "ms", target=targets.get(name)) for name, each in times.items()]
