"""The Learn page: the lessons as they are written, and what the last check found."""

from __future__ import annotations

import json
import os
import re
import time
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from learning.progress import Checked, record
from tests.frontend.conftest import FRONTEND
from tests.frontend.fake_api import FakeApi
from tests.frontend.tab import click, html


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The learner's folder."""
    monkeypatch.setattr("lessons.progress.LEARNER_FOLDER", tmp_path / "learn")
    (tmp_path / "learn").mkdir()
    return tmp_path / "learn"


@pytest.fixture
def learn_page(page: AppTest, api: FakeApi, folder: Path) -> AppTest:
    return page.run().switch_page(str(FRONTEND / "pages" / "learn.py")).run()


def text(tab: AppTest) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", " ".join(html(tab)))))


def shown(tab: AppTest) -> str:
    return "\n".join(each.value for each in tab.markdown)


def test_a_lesson_is_shown_with_its_code_and_leads_to_the_next(learn_page: AppTest) -> None:
    assert not learn_page.exception
    assert "Lesson 1: a page and an endpoint of your own" in text(learn_page)
    assert "class MyWordsView(APIView):" in shown(learn_page) and "<!--" not in shown(learn_page)
    assert "Not checked yet." in text(learn_page)
    assert [each.value for each in learn_page.code] == ["python run.py learn 1"]
    click(learn_page, "next-lesson")
    assert "Lesson 2: a streaming model of your own" in text(learn_page)
    assert "Add a model (`docs/add-a-model.md`)" in shown(learn_page)
    assert learn_page.query_params["lesson"] in ("2", ["2"])
    click(learn_page, "next-lesson")
    assert '"models": models' in shown(learn_page) and "next-lesson" not in {each.key for each in learn_page.button}


def test_lessons_are_in_the_visitors_language(learn_page: AppTest) -> None:
    learn_page.session_state["language"] = "ko"
    learn_page.run()
    assert "1과: 나만의 페이지와 엔드포인트" in text(learn_page)
    assert "네 가지를 눈여겨보세요." in shown(learn_page)


def test_progress_is_what_the_check_found(learn_page: AppTest, folder: Path) -> None:
    steps = ["step_package", "step_installed", "step_running"]
    record(folder, "1", Checked(steps, 1, ("no_module", {"module": "my_words", "folder": folder})))
    learn_page.run()
    assert "1 of 3 steps checked just now" in text(learn_page)
    assert "The module my_words is not in learn. Make the file" in text(learn_page), "no path of the machine"
    assert "this lesson is done" not in text(learn_page).lower()
    record(folder, "1", Checked(steps, 3, None))
    assert "This lesson is done checked just now" in text(learn_page.run())
    later = time.time() + 60
    (folder / "my_words.py").write_text("")
    os.utime(folder / "my_words.py", (later, later))
    assert "Your files have changed since: check again." in text(learn_page.run())


@pytest.mark.parametrize(
    "content", ["", "[]", '{"1": {}}', json.dumps({"1": {"checked": "x", "steps": [], "done": 0}})]
)
def test_a_file_of_somebody_else_is_no_progress(learn_page: AppTest, folder: Path, content: str) -> None:
    (folder / "progress.json").write_text(content)
    assert "Not checked yet." in text(learn_page.run())
    record(folder, "2", Checked(["step_running"], 1, None))
    assert not learn_page.run().exception
