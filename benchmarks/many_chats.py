"""Writes a million chats of ten thousand users straight into the database, as 90 days of use would leave them.

Only the indexes are made afterwards, at once. Nobody else may use the database meanwhile.
"""

import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid5

import psycopg

from launcher.paths import ROOT

sys.path.append(str(ROOT / "backend"))

from chat.search.terms import lower_half, stored_tokens, upper_half

_NAMESPACE = UUID("8f0c4a53-9d0b-4f6f-8f4f-9d1b33c2a6f1")
_SYLLABLES = ("ka", "lo", "mi", "ne", "ru", "so", "ta", "vi", "wo", "zu", "ba", "de")
_TURNS = 10

_TABLES = "('chats', 'compared_pairs', 'conversations', 'search_logs')"
_ROOM = "SET maintenance_work_mem = '512MB'"
# Checked for each row they would cost as much as the rows.
_FOREIGN_KEYS = f"""
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE contype = 'f' AND conrelid::regclass::text IN {_TABLES}
"""
_PLACES = "CREATE TEMP TABLE bench_users (place int PRIMARY KEY, uuid uuid, scope bigint)"
_USERS: LiteralString = """
    INSERT INTO users (user_id, uuid, password, is_guest, is_staff, is_superuser, is_active, created_datetime,
                       last_activity)
    SELECT 'bench-' || place, uuid, '!', true, false, false, true, now(), now() FROM bench_users ON CONFLICT DO NOTHING
"""
_CONVERSATIONS: LiteralString = """
    INSERT INTO conversations (id, user_id, mode, title, title_by, model, system_prompt, parameters, pinned, archived,
                               current_leaf_id, created_datetime, updated_datetime)
    SELECT md5('talk' || n)::uuid, uuid, 'ai', 'About ' || n, 'user', '', '', '{}', false, false,
           md5('chat' || n * %(turns)s + %(turns)s - 1)::uuid, began, began
      FROM (SELECT n, n %% %(users)s AS owner, now() - (%(chats)s - n * %(turns)s) * %(pace)s AS began
              FROM generate_series(0, %(chats)s / %(turns)s - 1) AS n) AS numbered
      JOIN bench_users ON bench_users.place = owner
"""
_CHATS: LiteralString = """
    INSERT INTO chats (question_id, user_id, conversation_id, parent_id, mode, question_text, question_created_datetime,
                       response_text, reasoning_text, collections, confidence, unsupported, model, status, error_code,
                       finish_reason, input_tokens, output_tokens, started_datetime, first_token_datetime,
                       finished_datetime, epoch, owner, attempts, stop_requested, client_fingerprint, slot, rating,
                       search_terms)
    SELECT md5('chat' || n)::uuid, uuid, md5('talk' || talk)::uuid,
           CASE WHEN n %% %(turns)s > 0 THEN md5('chat' || n - 1)::uuid END, 'ai',
           concat_ws(' ', words[w1], words[w2], words[w3], words[w4]), asked,
           concat_ws(' ', words[w5], words[w6], words[w7], words[w8], repeat('and so on ', 30)), '', '{}', '', '[]',
           'bench/model-' || n %% 5, CASE WHEN n %% 50 = 7 THEN 'failed' ELSE 'done' END,
           CASE WHEN n %% 50 = 7 THEN 'model_timeout' ELSE '' END, 'stop', 200 + n %% 300, 100 + n %% 500, asked,
           asked + (200 + n %% 1900) * interval '1 ms', asked + (1000 + n %% 19000) * interval '1 ms', 1, '', 1, false, '',
           0, CASE WHEN n %% 60 = 3 THEN 1 WHEN n %% 240 = 5 THEN -1 ELSE 0 END,
           ARRAY[scope | halves[w1], scope | halves[w2], scope | halves[w3], scope | halves[w4],
                 scope | halves[w5], scope | halves[w6], scope | halves[w7], scope | halves[w8]]
      FROM (SELECT n, n / %(turns)s AS talk, now() - (%(chats)s - n) * %(pace)s AS asked, %(words)s::text[] AS words,
                   %(halves)s::bigint[] AS halves,
                   1 + n * 7 %% 1999 AS w1, 1 + n * 11 %% 1999 AS w2, 1 + n * 13 %% 1999 AS w3, 1 + n * 17 %% 1999 AS w4,
                   1 + n * 19 %% 1999 AS w5, 1 + n * 23 %% 1999 AS w6, 1 + n * 29 %% 1999 AS w7, 1 + n * 31 %% 1999 AS w8
              FROM generate_series(%(first)s::int, %(last)s::int) AS n) AS numbered
      JOIN bench_users ON bench_users.place = talk %% %(users)s
"""
_SEARCHES: LiteralString = """
    INSERT INTO search_logs (search_id, user_id, query, collections, rank, score, searching_time, duration_ms)
    SELECT md5('search' || n / 2)::uuid, uuid, 'what about ' || n / 2 %% 5000 * 7919 %% 5000, '{}',
           CASE WHEN n / 2 %% 6 > 0 THEN 1 + n %% 2 END, 1, now() - (%(chats)s - n) * %(pace)s, 5
      FROM generate_series(0, %(chats)s - 1) AS n JOIN bench_users ON bench_users.place = n / 2 %% %(users)s
     WHERE n / 2 %% 6 > 0 OR n %% 2 = 0
"""
_PAIRS: LiteralString = """
    INSERT INTO compared_pairs (comparison_id, user_id, better, worse, tie, chosen_datetime)
    SELECT md5('comparison' || n)::uuid, uuid, 'bench/model-' || n %% 5, 'bench/model-' || (n + 1 + n / 5 %% 4) %% 5,
           n %% 9 = 0, now() - (%(chats)s - n * 10) * %(pace)s
      FROM generate_series(0, %(chats)s / 10 - 1) AS n JOIN bench_users ON bench_users.place = n %% %(users)s
"""
_INDEXES = f"""
    SELECT indexname, indexdef FROM pg_indexes
     WHERE tablename IN {_TABLES} AND NOT indexdef LIKE 'CREATE UNIQUE%'
"""
_CHATS_AT_ONCE = 100_000


@dataclass(frozen=True)
class History:
    """`words`: two of them stand together in some of every user's chats."""

    conversations: dict[UUID, list[str]]
    words: tuple[str, ...]


async def write_history(database_url: str, guests: list[UUID], *, users: int, chats: int) -> History:
    """Write the chats; `guests` are the first of the users. Return the newest conversations of each guest."""
    words = tuple("".join(_SYLLABLES[number // 12**place % 12] for place in range(4)) + "x" for number in range(2_000))
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute(_ROOM)
        await _write_users(connection, guests, users)
        keys = await (await connection.execute(_FOREIGN_KEYS)).fetchall()
        indexes = await (await connection.execute(_INDEXES)).fetchall()
        for table, name, _ in keys:
            await connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _ in indexes:
            await connection.execute(f'DROP INDEX "{name}"')
        parameters = _parameters(words, users, chats)
        for statement in (_CONVERSATIONS, _SEARCHES, _PAIRS):
            await connection.execute(statement, parameters)
        for first in range(0, chats, _CHATS_AT_ONCE):
            last = min(first + _CHATS_AT_ONCE, chats) - 1
            await connection.execute(_CHATS, {**parameters, "first": first, "last": last})
        for _, definition in indexes:
            await connection.execute(definition)
        for table, name, definition in keys:
            await connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition} NOT VALID')
        await connection.execute("VACUUM ANALYZE")
        return History({guest: await _newest(connection, guest) for guest in guests}, words)


async def _write_users(connection: psycopg.AsyncConnection[Any], guests: list[UUID], users: int) -> None:
    await connection.execute(_PLACES)
    uuids = [*guests, *(uuid5(_NAMESPACE, str(number)) for number in range(len(guests), users))]
    async with connection.cursor().copy("COPY bench_users FROM STDIN") as copy:
        for number, uuid in enumerate(uuids):
            await copy.write_row((number, uuid, upper_half(uuid)))
    await connection.execute(_USERS)


def _parameters(words: tuple[str, ...], users: int, chats: int) -> dict[str, Any]:
    # A word may have several tokens; one of them is enough to be found by.
    halves = [lower_half(min(stored_tokens(word))) for word in words]
    shared = {"users": users, "chats": chats, "turns": _TURNS, "words": list(words), "halves": halves}
    return {**shared, "pace": timedelta(days=90) / chats}


async def _newest(connection: psycopg.AsyncConnection[Any], user: UUID) -> list[str]:
    statement = "SELECT id FROM conversations WHERE user_id = %s ORDER BY updated_datetime DESC LIMIT 5"
    return [str(row[0]) for row in await (await connection.execute(statement, [user])).fetchall()]
