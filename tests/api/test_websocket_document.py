"""`docs/websocket.md` says what the code does, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from ai_models.basic.stream_answer import MAX_ANSWER_CHARACTERS
from api.consumers import chat as consumer
from api.consumers import frames
from api.consumers.sign_in import SUBPROTOCOL
from chat.answers.events import ENDINGS, end_event, usage_event
from chat.errors import ServiceError
from chat.notifications.documents import document_read
from chat.sessions.tickets import LIVES_SECONDS
from launcher.parts import LARGEST_FRAME
from models.models import AnswerStatus, Conversation, Document, NotificationKind
from tests.accounts import row_of
from tests.cast import new_guest
from tests.readers import PATIENCE_SECONDS, Tab
from tests.system import ROOT, LiveSystem, wait_until

DOCUMENT = (ROOT / "docs" / "websocket.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return DOCUMENT.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def first_column(title: str) -> set[str]:
    rows = re.findall(r"^\| `?([\w]+)`? \|", section(title), re.MULTILINE)
    return set(rows) - {"type", "code"}


def examples(title: str) -> list[str]:
    block = re.search(r"```json\n(.*?)```", section(title), re.DOTALL)
    assert block
    return block[1].splitlines()


def test_client_frames_are_those_of_the_code() -> None:
    assert first_column("Frames from the client") == set(frames._FIELDS)
    assert f"{frames.MAX_FRAME_CHARACTERS:,} characters" in section("Frames from the client")


@pytest.mark.parametrize("example", examples("Frames from the client"))
def test_client_examples_are_understood(example: str) -> None:
    frames.parse_frame(example)


def test_server_events_are_those_of_the_code() -> None:
    endings = {end_event(status, "")["kind"] for status in (AnswerStatus.DONE, AnswerStatus.FAILED)}
    assert endings == ENDINGS
    shown = {"status", "passages", "reasoning", "delta", "citations", usage_event(1, 1)["kind"]} | endings
    assert first_column("Frames from the server") == shown
    example = json.loads(examples("Frames from the server")[0])
    assert {"type", "question_id", "offset", "text", "epoch", "id"} == set(example)


@pytest.fixture(scope="module")
def sent(live_system: LiveSystem, django_db_blocker: Any) -> list[dict[str, Any]]:
    """What the server sends in a conversation that makes it send everything."""
    frames: list[dict[str, Any]] = []

    class Listening(Tab):
        def receive(self, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
            frames.append(super().receive(seconds))
            return frames[-1]

    live_system.upstream.reset()
    with Listening(new_guest(live_system.api_url)) as tab, django_db_blocker.unblock():
        tab.assert_open()
        tab.follow(tab.ask("How do I connect a language model?", model="builtin"))
        tab.follow(tab.ask("{fake:reasoning}"))
        tab.follow(tab.ask("What do my documents say?", mode="advanced"))
        tab.follow(tab.ask("{fake:cut:3}"))
        held = tab.ask("{fake:held}")
        tab.send("nonsense")
        tab.wait_for("error")
        tab.send("ask", client_key="", question_text="")
        tab.wait_for("error")
        Conversation.objects.filter(chats=tab.question_of(held)).delete()
        tab.wait_for("error")
    live_system.upstream.release()
    return frames


def test_events_have_the_fields_of_the_document(sent: list[dict[str, Any]]) -> None:
    table = re.findall(r"^\| `(\w+)` \| (.+?) \|", section("Frames from the server"), re.MULTILINE)
    documented = {kind: set(re.findall(r"`(\w+)`", fields)) for kind, fields in table}
    seen = {frame["type"]: set(frame) - {"type", "question_id", "epoch", "id"} for frame in sent if "epoch" in frame}
    assert seen == documented


def test_other_frames_have_the_fields_of_the_document(sent: list[dict[str, Any]]) -> None:
    refusal = {"type", "code", "message", "details"}
    seen = {(frame["type"], frozenset(frame)) for frame in sent if "epoch" not in frame}
    assert seen == {
        ("pong", frozenset({"type"})),
        ("accepted", frozenset({"type", "client_key", "chat"})),
        ("error", frozenset(refusal)),
        ("error", frozenset(refusal | {"client_key"})),
        ("error", frozenset(refusal | {"question_id"})),
    }
    (words,) = re.findall(r"^`accepted` .+?$(?=\n\n)", section("Frames from the server"), re.MULTILINE | re.DOTALL)
    assert set().union(*(fields for _, fields in seen)) - {"type"} <= set(re.findall(r"`(\w+)`", words))


def test_notifications_are_those_of_the_code(live_system: LiveSystem, database: None) -> None:
    table = re.findall(r"^\| `(\w+)` \| (.+?) \|", section("Notifications"), re.MULTILINE)
    documented = {kind: set(re.findall(r"`(\w+)`", fields)) for kind, fields in table}
    assert set(documented) == {*NotificationKind.values, "conversation_changed"}
    person = new_guest(live_system.api_url)
    document = Document(owner_id=row_of(person).user_id, source="upload", title="Manual", content_hash="1")
    document.save()
    with Tab(person) as tab:
        tab.assert_open()
        document_read(document)
        person.ask("Hello", model="builtin", wait=False)
        wait_until(lambda: tab.answers_ping() and len(tab.notifications) >= 3, "all are told", seconds=20)
    seen = {frame["kind"]: set(frame["payload"]) for frame in tab.notifications}
    assert seen == {kind: documented[kind] for kind in ("document_ready", "answer_finished", "conversation_changed")}
    fields = set(json.loads(examples("Notifications")[0]))
    assert {frozenset(frame) for frame in tab.notifications if frame["id"]} == {frozenset(fields)}
    assert {frozenset(frame) for frame in tab.notifications if not frame["id"]} == {
        frozenset(fields - {"created_datetime"})
    }


def subclasses(of: type) -> Iterator[Any]:
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


def test_codes_of_refused_frames_are_those_of_the_code() -> None:
    (codes,) = re.findall(
        r"^A refused .+?`throttled` and `unavailable`", section("Frames from the server"), re.M | re.S
    )
    of_sessions = {"not_signed_in", "session_ended", "invalid_credentials"}
    of_other_doors = {"comparison_decided", "setting_invalid", "picture_refused", "too_large", "too_many_uploads"}
    # A socket neither signs in nor changes accounts.
    of_accounts = {
        *("code_invalid", "forbidden", "guests_closed", "is_account", "is_guest", "not_yourself", "password_weak"),
        *("registration_closed", "too_many_codes", "too_many_guests", "too_many_registrations", "too_many_sign_ins"),
        *("user_id_invalid", "user_id_taken", "wrong_password"),
    }
    # Nor does it take files.
    files = ("chat.library", "chat.portable")
    of_library = {each.code for each in subclasses(ServiceError) if each.__module__.startswith(files)}
    all_codes = {each.code for each in subclasses(ServiceError)}
    known = all_codes - of_sessions - of_other_doors - of_accounts - of_library
    assert set(re.findall(r"`(\w+)`", codes)) - {"error", "details", "status"} == known


def test_settings_are_those_of_the_code() -> None:
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", DOCUMENT)) - {"PUBLIC_URL"}
    named -= {"SESSION_WARNING_MINUTES"}
    assert named == {
        "EVENTS_PING_SECONDS",
        "SOCKETS_PER_USER",
        "SOCKET_CHECK_SECONDS",
        "SOCKET_SEND_SECONDS",
        "WATCH_BUFFER_FRAMES",
    }
    assert all(hasattr(settings, name) for name in named)


def test_close_codes_are_those_of_the_code() -> None:
    codes = {consumer.TRY_LATER, consumer.SESSION_ENDED, consumer.TOO_SLOW, consumer.TOO_MANY}
    assert first_column("Close codes") == {str(code) for code in codes}
    assert f"at most {consumer.MAX_WATCHES} answers" in section("Close codes")
    assert f"above {int(LARGEST_FRAME) // 1024**2} MiB" in section("Close codes")
    assert f"up to {MAX_ANSWER_CHARACTERS:,} characters" in section("Close codes")


def test_the_numbers_of_the_opening() -> None:
    opening = section("Opening `/ws/chat/`")
    assert f"lives for {LIVES_SECONDS} s" in opening
    assert f"`{SUBPROTOCOL}`" in opening
    assert f"every {settings.EVENTS_PING_SECONDS:.0f} s" in section("Server-sent events")
