"""The learning path: its checks pass on the reference solutions, and say what is missing when something is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from learning.texts import TEXTS
from tests.ai_models.example_plugin import write_distribution
from tests.system import ROOT, LiveSystem, _ok, free_port, start_api, start_frontend, start_worker, wait_until

SOLUTIONS = ROOT / "docs" / "learn" / "solutions"
BLOCK = re.compile(r"<!-- file: (?P<name>[\w.]+) -->\n```\w+\n(?P<code>.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Learner:
    """Somebody with a package in `folder`, and a Triple Chat that has it installed."""

    folder: Path
    api_url: str = "http://127.0.0.1:9"
    page_url: str = "http://127.0.0.1:9"

    def check(self, lesson: int, **environment: str) -> subprocess.CompletedProcess[str]:
        addresses = ["--folder", str(self.folder), "--api-url", self.api_url, "--page-url", self.page_url]
        return subprocess.run(
            [sys.executable, "-m", "learning", str(lesson), *addresses],
            cwd=ROOT,
            env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(self.folder), **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    """One who has finished everything, and has not started Triple Chat."""
    return Learner(with_solutions(tmp_path / "learn"))


def with_solutions(folder: Path) -> Path:
    shutil.copytree(SOLUTIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    # What `pip install -e` would write.
    project = (folder / "pyproject.toml").read_text(encoding="utf-8")
    groups = re.findall(r'\[project\.entry-points\."([\w.]+)"\]\n([\w-]+) = "([\w.:]+)"', project)
    lines = "\n".join(f"[{group}]\n{name} = {value}" for group, name, value in groups)
    write_distribution(folder, "my-triple-chat", lines)
    return folder


@pytest.fixture
def running_learner(live_system: LiveSystem, tmp_path: Path) -> Iterator[Learner]:
    folder = with_solutions(tmp_path / "learn")
    installed = {"PYTHONPATH": str(folder), "RETRIEVER": "glossary"}
    port = free_port()
    # Another worker would not have the learner's model.
    live_system.stop_worker()
    try:
        with ExitStack() as stack:
            stack.enter_context(start_api(port, tmp_path, **installed))
            stack.enter_context(start_worker(tmp_path, **installed))
            api_url = f"http://127.0.0.1:{port}"
            wait_until(lambda: _ok(f"{api_url}/api/health/ready/"), "the learner's system is ready")
            yield Learner(folder, api_url, stack.enter_context(start_frontend(api_url, tmp_path, **installed)))
    finally:
        live_system.start_worker()


def test_solutions_pass_every_check(running_learner: Learner) -> None:
    for lesson in (1, 2, 3):
        done = running_learner.check(lesson)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "✗" not in done.stdout
        assert TEXTS[f"passed_{lesson}"][0] in done.stdout
        # What the Learn page shows.
        kept = json.loads((running_learner.folder / "progress.json").read_text(encoding="utf-8"))[str(lesson)]
        assert (kept["done"], kept["missing"]) == (len(kept["steps"]), None)
        assert [step["en"] for step in kept["steps"]] == re.findall(r"^✓ (.+)$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("lesson", [1, 2, 3])
def test_empty_start_says_what_is_missing(tmp_path: Path, lesson: int) -> None:
    empty = Learner(tmp_path)
    english, korean = empty.check(lesson), empty.check(lesson, LC_ALL="ko_KR.UTF-8")
    assert (english.returncode, korean.returncode) == (1, 1)
    assert f"There is no {tmp_path / 'pyproject.toml'} yet" in english.stdout
    assert "아직" in korean.stdout and "docs/learn/ko/1-basic.md" in korean.stdout


@pytest.mark.parametrize(
    ("lesson", "file", "old", "new", "says"),
    [
        (1, "pyproject.toml", "triple_chat.endpoints", "triple_chat.endpoint", 'project.entry-points."triple_chat.end'),
        (1, "pyproject.toml", "my_words:urlpatterns", "my_word:urlpatterns", "pip install -e"),
        (1, "my_words.py", "", "", "Start Triple Chat in another terminal"),
        (2, "my_echo.py", "(ChatModel)", "", "gives a EchoModel and no ChatModel"),
        (2, "my_echo.py", "for word in words:", 'for word in [" ".join(words)]:', "Yield a Delta for each word"),
        (2, "my_echo.py", 'yield Finished("stop")', "return", "no Finished"),
        (2, "my_echo.py", "self.validate_options(request.options)", "request.options", "is accepted"),
        (2, "my_echo.py", "options.get('shout')", "False", "should be in capitals"),
        (2, "my_echo.py", "words = request.question.split()", "words = request.questoin", "has no attribute"),
        (3, "my_glossary.py", "if meanings:", "if False:", "Search for what is meant"),
        (
            3,
            "my_glossary.py",
            "found = list(",
            "search(query, 1)\n        found = list(",
            "Search only for what the question has in it",
        ),
        (3, "my_glossary.py", "[:top_k]", "", "Cut the list at top_k"),
    ],
)
def test_mistakes_are_explained(learner: Learner, lesson: int, file: str, old: str, new: str, says: str) -> None:
    path = learner.folder / file
    code = path.read_text(encoding="utf-8")
    assert old in code
    path.write_text(code.replace(old, new), encoding="utf-8")
    done = learner.check(lesson)
    assert done.returncode == 1
    assert says in done.stdout, done.stdout + done.stderr
    kept = json.loads((learner.folder / "progress.json").read_text(encoding="utf-8"))[str(lesson)]
    assert kept["done"] == done.stdout.count("✓") < len(kept["steps"])
    assert str(learner.folder) not in kept["missing"]["en"], "everybody may read it"


def test_every_text_is_there_in_both_languages() -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", text))

    assert [key for key, (english, korean) in TEXTS.items() if places(english) != places(korean)] == []
    used = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "learning").glob("*.py"))
    assert [key for key in TEXTS if f'"{key}"' not in used and not key.startswith("passed_")] == []


@pytest.mark.parametrize("language", ["en", "ko"])
def test_lessons_show_the_solutions_as_they_are(language: str) -> None:
    lessons = sorted((ROOT / "docs" / "learn" / language).glob("[123]-*.md"))
    assert len(lessons) == 3
    shown = {block["name"]: block["code"] for path in lessons for block in BLOCK.finditer(path.read_text("utf-8"))}
    assert shown == {path.name: path.read_text(encoding="utf-8") for path in SOLUTIONS.iterdir() if path.is_file()}
