"""The system under test: real servers, API and workers on a throwaway folder, with a fake model server.

The parts are started as `run.py` starts them, and restarted when they die.
"""

import asyncio
import json
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

from launcher.embedded import Servers, open_servers
from launcher.embedded.folder import DataFolder
from launcher.kept import KeptProcess, ProcessSpec
from launcher.migration import migrate_if_needed
from launcher.parts import WORKER_STOP, Addresses, Parts, record_of
from launcher.paths import ROOT

READY_SECONDS = 60.0
# A worker that is killed every few seconds would be left down for longer and longer.
LONGEST_PAUSE = 0.5
ENDPOINT = "bench"


@dataclass(frozen=True)
class Stack:
    """`worker_records`: files that hold the workers' process ids, as they are now."""

    api_url: str
    page_url: str
    upstream_port: int
    servers: Servers
    folder: DataFolder
    worker_records: tuple[Path, ...]

    @property
    def socket_url(self) -> str:
        return f"{self.api_url.replace('http', 'ws', 1)}/ws/chat/"

    def pid_of(self, name: str) -> int:
        return recorded_pid(record_of(self.folder, name))


def recorded_pid(record: Path) -> int:
    return int(json.loads(record.read_text())["pid"])


def model(scenario: str) -> str:
    """The id of a model that answers as `scenario` says (see `upstream.py`)."""
    return f"{ENDPOINT}/{scenario}"


@asynccontextmanager
async def running_stack(
    *, workers: int = 1, with_page: bool = False, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Stack]:
    """Everything (the page's server only if wanted), ready. Must be entered from the main thread, with which the parts end."""
    with tempfile.TemporaryDirectory(prefix="triple-chat-bench-", ignore_cleanup_errors=True) as place:
        folder = DataFolder(Path(place) / "data")
        folder.prepare()
        servers = await asyncio.to_thread(open_servers, folder.path)
        try:
            async with _parts(folder, servers, workers, with_page, environment or {}) as stack:
                yield stack
        finally:
            await asyncio.to_thread(servers.close, wait=True)


@asynccontextmanager
async def _parts(
    folder: DataFolder, servers: Servers, workers: int, with_page: bool, environment: Mapping[str, str]
) -> AsyncIterator[Stack]:
    addresses = Addresses("127.0.0.1", free_port(), free_port())
    upstream_port = free_port()
    variables = {**_variables(folder, servers, addresses, upstream_port), **environment}
    await migrate_if_needed(folder, {**os.environ, **variables}, embedded=True)
    parts = Parts(folder, addresses, variables)
    worker_specs = [_numbered(parts.worker().spec, folder, number) for number in range(workers)]
    specs = [_upstream(folder, upstream_port), parts.api().spec, *worker_specs]
    if with_page:
        specs.append(parts.client().spec)
    kept = [KeptProcess(spec, longest_pause=LONGEST_PAUSE) for spec in specs]
    try:
        for each in kept:
            await each.start()
        for each in kept:
            await each.wait_ready(parts.worker().is_well, READY_SECONDS)
            each.keep()
        records = tuple(spec.record for spec in worker_specs)
        stack = Stack(addresses.api_url, addresses.page_url, upstream_port, servers, folder, records)
        await _find_models(stack)
        yield stack
    finally:
        await asyncio.gather(*(each.stop() for each in kept))


def _variables(folder: DataFolder, servers: Servers, addresses: Addresses, upstream_port: int) -> dict[str, str]:
    endpoint = {"name": ENDPOINT, "base_url": f"http://127.0.0.1:{upstream_port}/v1"}
    return {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "TRIPLE_CHAT_DATA": str(folder.path),
        "API_URL": addresses.api_url,
        "PUBLIC_URL": addresses.page_url,
        "AI_ENDPOINTS": json.dumps([endpoint]),
        # A developer's own settings must not be measured.
        "TRIPLE_CHAT_ENV_FILE": str(folder.path / "no-such-file"),
        "OPENAI_API_KEY": "",
        "OPENAI_BASE_URL": "",
        "OLLAMA_URL": "",
        # What is measured is the system, not its limits.
        "ANSWERS_AT_ONCE": "0",
        "GUESTS_PER_HOUR": "0",
        "QUESTIONS_PER_MINUTE": "0",
        "TOKENS_PER_DAY": "0",
    }


def _numbered(spec: ProcessSpec, folder: DataFolder, number: int) -> ProcessSpec:
    name = f"{spec.name}{number}"
    return replace(spec, name=name, log=folder.logs / f"{name}.log", record=record_of(folder, name))


def _upstream(folder: DataFolder, port: int) -> ProcessSpec:
    return ProcessSpec(
        name="upstream",
        command=(sys.executable, "-m", "benchmarks.upstream", "--port", str(port)),
        folder=ROOT,
        environment=os.environ,
        log=folder.logs / "upstream.log",
        record=record_of(folder, "upstream"),
        stop_steps=WORKER_STOP,
    )


async def _find_models(stack: Stack) -> None:
    """So that no first question waits for it."""
    async with httpx2.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {await new_guest(client, stack.api_url)}"}
        (await client.post(f"{stack.api_url}/api/models/check/", headers=headers)).raise_for_status()


async def new_guest(client: httpx2.AsyncClient, api_url: str) -> str:
    """Make a user; return the token of their session."""
    reply = await client.post(f"{api_url}/api/sessions/", json={}, timeout=60)
    reply.raise_for_status()
    token: str = reply.json()["token"]
    return token


async def new_guests(stack: Stack, count: int) -> list[str]:
    async with httpx2.AsyncClient() as client:
        return [await new_guest(client, stack.api_url) for _ in range(count)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
