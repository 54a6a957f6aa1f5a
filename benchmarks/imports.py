"""`bench imports`: how long an export of another place takes to come in, and what the worker's memory does meanwhile."""

import argparse
import asyncio
import json
import time
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import psutil

from benchmarks.generated import passages
from benchmarks.report import Row, print_rows
from benchmarks.stack import Stack, new_guest, recorded_pid, running_stack
from benchmarks.usage import cpu_seconds, pids_of

LONGEST_SECONDS = 60
_TURNS = 8


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--conversations", type=int, default=1000, help="in the export (default %(default)s)")


async def run(options: argparse.Namespace) -> bool:
    """Measure and print; True when every target is met."""
    content = json.dumps([_conversation(number) for number in range(options.conversations)]).encode()
    async with running_stack() as stack:
        before, spent = _memory(stack), _spent(stack)
        first, peak = await _bring_in(stack, content)
        spent = {part: seconds - spent[part] for part, seconds in _spent(stack).items()}
        again, _ = await _bring_in(stack, content, token=first["token"])
    rows = [
        Row("file", len(content) / 1e6, "MB"),
        Row("conversations taken", first["conversations_taken"], "", target=options.conversations, least=True),
        Row("turns taken", first["turns_taken"], ""),
        Row("until all are there", first["seconds"], "s", target=LONGEST_SECONDS * options.conversations / 1000),
        *(Row(f"CPU of {part}", seconds, "s") for part, seconds in spent.items()),
        Row("the same once more", again["seconds"], "s"),
        Row("doubled", again["conversations_taken"], "", target=0),
        Row("worker's memory beyond before", (peak - before) / 1e6, "MB", target=400),
    ]
    print_rows(f"An export of {options.conversations:,} conversations", rows)
    return all(row.holds for row in rows)


async def _bring_in(stack: Stack, content: bytes, token: str = "") -> tuple[dict[str, Any], int]:
    """The import at its end, with `token` and `seconds`, and the most memory of the worker."""
    async with httpx2.AsyncClient(base_url=f"{stack.api_url}/api/", timeout=60) as client:
        token = token or await new_guest(client, stack.api_url)
        client.headers["Authorization"] = f"Bearer {token}"
        started, peak = time.monotonic(), 0
        reply = await client.post("conversations/import/", files={"file": ("conversations.json", content)})
        reply.raise_for_status()
        state: dict[str, Any] = reply.json()
        while state["status"] in ("queued", "reading"):
            await asyncio.sleep(0.1)
            peak = max(peak, _memory(stack))
            state = (await client.get(f"imports/{state['id']}/")).json()
        return {**state, "token": token, "seconds": time.monotonic() - started}, peak


def _memory(stack: Stack) -> int:
    records: tuple[Path, ...] = stack.worker_records
    return sum(int(psutil.Process(recorded_pid(record)).memory_info().rss) for record in records)


def _spent(stack: Stack) -> dict[str, float]:
    return {part: cpu_seconds(pid) for part, pid in pids_of(stack).items()}


def _conversation(number: int) -> dict[str, Any]:
    random = Random(number)
    texts = [each.text for each in passages(number, _TURNS)]
    nodes: dict[str, Any] = {"root": {"id": "root", "parent": None, "message": None}}
    parent, moment = "root", 1.6e9 + number * 1000
    for turn, text in enumerate(texts):
        answer = " ".join(random.choices(texts, k=3))
        for role, words in (("user", text[:200]), ("assistant", answer)):
            moment += 10
            key = f"{role}{turn}"
            message = {
                "author": {"role": role},
                "create_time": moment,
                "content": {"content_type": "text", "parts": [words]},
            }
            nodes[key] = {"id": key, "parent": parent, "message": message}
            parent = key
    return {"title": f"Bench {number}", "conversation_id": str(number), "mapping": nodes, "current_node": parent}
