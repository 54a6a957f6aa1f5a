"""The installer, on tiny requirement files: real venv, real pip, real uv (downloads about 25 MB)."""

import os
import shutil
from pathlib import Path

import pytest

from tests.launcher.stand_in import Project

INSTALLED_IN = 300.0
# Nothing can be reached: no index, no folder of wheels, no configuration that names one.
OFFLINE = {
    "UV_DEFAULT_INDEX": "http://127.0.0.1:1/simple",
    "UV_HTTP_RETRIES": "0",
    "UV_NO_CACHE": "1",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:1/simple",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
    "PIP_NO_CACHE_DIR": "1",
}


def want(project: Project, package: str) -> None:
    """Only this package, instead of all that the product needs."""
    (project.place / "constraints.txt").write_text(package + "\n")
    for folder in ("backend", "frontend"):
        (project.place / folder / "requirements.txt").write_text(f"-c ../constraints.txt\n{package}\n")


@pytest.fixture
def fresh(project: Project) -> Project:
    """Without an environment, as after a clone."""
    shutil.rmtree(project.place / ".venv")
    want(project, "iniconfig==2.3.1")
    return project


def installed(project: Project) -> list[str]:
    return [path.name for path in (project.place / ".venv").glob("lib/python*/site-packages/iniconfig-*")]


def test_first_start_installs_second_does_not_interrupted_heals(fresh: Project) -> None:
    first = fresh.run("manage", "anything")
    assert first.ended(INSTALLED_IN) == 7, first.output
    for step in ("✓ Making the environment .venv  (", "✓ Getting the installer uv  (", "✓ Installing the packages  ("):
        assert step in first.output
    assert installed(fresh) == ["iniconfig-2.3.1.dist-info"]

    second = fresh.run("manage", "anything")
    assert second.ended(INSTALLED_IN) == 7
    assert "✓" not in second.output

    want(fresh, "iniconfig==2.3.0")
    changed = fresh.run("manage", "anything")
    assert changed.ended(INSTALLED_IN) == 7, changed.output
    assert "Making the environment" not in changed.output
    assert installed(fresh) == ["iniconfig-2.3.0.dist-info"]

    (fresh.place / ".venv" / ".unfinished").touch()  # as a kill in the middle of installing leaves it
    healed = fresh.run("manage", "anything")
    assert healed.ended(INSTALLED_IN) == 7, healed.output
    assert "✓ Making the environment" in healed.output


def test_without_a_network(project: Project) -> None:
    want(project, "iniconfig==2.3.0")
    project.environment = OFFLINE
    failed = project.run("--no-browser")
    assert failed.ended(INSTALLED_IN) == 1
    assert "could not be downloaded. Check the internet connection" in failed.output
    assert "Traceback" not in failed.output


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_debian_python_without_venv(fresh: Project, tmp_path: Path, module: str) -> None:
    without = tmp_path / "without"
    without.mkdir()
    (without / "sitecustomize.py").write_text(f"import sys; sys.modules[{module!r}] = None\n")
    fresh.environment = {"PYTHONPATH": str(without)}
    failed = fresh.run()
    assert failed.ended(INSTALLED_IN) == 1
    assert f"its module '{module}' is missing" in failed.output
    assert "sudo apt install python3" in failed.output
    assert failed.output.count("\n") == 1


def test_a_place_where_no_environment_can_be_made(fresh: Project) -> None:
    (fresh.place / ".venv").write_text("a file is in the way")
    failed = fresh.run()
    assert failed.ended(INSTALLED_IN) == 1
    assert "The environment .venv could not be made" in failed.output
    assert "Traceback" not in failed.output


def test_a_package_that_does_not_exist_is_named(project: Project) -> None:
    want(project, "iniconfig==0.0.0.1")
    failed = project.run()
    assert failed.ended(INSTALLED_IN) == 1
    assert "The packages could not be installed" in failed.output
    assert "iniconfig==0.0.0.1" in failed.output
    assert "pip installs the packages (this takes longer)" in failed.output
    assert ".venv/install.log" in failed.output
