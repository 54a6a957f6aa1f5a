"""Log lines: one line each, with the request's id, without tracebacks.

A traceback shows paths of the machine, and its last line often shows what people wrote.
What is logged of an exception is its type and the places in our code that it passed.
With DEBUG the whole traceback is logged.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from types import TracebackType

from config.env import ROOT
from config.request_id import current_request_id

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class OneLineFormatter(logging.Formatter):
    """`2026-11-23 09:00:00,000 ERROR chat.answers.worker [request id] message (KeyError in ...)`."""

    def __init__(self, *, whole_tracebacks: bool) -> None:
        super().__init__("{asctime} {levelname} {name} [{request_id}] {message}", style="{")
        self._whole = whole_tracebacks

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # Another handler may have left a whole traceback here.
        text = super().format(record)
        return text if self._whole else " ".join(text.splitlines())

    def formatException(self, ei: _ExcInfo) -> str:
        return super().formatException(ei) if self._whole else _in_short(ei)


def _in_short(ei: _ExcInfo) -> str:
    frames = traceback.extract_tb(ei[2])
    ours = [f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno}" for frame in frames if _is_ours(frame.filename)]
    name = ei[0].__name__ if ei[0] else "exception"
    return f"({name} in {' > '.join(ours) or 'a library'})"


def _is_ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(ROOT) and "site-packages" not in path.parts


class RequestIdFilter(logging.Filter):
    """Gives every record the id of the request it belongs to, or "-"."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get() or "-"
        return True
