"""The clean-up by hand: what `manage.py` prints, refuses and does."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command

from chat.answers.live_log import KEY
from chat.redis_client import get_redis_client
from chat.sessions.opening import open_guest_session
from models.models import User
from tests.old_users import away_for, is_expired, with_chats
from tests.system import ROOT


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """The tests look at what a command has done."""


def manage(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "backend/manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=60)


def counts(*words: str) -> dict[str, int]:
    printed = io.StringIO()
    call_command(*words, stdout=printed)
    lines = [line.split(": ") for line in printed.getvalue().splitlines() if not line.startswith("Dry run")]
    return {name: int(count) for name, count in lines}


@pytest.mark.parametrize(
    "words",
    [
        ("cleanup_expired_users", "--days", "-1"),
        ("expire_users", "--batch-size", "many"),
        ("list_sessions", "--user", "nobody-of-that-name"),
    ],
)
def test_bad_arguments_are_refused_with_a_sentence_and_code_2(words: tuple[str, ...]) -> None:
    done = manage(*words)
    assert done.returncode == 2
    assert words[-1] in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_inactive_user_is_expired_then_deleted() -> None:
    user = open_guest_session(device="a test").user
    with_chats(user, 2)
    away_for(user, timedelta(days=30))
    assert counts("expire_users", "--dry-run")["guests_expired"] >= 1
    assert not is_expired(user)
    assert counts("expire_users")["guests_expired"] >= 1
    assert is_expired(user)
    arguments = ("cleanup_expired_users", "--days", "0", "--batch-size", "10")
    would = counts(*arguments, "--dry-run")
    assert would["guests_deleted"] >= 1 and would["chats_deleted"] >= 2
    assert User.objects.filter(uuid=user.uuid).exists()
    assert counts(*arguments) == would
    assert not User.objects.filter(uuid=user.uuid).exists()
    assert counts(*arguments) == {"guests_deleted": 0, "accounts_deleted": 0}


def test_sessions_are_listed_by_user() -> None:
    opened = open_guest_session(device="Kitchen tablet")
    for name in (opened.user.user_id, str(opened.user.uuid)):
        printed = io.StringIO()
        call_command("list_sessions", "--user", name, stdout=printed)
        first, last = printed.getvalue().splitlines()
        assert str(opened.session.id) in first and first.endswith("Kitchen tablet")
        assert last == "sessions: 1"
    assert opened.token not in printed.getvalue() and opened.session.token_hash not in printed.getvalue()
    assert counts("cleanup_sessions", "--dry-run")["sessions_removed"] >= 0


def test_old_entries_of_the_live_log_go_and_new_ones_stay() -> None:
    redis = get_redis_client()
    redis.run(lambda client: client.delete(KEY))
    redis.run(lambda client: client.xadd(KEY, {"e": "[]"}, id="1-1"))
    newest = redis.run(lambda client: client.xadd(KEY, {"e": "[]"}))
    assert counts("cleanup_answers", "--dry-run")["live_logs_removed"] == 1
    assert counts("cleanup_answers")["live_logs_removed"] == 1
    assert [identity for identity, _ in redis.run(lambda client: client.xrange(KEY))] == [newest]
