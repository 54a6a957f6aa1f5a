"""How progress looks: one line a step, with a live counter on a terminal and a time at the end.

Standard library only.
"""

import contextlib
import sys
import threading
import time
from types import TracebackType

from launcher import messages
from launcher.errors import LauncherError

TICK = 0.2
CLEAR_LINE = "\r\033[K"


def prepare_streams() -> None:
    """A terminal that cannot show a sign gets a question mark, not a crash."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def say(line: str) -> None:
    """A terminal that was closed must not keep the stop from going on."""
    with contextlib.suppress(OSError, ValueError):
        print(line, flush=True)


def complain(error: LauncherError) -> None:
    print(f"✗ {error}", file=sys.stderr, flush=True)


class Step:
    """`with Step("key"):` names the step while it runs, and says how long it took."""

    def __init__(self, key: str, **params: str) -> None:
        self._title = messages.text(key, **params)
        self._live = sys.stdout.isatty()
        self._ended = threading.Event()
        self._began = 0.0
        self._ticker: threading.Thread | None = None

    def __enter__(self) -> "Step":
        self._began = time.monotonic()
        if self._live:
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()
        else:
            say(f"… {self._title}")
        return self

    def _tick(self) -> None:
        while True:
            seconds = int(time.monotonic() - self._began)
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.write(f"{CLEAR_LINE}… {self._title}  {seconds} s")
                sys.stdout.flush()
            if self._ended.wait(TICK):
                return

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        seconds = time.monotonic() - self._began
        if self._ticker is not None:
            self._ended.set()
            self._ticker.join()
        clear = CLEAR_LINE if self._live else ""
        say(f"{clear}{'✗' if kind else '✓'} {self._title}  ({seconds:.1f} s)")
