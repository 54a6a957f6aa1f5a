"""Settings: every one stands in .env.example, and a wrong value stops the start and is named."""

from __future__ import annotations

import ast
import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
READERS = [
    *(ROOT / "backend" / "config").glob("*.py"),
    ROOT / "ai_models" / "endpoints.py",
    *(path for path in (ROOT / "frontend").rglob("*.py")),
    *(path for path in (ROOT / "launcher").rglob("*.py")),
    ROOT / "run.py",
]
# Read, but set by the system, by a tool or by the tests.
NOT_OURS = {
    "BROWSER",
    "DISPLAY",
    "DJANGO_SETTINGS_MODULE",
    "LANG",
    "LC_ALL",
    "LC_MESSAGES",
    "PGPASSWORD",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
    "WAYLAND_DISPLAY",
    # Names another .env, so it cannot stand in one.
    "TRIPLE_CHAT_ENV_FILE",
}
MAPPINGS = {"environ", "given", "_given", "variables", "_variables", "values"}
FUNCTIONS = {"_read", "text", "integer", "seconds", "boolean", "words", "choice", "cron", "url", "get", "getenv", "pop"}


def variables_read(path: Path) -> Iterator[str]:
    """Names that the file looks up: `reader.integer("NAME")`, `environ.get("NAME")`, `environ["NAME"]`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args and last_name(node.func) in FUNCTIONS:
            yield from names_in(node.args[0])
        elif isinstance(node, ast.Subscript) and last_name(node.value) in MAPPINGS:
            yield from names_in(node.slice)


def last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def names_in(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and re.fullmatch(r"[A-Z][A-Z0-9_]+", str(node.value)):
        yield str(node.value)


def in_code() -> set[str]:
    return {name for path in READERS for name in variables_read(path)} - NOT_OURS


def in_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))


def in_example() -> list[str]:
    return re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_every_variable_stands_in_the_example_and_nothing_else_does() -> None:
    assert {"ACCOUNT_IDLE_DAYS", "AI_ENDPOINTS", "API_URL", "DATABASE_URL", "LOG_LEVEL"} <= in_code()
    assert set(in_example()) == in_code() | in_compose()


def test_every_variable_in_the_example_stands_there_once_with_its_meaning() -> None:
    assert len(in_example()) == len(set(in_example()))
    lines = (ROOT / ".env.example").read_text().splitlines()
    for before, line in itertools.pairwise(lines):
        if re.match(r"#? ?[A-Z][A-Z0-9_]+=", line):
            assert re.match(r"# \w.+\.$|# \w.+\)\.$", before), f"no meaning above: {line}"


def load_settings(folder: Path, variables: dict[str, str], env_file: str = "", shown: str = "") -> tuple[int, str]:
    """Load the settings in a process of their own; return its exit code and what it printed."""
    (folder / "env").write_text(env_file)
    known = set(in_example())
    environment = {
        **{name: value for name, value in os.environ.items() if name not in known},
        "DATABASE_URL": "postgresql://localhost/nowhere",
        "REDIS_URL": "redis://localhost",
        "TRIPLE_CHAT_DATA": str(folder / "data"),
        "TRIPLE_CHAT_ENV_FILE": str(folder / "env"),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'backend'}",
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-c", f"import config.settings as settings; print({shown or None})"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCOUNT_IDLE_DAYS", "a week"),
        ("ACCOUNT_SESSION_DAYS", "0"),
        ("ACTIVITY_FLUSH_SECONDS", "-1"),
        ("API_PROCESSES", "0"),
        ("GUESTS_ALLOWED", "perhaps"),
        ("SIGN_IN_ATTEMPTS", "-1"),
        ("ANSWER_WAIT_SECONDS", "inf"),
        ("ANSWERS_PER_WORKER", "1.5"),
        ("DATABASE_POOL_SIZE", "1"),
        ("DATABASE_URL", "mysql://localhost/nowhere"),
        ("DATABASE_URL", "postgresql://localhost"),
        ("DATABASE_URL", ""),
        ("DEBUG", "maybe"),
        ("GUEST_DAYS", "∞"),
        ("LOG_LEVEL", "LOUD"),
        ("PUBLIC_URL", "localhost:8501"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", ""),
        ("AI_ENDPOINTS", "[{]"),
        ("AI_ENDPOINTS", '[{"name": "one"}]'),
        ("OPENAI_BASE_URL", "api.example.com"),
        ("OLLAMA_URL", "ftp://localhost"),
    ],
)
def test_wrong_value_stops_the_start_and_is_named(tmp_path: Path, name: str, value: str) -> None:
    code, printed = load_settings(tmp_path, {name: value})
    assert code != 0
    sentence = printed.strip().splitlines()[-1]
    assert sentence.startswith("django.core.exceptions.ImproperlyConfigured: ") and name in sentence


def test_error_does_not_repeat_a_secret(tmp_path: Path) -> None:
    endpoints = '[{"name": "one", "base_url": "http://user:hunter2@localhost/v1", "api_key": "sk-hunter2"}]'
    code, printed = load_settings(tmp_path, {"AI_ENDPOINTS": endpoints})
    assert code != 0
    assert "AI_ENDPOINTS" in printed and "hunter2" not in printed


def test_example_as_it_stands_is_a_valid_file_of_defaults(tmp_path: Path) -> None:
    example = (ROOT / ".env.example").read_text()
    everything = re.sub(r"^# (?=[A-Z][A-Z0-9_]+=.)", "", example, flags=re.MULTILINE)
    shown = "{name: str(value) for name, value in vars(settings).items() if name.isupper() and name != 'SECRET_KEY'}"
    code, with_defaults = load_settings(tmp_path, {}, "", shown)
    assert code == 0, with_defaults
    for env_file in (example, everything):
        assert load_settings(tmp_path, {}, env_file, shown) == (0, with_defaults)


def test_process_environment_wins_over_the_file(tmp_path: Path) -> None:
    shown = "settings.GUEST_IDLE.days"
    assert load_settings(tmp_path, {}, "GUEST_DAYS=12", shown) == (0, "12\n")
    assert load_settings(tmp_path, {"GUEST_DAYS": "13"}, "GUEST_DAYS=12", shown) == (0, "13\n")


def test_empty_ollama_address_in_the_file_means_do_not_look(tmp_path: Path) -> None:
    shown = "[each.name for each in __import__('ai_models.endpoints').endpoints.read_endpoints(settings._variables)]"
    assert load_settings(tmp_path, {}, "", shown) == (0, "['ollama']\n")
    assert load_settings(tmp_path, {}, "OLLAMA_URL=", shown) == (0, "[]\n")
