"""The separate way: `manage.py runserver` alone, with the embedded servers and a worker beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import requests

from tests.cast import new_guest
from tests.readers import Tab
from tests.system import ROOT, free_port, wait_until

SECONDS = 180


def test_runserver_answers_alone_and_leaves_nothing_behind(tmp_path: Path) -> None:
    own = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in own}
    environment |= {"TRIPLE_CHAT_DATA": str(tmp_path / "data"), "OLLAMA_URL": ""}
    url = f"http://127.0.0.1:{(port := free_port())}"
    manage = [sys.executable, "manage.py"]
    backend = ROOT / "backend"
    subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=backend, env=environment, check=True, timeout=SECONDS)
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [*manage, "runserver", str(port)], cwd=backend, env=environment, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: _is_ready(url), "runserver and its worker are ready", seconds=SECONDS)
        guest = new_guest(url)
        assert guest.ask("hello", model="builtin").json()["status"] == "done"
        with Tab(guest) as tab:
            shown = tab.follow(tab.ask("hello", model="builtin"))
        assert shown.end and shown.end["status"] == "done"
        assert b"starting one beside the server" in (tmp_path / "log").read_bytes()
        family = _processes_of(tmp_path)
        assert len(family) > 2
    finally:
        server.kill()
        server.wait()
    wait_until(lambda: not any(process.is_running() for process in family), "nothing is left behind")


def _processes_of(folder: Path) -> list[psutil.Process]:
    """All processes that were started with this data folder in their environment."""
    marked = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TRIPLE_CHAT_DATA", "").startswith(str(folder)) and process.status() != "zombie":
                marked.append(process)
        except psutil.Error:
            continue
    return marked


def _is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/api/health/ready/", timeout=5).status_code == 200
    except requests.RequestException:
        return False
