"""`bench chaos`: once a question is accepted its whole answer is stored once, whatever dies meanwhile.

Questions are asked while workers are killed, Redis is wiped and Postgres restarted at random.
Two tabs follow each answer, over links that break. At the end everything is compared.
"""

import argparse
import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from benchmarks.recording import is_whole
from benchmarks.report import print_table
from benchmarks.stack import Stack, new_guests, recorded_pid, running_stack
from benchmarks.tabs import Tab

# An answer takes half a second to two and a half.
_RATE = 50
_LEAST_TOKENS, _MOST_TOKENS = 25, 125
# A worker needs some seconds to start; killed sooner it would never answer.
_SECONDS_PER_TROUBLE = 4.5
# Longer than a lease, a sweep and an answer, several times over.
_LAST_ANSWER_SECONDS = 150.0
_WORKERS = 2
_GUESTS = 10
_MOST_FLAPS = 2


@dataclass(frozen=True)
class Plan:
    questions: int = 300
    kills: int = 60
    flushes: int = 10
    restarts: int = 5
    seed: int = 1
    seconds_per_trouble: float = _SECONDS_PER_TROUBLE

    @property
    def seconds(self) -> float:
        return (self.kills + self.flushes + self.restarts) * self.seconds_per_trouble


@dataclass
class Findings:
    """Counted over all questions; `wrong` says what was not as promised, one line each."""

    asked: int = 0
    whole: int = 0
    lost: int = 0
    doubled: int = 0
    incomplete: int = 0
    differing_tabs: int = 0
    attempts: Counter[int] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return self.whole == self.asked and not self.wrong


def add_options(parser: argparse.ArgumentParser) -> None:
    plan = Plan()
    parser.add_argument("--questions", type=int, default=plan.questions, help="asked (default %(default)s)")
    parser.add_argument("--kills", type=int, default=plan.kills, help="kill -9 of a worker (default %(default)s)")
    parser.add_argument("--flushes", type=int, default=plan.flushes, help="wipes of Redis (default %(default)s)")
    parser.add_argument("--restarts", type=int, default=plan.restarts, help="of Postgres (default %(default)s)")
    parser.add_argument("--seed", type=int, default=plan.seed, help="another one makes another chaos")


async def run(options: argparse.Namespace) -> bool:
    plan = Plan(options.questions, options.kills, options.flushes, options.restarts, options.seed)
    print(f"About {plan.seconds / 60:.0f} minutes ...", flush=True)
    async with running_stack(workers=_WORKERS) as stack:
        findings = await cause_chaos(stack, plan)
    print_findings(findings)
    return findings.good


def print_findings(findings: Findings) -> None:
    troubles = ", ".join(f"{count} x {name}" for name, count in sorted(findings.troubles.items()))
    rows = [
        ("questions", str(findings.asked)),
        ("whole answers, stored once", str(findings.whole)),
        ("lost", str(findings.lost)),
        ("doubled", str(findings.doubled)),
        ("incomplete", str(findings.incomplete)),
        ("tabs that differ from what is stored", str(findings.differing_tabs)),
        ("answers by attempts", ", ".join(f"{key}: {count}" for key, count in sorted(findings.attempts.items()))),
    ]
    print_table(f"Chaos ({troubles})", rows)
    for line in findings.wrong:
        print(f"  ! {line}")


async def cause_chaos(stack: Stack, plan: Plan) -> Findings:
    chance = random.Random(plan.seed)
    guests = await new_guests(stack, _GUESTS)
    questions = [_Question(stack, guests[number % _GUESTS], number, chance) for number in range(plan.questions)]
    moments = sorted(chance.uniform(0, plan.seconds) for _ in questions)
    trouble = asyncio.create_task(_make_trouble(stack, plan, random.Random(plan.seed + 1)))
    start = time.monotonic()
    try:
        following = []
        for question, moment in zip(questions, moments, strict=True):
            await asyncio.sleep(start + moment - time.monotonic())
            following.append(asyncio.create_task(question.follow()))
        troubles = await trouble
        await asyncio.wait(following, timeout=_LAST_ANSWER_SECONDS)
    finally:
        trouble.cancel()
        for task in following:
            task.cancel()
        await asyncio.gather(trouble, *following, return_exceptions=True)
    findings = Findings(asked=plan.questions, troubles=troubles)
    rows = await _count_rows(stack)
    async with httpx2.AsyncClient(timeout=60) as client:
        for question in questions:
            await question.judge(client, rows[question.key], findings)
    return findings


class _Question:
    """One question, its two tabs, and what came of it."""

    def __init__(self, stack: Stack, token: str, number: int, chance: random.Random) -> None:
        self.key = f"chaos-{number}"
        self._api_url = stack.api_url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._count = chance.randint(_LEAST_TOKENS, _MOST_TOKENS)
        tabs = [Tab(stack.socket_url, token, _flaps(chance)) for _ in range(2)]
        self._asking, self._watching = tabs

    async def follow(self) -> None:
        asking = asyncio.create_task(self._asking.ask(f"paced:{_RATE}:{self._count}", self.key))
        try:
            await self._watching.watch(await self._asking.question_id)
            await asking
        finally:
            asking.cancel()

    async def judge(self, client: httpx2.AsyncClient, rows: int, findings: Findings) -> None:
        """Compare what is stored with what was asked, and with what the tabs show."""
        if rows != 1:
            findings.lost += rows == 0
            findings.doubled += rows > 1
            findings.wrong.append(f"{self.key} is stored {rows} times")
        if not self._asking.question_id.done():
            findings.wrong.append(f"{self.key} was never accepted")
            return
        path = f"{self._api_url}/api/chats/{self._asking.question_id.result()}/"
        answer = (await client.get(path, headers=self._headers)).raise_for_status().json()
        self._judge_answer(answer, findings)

    def _judge_answer(self, answer: dict[str, Any], findings: Findings) -> None:
        text = answer["response_text"]
        findings.attempts[answer["attempts"]] += 1
        if answer["status"] == "done" and is_whole(text, self._count):
            findings.whole += 1
        else:
            findings.incomplete += 1
            findings.wrong.append(f"{self.key} is {answer['status']} with {len(text)} characters, {answer['error']}")
        for name, tab in (("asking", self._asking), ("watching", self._watching)):
            if not tab.ended or tab.text != text:
                findings.differing_tabs += 1
                state = "ended" if tab.ended else "waits"
                findings.wrong.append(
                    f"{self.key}: the {name} tab {state} with {len(tab.text)} of {len(text)} characters"
                )


def _flaps(chance: random.Random) -> list[float]:
    """After how many seconds a tab's link breaks, each time."""
    return [chance.uniform(0.05, 2.5) for _ in range(chance.randint(0, _MOST_FLAPS))]


async def _count_rows(stack: Stack) -> Counter[str]:
    async with await psycopg.AsyncConnection.connect(stack.servers.database_url) as connection:
        cursor = await connection.execute("SELECT client_key, count(*) FROM chats GROUP BY client_key")
        return Counter({str(key): int(count) for key, count in await cursor.fetchall()})


# --- Trouble ----------------------------------------------------------------------------


async def _make_trouble(stack: Stack, plan: Plan, chance: random.Random) -> Counter[str]:
    """Everything of the plan, in an order and at moments of its own; returns what was done."""
    causes = [_kill_worker] * plan.kills + [_wipe_redis] * plan.flushes + [_restart_postgres] * plan.restarts
    chance.shuffle(causes)
    moments = sorted(chance.uniform(0, plan.seconds) for _ in causes)
    start, done = time.monotonic(), Counter[str]()
    for cause, moment in zip(causes, moments, strict=True):
        await asyncio.sleep(start + moment - time.monotonic())
        done[await cause(stack, chance)] += 1
    return done


async def _kill_worker(stack: Stack, chance: random.Random) -> str:
    record = chance.choice(stack.worker_records)
    await _signalled(lambda: recorded_pid(record), signal.SIGKILL)
    return "kill -9 of a worker"


async def _restart_postgres(stack: Stack, chance: random.Random) -> str:
    """Fast, or as hard as can be; its supervisor starts it again."""
    hard = chance.random() < 0.5
    await _signalled(lambda: stack.pid_of("postgres"), signal.SIGKILL if hard else signal.SIGINT)
    return "kill -9 of Postgres" if hard else "restart of Postgres"


async def _signalled(pid: Callable[[], int], number: signal.Signals) -> None:
    """Send the signal as soon as the process lives: it may be just starting again."""
    while True:
        try:
            os.kill(pid(), number)
            return
        except (ProcessLookupError, FileNotFoundError):
            await asyncio.sleep(0.1)


async def _wipe_redis(stack: Stack, chance: random.Random) -> str:
    async with Redis.from_url(stack.servers.redis_url) as redis:
        while True:
            try:
                await redis.flushall()
                return "wipe of Redis"
            except RedisError:
                await asyncio.sleep(0.1)
