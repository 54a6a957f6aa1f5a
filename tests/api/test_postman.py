"""The Postman collection: newman runs it from top to bottom on the live system."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from api.schema import openapi_schema
from tests.system import LiveSystem

Json = dict[str, Any]


@pytest.fixture
def collection(live_system: LiveSystem) -> Json:
    downloaded: Json = requests.get(f"{live_system.api_url}/api/schema/postman/", timeout=30).json()
    return downloaded


@pytest.fixture
def newman(pytestconfig: pytest.Config) -> Path:
    """The program, installed once into pytest's cache folder."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, and newman comes with it")
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("newman-6.2.2")
    program = folder / "node_modules" / ".bin" / "newman"
    if not program.exists():
        options = ["--no-save", "--no-fund", "--no-audit", "--loglevel", "error"]
        installed = subprocess.run(
            [npm, "install", *options, "--prefix", str(folder), "newman@6.2.2"],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert installed.returncode == 0, installed.stderr
    return program


def all_items(collection: Json) -> Iterator[Json]:
    for folder in collection["item"]:
        yield from folder["item"]


def test_collection_has_every_operation(collection: Json) -> None:
    in_schema = {
        (method.upper(), re.sub(r"{(\w+)}", r"{{\1}}", path))
        for path, methods in openapi_schema()["paths"].items()
        for method in methods
    }
    requests_made = [item["request"] for item in all_items(collection)]
    in_collection = {
        (each["method"], each["url"]["raw"].removeprefix("{{base_url}}").split("?")[0]) for each in requests_made
    }
    assert in_collection == in_schema


def test_collection_calls_the_server_that_it_came_from(collection: Json, live_system: LiveSystem) -> None:
    variables = {variable["key"]: variable["value"] for variable in collection["variable"]}
    assert variables["base_url"] == live_system.api_url
    # It is handed around: nobody's token may be in it.
    assert {value for key, value in variables.items() if key != "base_url"} == {""}


def test_newman_runs_it_from_top_to_bottom(collection: Json, newman: Path, tmp_path: Path) -> None:
    saved, report = tmp_path / "collection.json", tmp_path / "report.json"
    saved.write_text(json.dumps(collection))
    done = subprocess.run(
        [str(newman), "run", str(saved), "--color", "off", "--reporters", "cli,json", "--reporter-json-export", report],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    run = json.loads(report.read_text())["run"]
    assert run["failures"] == []
    requests_made = len(list(all_items(collection)))
    assert run["stats"]["requests"]["total"] == requests_made
    # Each request is checked; errors are checked twice.
    assert run["stats"]["assertions"]["total"] >= requests_made
