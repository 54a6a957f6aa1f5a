"""The containers: the compose file is valid and says what it should; the images get what they need.

No engine is asked: docker-compose reads the file, and the rest is read here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
OURS = ("migrate", "api", "worker", "frontend")
LONG_RUNNING = ("postgres", "redis", "api", "worker", "frontend")


@pytest.fixture(scope="session")
def written() -> dict[str, Any]:
    """The file as it stands, anchors resolved, variables not."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return content


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What `docker compose` needs: the file, and .env as the example has it."""
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    return tmp_path


def compose_config(project: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed (Debian has a package of this name)")
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **variables}
    return subprocess.run(
        [program, "config"], cwd=project, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_docker_compose_accepts_it(project: Path) -> None:
    done = compose_config(project, POSTGRES_PASSWORD="it's a $ecret #1")
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert set(services) == {*LONG_RUNNING, "migrate"}
    # In the output a dollar sign is doubled, so that it can be read in again.
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD"] == "it's a $$ecret #1"
    assert services["api"]["environment"]["PGPASSWORD"] == "it's a $$ecret #1"


def test_missing_password_is_a_sentence_that_says_what_to_do(project: Path) -> None:
    done = compose_config(project)
    assert done.returncode != 0
    assert "Copy .env.example to .env and give POSTGRES_PASSWORD a value in it." in done.stderr


def test_settings_of_the_env_file_reach_the_backend_and_addresses_of_run_py_do_not(project: Path) -> None:
    with (project / ".env").open("a") as file:
        file.write("POSTGRES_PASSWORD=pw\nGUEST_DAYS=12\nDATABASE_URL=postgresql://me@localhost/other\nOLLAMA_URL=\n")
        file.write("""AI_ENDPOINTS='[{"name": "studio", "base_url": "http://localhost:1234/v1"}]'\n""")
    done = compose_config(project)
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    for name in ("api", "worker", "migrate"):
        environment = services[name]["environment"]
        assert environment["GUEST_DAYS"] == "12"
        assert environment["AI_ENDPOINTS"] == '[{"name": "studio", "base_url": "http://localhost:1234/v1"}]'
        assert environment["DATABASE_URL"] == "postgresql://triple_chat@postgres:5432/triple_chat"
        assert environment["OLLAMA_URL"] == ""
    assert not {"AI_ENDPOINTS", "POSTGRES_PASSWORD", "PGPASSWORD"} & services["frontend"]["environment"].keys()


def test_only_api_and_page_are_published_and_only_on_this_machine(written: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in written["services"].items() if "ports" in service}
    assert set(published) == {"api", "frontend"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_stores_are_out_of_the_pages_reach(written: dict[str, Any]) -> None:
    services = written["services"]
    assert services["postgres"]["networks"] == services["redis"]["networks"] == ["stores"]
    assert written["networks"]["stores"] == {"internal": True}
    assert services["frontend"]["networks"] == ["outside"]


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_long_running_service_has_a_health_check_and_comes_back(written: dict[str, Any], name: str) -> None:
    service = written["services"][name]
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert "curl" not in str(service["healthcheck"])  # the images have none
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OURS)
def test_our_containers_cannot_write_or_gain_rights(written: dict[str, Any], name: str) -> None:
    service = written["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_each_waits_for_what_it_needs(written: dict[str, Any]) -> None:
    waits = {name: service.get("depends_on", {}) for name, service in written["services"].items()}
    assert waits["migrate"] == {name: {"condition": "service_healthy"} for name in ("postgres", "redis")}
    after = {**waits["migrate"], "migrate": {"condition": "service_completed_successfully"}}
    assert waits["api"] == waits["worker"] == after
    assert waits["frontend"] == {name: {"condition": "service_healthy"} for name in ("api", "worker")}


def test_data_lies_in_named_volumes(written: dict[str, Any]) -> None:
    kept = {name: service.get("volumes", []) for name, service in written["services"].items()}
    assert kept["postgres"] == ["postgres:/var/lib/postgresql"]
    assert kept["redis"] == ["redis:/data"]
    assert kept["api"] == kept["worker"] == ["data:/data"]
    assert set(written["volumes"]) == {"postgres", "redis", "data"}


def test_images_of_others_are_pinned(written: dict[str, Any]) -> None:
    for name in ("postgres", "redis"):
        assert re.search(r":\d+\.\d+\.\d+", written["services"][name]["image"])


@pytest.mark.parametrize("tier", ["backend", "frontend"])
def test_dockerfile_copies_what_is_there_and_ends_as_an_ordinary_user(tier: str) -> None:
    lines = (ROOT / tier / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY ")]
    assert "constraints.txt" in copied and f"{tier}/" in copied
    assert [path for path in copied if not (ROOT / path).exists()] == []
    users = [line for line in lines if line.startswith("USER ")]
    assert users == ["USER 10001:10001"]


def test_builder_is_sent_nothing_but_code() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {rule.removeprefix("!").rstrip("/") for rule in rules if rule.startswith("!")}
    copied = {
        line.split()[1].rstrip("/")
        for tier in ("backend", "frontend")
        for line in (ROOT / tier / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ")
    }
    wanted = {rule for path in copied for rule in let_in if path == rule or path.startswith(f"{rule}/")}
    assert let_in == wanted
    assert [path for path in copied if not any(f"{path}/".startswith(f"{rule}/") for rule in let_in)] == []
    assert "**/.env*" in rules
