"""`docs/websocket.md` says what the code does, and nothing else."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings

from api.consumers import chat as consumer
from api.consumers import frames
from api.consumers.sign_in import SUBPROTOCOL
from chat.answers.events import ENDINGS, end_event, usage_event
from chat.sessions.tickets import LIVES_SECONDS
from models.models import AnswerStatus
from tests.system import ROOT

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
    shown = {"status", "reasoning", "delta", "citations", usage_event(1, 1)["kind"]} | endings
    assert first_column("Frames from the server") == shown
    example = json.loads(examples("Frames from the server")[0])
    assert {"type", "question_id", "offset", "text", "epoch", "id"} == set(example)


def test_close_codes_are_those_of_the_code() -> None:
    codes = {consumer.TRY_LATER, consumer.SESSION_ENDED, consumer.TOO_SLOW, consumer.TOO_MANY}
    assert first_column("Close codes") == {str(code) for code in codes}
    assert f"at most {consumer.MAX_WATCHES} answers" in section("Close codes")


def test_the_numbers_of_the_opening() -> None:
    opening = section("Opening `/ws/chat/`")
    assert f"lives for {LIVES_SECONDS} s" in opening
    assert f"`{SUBPROTOCOL}`" in opening
    assert f"every {settings.EVENTS_PING_SECONDS:.0f} s" in section("Server-sent events")
