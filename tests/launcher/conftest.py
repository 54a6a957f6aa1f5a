"""Folders for the launcher's tests; every process that runs on them is ended afterwards."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.launcher.stand_in import Project, end_all, make_project


@pytest.fixture
def data() -> Iterator[Path]:
    """With a short path, so that the servers' sockets lie in it."""
    with tempfile.TemporaryDirectory(prefix="tc-", ignore_cleanup_errors=True) as place:
        yield Path(place) / "data"
        end_all(Path(place))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield make_project(tmp_path / "project")
    end_all(tmp_path)


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentences that these tests look for are English, whatever this terminal speaks."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
