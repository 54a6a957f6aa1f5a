"""procrastinate's own commands. `worker` also writes answers, which need no job: their rows are the queue."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from procrastinate import App, cli
from procrastinate.contrib.django.management.commands.procrastinate import Command as ProcrastinateCommand
from procrastinate.exceptions import ConnectorException

from chat.answers.serving import serving_answers
from chat.answers.worker import this_worker

logger = logging.getLogger(__name__)

_AWAY_SECONDS = 0.5
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Command(ProcrastinateCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["command"] == "worker":
            options["func"] = _work
        super().handle(*args, **options)


async def _work(app: App, **options: Any) -> None:
    """Run jobs and write answers, until a signal ends both."""
    # As in config/asgi.py.
    gc.collect()
    gc.freeze()
    over = asyncio.Event()
    jobs = asyncio.create_task(_run_jobs(app, over, **options))
    jobs.add_done_callback(lambda _: over.set())
    with _told_to_stop(over):
        async with serving_answers(this_worker(), stop_seconds=settings.WORKER_STOP_SECONDS):
            await over.wait()
            # Both finish what they have begun, at the same time.
            jobs.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await jobs


async def _run_jobs(app: App, over: asyncio.Event, **options: Any) -> None:
    """procrastinate gives up when its connection breaks at the wrong moment: it begins anew, and no answer suffers."""
    while True:
        try:
            await cli.worker_(app, install_signal_handlers=False, **options)
        except ConnectorException as error:
            logger.warning("No jobs are run (%s)", type(error).__name__)
        if over.is_set() or not options.get("wait", True):
            return
        await asyncio.sleep(_AWAY_SECONDS)


@contextmanager
def _told_to_stop(over: asyncio.Event) -> Iterator[None]:
    """A second signal ends the process as if this was not here."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for each in _SIGNALS:
            loop.remove_signal_handler(each)
        over.set()

    with contextlib.suppress(NotImplementedError):  # on Windows
        for each in _SIGNALS:
            loop.add_signal_handler(each, stop)
    yield
