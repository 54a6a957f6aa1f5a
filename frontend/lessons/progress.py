"""How far the learner is: what the last `python run.py learn N` found, as it keeps it in the learner's folder."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from settings import LEARNER_FOLDER

_FILE: Final = "progress.json"


@dataclass(frozen=True)
class Progress:
    """Of `steps` the first `done` passed; `missing` says what the next one lacked.

    `changed`: the learner's files are newer than the check, so it may be different now.
    """

    checked: datetime
    steps: tuple[str, ...]
    done: int
    missing: str
    changed: bool

    @property
    def is_finished(self) -> bool:
        return not self.missing and self.done == len(self.steps)


def read(language: str) -> dict[str, Progress]:
    """By lesson; a lesson that was never checked is not in it."""
    folder = Path(LEARNER_FOLDER)
    try:
        found: dict[str, Any] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        changed = _last_change(folder)
        return {number: _progress(each, language, changed) for number, each in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # Nobody has checked anything yet, or the file is somebody's own.
        return {}


def _progress(data: dict[str, Any], language: str, changed: datetime) -> Progress:
    checked = datetime.fromisoformat(data["checked"])
    steps = tuple(str(step[language]) for step in data["steps"])
    missing = str(data["missing"][language]) if data["missing"] else ""
    return Progress(checked, steps, int(data["done"]), missing, changed > checked)


def _last_change(folder: Path) -> datetime:
    """Of the learner's code, and of the names that it is found by."""
    files = [*folder.glob("*.py"), folder / "pyproject.toml"]
    return max((datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in files if file.exists()),
               default=datetime.min.replace(tzinfo=UTC))  # fmt: skip
