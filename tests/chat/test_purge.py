"""Expired users are deleted with everything of theirs: not early, not twice, and nobody who came back."""

from __future__ import annotations

import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from chat.cleanup import purge
from chat.cleanup.cascade import delete_at_once
from chat.cleanup.expiry import expire_users
from chat.cleanup.pace import Pace
from chat.cleanup.purge import cleanup_expired_users, count_expired_users
from chat.errors import ServiceError, SessionEnded
from chat.library.collections import default_collection
from chat.library.files import file_path
from chat.library.passages import NewPassage, store_passages
from chat.sessions.opening import OpenedSession, open_guest_session, sign_in
from chat.sessions.verifying import verify_session
from models.models import Attachment, Chat, Citation, Document, DocumentImage, Purge, RagData, SearchLog, Session, User
from tests.accounts import PASSWORD, new_account
from tests.old_users import away_for, chats_of, expired_for, guest_expired_for, is_expired, with_chats

MONTH = timedelta(days=30)
HOUR = timedelta(hours=1)
# A thousand take a minute on a busy machine.
RETURNING = int(os.environ.get("RETURNING_USERS", "300"))


def exists(user: User) -> bool:
    return User.objects.filter(uuid=user.uuid).exists()


@pytest.fixture(autouse=True)
def nobody_else_is_due(redis_of_this_test: None) -> None:
    """The totals are compared: what another test has left would count as well."""
    cleanup_expired_users(include_accounts=True)


def test_thirty_days_go_and_an_hour_less_stays() -> None:
    stays, goes = guest_expired_for(MONTH - HOUR).user, guest_expired_for(MONTH).user
    would = count_expired_users()
    assert exists(goes)
    done = cleanup_expired_users()
    assert done == would
    assert (done.guests, done.accounts) == (1, 0)
    assert Counter(chats=2, search_logs=2, conversations=1, sessions=1) == done.rows
    assert (exists(stays), chats_of(stays), is_expired(stays)) == (True, 2, True)
    assert (exists(goes), chats_of(goes)) == (False, 0)
    assert cleanup_expired_users(age=MONTH - 2 * HOUR).guests == 1
    assert not exists(stays)


def test_accounts_go_only_when_told_and_staff_never() -> None:
    account, staff = new_account(), User.objects.create_superuser(f"boss-{new_account().user_id}", PASSWORD)
    for user in (account, staff):
        expired_for(user, MONTH)
    assert cleanup_expired_users().accounts == 0
    assert exists(account)
    assert cleanup_expired_users(include_accounts=True).accounts == 1
    assert (exists(account), exists(staff)) == (False, True)


def test_user_takes_everything_along_and_nothing_of_others() -> None:
    leaving, staying = guest_expired_for(MONTH, chats=120).user, open_guest_session(device="").user
    with_chats(staying, 3)
    files = [path for user in (leaving, staying) for path in store_files(user)]
    quoted = RagData.objects.filter(document__owner=leaving).first()
    assert quoted
    # A chat of somebody else that leaned on a passage of theirs keeps its quote.
    Citation.objects.filter(chat__user=staying).update(data=quoted, document=quoted.document)
    done = cleanup_expired_users(batch_size=50)
    assert (done.guests, done.rows["chats"], done.rows["documents"]) == (1, 120, 1)
    assert [path.exists() for path in files] == [False] * 3 + [True] * 3
    for model, owner in [(Chat, "user_id"), (SearchLog, "user_id"), (Session, "user_id"), (Document, "owner_id")]:
        left: Any = model
        assert left.objects.filter(**{owner: leaving.uuid}).count() == 0
        assert left.objects.filter(**{owner: staying.uuid}).count() > 0
    assert set(Citation.objects.filter(chat__user=staying).values_list("quote", "data")) == {("Quoted", None)}


def store_files(user: User) -> list[Any]:
    document = Document.objects.create(
        owner=user, collection=default_collection(user), source="upload", title="Mine", content_hash="0" * 64
    )
    store_passages(document, [NewPassage(f"Passage {number}") for number in range(3)])
    image = DocumentImage.objects.create(document=document, media_type="image/png", width=1, height=1)
    attachment = Attachment.objects.create(owner=user, media_type="image/png", size_bytes=1, width=1, height=1)
    paths = [file_path(each.pk) for each in (document, image, attachment)]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return paths


def test_what_a_dead_cleaner_left_is_finished_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    account = new_account()
    with_chats(account, 150)
    expired_for(account, MONTH)

    def die(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(purge, "_delete_users", die)
    with pytest.raises(KeyboardInterrupt):
        cleanup_expired_users(include_accounts=True, batch_size=50)
    monkeypatch.undo()
    assert exists(account) and chats_of(account) < 150
    with pytest.raises(ServiceError):
        sign_in(user_id=account.user_id, password=PASSWORD, device="")
    # Its age was tested when it was claimed, and accounts were wanted then.
    assert cleanup_expired_users().accounts == 1
    assert not exists(account) and not Purge.objects.filter(user_id=account.uuid).exists()


def test_what_a_worker_still_writes_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    user = guest_expired_for(MONTH).user
    delete = purge._delete_rows_of

    def write_first(users: Any, some: Any, *limits: Any) -> Any:
        if some == [user.uuid] and not chats_of(user):
            with_chats(user, 1)
        return delete(users, some, *limits)

    monkeypatch.setattr(purge, "_delete_rows_of", write_first)
    assert cleanup_expired_users().guests == 1
    assert (exists(user), chats_of(user)) == (False, 0)


def test_what_takes_too_long_is_given_up_and_tried_with_half_as_much() -> None:
    tried: list[int] = []

    def work(most: int, longest: int) -> Any:
        tried.append(most)
        return delete_at_once([f"SELECT pg_sleep({most * 0.004})"] * 3, longest=longest)

    Pace(16).run(work)
    Pace(1).run(lambda _, longest: delete_at_once(["SELECT pg_sleep(0.06)"], longest=longest))
    # Of 8 no single part is too long, but all of them are.
    assert tried[:2] == [16, 8] and tried[-1] < 8


def test_two_cleaners_an_expiry_and_many_who_return_at_once() -> None:
    people = [guest_expired_for(MONTH if number % 4 else MONTH - HOUR, chats=3) for number in range(RETURNING)]
    early = {each.user.uuid for number, each in enumerate(people) if not number % 4}
    away_for(people[0].user, MONTH - HOUR)
    start = threading.Barrier(11)

    def clean() -> Any:
        start.wait()
        return cleanup_expired_users(batch_size=20)

    def expire() -> None:
        start.wait()
        for _ in range(20):
            expire_users()

    def come_back(some: list[OpenedSession]) -> list[User]:
        start.wait()
        return [each.user for each in some if returned(each)]

    with ThreadPoolExecutor(11) as pool:
        cleaners = [pool.submit(in_thread, clean) for _ in range(2)]
        expiry = pool.submit(in_thread, expire)
        # The last to be claimed come first, so that both sides win some.
        visitors = [pool.submit(in_thread, come_back, people[: RETURNING // 4 : -1][first::8]) for first in range(8)]
        back = {user.uuid for visit in visitors for user in visit.result(120)}
        totals = [cleaner.result(120) for cleaner in cleaners]
        expiry.result(120)

    left = {each.user.uuid for each in people if exists(each.user)}
    assert back - left == set(), "a user who came back was deleted"
    assert early - left == set(), "a user was deleted early"
    assert left == back | early
    assert sum(total.guests for total in totals) == len(people) - len(left)
    assert sum(total.rows["chats"] for total in totals) == 3 * (len(people) - len(left))
    assert all(chats_of(each.user) == 3 for each in people if each.user.uuid in left)
    assert not any(is_expired(each.user) for each in people if each.user.uuid in back)


def returned(opened: OpenedSession) -> bool:
    try:
        verify_session(opened.token)
    except SessionEnded:
        return False
    return True


def in_thread(work: Any, *arguments: Any) -> Any:
    try:
        return work(*arguments)
    finally:
        connections.close_all()
