"""Temporary conversations: answered like others, found nowhere, and gone for good."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image

from chat.library.files import file_path
from chat.temporary import purge_silent_conversations
from models.models import Attachment, Chat, Conversation, SearchLog, SpentTokens
from tests.cast import Person, new_guest
from tests.system import LiveSystem, wait_until
from tests.uploads import add_one


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """That something is gone is looked up in the rows."""


def test_temporary_conversation_is_answered_and_found_nowhere(owner: Person, system: LiveSystem) -> None:
    add_one(owner, "tower.md", b"# Tower\n\nThe tower was built in 1889 and is 330 metres high.\n")
    logs_before = SearchLog.objects.filter(user__uuid=owner.get("users/me/").json()["uuid"]).count()
    asked = owner.ask("When was the tower built?", mode="advanced", model="cited/builtin", temporary=True).json()
    assert asked["status"] == "done" and asked["citations"]
    conversation = owner.get(f"conversations/{asked['conversation']}/").json()
    assert (conversation["temporary"], conversation["title"]) == (True, "")
    again = owner.ask("And how high is it?", mode="advanced", model="cited/builtin", conversation=conversation["id"])
    assert again.json()["status"] == "done"
    # It is there for whoever has its id, and complete.
    assert len(owner.get(f"conversations/{conversation['id']}/chats/").json()["results"]) == 2
    assert owner.get(f"chats/{asked['question_id']}/search/").json()["results"]
    for address in ("conversations/", "conversations/?search=tower", "chats/", "search-logs/"):
        assert owner.get(address).json()["results"] == [], address
    assert "When was" not in owner.get("users/me/export/").text
    assert owner.get(f"conversations/{conversation['id']}/").json()["title"] == ""
    rows = SearchLog.objects.filter(question__conversation=conversation["id"])
    assert rows.count() > logs_before and set(rows.values_list("query", flat=True)) == {""}
    assert set(Chat.objects.filter(conversation=conversation["id"]).values_list("search_terms", flat=True)) == {None}
    assert not [each for each in owner.get("notifications/").json()["results"] if each["kind"] == "answer_finished"]
    assert new_guest(system.api_url).get(f"conversations/{conversation['id']}/").status_code == 404
    titled = owner.call("PATCH", f"conversations/{conversation['id']}/", json={"title": "Tower"})
    assert titled.status_code == 400


def test_deleting_it_leaves_nothing_and_cannot_be_undone(owner: Person, system: LiveSystem) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    attachment = owner.call("POST", "attachments/", files={"file": ("a.png", picture.getvalue())}).json()["id"]
    asked = owner.ask("tell me{fake:held:3}", mode="ai", model="fake/fake-model", temporary=True, wait=False).json()
    Attachment.objects.get(pk=attachment).chats.add(asked["question_id"])
    # While it is being answered, and somebody may be reading.
    deleted = owner.call("DELETE", f"conversations/{asked['conversation']}/")
    assert deleted.status_code == 204
    system.upstream.release()
    assert not Conversation.objects.filter(pk=asked["conversation"]).exists()
    assert not Chat.objects.filter(pk=asked["question_id"]).exists()
    assert not Attachment.objects.filter(pk=attachment).exists() and not file_path(UUID(attachment)).exists()
    assert owner.post(f"conversations/{asked['conversation']}/restore/").status_code == 404
    # Whoever writes the answer finds out, and the worker goes on.
    assert owner.ask("Who are you?", model="builtin").json()["status"] == "done"


def test_silence_ends_it_and_its_tokens_stay_counted(owner: Person) -> None:
    asked = owner.ask("hello{fake:usage}", mode="ai", model="fake/fake-model", temporary=True).json()
    kept = owner.ask("Who are you?", model="builtin").json()
    long_ago = timezone.now() - timedelta(seconds=settings.TEMPORARY_CHAT_SECONDS + 60)
    Chat.objects.filter(pk=asked["question_id"]).update(input_tokens=30, output_tokens=12)
    Conversation.objects.filter(pk=asked["conversation"]).update(updated_datetime=long_ago)
    purge_silent_conversations()
    # Its answer has only just come.
    assert Conversation.objects.filter(pk=asked["conversation"]).exists()
    Chat.objects.filter(pk=asked["question_id"]).update(finished_datetime=long_ago)
    Conversation.objects.filter(pk=kept["conversation"]).update(updated_datetime=long_ago)
    purge_silent_conversations()
    wait_until(lambda: not Conversation.objects.filter(pk=asked["conversation"]).exists(), "it is gone")
    assert Conversation.objects.filter(pk=kept["conversation"]).exists()
    user = Conversation.objects.get(pk=kept["conversation"]).user_id
    assert list(SpentTokens.objects.filter(user=user).values_list("tokens", flat=True)) == [42]


def test_other_conversations_do_not_become_temporary(owner: Person) -> None:
    asked = owner.ask("Who are you?", model="builtin").json()
    reply = owner.ask("And now?", model="builtin", conversation=asked["conversation"], temporary=True)
    assert reply.status_code == 400 and "temporary" in reply.json()["error"]["details"]
    opened = owner.post("conversations/", {"mode": "ai", "temporary": True}).json()
    assert opened["temporary"] is True
    assert owner.ask("Hi", model="builtin", conversation=opened["id"]).status_code == 200
    assert [each["id"] for each in owner.get("conversations/").json()["results"]] == [asked["conversation"]]
