"""What run.py says when it cannot go on: one clear sentence, an exit code, and no traceback."""

import ast
import os
import string
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import messages
from tests.launcher.stand_in import ROOT, Project

OLD_PYTHON = (
    "import sys, runpy; sys.version_info = (3, 6, 15); sys.argv = ['run.py'];"
    f"runpy.run_path({str(ROOT / 'run.py')!r}, run_name='__main__')"
)


@pytest.mark.parametrize(
    ("language", "said"), [("C", "needs Python 3.11 or newer"), ("ko_KR.UTF-8", "3.11 이상이 필요")]
)
def test_an_old_python(language: str, said: str) -> None:
    environment = {**os.environ, "LC_ALL": language}
    ended = subprocess.run([sys.executable, "-c", OLD_PYTHON], capture_output=True, env=environment, check=False)
    assert ended.returncode == 1
    assert said in ended.stderr.decode()
    assert "python3.11 run.py" in ended.stderr.decode()


def test_an_old_python_can_read_run_py() -> None:
    source = (ROOT / "run.py").read_text()
    ast.parse(source, feature_version=(3, 4))
    assert not any(isinstance(node, ast.JoinedStr | ast.AnnAssign) for node in ast.walk(ast.parse(source)))


def test_help_names_the_commands_and_options(project: Project) -> None:
    shown = project.run("--help")
    assert shown.ended() == 0
    for word in ("test", "manage", "--host", "--backend-port", "--frontend-port", "--data", "--no-browser"):
        assert word in shown.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fly"], "Unknown command 'fly'"),
        (["manage"], "'manage' needs a command"),
        (["--backend-port", "99999"], "'99999' is not a port"),
        (["--backend-port", "9000", "--frontend-port", "9000"], "cannot share port 9000"),
    ],
)
def test_a_wrong_command_line(project: Project, arguments: list[str], said: str) -> None:
    refused = project.run(*arguments)
    assert refused.ended() == 2
    assert said in refused.output


def test_manage_passes_everything_through(project: Project) -> None:
    managed = project.run("--data", "elsewhere", "manage", "cleanup_users", "--dry-run", "--days", "30")
    assert managed.ended() == 7
    assert managed.output == f"manage ['cleanup_users', '--dry-run', '--days', '30'] {Path.cwd() / 'elsewhere'}\n"


def test_both_languages_say_the_same_things() -> None:
    for key, texts in messages.TEXTS.items():
        english, korean = ([name for _, name, _, _ in string.Formatter().parse(text) if name] for text in texts)
        assert set(english) == set(korean), key
        assert any("가" <= letter <= "힣" for letter in texts[1]) or texts[1] == "API", key


def test_every_message_that_is_named_exists() -> None:
    """Keys are written as texts in the code; a wrong one would show only when something fails."""
    named = set()
    for path in (ROOT / "launcher").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in ("LauncherError", "Step", "text"):
                    named.add(node.args[0].value)
    assert len(named) > 20
    assert named <= set(messages.TEXTS)


@pytest.mark.parametrize(
    ("set_to", "expected"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "C", "LC_ALL": "ko"}, "ko"),
        ({}, "en"),
    ],
)
def test_the_language_follows_the_locale(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], expected: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    assert messages.language() == expected
