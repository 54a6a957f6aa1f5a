"""What happens while somebody else's change is not committed yet: both are right, and together they do no harm."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from chat.answers.questions import Question, submit_question
from chat.library.purge import purge_library
from chat.open_connections import in_thread
from chat.portable.imports import sweep_imports
from chat.temporary import purge_silent_conversations
from models.models import Chat, Conversation, ConversationImport, Document, RagData, Session, User
from tests.accounts import row_of
from tests.cast import Person, new_guest, nobody
from tests.passages import new_collection, new_document, user_of, write
from tests.system import LiveSystem, wait_until

T = TypeVar("T")

_SOMEBODY_WAITS = """
    SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)) AND position(%s in query) > 0
"""


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """The changes are made in the rows."""


def somebody_waits(statement: str = "") -> bool:
    """For what this transaction holds, with a statement that has these words."""
    with connection.cursor() as cursor:
        # Within a transaction the first look would be remembered.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(_SOMEBODY_WAITS, [statement])
        return cursor.fetchone() is not None


def meeting(change: Callable[[], object], work: Callable[[], T]) -> T:
    """Begin `work` after a change that is committed once the work waits for it; return what it comes to."""
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            change()
            working = thread.submit(in_thread(work))
            wait_until(somebody_waits, "the work meets the change")
        return working.result(60)


def test_search_survives_the_deletion_of_what_it_finds(owner: Person) -> None:
    passage = write(owner, "The grey heron is a wading bird.")["data_id"]
    reply = meeting(
        lambda: RagData.objects.filter(pk=passage).delete(), lambda: owner.post("search/", {"query": "heron"})
    )
    assert reply.status_code == 200, reply.text
    assert owner.get("search-logs/").json()["results"][0]["data"] is None


@pytest.mark.parametrize("seen_long_ago", [False, True], ids=["active", "active after a pause"])
def test_guest_who_is_just_gone_asks_nothing_more(owner: Person, seen_long_ago: bool) -> None:
    user = user_of(owner)
    if seen_long_ago:
        Session.objects.filter(pk=row_of(owner).pk).update(last_seen=timezone.now() - timedelta(minutes=5))
    reply = meeting(lambda: gone(user), lambda: owner.ask("Who are you?", model="builtin", wait=False))
    assert reply.status_code == 401
    assert not Chat.objects.filter(user=user).exists()


def gone(user: User) -> None:
    """As a guest is who signs in and takes everything along."""
    User.objects.filter(pk=user.pk).select_for_update().get()
    User.objects.filter(pk=user.pk).update(is_active=False)


def test_answer_that_ends_holds_nothing_while_it_waits_for_its_user(owner: Person, system: LiveSystem) -> None:
    user, asked = user_of(owner), owner.ask("Take your time{fake:held}", wait=False).json()["question_id"]
    wait_until(lambda: owner.get(f"chats/{asked}/").json()["status"] == "streaming", "it is being written")
    # As whoever deletes the user does it, who would wait for the answer otherwise, and it for them.
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        system.upstream.release()
        wait_until(lambda: somebody_waits("finished_datetime = now()"), "the answer ends")
        assert Chat.objects.select_for_update(nowait=True).get(pk=asked).status == "streaming"
    wait_until(lambda: owner.get(f"chats/{asked}/").json()["status"] == "done", "it is stored")


def test_guest_who_is_just_gone_leaves_no_document_behind(owner: Person) -> None:
    user = user_of(owner)
    file = ("files", ("a.txt", b"Left behind."))
    reply = meeting(lambda: gone(user), lambda: owner.call("POST", "documents/", files=[file]))
    assert reply.status_code == 401
    assert not Document.objects.filter(owner=user).exists()


def test_guest_who_is_just_gone_leaves_no_import_behind(owner: Person) -> None:
    user = user_of(owner)
    file = {"file": ("all.json", json.dumps([]).encode())}
    reply = meeting(lambda: gone(user), lambda: owner.call("POST", "conversations/import/", files=file))
    assert reply.status_code == 401
    assert not ConversationImport.objects.filter(user=user).exists()


def test_guest_who_is_just_gone_becomes_no_account(system: LiveSystem) -> None:
    guest = new_guest(system.api_url)
    user, name = user_of(guest), f"kim-{guest.token[:8].strip('-_')}"
    body = {"user_id": name, "password": "correct horse battery"}
    reply = meeting(lambda: gone(user), lambda: guest.post("users/", body))
    assert reply.status_code == 401
    assert nobody(system.api_url).post("users/", body).status_code == 201


def test_temporary_conversation_that_is_just_asked_something_stays(owner: Person) -> None:
    user = user_of(owner)
    asked = owner.ask("Who are you?", mode="ai", model="builtin", temporary=True).json()
    conversation = Conversation.objects.get(pk=asked["conversation"])
    long_ago = timezone.now() - timedelta(seconds=settings.TEMPORARY_CHAT_SECONDS + 60)
    Chat.objects.filter(pk=asked["question_id"]).update(finished_datetime=long_ago)
    Conversation.objects.filter(pk=conversation.pk).update(updated_datetime=long_ago)
    again = Question(mode="ai", text="And now?", models=("builtin",), conversation_id=conversation.pk)
    meeting(lambda: submit_question(user=user, question=again, client_key=None), purge_silent_conversations)
    assert len(owner.get(f"conversations/{conversation.pk}/chats/").json()["results"]) == 2


def test_document_that_just_came_back_is_not_purged(owner: Person) -> None:
    document = new_document(new_collection(owner), "Back again")
    deleted = Document.objects.filter(pk=document.pk)
    deleted.update(deleted_at=timezone.now() - timedelta(days=365))
    meeting(lambda: deleted.update(deleted_at=None), purge_library)
    assert deleted.exists()


def test_import_that_was_cancelled_while_its_worker_was_dead_ends(owner: Person) -> None:
    cancelled = ConversationImport.objects.create(
        user=user_of(owner), status="reading", attempts=1, lease_until=timezone.now(), cancel_requested=True
    )
    sweep_imports()
    # The worker's own sweep may have been first.
    wait_until(lambda: owner.get(f"imports/{cancelled.pk}/").json()["status"] == "cancelled", "it is cancelled")
