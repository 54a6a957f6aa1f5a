"""Staff: the first administrator's code, invitations, password resets, switching off. Nobody else may."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from chat.accounts.codes import issue_code
from models.models import CodeKind, OneTimeCode, User
from tests.accounts import PASSWORD, assert_ended, row_of
from tests.api.test_accounts import code_of, name_of, new_name, registered, sign_in
from tests.cast import Person, new_guest, nobody
from tests.system import LiveSystem
from tests.visitors import signed, somewhere


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """Ranks are given through the rows."""


@pytest.fixture
def staff(system: LiveSystem) -> Iterator[Person]:
    person = registered(nobody(system.api_url))
    User.objects.filter(uuid=row_of(person).user_id).update(is_staff=True)
    yield person
    # Otherwise no test could be the first administrator any more.
    User.objects.filter(uuid=row_of(person).user_id).update(is_staff=False)


def redeem(person: Person, code: str, **fields: str) -> tuple[int, str]:
    """From an address of its own: from one, only so many wrong codes are looked at."""
    body = {"code": code, "password": PASSWORD, **fields}
    reply = person.post("sessions/redeem/", body, headers=signed(somewhere()))
    return reply.status_code, reply.json()["token"] if reply.status_code == 201 else code_of(reply)


def first_code() -> str:
    User.objects.filter(is_staff=True).update(is_staff=False)
    printed = StringIO()
    call_command("first_administrator", stdout=printed)
    return printed.getvalue().strip()


# --- The first administrator -----------------------------------------------------------------------


def test_first_administrator_is_made_once_and_keeps_a_guests_chats(owner: Person) -> None:
    void = first_code()
    code = first_code()
    asked = owner.ask("Who are you?", model="builtin").json()
    assert redeem(owner, void, user_id=new_name()) == (400, "code_invalid")
    name = new_name()
    status, token = redeem(owner, code.lower().replace("-", " "), user_id=name)
    assert status == 201
    person = Person(owner.api_url, token)
    assert person.get("users/me/").json()["is_staff"] is True
    assert person.get("chats/").json()["results"] == [asked]
    assert redeem(nobody(owner.api_url), code, user_id=new_name()) == (400, "code_invalid")
    printed = StringIO()
    call_command("first_administrator", stdout=printed)
    assert printed.getvalue() == ""
    assert "is_superuser" in person.get(f"users/{name}/").json()
    User.objects.filter(user_id=name).update(is_staff=False, is_superuser=False)


def test_code_is_not_used_up_by_a_name_that_is_taken(system: LiveSystem) -> None:
    taken = name_of(registered(nobody(system.api_url)))
    code = issue_code(CodeKind.INVITATION).code
    somebody = nobody(system.api_url)
    assert redeem(somebody, code, user_id=taken) == (409, "user_id_taken")
    assert redeem(somebody, code, user_id="a b") == (400, "user_id_invalid")
    assert redeem(somebody, code) == (400, "user_id_invalid")
    assert redeem(somebody, code, user_id=new_name(), password="short") == (400, "password_weak")
    assert redeem(somebody, code, user_id=new_name())[0] == 201


def test_code_works_for_one_of_many_at_once(system: LiveSystem) -> None:
    code = issue_code(CodeKind.INVITATION).code
    with ThreadPoolExecutor(8) as threads:
        tried = list(threads.map(lambda _: redeem(nobody(system.api_url), code, user_id=new_name()), range(8)))
    assert sorted(status for status, _ in tried) == [201, *[400] * 7]


def test_code_that_is_too_old_is_void(system: LiveSystem) -> None:
    issued = issue_code(CodeKind.INVITATION)
    assert timedelta(hours=23) < issued.row.expires_datetime - datetime.now(UTC) <= timedelta(hours=24)
    OneTimeCode.objects.filter(id=issued.row.id).update(expires_datetime=datetime.now(UTC))
    assert redeem(nobody(system.api_url), issued.code, user_id=new_name()) == (400, "code_invalid")


def test_createsuperuser_makes_an_administrator_as_well(system: LiveSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    name = new_name()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, user_id=name, verbosity=0)
    person = sign_in(system.api_url, name)
    assert person.get(f"users/{name}/").json()["is_superuser"] is True
    User.objects.filter(user_id=name).update(is_staff=False, is_superuser=False)


# --- Inviting, switching off, new passwords -----------------------------------------------------------


def test_invitation_is_listed_until_it_is_used_or_withdrawn(staff: Person) -> None:
    used, withdrawn = (staff.post("users/invitations/", {"note": note}).json() for note in ("For Seojun", "For Hana"))
    listed = {each["id"]: each for each in staff.get("users/invitations/").json()["results"]}
    assert listed[used["id"]]["note"] == "For Seojun" and listed[used["id"]]["created_by"] == name_of(staff)
    assert "code" not in listed[used["id"]]
    assert staff.call("DELETE", f"users/invitations/{withdrawn['id']}/").status_code == 204
    somebody = nobody(staff.api_url)
    assert redeem(somebody, withdrawn["code"], user_id=new_name()) == (400, "code_invalid")
    status, token = redeem(somebody, used["code"], user_id=new_name())
    assert status == 201
    assert Person(staff.api_url, token).get("users/me/").json()["is_staff"] is False
    assert not {used["id"], withdrawn["id"]} & {
        each["id"] for each in staff.get("users/invitations/").json()["results"]
    }


def test_account_that_is_switched_off_is_out_until_it_is_switched_on(staff: Person) -> None:
    person = registered(nobody(staff.api_url))
    name = name_of(person)
    off = staff.call("PATCH", f"users/{name.upper()}/", json={"is_active": False})
    assert (off.status_code, off.json()["is_active"]) == (200, False)
    assert_ended(person)
    refused = nobody(staff.api_url).post("sessions/", {"user_id": name, "password": PASSWORD})
    assert code_of(refused) == "invalid_credentials"
    assert staff.call("PATCH", f"users/{name}/", json={"is_active": True}).status_code == 200
    sign_in(staff.api_url, name)


def test_password_reset_works_once_and_ends_every_session(staff: Person) -> None:
    person = registered(nobody(staff.api_url))
    name = name_of(person)
    void = staff.post(f"users/{name}/password-reset/").json()["code"]
    code = staff.post(f"users/{name}/password-reset/").json()["code"]
    somebody = nobody(staff.api_url)
    assert redeem(somebody, void, password="a new good password") == (400, "code_invalid")
    assert person.get("users/me/").status_code == 200
    status, token = redeem(somebody, code, password="a new good password")
    assert status == 201
    assert name_of(Person(staff.api_url, token)) == name
    assert_ended(person)
    sign_in(staff.api_url, name, "a new good password")
    assert redeem(somebody, code, password="yet another good one") == (400, "code_invalid")


def test_list_of_accounts_is_searched_and_paged(staff: Person) -> None:
    prefix = f"kim-{uuid.uuid4().hex[:6]}"
    for number in range(3):
        registered(nobody(staff.api_url), f"{prefix}-{number}")
    first = staff.get("users/", params={"search": prefix.upper(), "page_size": 2}).json()
    rest = staff.call("GET", first["next"].split("/api/")[1]).json()
    names = [each["user_id"] for each in (*first["results"], *rest["results"])]
    assert names == [f"{prefix}-2", f"{prefix}-1", f"{prefix}-0"]
    assert all(not each["is_guest"] for each in staff.get("users/").json()["results"])
    new_guest(staff.api_url)
    assert all(each["is_guest"] for each in staff.get("users/?guests=true").json()["results"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "users/", None),
        ("GET", "users/{name}/", None),
        ("PATCH", "users/{name}/", {"is_active": False}),
        ("PATCH", "users/{name}/", {"nonsense": 1}),
        ("POST", "users/{name}/password-reset/", {}),
        ("GET", "users/invitations/", None),
        ("POST", "users/invitations/", {}),
        ("DELETE", "users/invitations/8f14e45f-ceea-467f-a6b9-1c2d3e4f5a6b/", None),
    ],
)
def test_only_staff_may(system: LiveSystem, method: str, path: str, body: object) -> None:
    account = registered(nobody(system.api_url))
    path = path.format(name=name_of(account))
    for person in (account, new_guest(system.api_url)):
        reply = person.call(method, path, json=body)
        assert (reply.status_code, code_of(reply)) == (403, "forbidden")
    assert nobody(system.api_url).call(method, path, json=body).status_code == 401
    assert account.get("users/me/").status_code == 200


def test_staff_may_not_rise_above_its_rank_or_lock_itself_out(staff: Person, system: LiveSystem) -> None:
    chief = registered(nobody(system.api_url))
    User.objects.filter(uuid=row_of(chief).user_id).update(is_staff=True, is_superuser=True)
    name = name_of(chief)
    assert staff.post(f"users/{name}/password-reset/").status_code == 403
    assert staff.call("PATCH", f"users/{name}/", json={"is_active": False}).status_code == 403
    assert staff.post("users/invitations/", {"is_staff": True}).status_code == 403
    plain = name_of(registered(nobody(system.api_url)))
    assert staff.call("PATCH", f"users/{plain}/", json={"is_staff": True}).status_code == 403
    assert chief.call("PATCH", f"users/{plain}/", json={"is_staff": True}).json()["is_staff"] is True
    own = chief.call("PATCH", f"users/{name}/", json={"is_active": False})
    assert (own.status_code, code_of(own)) == (409, "not_yourself")
    assert staff.get(f"users/{new_name()}/").status_code == 404
    User.objects.filter(user_id__in=[name, plain]).update(is_staff=False, is_superuser=False)
