"""Server-sent events: an answer as it is written, resumed from a cursor; errors are JSON."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.test import AsyncClient

from models.models import Conversation
from tests.cast import Person, new_guest, nobody
from tests.readers import EventStream, Shown
from tests.system import LiveSystem, wait_until

HELD = "tell me{fake:held:3}"
WHOLE = "w0 w1 w2 tell me"


def ask(owner: Person, question: str, **fields: Any) -> str:
    question_id: str = owner.ask(question, wait=False, **fields).json()["question_id"]
    return question_id


def follow(stream: EventStream, shown: Shown) -> Shown:
    for _ in stream.events(shown):
        pass
    return shown


def read_until_held(stream: EventStream, shown: Shown) -> None:
    """Read what the model writes before it is held back."""
    for _ in stream.events(shown):
        if shown.text == "w0 w1 w2 ":
            return
    raise AssertionError("the stream ended")


def test_events_arrive_while_the_answer_is_written(owner: Person, system: LiveSystem) -> None:
    question_id, shown = ask(owner, HELD), Shown()
    with EventStream(owner, question_id) as stream:
        assert stream.reply.headers["Content-Type"].startswith("text/event-stream")
        assert (stream.reply.headers["Cache-Control"], stream.reply.headers["X-Accel-Buffering"]) == ("no-cache", "no")
        lines = stream.events(shown)
        while shown.text != "w0 w1 w2 ":
            next(lines)
        assert shown.end is None
        system.upstream.release()
        for _ in lines:
            pass
    assert shown.text == WHOLE == owner.get(f"chats/{question_id}/").json()["response_text"]
    assert (shown.kinds[0], shown.kinds[-2:]) == ("status", ["usage", "done"])


@pytest.mark.parametrize("door", ["header", "query"])
def test_stream_resumes_after_the_last_event(owner: Person, system: LiveSystem, door: str) -> None:
    question_id, shown = ask(owner, HELD), Shown()
    with EventStream(owner, question_id) as stream:
        read_until_held(stream, shown)
    system.upstream.release()
    wait_until(lambda: owner.get(f"chats/{question_id}/").json()["status"] == "done", "the answer has ended")
    shown.kinds.clear()
    how = {"after": shown.cursor} if door == "header" else {"params": {"after": shown.cursor}}
    with EventStream(owner, question_id, **how) as stream:
        follow(stream, shown)
    assert (shown.text, shown.kinds) == (WHOLE, ["delta", "usage", "done"])


@pytest.mark.parametrize("after", ["nonsense", "9" * 5000 + "-1", "1-²"])
def test_unreadable_cursor_means_from_the_beginning(owner: Person, after: str) -> None:
    chat = owner.ask("hello", model="builtin").json()
    with EventStream(owner, chat["question_id"], params={"after": after}) as stream:
        assert follow(stream, Shown()).text == chat["response_text"]


def test_quiet_stream_says_that_it_is_still_there(owner: Person) -> None:
    with EventStream(owner, ask(owner, HELD)) as stream:
        for _ in stream.events(Shown()):
            if stream.comments == 2:
                return
    raise AssertionError("the stream ended")


def test_failed_answer_ends_with_its_code_and_a_sentence(owner: Person) -> None:
    chat = owner.ask("tell me{fake:cut:3}").json()
    with EventStream(owner, chat["question_id"]) as stream:
        shown = follow(stream, Shown())
    assert shown.end is not None
    assert (shown.text, shown.kinds[-1], shown.end["status"]) == ("w0 w1 w2 ", "error", "interrupted")
    assert {key: shown.end[key] for key in ("code", "message")} == chat["error"]


def test_others_get_an_error_as_json(owner: Person, system: LiveSystem) -> None:
    question_id = owner.ask("hello", model="builtin").json()["question_id"]
    for person, status, code in (
        (new_guest(system.api_url), 404, "not_found"),
        (nobody(system.api_url), 401, "not_signed_in"),
        (Person(system.api_url, "nonsense"), 401, "session_ended"),
    ):
        with EventStream(person, question_id) as stream:
            assert stream.reply.status_code == status
            assert stream.reply.headers["Content-Type"] == "application/json"
            assert stream.reply.json()["error"]["code"] == code


def test_deleted_conversations_answers_are_not_there(owner: Person) -> None:
    chat = owner.ask("hello", model="builtin").json()
    owner.call("DELETE", f"conversations/{chat['conversation']}/")
    with EventStream(owner, chat["question_id"]) as stream:
        assert (stream.reply.status_code, stream.reply.json()["error"]["code"]) == (404, "not_found")


def test_stream_of_an_answer_that_is_deleted_for_good_ends(owner: Person, database: None) -> None:
    question_id, shown = ask(owner, HELD), Shown()
    with EventStream(owner, question_id) as stream:
        for _ in stream.events(shown):
            if shown.text == "w0 w1 w2 ":
                Conversation.objects.filter(chats=question_id).delete()
    assert (shown.text, shown.end) == ("w0 w1 w2 ", None)


@pytest.mark.asyncio
async def test_reader_that_hangs_up_leaves_nothing_behind(owner: Person, database: None) -> None:
    question_id = await asyncio.to_thread(ask, owner, HELD)
    headers = {"Authorization": f"Bearer {owner.token}"}
    reply = await AsyncClient().get(f"/api/chats/{question_id}/events/", headers=headers)
    pieces = aiter(reply.streaming_content)  # type: ignore[attr-defined]
    while "w2" not in json.dumps((await anext(pieces)).decode()):
        pass
    waiting = asyncio.ensure_future(anext(pieces))
    await asyncio.sleep(0)
    waiting.cancel()  # as the server does when the client is gone
    with pytest.raises(asyncio.CancelledError):
        await waiting
    followers = [task for task in asyncio.all_tasks() if "tail_answer" in repr(task) or "anext" in repr(task)]
    assert followers == []
