"""How a lesson is checked: step after step, up to the first one where something is missing."""

from __future__ import annotations

import sys
import tomllib
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from learning.progress import Checked, record
from learning.texts import text


class Missing(Exception):
    """What is missing, as a text of the catalogue that says what to do."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


@dataclass(frozen=True)
class Place:
    """Where the learner's piece lies, and where Triple Chat runs."""

    folder: Path
    api_url: str
    page_url: str


@dataclass(frozen=True)
class Step:
    """`title`: what it looks for, a text of the catalogue. `check` raises Missing."""

    title: str
    check: Callable[[Place], None]


def run_checks(lesson: str, steps: Sequence[Step], place: Place) -> bool:
    """Print each step, and at the first that fails what is missing; the Learn page shows the same. Whether all passed."""
    done = 0
    missing: tuple[str, dict[str, Any]] | None = None
    for step in steps:
        try:
            step.check(place)
        except Missing as found:
            missing = found.key, found.params
            _say(f"✗ {text(step.title)}")
            _say(f"  {text(found.key, **found.params)}")
            break
        except Exception as error:  # The learner's own code: show where it broke.
            missing = "broke_where", {"error": type(error).__name__, "where": _where(error, place)}
            _say(f"✗ {text(step.title)}")
            _say(f"  {text('broke')}")
            _say("".join(traceback.format_exc(limit=-3)))
            break
        _say(f"✓ {text(step.title)}")
        done += 1
    record(place.folder, lesson, Checked([step.title for step in steps], done, missing))
    if missing is None:
        _say(text(f"passed_{lesson}"))
    return missing is None


def _where(error: Exception, place: Place) -> str:
    """The last line of the learner's code that led there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(place.folder)]
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "?"


def _say(line: str) -> None:
    print(line, flush=True)


# --- What every lesson begins with ---------------------------------------------------------------------


def package_is_there(group: str) -> Callable[[Place], None]:
    def check(place: Place) -> None:
        if group not in _groups(place):
            raise Missing("no_entry_point", group=group, file=_project_file(place))

    return check


def _groups(place: Place) -> dict[str, dict[str, str]]:
    path = _project_file(place)
    if not path.exists():
        raise Missing("no_package", file=path)
    try:
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        groups: dict[str, dict[str, str]] = project.get("entry-points", {})
        return groups
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise Missing("package_broken", file=path, reason=error) from None


def _project_file(place: Place) -> Path:
    return place.folder / "pyproject.toml"


def own_entry_point(place: Place, group: str) -> EntryPoint:
    """The learner's entry point of that group, as it is installed."""
    wanted = _groups(place).get(group, {})
    for name, value in wanted.items():
        for found in entry_points(group=group, name=name):
            if found.value == value:
                return found
    raise Missing("not_installed", folder=place.folder)


def package_is_installed(group: str) -> Callable[[Place], None]:
    def check(place: Place) -> None:
        entry_point = own_entry_point(place, group)
        module = find_spec(entry_point.module)
        if module is None or module.origin is None or not Path(module.origin).is_relative_to(place.folder):
            raise Missing("no_module", module=entry_point.module, folder=place.folder)

    return check


def load(place: Place, group: str) -> Any:
    """What the entry point names, imported as Triple Chat would."""
    entry_point = own_entry_point(place, group)
    # Models and retrievers import the contract, pages the client's parts.
    for folder in (place.folder, Path(__file__).resolve().parents[1]):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    return entry_point.load()
