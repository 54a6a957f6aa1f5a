"""Collections: one's own, the default one, and those that staff shares with all accounts."""

from __future__ import annotations

import pytest

from models.models import User
from tests.accounts import PASSWORD, new_account
from tests.cast import Person, new_guest
from tests.system import LiveSystem
from tests.uploads import Json, add_one, passages_of


@pytest.fixture
def account(system: LiveSystem, database: None) -> Person:
    return person_of(system, new_account())


@pytest.fixture
def staff(system: LiveSystem, database: None) -> Person:
    user = new_account()
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return person_of(system, user)


def person_of(system: LiveSystem, user: User) -> Person:
    body = {"user_id": user.user_id, "password": PASSWORD}
    reply = Person(system.api_url, "").post("sessions/", body)
    assert reply.status_code == 201, reply.text
    return Person(system.api_url, reply.json()["token"])


def names(person: Person) -> list[str]:
    return [each["name"] for each in person.get("collections/").json()["results"]]


def create(person: Person, name: str) -> Json:
    reply = person.post("collections/", {"name": name})
    assert reply.status_code == 201, reply.text
    collection: Json = reply.json()
    return collection


def test_default_collection_comes_with_the_first_document_and_stays(owner: Person) -> None:
    assert names(owner) == []
    add_one(owner, "a.txt", b"Text.")
    (collection,) = owner.get("collections/").json()["results"]
    assert (collection["name"], collection["is_default"], collection["document_count"]) == ("", True, 1)
    refused = owner.call("DELETE", f"collections/{collection['id']}/")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "collection_is_default")


def test_collection_is_renamed_deleted_and_restored_with_its_documents(owner: Person) -> None:
    collection = create(owner, "Handbooks")
    document = add_one(owner, "a.txt", b"Text.", collection=collection["id"])
    address = f"collections/{collection['id']}/"
    assert owner.call("PATCH", address, json={"name": "안내서"}).json()["name"] == "안내서"
    assert owner.call("PATCH", address, json={"nam": "x"}).status_code == 400
    assert owner.call("DELETE", address).status_code == 204
    assert names(owner) == [] and owner.get(f"documents/{document['id']}/").status_code == 404
    assert owner.post(f"{address}restore/").json()["document_count"] == 1
    assert len(passages_of(owner, document)) == 1


def test_shared_one_is_read_by_accounts_and_written_by_its_owner_alone(
    owner: Person, account: Person, staff: Person
) -> None:
    collection = create(staff, "For all")
    document = add_one(staff, "rules.txt", b"Rules for all.", collection=collection["id"])
    address = f"collections/{collection['id']}/"
    assert account.get(address).status_code == 404
    assert staff.call("PATCH", address, json={"shared": True}).json()["shared"] is True

    seen = account.get(address).json()
    assert (seen["mine"], seen["shared"], seen["document_count"]) == (False, True, 1)
    assert account.get(f"documents/{document['id']}/").json()["mine"] is False
    assert passages_of(account, document)[0]["data_text"] == "Rules for all."
    assert account.get(f"documents/?collection={collection['id']}").json()["results"][0]["id"] == document["id"]

    for reply in (
        account.call("PATCH", address, json={"name": "Mine"}),
        account.call("DELETE", address),
        account.call("DELETE", f"documents/{document['id']}/"),
        account.call("PATCH", f"documents/{document['id']}/", json={"title": "Mine"}),
        account.call("POST", "documents/", files={"files": ("b.txt", b"B.")}, data={"collection": collection["id"]}),
        # Guests are no accounts.
        owner.get(address),
        owner.get(f"documents/{document['id']}/"),
    ):
        assert reply.status_code == 404


def test_only_staff_can_share(account: Person, owner: Person) -> None:
    for person in (account, owner):
        collection = create(person, "Mine")
        reply = person.call("PATCH", f"collections/{collection['id']}/", json={"shared": True})
        assert (reply.status_code, reply.json()["error"]["code"]) == (403, "forbidden")
        assert person.get(f"collections/{collection['id']}/").json()["shared"] is False


def test_somebody_elses_is_not_there(owner: Person, account: Person, staff: Person) -> None:
    collection = create(owner, "Private")
    address = f"collections/{collection['id']}/"
    for person in (account, staff, new_guest(owner.api_url)):
        assert person.get(address).status_code == 404
        assert person.call("PATCH", address, json={"name": "Mine"}).status_code == 404
        assert person.call("DELETE", address).status_code == 404
        assert person.post(f"{address}restore/").status_code == 404
    assert names(owner) == ["Private"]
