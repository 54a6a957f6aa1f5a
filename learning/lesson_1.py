"""Lesson 1: an endpoint that counts the words of one's own questions, and a page that shows them."""

from __future__ import annotations

import logging
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import requests

from learning.checking import Missing, Place, Step, own_entry_point, package_is_installed, package_is_there
from learning.live import Guest, is_running

ENDPOINTS = "triple_chat.endpoints"
PAGES = "triple_chat.pages"
_QUESTION = "How do I connect a language model?"
_WORDS = 7
_ROOT = Path(__file__).resolve().parents[1]


def _address(place: Place) -> str:
    return f"extensions/{own_entry_point(place, ENDPOINTS).name}/"


def endpoint_is_served(place: Place) -> None:
    reply = requests.get(f"{place.api_url}/api/{_address(place)}", timeout=30)
    if reply.status_code == 404:
        raise Missing("endpoint_not_served", address=_address(place))
    if reply.status_code != 401:
        raise Missing("endpoint_open", status=reply.status_code)


def endpoint_counts(place: Place) -> None:
    guest = Guest(place)
    try:
        _expect(guest.get(_address(place)), 0, 0)
        guest.ask(_QUESTION, model="builtin")
        _expect(guest.get(_address(place)), 1, _WORDS)
        Guest(place).ask("This is somebody else.", model="builtin")
        _expect(guest.get(_address(place)), 1, _WORDS)
    finally:
        guest.leave()


def _expect(reply: requests.Response, questions: int, words: int) -> None:
    if reply.status_code != 200:
        raise Missing("endpoint_status", status=reply.status_code)
    wanted = {"questions": questions, "words": words}
    if reply.json() != wanted:
        raise Missing("endpoint_counts_wrong", wanted=wanted, found=reply.text[:200])


def page_is_served(place: Place) -> None:
    address = own_entry_point(place, PAGES).name
    try:
        reply = requests.get(f"{place.page_url}/{address}", timeout=30)
    except requests.RequestException:
        raise Missing("client_not_running", url=place.page_url) from None
    # Streamlit answers addresses that it does not know with a page of its own.
    if "<title>Triple Chat</title>" not in reply.text:
        raise Missing("page_not_served", address=address)


def page_shows_the_count(place: Place) -> None:
    """Runs the script as Streamlit does, once as somebody new and once as somebody who has asked."""
    os.environ["API_URL"] = place.api_url
    sys.path[:0] = [str(place.folder), str(_ROOT / "frontend")]
    spec = find_spec(own_entry_point(place, PAGES).value)
    if spec is None or spec.origin is None:
        raise Missing("no_module", module=own_entry_point(place, PAGES).value, folder=place.folder)
    script = Path(spec.origin)
    guest = Guest(place)
    # Streamlit says with every run that no server is there.
    logging.disable(logging.WARNING)
    try:
        _run_page(script, None)
        guest.ask(_QUESTION, model="builtin")
        shown = _run_page(script, guest.token)
        if str(_WORDS) not in shown:
            raise Missing("page_shows_no_count", words=_WORDS, shown=", ".join(shown) or "-")
    finally:
        logging.disable(logging.NOTSET)
        guest.leave()


def _run_page(script: Path, token: str | None) -> list[str]:
    """The values of the page's metrics."""
    # The client's parts can be imported only now that they know where the API is.
    from streamlit.testing.v1 import AppTest

    from visitor.identity import _Identity

    page = AppTest.from_file(str(script), default_timeout=30)
    page.session_state["identity"] = _Identity(token=token)
    page.run()
    if page.exception:
        raise Missing("page_raises", error=page.exception[0].message, who="" if token else "signed out")
    return [str(metric.value) for metric in page.metric]


STEPS = (
    Step("step_package", package_is_there(ENDPOINTS)),
    Step("step_installed", package_is_installed(ENDPOINTS)),
    Step("step_running", is_running),
    Step("step_endpoint", endpoint_is_served),
    Step("step_counts", endpoint_counts),
    Step("step_page_package", package_is_there(PAGES)),
    Step("step_page_installed", package_is_installed(PAGES)),
    Step("step_page", page_shows_the_count),
    Step("step_page_served", page_is_served),
)
