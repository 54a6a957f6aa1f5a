"""The OpenAPI schema: valid, with examples that fit it, and shown by pages that need no internet."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command
from jsonschema import Draft7Validator
from playwright.sync_api import Page, sync_playwright

from api.management.commands import export_docs
from api.schema import openapi_schema
from launcher.browser import BROWSERS
from tests.system import ROOT, LiveSystem

Json = dict[str, Any]


def operations() -> Iterator[tuple[str, Json]]:
    for path, methods in openapi_schema()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def bodies(operation: Json) -> Iterator[tuple[str, Json]]:
    """The request's body and those of all replies, by status and media type."""
    described = {"request": operation.get("requestBody", {}), **operation["responses"]}
    for name, body in described.items():
        for media_type, content in body.get("content", {}).items():
            yield f"{name} {media_type}", content


def examples(body: Json) -> list[Any]:
    several = [example["value"] for example in body.get("examples", {}).values()]
    return [*several, *([body["example"]] if "example" in body else [])]


def as_json_schema(schema: Any) -> Any:
    """JSON Schema has no `nullable` and finds components under the same root."""
    if isinstance(schema, list):
        return [as_json_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: as_json_schema(value) for key, value in schema.items() if key not in {"nullable", "example"}}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") else plain


def test_schema_is_valid_and_made_without_a_warning(tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


def test_every_operation_has_a_name_of_its_own_and_a_summary() -> None:
    ids = [operation["operationId"] for _, operation in operations()]
    assert len(ids) == len(set(ids)) > 20
    assert [name for name, operation in operations() if not operation.get("summary")] == []


def test_every_body_has_an_example() -> None:
    without = [
        f"{name} {which}" for name, operation in operations() for which, body in bodies(operation) if not examples(body)
    ]
    assert without == []


def test_every_example_fits_its_schema() -> None:
    components = {"components": as_json_schema(openapi_schema()["components"])}
    for name, operation in operations():
        for which, body in bodies(operation):
            if "json" not in which or "ndjson" in which:
                continue  # of a stream the schema describes one event, and the example is a stream
            validator = Draft7Validator({**components, "allOf": [as_json_schema(body["schema"])]})
            for example in examples(body):
                problems = [error.message for error in validator.iter_errors(example)]
                assert problems == [], f"{name} {which}"


def test_every_operation_but_the_open_ones_asks_for_a_token() -> None:
    open_ones = {operation["operationId"] for _, operation in operations() if not operation.get("security")}
    assert open_ones == {"sessions_open", "sessions_redeem", "health_live", "health_ready", "limits"}


def test_documents_in_the_repository_are_current() -> None:
    # In a process of its own, as people run it: other tests leave their traces in this one.
    command = [sys.executable, "backend/manage.py", "export_docs", "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stderr


def test_stale_document_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_docs, "FOLDER", tmp_path)
    call_command("export_docs")
    call_command("export_docs", check=True)
    with (tmp_path / "openapi.yaml").open("a") as file:
        file.write("# edited by hand\n")
    with pytest.raises(CommandError, match=r"docs/api/openapi\.yaml") as stale:
        call_command("export_docs", check=True)
    assert "postman" not in str(stale.value)


@pytest.mark.parametrize("address", ["", "swagger-ui/", "redoc/", "postman/"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer ended-long-ago"}], ids=["no token", "ended token"])
def test_schema_addresses_need_no_sign_in(live_system: LiveSystem, address: str, headers: dict[str, str]) -> None:
    reply = requests.get(f"{live_system.api_url}/api/schema/{address}", headers=headers, timeout=30)
    assert reply.status_code == 200


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("address", ["swagger-ui", "redoc"])
def test_page_shows_the_operations_and_asks_no_other_host(live_system: LiveSystem, page: Page, address: str) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix("blob:")))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"{live_system.api_url}/api/schema/{address}/")
    page.get_by_text("Answer the same question again").filter(visible=True).first.wait_for()
    page.wait_for_load_state("networkidle")

    assert len(asked) > 3
    assert [url for url in asked if not url.startswith((live_system.api_url, "data:"))] == []
    assert complaints == []
