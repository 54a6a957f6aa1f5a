"""What other sites and model output cannot do."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.visitor import SLOW, Visitor
from tests.system import LiveSystem


def test_a_picture_in_an_answer_reaches_no_other_host(visitor: Visitor) -> None:
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    with visitor.page.expect_console_message(
        lambda line: "Content Security Policy" in line.text and "evil.example" in line.text, timeout=2 * SLOW
    ):
        visitor.ask("![stolen](https://evil.example/picture.png)")
    expect(visitor.answers.locator("img[src*='evil.example']")).to_have_count(1)
    assert visitor.page.evaluate("() => [...document.images].every(i => !i.src.includes('evil') || !i.naturalWidth)")


def test_the_page_loads_nothing_from_elsewhere(visitor: Visitor) -> None:
    elsewhere: list[str] = []
    visitor.page.on("request", lambda request: elsewhere.append(request.url))
    visitor.reload()
    visitor.ask("hello")
    assert [url for url in elsewhere if not url.startswith((visitor.url, "data:", "blob:"))] == []


def test_the_browser_reports_no_violation_on_our_own_pages(visitor: Visitor) -> None:
    visitor.ask("Some **markdown** with `code` and $x$")
    assert [line for line in visitor.console if "Content Security Policy" in line] == []


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:1", None])
def test_a_socket_from_elsewhere_is_refused(live_system: LiveSystem, origin: str | None) -> None:
    address = live_system.frontend_url.replace("http", "ws") + "/_stcore/stream"
    with pytest.raises(InvalidStatus) as refused, connect(address, origin=origin, open_timeout=10):  # type: ignore[arg-type]
        pass
    assert refused.value.response.status_code == 403


def test_a_socket_from_the_page_itself_is_accepted(live_system: LiveSystem) -> None:
    address = live_system.frontend_url.replace("http", "ws") + "/_stcore/stream"
    with connect(address, origin=live_system.frontend_url, subprotocols=["streamlit"], open_timeout=10):  # type: ignore[arg-type,list-item]
        pass


def test_another_site_cannot_set_the_cookie(live_system: LiveSystem) -> None:
    reply = requests.post(
        f"{live_system.frontend_url}/session/cookie",
        json={"ticket": "x"},
        headers={"Origin": "http://evil.example"},
        timeout=10,
    )
    assert reply.status_code == 403
