"""A real browser on the real system: API, worker, Streamlit and a fake model server, each a process of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from tests.e2e.visitor import SLOW, Visitor
from tests.system import LiveSystem

_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

NewVisitor = Callable[..., Visitor]

expect.set_options(timeout=SLOW)


@pytest.fixture(scope="module")
def playwright(live_system: LiveSystem) -> Iterator[Playwright]:
    """After the system has started and for one file at a time: its event loop is in the way of Django's."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The installed Chromium, else playwright's own."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    with playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS)) as running:
        yield running


@pytest.fixture
def new_visitor(browser: Browser, live_system: LiveSystem) -> Iterator[NewVisitor]:
    """Make a visitor with cookies of their own: `new_visitor(locale="ko-KR", width=390)`."""
    contexts: list[BrowserContext] = []

    live_system.upstream.reset()  # An earlier test may have let go of what scenarios hold.

    def make(*, locale: str = "en-US", width: int = 1280, dark: bool = False, url: str = "") -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 860},
            locale=locale,
            timezone_id="Asia/Seoul",
            color_scheme="dark" if dark else "light",
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        return Visitor(context, url or live_system.frontend_url)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def visitor(new_visitor: NewVisitor) -> Visitor:
    """Somebody English on a wide screen, with the page open."""
    return new_visitor().open()
