"""A project folder with the real launcher and small stand-ins for the parts that it starts.

So the launcher is tested through its own doors (`run.py`, `open_servers`) without the backend.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

import psutil

from tests import system
from tests.system import free_port

ROOT = Path(__file__).resolve().parents[2]
LAUNCHED_IN = 60.0
wait_until = partial(system.wait_until, seconds=LAUNCHED_IN)

MANAGE = """
import os, pathlib, signal, sys, time
data = pathlib.Path(os.environ.get("TRIPLE_CHAT_DATA", "."))
if sys.argv[1] == "migrate":
    with (data / "migrations").open("a") as file:
        file.write("migrated ")
elif sys.argv[1] == "first_administrator":
    if not (data / "has-administrator").exists():
        print("ABCD-EFGH-JKMN")
elif sys.argv[1] == "procrastinate":
    if (data / "break-worker").exists():
        print("INFO starting")
        raise ValueError("the stand-in is broken")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    draft = data / "worker.draft"
    draft.write_text(str(os.getpid()))
    draft.rename(data / "worker")
    while True:
        time.sleep(60)
else:
    print("manage", sys.argv[1:], os.environ.get("TRIPLE_CHAT_DATA"))
    sys.exit(7)
"""
ASGI = """
import json, os, pathlib
SHOWN = ("DATABASE_URL", "REDIS_URL", "API_URL", "PUBLIC_URL", "FROM_DOTENV")
async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    worker = pathlib.Path(os.environ["TRIPLE_CHAT_DATA"], "worker").exists()
    ready = worker or scope["path"] != "/api/health/ready/"
    shown = {name: os.environ.get(name) for name in SHOWN}
    await send({"type": "http.response.start", "status": 200 if ready else 503, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(shown).encode()})
"""
PAGE = "import streamlit as st\nst.write('stand-in')\n"


def processes_of(folder: Path, *, named: str = "") -> list[psutil.Process]:
    """Living processes that work in `folder`, or name it in their command; those of that name, if one is given."""
    found = []
    for process in psutil.process_iter():
        # Each may end at any moment.
        with contextlib.suppress(psutil.Error):
            here = str(folder) in " ".join(process.cmdline()) or process.cwd().startswith(str(folder))
            if here and process.status() != psutil.STATUS_ZOMBIE and named in ("", process.name()):
                found.append(process)
    return found


def one_named(folder: Path, name: str) -> psutil.Process:
    """The one server of that name on `folder` (not its own children)."""
    servers = processes_of(folder, named=name)
    pids = [each.pid for each in servers]
    mains = []
    for each in servers:
        with contextlib.suppress(psutil.NoSuchProcess):
            if each.ppid() not in pids:
                mains.append(each)
    assert len(mains) == 1, mains
    return mains[0]


def end_all(folder: Path) -> None:
    """After a test, whatever it left; by pid, and only what runs on the test's own folder."""
    for process in processes_of(folder):
        if process.pid != os.getpid():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    for moved in folder.rglob("run/sockets-moved-to"):
        shutil.rmtree(moved.read_text(), ignore_errors=True)


def copy_launcher(place: Path) -> None:
    shutil.copytree(ROOT / "launcher", place / "launcher", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "run.py", place)


@dataclass
class Project:
    """A stand-in project folder; `run` starts its run.py."""

    place: Path
    environment: dict[str, str] = field(default_factory=dict)
    api_port: int = field(default_factory=free_port)
    page_port: int = field(default_factory=free_port)

    @property
    def data(self) -> Path:
        return self.place / ".data"

    def run(self, *arguments: str, python: str = sys.executable) -> "Running":
        return Running(self, [python, str(self.place / "run.py"), *arguments])

    def serve(self) -> "Running":
        ports = ("--backend-port", str(self.api_port), "--frontend-port", str(self.page_port))
        return self.run("--no-browser", *ports)


class Running:
    """A started run.py, with all that it printed."""

    def __init__(self, project: Project, command: list[str]) -> None:
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as this)
        unset = (
            "DATABASE_URL",
            "REDIS_URL",
            "TRIPLE_CHAT_DATA",
            "TRIPLE_CHAT_ENV_FILE",
            "PUBLIC_URL",
            "LC_ALL",
            "LC_MESSAGES",
        )
        inherited = {name: value for name, value in os.environ.items() if name not in unset}
        self.process = subprocess.Popen(
            command,
            env={**inherited, "LANG": "C.UTF-8", **project.environment},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    @property
    def output(self) -> str:
        self._output.seek(0)
        return self._output.read().decode()

    def until_printed(self, text: str) -> "Running":
        wait_until(lambda: text in self.output or self.process.poll() is not None, text)
        assert text in self.output, self.output
        return self

    def until_ready(self) -> "Running":
        return self.until_printed("Triple Chat is ready: ")

    def ended(self, seconds: float = LAUNCHED_IN) -> int:
        return self.process.wait(seconds)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.ended()


def make_project(place: Path) -> Project:
    """The packages come from the environment of this test run, so that nothing is installed."""
    for folder, name, content in (
        ("backend", "manage.py", MANAGE),
        ("backend/config", "asgi.py", ASGI),
        ("frontend", "app.py", PAGE),
        ("tests", "nothing", ""),
    ):
        (place / folder).mkdir(parents=True, exist_ok=True)
        (place / folder / name).write_text(content)
    copy_launcher(place)
    for file in ("constraints.txt", "backend/requirements.txt", "frontend/requirements.txt", "tests/requirements.txt"):
        shutil.copy(ROOT / file, place / file)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place / ".venv")], check=True)
    packages = next((place / ".venv").glob("lib/python*/site-packages"))
    (packages / "of-the-test-run.pth").write_text(sysconfig.get_path("purelib") + "\n")
    mark = "from launcher.install import mark_installed; mark_installed(tests=True)"
    subprocess.run([sys.executable, "-c", mark], cwd=place, env={**os.environ, "PYTHONPATH": "."}, check=True)
    return Project(place)
