"""Notifications: stored once, heard by every open socket, listed for pages, and private."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from ai_models.basic.quote import QuotingModel
from ai_models.registry import ModelEntry
from chat.cleanup.notifications import cleanup_notifications
from chat.notifications.documents import document_read
from chat.notifications.model_states import note_model_states
from chat.notifications.storing import notify, tell_ending_sessions
from models.models import Chat, Document, Notification, Session
from tests.accounts import new_account, row_of
from tests.cast import Person, new_guest, nobody
from tests.readers import Tab
from tests.system import LiveSystem, wait_until

HELD = "{fake:held}"
TOLD = {"title": "Something"}


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """The tests look at, and make, the rows behind the notifications."""


def news(person: Person, **query: Any) -> dict[str, Any]:
    reply = person.get("notifications/", params=query)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


def tell(person: Person, kind: str = "document_ready", **fields: Any) -> None:
    notify(user=row_of(person).user_id, kind=kind, payload=TOLD, **fields)


def told_by_socket(tab: Tab, kind: str) -> dict[str, Any]:
    """Wait until a notification of that kind has come."""

    def heard() -> list[dict[str, Any]]:
        tab.assert_open()
        return [frame for frame in tab.notifications if frame["kind"] == kind]

    wait_until(heard, f"{kind} comes", seconds=10)
    return heard()[0]


# --- Answers ------------------------------------------------------------------------------------


def test_answer_that_nobody_watched_is_told_once_without_its_text(owner: Person) -> None:
    before = news(owner)
    assert (before["results"], before["unread"], before["cursor"]) == ([], 0, 0)
    chat = owner.ask("What does nobody see?", wait=False, model="builtin").json()
    wait_until(lambda: news(owner, after=0)["results"], "it is told", seconds=20)
    after = news(owner, after=0)
    (note,) = after["results"]
    assert (note["kind"], note["read"], after["unread"], after["cursor"]) == ("answer_finished", False, 1, note["id"])
    assert note["payload"] == {
        "question": chat["question_id"],
        "conversation": chat["conversation"],
        "title": "What does nobody see?",
        "mode": "basic",
        "model": "builtin",
        "status": "done",
    }
    assert after["changes"] != before["changes"]
    assert news(owner, after=note["id"])["results"] == []


@pytest.mark.parametrize("door", ["socket", "wait"])
def test_answer_that_was_watched_to_its_end_is_no_news(owner: Person, door: str) -> None:
    if door == "wait":
        assert owner.ask("Seen?", model="builtin").json()["status"] == "done"
    else:
        with Tab(owner) as tab:
            tab.follow(tab.ask("Seen?", model="builtin"))
            tab.assert_open()
    wait_until(lambda: Notification.objects.filter(user=row_of(owner).user_id, read_at=None).count() == 0, "read")
    seen = news(owner)
    assert (seen["unread"], [note["read"] for note in seen["results"]]) == (0, [True])


def test_answer_that_its_user_stopped_is_no_news(owner: Person) -> None:
    chat = owner.ask(HELD, wait=False, mode="ai").json()
    assert owner.post(f"chats/{chat['question_id']}/cancel/").json()["status"] == "cancelled"
    assert news(owner)["results"] == []


def test_failed_answer_is_told(owner: Person) -> None:
    owner.ask("{fake:status:400}", wait=False, mode="ai")
    wait_until(lambda: news(owner, after=0)["results"], "it is told", seconds=20)
    assert news(owner)["results"][0]["payload"]["status"] == "failed"


def test_chat_asked_in_one_place_appears_in_the_other(system: LiveSystem, owner: Person) -> None:
    with Tab(owner) as tab, Tab(new_guest(system.api_url)) as stranger:
        for each in (tab, stranger):
            each.assert_open()
        chat = owner.ask(HELD, wait=False, mode="ai").json()
        changed = told_by_socket(tab, "conversation_changed")
        assert (changed["id"], changed["payload"]) == (None, {"conversation": chat["conversation"]})
        system.upstream.release()
        finished = told_by_socket(tab, "answer_finished")
        assert finished["payload"]["question"] == chat["question_id"]
        assert finished["id"] == news(owner)["cursor"]
        stranger.assert_open()
        assert stranger.notifications == []


# --- Other things that happen ---------------------------------------------------------------------


@pytest.mark.parametrize(("status", "kind"), [("done", "document_ready"), ("failed", "document_failed")])
def test_end_of_reading_a_document_is_told_once(owner: Person, status: str, kind: str) -> None:
    document = Document.objects.create(
        owner_id=row_of(owner).user_id, source="upload", title="Manual", content_hash=uuid.uuid4().hex, status=status
    )
    with Tab(owner) as tab:
        tab.assert_open()
        for _ in range(2):
            document_read(document)
        frame = told_by_socket(tab, kind)
    (note,) = news(owner)["results"]
    assert frame["payload"] == note["payload"]
    assert (note["payload"]["document"], note["payload"]["title"]) == (str(document.pk), "Manual")


def test_new_sign_in_is_told_to_the_sessions_that_are_there(system: LiveSystem) -> None:
    account = new_account()
    body = {"user_id": account.user_id, "password": "correct horse battery"}
    first = Person(system.api_url, nobody(system.api_url).post("sessions/", body).json()["token"])
    assert news(first)["results"] == []
    second = nobody(system.api_url).post("sessions/", body, headers={"X-Device": "Phone"}).json()
    (note,) = news(first)["results"]
    assert (note["kind"], note["payload"]["device"]) == ("new_sign_in", "Phone")
    device = Person(system.api_url, second["token"])
    assert note["payload"]["session"] == str(row_of(device).id)
    # Who has just signed in is not told of it; of the next one both are.
    assert (news(device)["results"], news(device, after=0)["results"], news(device)["unread"]) == ([], [], 0)
    with Tab(device) as tab:
        tab.assert_open()
        third = row_of(Person(system.api_url, nobody(system.api_url).post("sessions/", body).json()["token"]))
        assert told_by_socket(tab, "new_sign_in")["payload"]["session"] == str(third.id)
    assert (len(news(first)["results"]), len(news(device)["results"])) == (2, 1)


def test_session_that_ends_soon_is_told_once(owner: Person) -> None:
    later = new_guest(owner.api_url)
    for person, minutes in ((owner, 30), (later, 90)):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE sessions SET absolute_expiry = now() + %s WHERE id = %s",
                [timedelta(minutes=minutes), row_of(person).id],
            )
    for _ in range(2):
        tell_ending_sessions()
    assert [note["payload"]["session"] for note in news(owner)["results"]] == [str(row_of(owner).id)]
    assert news(later)["results"] == []


class Fickle(QuotingModel):
    """A model of the test's own."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.id, self.name = name, "Fickle"


def test_model_that_goes_and_comes_back_is_told_once_to_those_who_use_it(owner: Person) -> None:
    model = Fickle(f"test/{uuid.uuid4().hex}")
    Chat.objects.filter(pk=owner.ask("Hello", model="builtin").json()["question_id"]).update(model=model.id)
    bystander = new_guest(owner.api_url)
    cursor = news(owner)["cursor"]
    together = threading.Barrier(4)

    def look(available: bool) -> int:
        together.wait()
        try:
            return note_model_states([ModelEntry(model, available)])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = [sum(pool.map(look, [available] * 4)) for available in (True, False, False, True)]
    assert found == [0, 1, 0, 1]
    told = news(owner, after=cursor)["results"]
    assert [(note["kind"], note["payload"]["model"]) for note in told] == [
        ("model_down", model.id),
        ("model_up", model.id),
    ]
    assert news(bystander)["results"] == []


# --- Reading ----------------------------------------------------------------------------------------


def test_pages_go_on_in_both_directions_without_gap_or_repeat(owner: Person) -> None:
    for _ in range(7):
        tell(owner)
    new, old = pages(owner, after=0), pages(owner)
    assert new == sorted(new) and len(new) == 7
    assert old == new[::-1]


def pages(person: Person, **query: Any) -> list[int]:
    page, ids = news(person, page_size=3, **query), list[int]()
    while True:
        ids += [note["id"] for note in page["results"]]
        if page["next"] is None:
            return ids
        page = person.get(page["next"].split("/api/", 1)[1]).json()


def test_marking_as_read_concerns_only_ones_own(owner: Person) -> None:
    stranger = new_guest(owner.api_url)
    for _ in range(3):
        tell(owner)
    first, second, third = (note["id"] for note in news(owner, after=0)["results"])
    for body in ({"ids": [first, second, third]}, {"all_until": third}):
        assert stranger.post("notifications/read/", body).status_code == 204
    assert news(owner)["unread"] == 3
    assert owner.post("notifications/read/", {"ids": [third]}).status_code == 204
    assert [note["read"] for note in news(owner)["results"]] == [True, False, False]
    assert owner.post("notifications/read/", {"all_until": first}).status_code == 204
    assert news(owner)["unread"] == 1
    assert nobody(owner.api_url).get("notifications/").status_code == 401
    assert nobody(owner.api_url).post("notifications/read/", {"all_until": 1}).status_code == 401


@pytest.mark.parametrize("query", ["after=-1", "after=x", "before=0", "after=1&before=9", "page_size=0", "since=1"])
def test_bad_queries_are_refused(owner: Person, query: str) -> None:
    assert owner.get(f"notifications/?{query}").status_code == 400


@pytest.mark.parametrize("body", [{}, {"ids": [1], "all_until": 1}, {"ids": ["x"]}, {"all": True}, {"all_until": 0}])
def test_bad_marks_are_refused(owner: Person, body: dict[str, Any]) -> None:
    assert owner.post("notifications/read/", body).status_code == 400


def test_looking_for_news_does_not_keep_anybody_signed_in(owner: Person) -> None:
    session = row_of(owner)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sessions SET last_seen = now() - interval '2 hours' WHERE id = %s", [session.id])
    old = row_of(owner).last_seen
    news(owner)
    assert row_of(owner).last_seen == old
    owner.get("users/me/")
    assert row_of(owner).last_seen > old


def test_looking_for_news_is_refused_when_the_session_has_ended(owner: Person) -> None:
    Session.objects.filter(id=row_of(owner).id).update(revoked_at="2026-01-01T00:00:00Z")
    assert owner.get("notifications/").json()["error"]["code"] == "session_ended"


def test_ids_of_one_user_become_visible_in_their_order(owner: Person) -> None:
    """Otherwise a page that has read the later one would never see the earlier one."""

    def tell_later() -> None:
        try:
            tell(owner, "document_failed")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            tell(owner, "document_ready")
            later = pool.submit(tell_later)
            wait_until(someone_waits, "the later one waits", seconds=10)
            assert news(owner, after=0)["results"] == []
        later.result(10)
    assert [note["kind"] for note in news(owner, after=0)["results"]] == ["document_ready", "document_failed"]


def someone_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        row: tuple[bool] = cursor.fetchone()
    return row[0]


def test_old_notifications_are_removed(owner: Person) -> None:
    for _ in range(3):
        tell(owner)
    for age, note in zip(
        (30, 29), Notification.objects.filter(user=row_of(owner).user_id).order_by("id"), strict=False
    ):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE notifications SET created_datetime = now() - %s WHERE id = %s", [timedelta(days=age), note.pk]
            )
    assert cleanup_notifications() >= 1
    assert len(news(owner)["results"]) == 2
