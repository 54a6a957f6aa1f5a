"""Folders for the launcher's tests; every process that runs on them is ended afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.launcher.stand_in import Project, end_all, make_project


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    end_all(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield make_project(tmp_path / "project")
    end_all(tmp_path)


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentences that these tests look for are English, whatever this terminal speaks."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
