"""The web client's scripts run in this process (Streamlit's AppTest); the API is a small one on a free port."""

import logging
import os
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend.fake_api import FakeApi, serve

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
sys.path.insert(0, str(FRONTEND))

# Calls outside of a run (a frozen cookie, a closed dialog) are meant here, and each would log three lines.
logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)

_server = serve(FakeApi())
os.environ["API_URL"] = f"http://127.0.0.1:{_server.server_address[1]}"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    """A fresh API behind the same address. What it answers is there when the page is, on a busy machine too."""
    monkeypatch.setattr("conversation.asking._QUICK_SECONDS", 10.0)
    fresh = FakeApi()
    _server.RequestHandlerClass.api = fresh  # type: ignore[attr-defined]
    return fresh


@pytest.fixture
def held_answers(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until `api.free.set()`; the page does not wait long for what does not come."""
    monkeypatch.setattr("conversation.asking._QUICK_SECONDS", 0.1)
    api.hold_answers()


@pytest.fixture(autouse=True)
def nobody_takes_the_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no browser that would, so there is nothing to wait for."""
    monkeypatch.setattr("visitor.identity._COOKIE_SECONDS", 0.0)


@pytest.fixture
def page(api: FakeApi) -> AppTest:
    """A visitor's tab, not yet run."""
    return new_tab()


def new_tab() -> AppTest:
    return AppTest.from_file(str(FRONTEND / "shell" / "frame.py"), default_timeout=20)


def reloaded(tab: AppTest) -> AppTest:
    """The same visitor at the same address, with nothing else that the tab knew; not run yet."""
    fresh = new_tab()
    fresh.session_state["identity"] = tab.session_state["identity"]
    if "c" in tab.query_params:
        fresh.query_params["c"] = tab.query_params["c"]
    return fresh
