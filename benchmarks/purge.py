"""`bench purge`: how long deleting many users holds its locks, and asking for notifications, in a large database."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

import psycopg

from benchmarks.report import Row, percentile, print_rows
from benchmarks.stack import Stack, running_stack
from launcher.paths import ROOT

LONGEST_LOCK_MS = 100
_CLEANER = "bench-cleaner"
_SHOWN = 600

# An eighth of the chats belongs to users who are due; the others' users stay.
_FILL = """
INSERT INTO users (user_id, uuid, password, is_guest, is_staff, is_superuser, is_active, created_datetime, last_activity,
                   expired_datetime)
SELECT 'bench-' || n, md5('user' || n)::uuid, '!', true, false, false, true, now(), now(),
       CASE WHEN n <= {due} THEN now() - interval '31 days' END
  FROM generate_series(1, {due} * 2) AS n;
INSERT INTO conversations (id, user_id, mode, title, title_by, model, system_prompt, parameters, pinned, archived,
                           current_leaf_id, created_datetime, updated_datetime)
SELECT md5('conversation' || n)::uuid, md5('user' || n)::uuid, 'ai', 'Bench', 'user', '', '', '{{}}', false, false, NULL,
       now(), now()
  FROM generate_series(1, {due} * 2) AS n;
INSERT INTO chats (question_id, user_id, conversation_id, mode, question_text, question_created_datetime, response_text,
                   reasoning_text, collections, confidence, unsupported, model, status, error_code, finish_reason, epoch,
                   owner, attempts, stop_requested, client_fingerprint, slot)
SELECT md5('chat' || n)::uuid, md5('user' || owner)::uuid, md5('conversation' || owner)::uuid, 'ai', 'Why?', now(),
       repeat('Because. ', 30), '', '{{}}', '', '[]', 'bench', 'done', '', '', 1, '', 1, false, '', 0
  FROM (SELECT n, CASE WHEN n % 8 = 0 THEN 1 + n / 8 % {due} ELSE {due} + 1 + n % {due} END AS owner
          FROM generate_series(1, {chats}) AS n) AS numbered;
INSERT INTO citations (chat_id, rank, title, heading, quote, start, "end")
SELECT md5('chat' || n)::uuid, 1, '', '', 'Quoted', 0, 6 FROM generate_series(1, {chats}, 4) AS n;
UPDATE conversations SET current_leaf_id = (SELECT question_id FROM chats WHERE conversation_id = conversations.id LIMIT 1);
INSERT INTO notifications (user_id, kind, payload, created_datetime)
SELECT md5('user' || 1 + n % ({due} * 2))::uuid, 'document_ready', '{{}}', now() FROM generate_series(1, {due} * 20) AS n;
"""
_HELD = """
SELECT extract(epoch FROM clock_timestamp() - xact_start)::float, query FROM pg_stat_activity
 WHERE application_name = %s AND xact_start IS NOT NULL
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--users", type=int, default=10_000, help="who are deleted (default %(default)s)")
    parser.add_argument("--chats", type=int, default=1_000_000, help="in the database (default %(default)s)")


async def run(options: argparse.Namespace) -> bool:
    """Measure and print; True when every target is met."""
    # The worker must not begin before us.
    async with running_stack(environment={"CLEANUP_USERS_CRON": "0 0 1 1 *"}) as stack:
        await _fill(stack, options)
        looks = await _look_for_news(stack, options.users)
        started = time.monotonic()
        async with _observer(stack) as seen:
            printed = await _clean(stack)
        seconds = time.monotonic() - started
    held = [each for each, _ in seen]
    rows = [
        Row("users deleted", printed["guests_deleted"], "", target=options.users, least=True),
        Row("chats deleted", printed["chats_deleted"], "", target=options.chats // 8, least=True),
        Row("whole purge", seconds, "s"),
        Row("longest transaction", max(held) * 1000, "ms", target=LONGEST_LOCK_MS),
        Row("transactions, p99 of samples", percentile(held, 99) * 1000, "ms"),
        Row("a look for news in Postgres, median", median(looks) * 1000, "ms"),
    ]
    print_rows(f"{options.users:,} users deleted among {options.chats:,} chats", rows)
    print(f"\nThe longest was: {' '.join(max(seen)[1].split())[-_SHOWN:]}")
    return all(row.holds for row in rows)


async def _fill(stack: Stack, options: argparse.Namespace) -> None:
    async with await psycopg.AsyncConnection.connect(stack.servers.database_url, autocommit=True) as connection:
        for statement in _FILL.format(due=options.users, chats=options.chats).split(";\n"):
            if statement.strip():
                await connection.execute(statement)  # type: ignore[call-overload]
        await connection.execute("VACUUM ANALYZE")


async def _look_for_news(stack: Stack, users: int) -> list[float]:
    """Seconds for reading what is new of single users, as `notifications/?after=` does."""
    statement = (
        "SELECT id, kind, payload FROM notifications WHERE user_id = md5('user' || %s)::uuid AND id > %s "
        "ORDER BY id LIMIT 31"
    )
    found = []
    async with await psycopg.AsyncConnection.connect(stack.servers.database_url, autocommit=True) as connection:
        for number in range(1, min(users, 500)):
            started = time.monotonic()
            await (await connection.execute(statement, [number, 0])).fetchall()
            found.append(time.monotonic() - started)
    return found


@asynccontextmanager
async def _observer(stack: Stack) -> AsyncIterator[list[tuple[float, str]]]:
    """Collect how long the cleaner's transaction, with all its locks, was open at each of many looks, and its query."""
    held = [(0.0, "")]

    async def look() -> None:
        async with await psycopg.AsyncConnection.connect(stack.servers.database_url, autocommit=True) as connection:
            while True:
                row = await (await connection.execute(_HELD, [_CLEANER])).fetchone()
                held.append((row[0], row[1]) if row else (0.0, ""))
                await asyncio.sleep(0.005)

    looking = asyncio.create_task(look())
    try:
        yield held
    finally:
        looking.cancel()


async def _clean(stack: Stack) -> dict[str, int]:
    separator = "&" if "?" in stack.servers.database_url else "?"
    environment = {
        **os.environ,
        "DATABASE_URL": f"{stack.servers.database_url}{separator}application_name={_CLEANER}",
        "REDIS_URL": stack.servers.redis_url,
        "TRIPLE_CHAT_DATA": str(stack.folder.path),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "backend/manage.py",
        "cleanup_expired_users",
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    lines = (line.split(": ") for line in printed.decode().splitlines())
    return {name: int(count) for name, count in lines}
