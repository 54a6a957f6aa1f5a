"""Taking conversations along and bringing them in, through the API: nothing is lost on the way, and nothing doubled."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.utils import timezone

from chat.portable.imports import sweep_imports
from models.models import ConversationImport
from tests.accounts import row_of
from tests.cast import Person, new_guest
from tests.system import LiveSystem, wait_until
from tests.uploads import add_one

Json = dict[str, Any]

# What is new in every place that a conversation comes to.
NOT_COMPARED = {"question_id", "conversation", "parent", "siblings", "attempts", "collections"}


def bring_in(person: Person, content: bytes | str, name: str = "export.json", *, status: str = "done") -> Json:
    data = content.encode() if isinstance(content, str) else content
    reply = person.call("POST", "conversations/import/", files={"file": (name, data)})
    assert reply.status_code == 202, reply.text
    return ended(person, reply.json()["id"], status)


def ended(person: Person, import_id: str, status: str = "done") -> Json:
    seen: list[Json] = []

    def has_ended() -> bool:
        seen.append(person.get(f"imports/{import_id}/").json())
        return seen[-1]["status"] not in {"queued", "reading"}

    wait_until(has_ended, "the import has ended")
    assert seen[-1]["status"] == status, seen[-1]
    return seen[-1]


def conversations_of(person: Person) -> list[Json]:
    found: list[Json] = person.get("conversations/?page_size=100").json()["results"]
    return found


def branch_of(person: Person, conversation: Json | str) -> list[Json]:
    """The turns on screen, the oldest first."""
    pk = conversation if isinstance(conversation, str) else conversation["id"]
    turns: list[Json] = person.get(f"conversations/{pk}/chats/").json()["results"]
    return turns[::-1]


def compared(turn: Json) -> Json:
    kept = {key: value for key, value in turn.items() if key not in NOT_COMPARED}
    # A document that is not there any more leaves the quote.
    kept["data"] = None
    kept["citations"] = [{**each, "data": None, "document": None, "image_urls": []} for each in turn["citations"]]
    return kept


def talk(person: Person) -> str:
    """A conversation with an answer from a document, an edited question and a second branch; return its id."""
    add_one(person, "tower.md", b"# Tower\n\nThe tower was built in 1889 and is 330 metres high.\n")
    first = person.ask("When was the tower built?", mode="advanced", model="cited/builtin").json()
    conversation = first["conversation"]
    second = person.ask("How high is the tower?", conversation=conversation, mode="advanced", model="cited/builtin")
    person.ask(
        "How high is the tower in metres?",
        conversation=conversation,
        mode="advanced",
        model="cited/builtin",
        parent=second.json()["parent"],
    )
    person.call("PATCH", f"conversations/{conversation}/", json={"title": "타워: 언제?/높이", "pinned": True})
    return str(conversation)


def test_markdown_is_for_people(owner: Person, system: LiveSystem) -> None:
    conversation = talk(owner)
    reply = owner.get(f"conversations/{conversation}/export/?language=ko&timezone=Asia/Seoul")
    assert reply.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert (
        "filename*=utf-8''%ED%83%80%EC%9B%8C%20%EC%96%B8%EC%A0%9C%20%EB%86%92%EC%9D%B4.md"
        in (reply.headers["Content-Disposition"])
    )
    text = reply.content.decode()
    assert text.startswith("# 타워: 언제?/높이\n") and "KST" in text
    assert "## 1. 나" in text and "How high is the tower in metres?" in text
    # The branch that is not on screen is in the JSON only.
    assert "How high is the tower?\n" not in text
    assert "[^1-1]" in text and "[^1-1]: tower" in text and "[1]" not in text
    assert new_guest(system.api_url).get(f"conversations/{conversation}/export/").status_code == 404
    assert owner.get(f"conversations/{conversation}/export/?timezone=Mars").status_code == 400
    assert owner.get(f"conversations/{conversation}/export/?as=pdf").status_code == 400


@pytest.mark.parametrize("whole", [True, False], ids=["everything", "one conversation"])
def test_export_wipe_import_gives_equal_conversations(owner: Person, system: LiveSystem, whole: bool) -> None:
    conversation = talk(owner)
    shown = branch_of(owner, conversation)
    everywhere = owner.get("chats/").json()["results"]
    exported = owner.get("users/me/export/" if whole else f"conversations/{conversation}/export/?as=json").content
    before = owner.get(f"conversations/{conversation}/").json()
    assert (json.loads(exported)["format"], json.loads(exported)["version"]) == ("triple-chat", 1)
    # Somewhere else, with nothing of it there.
    assert owner.call("DELETE", "users/me/", json={}).status_code == 204
    other = new_guest(system.api_url)
    done = bring_in(other, exported)
    assert (done["conversations_taken"], done["turns_taken"], done["conversations_refused"]) == (1, 3, 0)
    (after,) = conversations_of(other)
    settings = ("mode", "title", "title_by", "pinned", "archived", "created_datetime", "updated_datetime")
    assert [after[name] for name in settings] == [before[name] for name in settings]
    assert list(map(compared, branch_of(other, after))) == list(map(compared, shown))
    assert list(map(compared, other.get("chats/").json()["results"])) == list(map(compared, everywhere))
    # The other branch is the sibling that it was, and everything is found by its words.
    assert [len(turn["siblings"]) for turn in branch_of(other, after)] == [1, 2]
    assert conversations_of(other)[0]["id"] == other.get("conversations/?search=metres").json()["results"][0]["id"]


def test_same_import_twice_is_one(owner: Person, system: LiveSystem) -> None:
    conversation = talk(owner)
    exported = owner.get(f"conversations/{conversation}/export/?as=json").content
    # Where it is still there, it is itself.
    assert bring_in(owner, exported)["conversations_known"] == 1
    other = new_guest(system.api_url)
    assert bring_in(other, exported)["conversations_taken"] == 1
    again = bring_in(other, exported)
    assert (again["conversations_known"], again["turns_taken"]) == (1, 0)
    assert len(conversations_of(owner)) == len(conversations_of(other)) == 1
    # One that was deleted comes back.
    (copy,) = conversations_of(other)
    other.call("DELETE", f"conversations/{copy['id']}/")
    bring_in(other, exported)
    assert [each["id"] for each in conversations_of(other)] == [copy["id"]]
    # An import of somebody else is not there.
    assert owner.get(f"imports/{again['id']}/").status_code == 404
    assert [each["conversations_known"] for each in other.get("imports/").json()["results"]] == [1, 1, 0]


def node(node_id: str, parent: str | None, role: str, *parts: Any, **message: Any) -> Json:
    content = {"content_type": "text", "parts": list(parts), **message.pop("content", {})}
    body = {"id": node_id, "author": {"role": role}, "content": content, "create_time": 1.7e9, **message}
    return {"id": node_id, "parent": parent, "message": body, "children": []}


def chatgpt(title: str = "Seoul", *more: Json, **fields: Any) -> Json:
    nodes = [
        {"id": "root", "parent": None, "message": None, "children": ["s"]},
        node("s", "root", "system", "", metadata={"is_visually_hidden_from_conversation": True}),
        node("q1", "s", "user", {"content_type": "image_asset_pointer"}, "Where is this?", create_time=1.7e9),
        node("t1", "q1", "assistant", "search()", recipient="browser"),
        node("t2", "t1", "tool", "a page"),
        node("a1", "t2", "assistant", "In Seoul \ue200cite\ue202turn0\ue201.", metadata={"model_slug": "gpt-4o"}),
        # Regenerated, and the conversation went on from there.
        node("a2", "q1", "assistant", "In Busan.\x00\ud800", create_time=1.7e9 + 5),
        node("q2", "a1", "user", "How do I get there?", create_time=1.7e9 + 9),
        node("a3", "q2", "assistant", "By train.", create_time=1.7e9 + 10),
        *more,
    ]
    tree = {each["id"]: each for each in nodes}
    return {
        "title": title,
        "conversation_id": title,
        "create_time": 1.7e9,
        "mapping": tree,
        "current_node": "a3",
    } | fields


def test_chatgpt_export_comes_in_with_its_branches(owner: Person) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("chat.html", "<html>")
        package.writestr("conversations.json", json.dumps([chatgpt()]))
    done = bring_in(owner, packed.getvalue(), "chatgpt.zip")
    assert (done["source"], done["conversations_taken"], done["turns_taken"]) == ("chatgpt", 1, 3)
    (entry,) = done["report"]
    assert entry["left_out"] == {"pictures": 1, "tool_calls": 1, "tool_outputs": 1}
    (conversation,) = conversations_of(owner)
    assert (conversation["title"], conversation["mode"]) == ("Seoul", "ai")
    first, second = branch_of(owner, conversation)
    assert (first["question_text"], first["response_text"], first["model"]) == (
        "Where is this?",
        "In Seoul .",
        "gpt-4o",
    )
    assert (second["question_text"], second["response_text"], second["parent"]) == (
        "How do I get there?",
        "By train.",
        first["question_id"],
    )
    regenerated = owner.get(f"chats/{(set(first['siblings']) - {first['question_id']}).pop()}/").json()
    assert regenerated["response_text"] == "In Busan.?"
    # Counted among one's own questions, but not as fast or slow: it was not answered here.
    figures = owner.get("insights/?from=2023-11-14&to=2023-11-15").json()
    assert (figures["totals"]["questions"], figures["totals"]["total"]) == (3, {"p50": None, "p95": None})
    # Exported again later, with one more message.
    more = (node("q3", "a3", "user", "How long?", create_time=1.7e9 + 20), node("a4", "q3", "assistant", "Two hours."))
    later = bring_in(owner, json.dumps([chatgpt("Seoul", *more, current_node="a4")]))
    assert (later["conversations_extended"], later["turns_taken"]) == (1, 1)
    assert len(conversations_of(owner)) == 1
    # It is a conversation like others: it goes on.
    asked = owner.ask("{fake:echo}", conversation=conversation["id"], mode="ai", model="fake/fake-model")
    assert asked.json()["conversation"] == conversation["id"]


def test_open_webui_export_comes_in(owner: Person) -> None:
    messages = {
        "u": {"id": "u", "parentId": None, "role": "user", "content": "안녕?", "timestamp": 1700000000},
        "a": {"id": "a", "parentId": "u", "role": "assistant", "content": "안녕하세요.", "model": "qwen3"},
    }
    chat = {"title": "인사", "history": {"messages": messages, "currentId": "a"}}
    bring_in(owner, json.dumps([{"id": "1", "title": "인사", "chat": chat, "pinned": True}]))
    (conversation,) = conversations_of(owner)
    (turn,) = branch_of(owner, conversation)
    assert (conversation["pinned"], turn["model"], turn["response_text"]) == (True, "qwen3", "안녕하세요.")


def test_what_cannot_be_taken_is_named_and_the_rest_comes_in(owner: Person) -> None:
    loop = chatgpt("Loop")
    loop["mapping"] = {"x": node("x", "y", "user", "?"), "y": node("y", "x", "assistant", "!")}
    deep: Any = []
    for _ in range(150):
        deep = [deep]
    file = [chatgpt("Good"), {"title": "No tree"}, loop, {"title": "Deep", "mapping": deep}, chatgpt("Also good")]
    done = bring_in(owner, json.dumps(file))
    refused = {each["title"]: each["code"] for each in done["report"] if each["outcome"] == "refused"}
    assert refused == {
        "No tree": "conversation_malformed",
        "Loop": "conversation_empty",
        "": "conversation_too_deep",
    }
    assert sorted(each["title"] for each in conversations_of(owner)) == ["Also good", "Good"]
    cut = bring_in(owner, json.dumps([chatgpt("Third"), chatgpt("Fourth")])[:-40], status="failed")
    assert (cut["error"]["code"], cut["conversations_taken"]) == ("import_damaged", 1)


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("conversations.json", b" " * 60_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'[{"a": 1}]', "import_unsupported"),
        (b'{"format": "triple-chat", "version": 99, "conversations": []}', "import_newer_version"),
        (b"[" * 100_000, "import_damaged"),
        (b"PK\x03\x04 is no package", "import_damaged"),
        (zip_bomb(), "import_unpacks_too_large"),
    ],
    ids=["another list", "newer", "brackets", "no package", "bomb"],
)
def test_hostile_files_end_in_a_sentence(owner: Person, content: bytes, code: str) -> None:
    done = bring_in(owner, content, status="failed")
    assert done["error"]["code"] == code and done["error"]["message"].endswith(".")
    assert conversations_of(owner) == []


def test_file_that_is_nothing_of_the_kind_is_refused_at_once(owner: Person) -> None:
    reply = owner.call("POST", "conversations/import/", files={"file": ("a.json", b"%PDF-1.7")})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "import_unsupported")


def told(person: Person) -> list[Json]:
    notes: list[Json] = person.get("notifications/").json()["results"]
    return [note["payload"] for note in notes if note["kind"] == "import_ended"]


def test_end_of_an_import_is_told_once_with_its_counts(owner: Person) -> None:
    done = bring_in(owner, json.dumps([chatgpt()]), "all.json")
    failed = bring_in(owner, b"[" * 100_000, "cut.json", status="failed")
    counts = ("conversations_taken", "conversations_extended", "conversations_refused")
    assert told(owner) == [
        {
            "import": each["id"],
            "file_name": each["file_name"],
            "status": each["status"],
            "error_code": each["error"]["code"] if each["error"] else "",
            **{name: each[name] for name in counts},
        }
        for each in (failed, done)
    ]
    assert [payload["conversations_taken"] for payload in told(owner)] == [0, 1]


def test_import_that_is_given_up_is_told(owner: Person, database: None) -> None:
    given_up = ConversationImport.objects.create(
        user=row_of(owner).user, status="reading", attempts=3, lease_until=timezone.now()
    )
    sweep_imports()
    # The worker may be at it itself, and this sweep pass over what that one holds.
    state = ended(owner, str(given_up.pk), "failed")
    assert state["error"]["code"] == "import_gave_up"
    assert [payload["error_code"] for payload in told(owner)] == ["import_gave_up"]


def test_import_is_cancelled_and_only_one_runs(owner: Person, system: LiveSystem) -> None:
    system.stop_worker()
    try:
        content = json.dumps([chatgpt()]).encode()
        waiting = owner.call("POST", "conversations/import/", files={"file": ("a.json", content)}).json()
        second = owner.call("POST", "conversations/import/", files={"file": ("b.json", content)})
        assert (second.status_code, second.json()["error"]["code"]) == (409, "import_running")
        assert owner.post(f"imports/{waiting['id']}/cancel/").json()["status"] == "cancelled"
        again = owner.post(f"imports/{waiting['id']}/cancel/")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "import_not_running")
    finally:
        system.start_worker()
    assert conversations_of(owner) == []
    assert told(owner) == []


def test_worker_that_dies_loses_and_doubles_nothing(owner: Person, system: LiveSystem) -> None:
    system.stop_worker()
    content = json.dumps([chatgpt(f"Number {number}") for number in range(600)])
    reply = owner.call("POST", "conversations/import/", files={"file": ("many.json", content.encode())}).json()
    worker = system.start_worker()
    wait_until(lambda: owner.get(f"imports/{reply['id']}/").json()["conversations_taken"] > 0, "it is being taken in")
    worker.kill()
    system.stop_worker()
    system.start_worker()
    done = ended(owner, reply["id"])
    counts = ("conversations_taken", "conversations_known", "conversations_refused", "turns_taken", "progress")
    assert [done[name] for name in counts] == [600, 0, 0, 1800, 100]
    assert len(done["report"]) + done["report_left_off"] == 600
