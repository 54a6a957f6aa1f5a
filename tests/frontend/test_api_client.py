"""The HTTP client: what is sent again and what is not, and what errors are called."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.frontend.fake_api import FakeApi, wait_until


def client(token: str | None = None):  # type: ignore[no-untyped-def]
    from api_client import ApiClient

    return ApiClient(token=token, language="en")


@pytest.fixture
def guest(api: FakeApi):  # type: ignore[no-untyped-def]
    return client(client().create_guest().token)


def test_a_server_that_is_away_has_a_code_of_its_own(api: FakeApi) -> None:
    from api_client import ApiError

    api.down = True
    with pytest.raises(ApiError) as caught:
        client().models()
    assert caught.value.code == "api_unreachable"
    assert caught.value.is_away


def test_an_error_is_known_by_its_code_and_status(api: FakeApi) -> None:
    from api_client import ApiError

    with pytest.raises(ApiError) as caught:
        client("gone").me()
    assert (caught.value.code, caught.value.status, caught.value.is_signed_out) == ("session_ended", 401, True)


def test_a_question_whose_reply_was_lost_is_asked_once(api: FakeApi, guest) -> None:  # type: ignore[no-untyped-def]
    api.lose_next_reply = True
    chat = guest.ask({"mode": "basic", "question_text": "hello"}, key="k1")
    assert list(api.chats) == [chat.question_id]
    assert api.count("POST", "chats/") == 2


def test_a_post_without_a_key_is_not_sent_again(api: FakeApi) -> None:
    from api_client import ApiError

    api.down = True
    with pytest.raises(ApiError):
        client().create_guest()
    assert api.count("POST", "sessions/") == 0


def test_waiting_brings_the_finished_answer(api: FakeApi, guest) -> None:  # type: ignore[no-untyped-def]
    api.hold_answers()
    body = {"mode": "basic", "question_text": "hello"}
    assert guest.ask(body, key="k1").is_running
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(guest.ask, body, key="k1", wait=True)
        assert wait_until(lambda: api.count("POST", "chats/") == 2, 5)
        api.free.set()
    assert waiting.result().status == "done"


def test_the_cursor_is_taken_from_the_link_whatever_its_host(api: FakeApi, guest) -> None:  # type: ignore[no-untyped-def]
    api.page_size = 1
    for number in range(2):
        guest.ask({"mode": "basic", "question_text": f"q{number}"}, key=f"k{number}")
    first = guest.conversations(pinned=False)
    second = guest.conversations(pinned=False, cursor=first.next_cursor)
    assert [page.items[0].title for page in (first, second)] == ["q1", "q0"]
    assert second.next_cursor is None


def test_a_token_never_shows_in_a_representation(api: FakeApi) -> None:
    from server.tickets import Ticket

    session = client().create_guest()
    assert session.token not in repr(session)
    assert session.token not in repr(Ticket(session.token))


def test_address_of_the_visitor_is_signed_as_the_api_checks_it(
    monkeypatch: pytest.MonkeyPatch, django_db_blocker: object
) -> None:
    """Both sides of the wire, which share no code."""
    from django.conf import settings
    from django.test import RequestFactory

    import api_client
    from api.visitor import visitor_address

    monkeypatch.setattr(api_client, "visitor_secret", lambda: settings.VISITOR_SECRET)
    headers = api_client.ApiClient(token=None, language="ko", address="203.0.113.7")._headers(None)
    request = RequestFactory().get("/", headers={"X-Visitor": headers["X-Visitor"]})
    assert visitor_address(request) == "203.0.113.7"
    monkeypatch.setattr(api_client, "visitor_secret", lambda: "another")
    forged = api_client.ApiClient(token=None, language="ko", address="203.0.113.7")._headers(None)
    assert visitor_address(RequestFactory().get("/", headers={"X-Visitor": forged["X-Visitor"]})) == "127.0.0.1"


def test_secret_is_read_as_soon_as_the_api_has_made_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import settings

    monkeypatch.setenv("TRIPLE_CHAT_DATA", str(tmp_path))
    assert settings.visitor_secret() == ""
    (tmp_path / "visitor-secret.json").write_text('{"visitor_secret": "made"}')
    assert settings.visitor_secret() == "made"
    monkeypatch.setenv("VISITOR_SECRET", "given")
    assert settings.visitor_secret() == "given"
