"""What the Streamlit server answers besides Streamlit: the shell, the cookie route, the headers, the origin check."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.frontend import conftest  # noqa: F401  (puts frontend/ on the path)

HERE = {"origin": "http://testserver"}


async def _accept(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


@pytest.fixture
def client() -> TestClient:
    from server.protection import ProtectionMiddleware
    from server.routes import build_routes

    routes = [*build_routes(), WebSocketRoute("/_stcore/stream", _accept)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(ProtectionMiddleware)]))


@pytest.fixture
def fresh_ticket() -> str:
    from server.tickets import office

    return office.issue("the-token").value


def test_a_ticket_is_swapped_for_an_http_only_cookie(client: TestClient, fresh_ticket: str) -> None:
    response = client.post("/session/cookie", json={"ticket": fresh_ticket}, headers=HERE)
    assert response.status_code == 204
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("triple_chat=the-token;")
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower() and "Secure" not in cookie
    assert "the-token" not in response.text


def test_a_ticket_works_once(client: TestClient, fresh_ticket: str) -> None:
    client.post("/session/cookie", json={"ticket": fresh_ticket}, headers=HERE)
    again = client.post("/session/cookie", json={"ticket": fresh_ticket}, headers=HERE)
    assert again.status_code == 410
    assert "set-cookie" not in again.headers


def test_a_ticket_grows_old(client: TestClient, fresh_ticket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    later = time.monotonic() + 31
    monkeypatch.setattr("server.tickets.time.monotonic", lambda: later)
    assert client.post("/session/cookie", json={"ticket": fresh_ticket}, headers=HERE).status_code == 410


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"ticket": 1}', b'{"ticket": "' + b"x" * 2000 + b'"}'])
def test_a_body_that_is_no_ticket_is_refused(client: TestClient, body: bytes) -> None:
    assert client.post("/session/cookie", content=body, headers=HERE).status_code == 410


@pytest.mark.parametrize(
    ("kept", "status", "dropped"),
    [("the-token", 204, True), ("of-another-tab", 205, False), ("", 204, False)],
    ids=["still its own", "another tab has signed in since", "none any more, or one that is on its way"],
)
def test_only_the_cookie_of_a_session_that_has_ended_is_dropped(
    client: TestClient, kept: str, status: int, dropped: bool
) -> None:
    from server.tickets import office

    ticket = office.issue("the-token", ends=True).value
    headers = {**HERE, "cookie": f"triple_chat={kept}"} if kept else HERE
    response = client.post("/session/cookie", json={"ticket": ticket}, headers=headers)
    assert response.status_code == status
    cookie = response.headers.get("set-cookie", "")
    assert ('triple_chat=""' in cookie and "Max-Age=0" in cookie) is dropped


def test_the_cookie_is_not_dropped_while_another_takes_its_place(client: TestClient) -> None:
    from server.tickets import office

    ending = office.issue("of-the-guest", ends=True).value
    headers = {**HERE, "cookie": "triple_chat=of-the-guest"}
    with ThreadPoolExecutor() as tabs, office.handing_over("of-the-guest") as handover:
        answer = tabs.submit(client.post, "/session/cookie", json={"ticket": ending}, headers=headers)
        handover.ticket = office.issue("of-the-account")
        assert client.post("/session/cookie", json={"ticket": handover.ticket.value}, headers=HERE).status_code == 204
        assert answer.result().status_code == 205
        assert "set-cookie" not in answer.result().headers


def test_nobody_waits_for_a_cookie_when_nothing_took_the_place_of_the_old_one() -> None:
    from server.tickets import office

    with contextlib.suppress(LookupError), office.handing_over("of-the-guest"):
        raise LookupError
    assert not asyncio.run(asyncio.wait_for(office.is_handed_over("of-the-guest"), timeout=5))


def test_under_https_the_cookie_is_secure_and_bound_to_the_host(client: TestClient, fresh_ticket: str) -> None:
    headers = {"origin": "https://chat.example", "host": "chat.example"}
    cookie = client.post("/session/cookie", json={"ticket": fresh_ticket}, headers=headers).headers["set-cookie"]
    assert cookie.startswith("__Host-triple_chat=")
    assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie


def test_two_instances_on_one_machine_have_two_cookies(client: TestClient, fresh_ticket: str) -> None:
    headers = {"origin": "http://localhost:8502", "host": "localhost:8502"}
    cookie = client.post("/session/cookie", json={"ticket": fresh_ticket}, headers=headers).headers["set-cookie"]
    assert cookie.startswith("triple_chat_8502=")


def test_the_browser_tells_that_a_page_is_whole(client: TestClient) -> None:
    from server import page_loads

    page, other = page_loads.begin(), page_loads.begin()
    assert client.post("/page/whole", json={"page": page.name}, headers=HERE).status_code == 204
    assert page.is_whole and not other.is_whole


def test_a_page_whose_browser_does_not_tell_is_whole_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    from server import page_loads

    page = page_loads.begin()
    later = time.monotonic() + page_loads.PATIENCE_SECONDS + 1
    monkeypatch.setattr("server.page_loads.time.monotonic", lambda: later)
    assert page.is_whole


@pytest.mark.parametrize("body", [b"", b"{", b'{"page": 1}', b'{"page": "not-known"}'])
def test_a_page_that_is_not_known_is_left_alone(client: TestClient, body: bytes) -> None:
    assert client.post("/page/whole", content=body, headers=HERE).status_code == 204


@pytest.mark.parametrize("origin", ["http://evil.example", "http://testserver:9000", "null", ""])
def test_a_foreign_origin_is_refused(client: TestClient, fresh_ticket: str, origin: str) -> None:
    headers = {"origin": origin} if origin else {}
    assert client.post("/session/cookie", json={"ticket": fresh_ticket}, headers=headers).status_code == 403
    assert client.post("/session/cookie", json={"ticket": fresh_ticket}, headers=HERE).status_code == 204
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream", headers=headers):
        pass


def test_a_socket_from_the_page_itself_is_accepted(client: TestClient) -> None:
    with client.websocket_connect("/_stcore/stream", headers=HERE):
        pass


def test_every_answer_carries_the_protective_headers(client: TestClient) -> None:
    for path in ("/", "/app/static/page.js", "/nothing-here"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "img-src 'self' data: blob:;" in policy
        assert "script-src 'self' 'sha256-" in policy and "unsafe-eval" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_the_shell_is_ours_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    import re

    html = client.get("/").text
    assert "<title>Triple Chat</title>" in html
    assert "app/static/styles.css" in html
    assert re.search(r'(?:src|href)="(?:https?:)?//', html) is None


def test_a_host_header_cannot_write_into_the_policy(client: TestClient) -> None:
    policy = client.get("/", headers={"host": "x; script-src *"}).headers["content-security-policy"]
    assert "script-src *" not in policy
