"""Who may open a socket, how long it stays open, and what a client that does not read costs."""

from __future__ import annotations

import asyncio
import gc
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.consumers.chat import ChatConsumer
from chat.redis_client import get_redis_client
from chat.sessions.tokens import hash_token
from models.models import Chat
from tests.accounts import row_of
from tests.cast import Person, new_guest
from tests.readers import EventStream, Shown, Tab, open_socket
from tests.system import LiveSystem, free_port, listens, start_api, wait_until

# The buffers of the operating system take some 2.6 MB before anybody notices that nobody reads.
LARGE = "{fake:chunks:20000:40:20/s}"
SEND_SECONDS = 4


@pytest.fixture(scope="module")
def strict_api(live_system: LiveSystem) -> Iterator[str]:
    """An API with little patience for clients that do not read."""
    with api_with_limits(live_system, SOCKET_SEND_SECONDS=str(SEND_SECONDS)) as url:
        yield url


@contextmanager
def api_with_limits(system: LiveSystem, **more: str) -> Iterator[str]:
    limits = {"SOCKETS_PER_USER": "3", "SOCKET_CHECK_SECONDS": "600", "WATCH_BUFFER_FRAMES": "4", **more}
    port = free_port()
    with start_api(port, system.folder, **limits):
        wait_until(lambda: listens(port), "the API listens")
        yield f"http://127.0.0.1:{port}"


def issue_ticket(person: Person) -> str:
    reply = person.post("sessions/ticket/")
    assert reply.status_code == 201, reply.text
    ticket: str = reply.json()["ticket"]
    return ticket


def close_code(api_url: str, *, subprotocols: list[str] | None = None, token: str = "") -> int | None:
    """Open a socket that the server is to close; return its code."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with open_socket(api_url, headers=headers, subprotocols=subprotocols) as opened:
        with pytest.raises(ConnectionClosed):
            opened.recv(timeout=30)
        return opened.close_code


# --- Tickets and sessions -------------------------------------------------------------


def test_ticket_opens_one_socket(owner: Person, live_system: LiveSystem) -> None:
    offered = ["triple-chat", f"ticket.{issue_ticket(owner)}"]
    with open_socket(live_system.api_url, subprotocols=offered) as opened:  # type: ignore[arg-type]
        assert opened.subprotocol == "triple-chat"
        opened.send('{"type":"ping"}')
        assert opened.recv(timeout=30) == '{"type":"pong"}'
    assert close_code(live_system.api_url, subprotocols=offered) == 4401


def test_ticket_lasts_half_a_minute(owner: Person, live_system: LiveSystem) -> None:
    ticket = issue_ticket(owner)
    key = f"tc:ticket:{hash_token(ticket)}"
    redis = get_redis_client()
    assert 0 < redis.run(lambda client: client.ttl(key)) <= 30
    redis.run(lambda client: client.pexpire(key, 1))
    wait_until(lambda: not redis.run(lambda client: client.exists(key)), "the ticket has expired")
    assert close_code(live_system.api_url, subprotocols=["triple-chat", f"ticket.{ticket}"]) == 4401


@pytest.mark.parametrize("offered", [None, ["triple-chat"], ["triple-chat", "ticket.nonsense"], ["ticket."]])
def test_no_good_ticket_no_socket(live_system: LiveSystem, offered: list[str] | None) -> None:
    assert close_code(live_system.api_url, subprotocols=offered) == 4401


def test_wrong_token_no_socket(live_system: LiveSystem) -> None:
    assert close_code(live_system.api_url, token="nonsense") == 4401


def test_ticket_of_an_ended_session_opens_nothing(owner: Person, live_system: LiveSystem) -> None:
    ticket = issue_ticket(owner)
    assert owner.call("DELETE", "sessions/current/").status_code == 204
    assert close_code(live_system.api_url, subprotocols=["triple-chat", f"ticket.{ticket}"]) == 4401


def test_socket_of_an_ended_session_is_closed(owner: Person) -> None:
    with Tab(owner) as tab:
        tab.assert_open()
        assert owner.call("DELETE", "sessions/current/").status_code == 204
        assert tab.close_code() == 4401


def test_ended_session_is_refused_at_its_next_frame(strict_api: str, database: None) -> None:
    owner = new_guest(strict_api)
    user = row_of(owner).user
    with Tab(owner) as tab:
        tab.assert_open()
        assert owner.call("DELETE", "sessions/current/").status_code == 204
        # Whoever looks after ended sessions may be quicker.
        with suppress(ConnectionClosed):
            tab.send("ask", client_key="", question_text="still there?")
        assert tab.close_code() == 4401
    assert not Chat.objects.filter(user=user).exists()


# --- Origins --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://[::1", "", "http://localhost:8501.evil.example", "http://localhost:1"],
)
def test_page_of_another_site_is_refused(owner: Person, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, Tab(owner, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_our_own_pages_are_let_in(owner: Person) -> None:
    for origin in ("http://localhost:8501", owner.api_url):
        with Tab(owner, origin=origin) as tab:
            tab.assert_open()


def test_name_that_points_here_is_no_host_of_ours(owner: Person) -> None:
    port = urlsplit(owner.api_url).port
    headers = {"Authorization": f"Bearer {owner.token}"}
    with (
        socket.create_connection(("127.0.0.1", port)) as link,
        pytest.raises(InvalidStatus) as refused,
        open_socket(
            f"http://rebound.example:{port}", headers=headers, origin=f"http://rebound.example:{port}", sock=link
        ),
    ):
        pass
    assert refused.value.response.status_code == 403


# --- How many, and how slow -------------------------------------------------------------


def test_user_has_so_many_sockets_and_no_more(strict_api: str) -> None:
    owner = new_guest(strict_api)
    with ExitStack() as open_ones:
        tabs = [open_ones.enter_context(Tab(owner)) for _ in range(3)]
        for tab in tabs:
            tab.assert_open()
        assert close_code(strict_api, token=owner.token) == 4429
        with Tab(new_guest(strict_api)) as another:
            another.assert_open()
        tabs[0].drop()
        wait_until(lambda: opens(owner), "a place is free again")
        tabs[1].assert_open()


def opens(owner: Person) -> bool:
    with Tab(owner) as tab:
        return tab.answers_ping()


def test_clients_that_vanish_leave_their_places(strict_api: str) -> None:
    owner = new_guest(strict_api)
    for _ in range(6):
        wait_until(lambda: vanishes(owner), "a place is free")
    wait_until(lambda: opens(owner), "a place is free again")


def vanishes(owner: Person) -> bool:
    with Tab(owner) as tab:
        if not tab.answers_ping():
            return False
        for _ in range(50):
            tab.send("ping")
    return True


@pytest.mark.asyncio
async def test_socket_that_cannot_be_written_to_leaves_no_task(owner: Person, database: None) -> None:
    incoming: list[dict[str, Any]] = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "{}"}]

    async def receive() -> dict[str, Any]:
        return incoming.pop(0) if incoming else await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            raise OSError  # as the server does once the client is gone

    with pytest.raises(OSError):
        await ChatConsumer.as_asgi()(scope_of(owner), receive, send)
    # All that runs for one socket is started from here. What is left of others serves the whole loop: the connection
    # pool's tasks, which never end, and readers of Redis, which notice only when they wake that nobody listens.
    assert not [task for task in asyncio.all_tasks() if "/api/consumers/" in task.get_coro().cr_code.co_filename]  # type: ignore[union-attr]


@pytest.mark.asyncio
async def test_session_that_ends_behind_a_client_that_is_gone_leaves_no_error(owner: Person, database: None) -> None:
    opened, closing = asyncio.Event(), asyncio.Event()
    errors: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, error: errors.append(error))

    async def receive() -> dict[str, Any]:
        return await asyncio.Event().wait() if opened.is_set() else {"type": "websocket.connect"}  # type: ignore[return-value]

    async def send(message: dict[str, Any]) -> None:
        opened.set()
        if message["type"] == "websocket.close":
            closing.set()
            raise OSError  # as the server does once the client is gone

    serving = asyncio.create_task(ChatConsumer.as_asgi()(scope_of(owner), receive, send))
    await asyncio.wait_for(opened.wait(), 10)
    await asyncio.to_thread(owner.call, "DELETE", "sessions/current/")
    await asyncio.wait_for(closing.wait(), 10)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    gc.collect()
    assert not errors


def scope_of(person: Person) -> dict[str, Any]:
    return {
        "type": "websocket",
        "headers": [(b"authorization", f"Bearer {person.token}".encode()), (b"host", b"localhost")],
        "subprotocols": [],
    }


@contextmanager
def slow_tab(api_url: str) -> Iterator[Tab]:
    """A client whose link takes little, and nothing as long as it does not read."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    link.connect(("127.0.0.1", urlsplit(api_url).port))
    with Tab(new_guest(api_url), sock=link, max_queue=1) as tab:
        yield tab


def ask_for_more_than_fits(tab: Tab) -> list[str]:
    """Ask for 7 MB and read nothing of it; return the questions once all are stored."""
    asked = [tab.person.ask(LARGE, wait=False).json()["question_id"] for _ in range(3)]
    for question_id in asked:
        tab.send("watch", question_id=question_id)
    wait_until(lambda: {stored(tab.person, each)["status"] for each in asked} == {"done"}, "all is stored")
    return asked


def stored(person: Person, question_id: str) -> dict[str, Any]:
    chat: dict[str, Any] = person.get(f"chats/{question_id}/").json()
    return chat


def test_slow_reader_gets_the_whole_text_in_fewer_frames(live_system: LiveSystem) -> None:
    frames = 0
    # How long it reads nothing is for the machine to say.
    with api_with_limits(live_system, SOCKET_SEND_SECONDS="120") as api_url, slow_tab(api_url) as tab:
        for question_id in ask_for_more_than_fits(tab):
            shown = tab.follow(tab.answers[question_id])
            assert shown.text == stored(tab.person, question_id)["response_text"] == "가" * 800_000
            frames += shown.kinds.count("delta")
    # Some 40 each are written. What the reader did not take in time was not kept for it.
    assert frames < 90


def test_reader_that_takes_nothing_is_closed_and_can_resume(strict_api: str) -> None:
    with slow_tab(strict_api) as tab:
        asked = ask_for_more_than_fits(tab)
        time.sleep(SEND_SECONDS + 1)  # it is this silence that is not put up with
        assert tab.close_code() == 4408
    with Tab(tab.person) as again:
        again.answers.update(tab.answers)
        for question_id in asked:
            shown = again.answers[question_id]
            if shown.end is None:
                again.follow(again.watch(question_id))
            assert shown.text == "가" * 800_000


def test_slow_reader_of_events_gets_the_whole_text(strict_api: str) -> None:
    owner = new_guest(strict_api)
    question_id = owner.ask(LARGE, wait=False).json()["question_id"]
    with EventStream(owner, question_id) as stream:
        wait_until(lambda: stored(owner, question_id)["status"] == "done", "all is stored")
        shown = Shown()
        for _ in stream.events(shown):
            pass
    assert shown.end and shown.text == "가" * 800_000
