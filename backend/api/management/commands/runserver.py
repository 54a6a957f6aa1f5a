"""`runserver` as everybody knows it, with a worker beside it when none is alive.

Daphne's command, although its app is not installed: every process would import Twisted, 0.7 s of CPU, for this one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from daphne.management.commands.runserver import Command as DaphneCommand

from chat.health import worker_is_there
from config.env import ROOT
from launcher.child import die_with_parent


class Command(DaphneCommand):  # type: ignore[misc]
    def handle(self, *args: Any, **options: Any) -> None:
        # The reloader runs this twice: the outer process keeps the worker, and takes the
        # inner one with it.
        if os.environ.get("RUN_MAIN") == "true":
            die_with_parent()
        elif not worker_is_there():
            self._serve_with_worker(*args, **options)
            return
        super().handle(*args, **options)

    def _serve_with_worker(self, *args: Any, **options: Any) -> None:
        self.stdout.write("No worker is alive: starting one beside the server.")
        with _worker():
            super().handle(*args, **options)


@contextmanager
def _worker() -> Iterator[None]:
    command = [sys.executable, str(ROOT / "backend" / "manage.py"), "procrastinate", "worker"]
    # It ends with us, even when we are killed: one left behind would hold the servers.
    worker = subprocess.Popen(command, preexec_fn=die_with_parent)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()
