"""What the last check of each lesson found, kept in the learner's folder. The Learn page shows it (frontend/lessons/).

Names of files stand there as seen from the project: everybody who opens the page may read them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from learning.texts import both

FILE = "progress.json"


@dataclass(frozen=True)
class Checked:
    """The titles of all steps, of which the first `done` passed, and what was missing at the next one."""

    steps: Sequence[str]
    done: int
    missing: tuple[str, dict[str, Any]] | None


def record(folder: Path, lesson: str, checked: Checked) -> None:
    """Keep it. Nothing is kept where there is no folder yet, or none that can be written to."""
    if not folder.is_dir():
        return
    lessons = _read(folder / FILE)
    lessons[lesson] = {
        "checked": datetime.now(UTC).isoformat(),
        "steps": [both(title) for title in checked.steps],
        "done": checked.done,
        "missing": _missing(folder, *checked.missing) if checked.missing else None,
    }
    with suppress(OSError):
        new = folder / f"{FILE}.new"
        new.write_text(json.dumps(lessons, ensure_ascii=False, indent=1), encoding="utf-8")
        new.replace(folder / FILE)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _missing(folder: Path, key: str, params: dict[str, Any]) -> dict[str, str]:
    outside = f"{folder.parent}{os.sep}"
    return both(key, **{name: str(value).replace(outside, "") for name, value in params.items()})
