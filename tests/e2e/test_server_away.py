"""The API goes away and comes back: the question stays on the page and is answered once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import SLOW
from tests.system import LiveSystem, free_port, start_api, start_frontend


@pytest.fixture
def api_port() -> int:
    return free_port()


@pytest.fixture
def lonely_page(live_system: LiveSystem, api_port: int) -> Iterator[str]:
    """A Streamlit server whose API is not there yet."""
    with start_frontend(f"http://127.0.0.1:{api_port}", live_system.folder) as url:
        yield url


def test_a_question_waits_for_the_server_and_is_asked_once(
    new_visitor: NewVisitor, live_system: LiveSystem, lonely_page: str, api_port: int
) -> None:
    visitor = new_visitor(url=lonely_page).open()
    visitor.send("Do not lose me")
    expect(visitor.page.get_by_text("Your question is kept here")).to_be_visible(timeout=SLOW)
    expect(visitor.questions).to_have_text(["Do not lose me"])
    with start_api(api_port, live_system.folder):
        expect(visitor.answers).to_have_count(1, timeout=2 * SLOW)
        expect(visitor.questions).to_have_text(["Do not lose me"])
        visitor.reload()
        expect(visitor.questions).to_have_text(["Do not lose me"])
        expect(visitor.conversations).to_have_count(1)
    visitor.reload()
    expect(visitor.page.get_by_text("The server cannot be reached")).to_be_visible(timeout=SLOW)
    with start_api(api_port, live_system.folder):
        expect(visitor.answers).to_have_count(1, timeout=2 * SLOW)
