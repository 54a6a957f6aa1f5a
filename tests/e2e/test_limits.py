"""Limits of the real API in the real page: a sentence that says how long to wait, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import SLOW
from tests.system import LiveSystem, free_port, start_api, start_frontend


@pytest.fixture(scope="module")
def strict_page(live_system: LiveSystem) -> Iterator[str]:
    """One guest an hour, who may ask one question a minute."""
    port = free_port()
    limits = {"GUESTS_PER_HOUR": "1", "QUESTIONS_PER_MINUTE": "1"}
    with (
        start_api(port, live_system.folder, **limits),
        start_frontend(f"http://127.0.0.1:{port}", live_system.folder) as url,
    ):
        yield url


def test_page_says_what_was_too_much_and_keeps_the_text(new_visitor: NewVisitor, strict_page: str) -> None:
    first = new_visitor(url=strict_page).open()
    first.ask("How tall is a giraffe?")
    first.send("And an okapi?")
    asked_too_often = re.compile(r"too many questions in a short time.+Try again in \d+ (seconds|minutes)\.")
    expect(first.page.get_by_text(asked_too_often)).to_be_visible(timeout=SLOW)
    expect(first.input).to_have_value("And an okapi?")
    expect(first.questions).to_have_text(["How tall is a giraffe?"])

    second = new_visitor(url=strict_page, locale="ko-KR").open()
    second.send("기린은 얼마나 큰가요?")
    came_too_often = re.compile(r"새 방문자가 너무 많이 들어왔습니다.+\d+(분|시간) 뒤에 다시 시도해 주세요\.")
    expect(second.page.get_by_text(came_too_often)).to_be_visible(timeout=SLOW)
    expect(second.input).to_have_value("기린은 얼마나 큰가요?")
    assert not second.has_session_cookie()
