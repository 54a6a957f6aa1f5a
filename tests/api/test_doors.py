"""What the settings close: guests, and making accounts. And exports that do not fit into memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.accounts.codes import issue_code
from models.models import Chat, CodeKind, Conversation, User
from tests.accounts import new_account, signed_in
from tests.api.test_accounts import code_of, new_name, register
from tests.api.test_staff import redeem
from tests.cast import Person
from tests.own_redis import OwnApi, own_api, own_redis
from tests.system import free_port, listens, start_api, wait_until


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """Accounts are made through the ORM."""


@pytest.fixture(scope="module")
def closed(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnApi]:
    with own_api(tmp_path_factory.mktemp("closed-api"), GUESTS_ALLOWED="false", REGISTRATION_OPEN="false") as api:
        yield api


def test_closed_doors_open_for_accounts_and_invitations(closed: OwnApi) -> None:
    somebody = Person(closed.url, "")
    refused = somebody.post("sessions/")
    assert (refused.status_code, code_of(refused)) == (403, "guests_closed")
    name = new_name()
    refused = register(somebody, name)
    assert (refused.status_code, code_of(refused)) == (403, "registration_closed")
    assert not User.objects.filter(user_id=name).exists()
    assert signed_in(closed, new_account()).get("users/me/").status_code == 200
    assert redeem(somebody, issue_code(CodeKind.INVITATION).code, user_id=name)[0] == 201


def test_memory_stays_flat_however_much_is_exported(django_db_setup: None, tmp_path: Path) -> None:
    port = free_port()
    with own_redis() as redis, start_api(port, tmp_path, REDIS_URL=redis.url) as process:
        wait_until(lambda: listens(port), "the API listens")
        user = new_account()
        api = OwnApi(f"http://127.0.0.1:{port}", redis)
        person = signed_in(api, user)
        few = len(person.get("users/me/export/").content)
        before = most_memory(process.pid)
        talk = Conversation.objects.create(user=user, mode="ai", title="Long")
        fields = {"user": user, "conversation": talk, "mode": "ai", "model": "m", "status": "done"}
        for _ in range(20):
            Chat.objects.bulk_create(
                Chat(**fields, question_text="?", response_text="A long answer. " * 3_500) for _ in range(100)
            )
        with person.get("users/me/export/", stream=True) as reply:
            received = sum(len(piece) for piece in reply.iter_content(1 << 20))
        assert received - few > 100_000_000
        assert most_memory(process.pid) - before < 50_000_000


def most_memory(pid: int) -> int:
    """Bytes that the process has held at most."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024
