"""Passages that clients write: one, many, a stream; who may see and change them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chat.search.terms import hash_term
from models.models import Collection, Document, RagData
from tests.accounts import new_account, signed_in
from tests.cast import Person, new_guest, nobody
from tests.own_redis import OwnApi
from tests.passages import found, new_collection, search, stream, user_of, words_counted, write
from tests.system import LiveSystem


def test_written_passage_is_read_changed_found_and_deleted(owner: Person) -> None:
    made = write(owner, "The heron stands still.", title="Birds", heading="Water > Herons", page=3, external_id="h1")
    path = f"rag-data/{made['data_id']}/"
    assert owner.get(path).json() == made
    assert made | {"title": "Birds", "heading": "Water > Herons", "page": 3, "external_id": "h1"} == made
    assert found(owner, "heron") == found(owner, "birds") == found(owner, "water") == [made["data_id"]]
    changed = owner.call("PATCH", path, json={"data_text": "The stork flies."})
    assert changed.json() == {**made, "data_text": "The stork flies."}
    assert found(owner, "stork") == [made["data_id"]]
    assert found(owner, "still") == []
    assert owner.call("DELETE", path).status_code == 204
    assert owner.get(path).status_code == 404
    assert found(owner, "stork") == []


def test_list_is_stored_whole_or_not_at_all(owner: Person) -> None:
    reply = owner.post("rag-data/", [{"data_text": "one heron"}, {"data_text": "two herons"}])
    assert [each["data_text"] for each in reply.json()] == ["one heron", "two herons"]
    assert [each["position"] for each in reply.json()] == [0, 1]
    assert owner.post("rag-data/", [{"data_text": "three herons"}, {"text": "x"}]).status_code == 400
    assert len(found(owner, "heron")) == 2


def test_same_external_id_in_a_collection_replaces(owner: Person, database: None) -> None:
    other = str(new_collection(owner, "other").pk)
    first = write(owner, "red apples", external_id="a")
    apart = write(owner, "red apples", external_id="a", collection=other)
    again = write(owner, "green pears", external_id="a")
    assert again["data_id"] == first["data_id"] != apart["data_id"]
    assert found(owner, "apples") == [apart["data_id"]]
    assert found(owner, "pears") == [first["data_id"]]
    assert Document.objects.get(pk=first["document"]).passage_count == 1


def test_counts_of_words_follow_every_write(owner: Person, database: None) -> None:
    collection = new_collection(owner, "counted")

    def counted() -> tuple[dict[str, int], int, int]:
        words = words_counted(collection)
        collection.refresh_from_db()
        names = {hash_term(collection.pk, token): token for token in ("heron", "pond", "왜가", "^왜가")}
        return {names[term]: count for term, count in words.items()}, collection.passage_count, collection.token_count

    fields: dict[str, Any] = {"collection": str(collection.pk)}
    one = write(owner, "heron pond pond", **fields)
    write(owner, "herons", external_id="x", **fields)
    assert counted() == ({"heron": 2, "pond": 1}, 2, 4)
    write(owner, "pond", external_id="x", **fields)
    assert counted() == ({"heron": 1, "pond": 2}, 2, 4)
    owner.call("PATCH", f"rag-data/{one['data_id']}/", json={"data_text": "heron"})
    assert counted() == ({"heron": 1, "pond": 1}, 2, 2)
    owner.call("DELETE", f"rag-data/{one['data_id']}/")
    assert counted() == ({"pond": 1}, 1, 1)
    # Whoever deletes it, however.
    RagData.objects.filter(collection=collection).delete()
    assert counted() == ({}, 0, 0)


def test_stream_stores_the_good_lines_and_names_the_bad_ones(owner: Person) -> None:
    lines: list[Any] = [{"data_text": f"heron {number}", "external_id": f"n{number}"} for number in range(1200)]
    lines[3] = "not JSON"
    lines[5] = ""
    lines[700] = {"data_text": "x", "colour": "red"}
    lines[701] = {"data_text": "x", "collection": "5f0e8a52-6f43-4f0b-9b0e-3b8f6f0c7a11"}
    lines[702] = {"data_text": "x" * 1_100_000}
    lines[1199] = {"data_text": "heron again", "external_id": "n0"}
    told = stream(owner, lines)
    refused = {each["line"]: each["code"] for each in told if each["kind"] == "refused"}
    assert refused == {4: "invalid", 701: "invalid", 702: "not_found", 703: "too_large"}
    assert sum(each["kind"] == "progress" for each in told) >= 3
    end = told[-1]
    assert end.pop("seconds") > 0
    assert end == {"kind": "done", "read": 1199, "stored": 1194, "updated": 1, "refused": 4}
    assert search(owner, "again")[0]["external_id"] == "n0"
    assert len(owner.get("rag-data/", params={"page_size": "100"}).json()["results"]) == 100


def test_stream_may_be_larger_than_a_request(owner: Person) -> None:
    lines = [{"data_text": f"{'heron ' * 100}{number}"} for number in range(3000)]
    end = stream(owner, lines)[-1]
    assert end | {"kind": "done", "stored": 3000, "refused": 0} == end
    too_large = owner.post("rag-data/", lines[:2000])
    assert too_large.status_code == 413


def test_writers_of_one_collection_do_not_stop_each_other(owner: Person, database: None) -> None:
    """The same words and names in another order: what deadlocks without a lock in front."""
    words = ["heron", "pond", "reed", "fish", "nest"]
    lines = [
        {"data_text": f"{words[number % 5]} {words[number % 3]} {number}", "external_id": f"n{number}"}
        for number in range(600)
    ]
    with ThreadPoolExecutor(4) as threads:
        replies = list(threads.map(lambda part: stream(owner, part), (lines, lines[::-1], lines, lines[::-1])))
    ends = [reply[-1] for reply in replies]
    assert [end["kind"] for end in ends] == ["done"] * 4
    assert sum(end["stored"] for end in ends) == 600
    collection = Collection.objects.get(owner=user_of(owner))
    assert collection.passage_count == RagData.objects.filter(collection=collection).count() == 600
    holders = words_counted(collection)
    assert holders[hash_term(collection.pk, "heron")] == sum("heron" in line["data_text"] for line in lines)


def test_list_comes_in_pages_and_by_collection(owner: Person, database: None) -> None:
    other = str(new_collection(owner, "other").pk)
    ids = [write(owner, f"heron {number}")["data_id"] for number in range(3)]
    there = write(owner, "heron", collection=other)
    first = owner.get("rag-data/", params={"page_size": "3"}).json()
    assert [each["data_id"] for each in first["results"]] == [there["data_id"], ids[2], ids[1]]
    second = owner.get(first["next"].split("/api/", 1)[1]).json()
    assert [each["data_id"] for each in second["results"]] == [ids[0]]
    by_collection = owner.get("rag-data/", params={"collection": other}).json()["results"]
    assert by_collection == [there]
    assert owner.get("rag-data/", params={"cursor": "cD1hYmM="}).status_code == 400


def test_others_cannot_read_change_or_delete(owner: Person, live_system: LiveSystem) -> None:
    made = write(owner, "a secret heron")
    path = f"rag-data/{made['data_id']}/"
    stranger = new_guest(live_system.api_url)
    for method in ("GET", "PATCH", "DELETE"):
        assert stranger.call(method, path, json={}).status_code == 404, method
        assert nobody(live_system.api_url).call(method, path, json={}).status_code == 401, method
    assert stranger.get("rag-data/", params={"all": "true"}).json()["results"] == []
    assert stranger.post("rag-data/", {"data_text": "x", "collection": made["collection"]}).status_code == 404
    assert nobody(live_system.api_url).post("rag-data/", {"data_text": "x"}).status_code == 401
    assert owner.get(path).json() == made


def test_shared_collection_is_read_by_accounts_and_written_by_its_owner(separate_api: OwnApi, database: None) -> None:
    keeper, reader = signed_in(separate_api, new_account()), signed_in(separate_api, new_account())
    collection = new_collection(keeper, "shared")
    Collection.objects.filter(pk=collection.pk).update(shared=True)
    made = write(keeper, "a shared heron", collection=str(collection.pk))
    assert reader.get(f"rag-data/{made['data_id']}/").json() == made
    assert reader.call("PATCH", f"rag-data/{made['data_id']}/", json={"title": "x"}).status_code == 404
    assert made["data_id"] in found(reader, "shared heron")
    assert found(new_guest(separate_api.url), "shared heron") == []
    Collection.objects.filter(pk=collection.pk).delete()


def test_staff_lists_everybodys(separate_api: OwnApi, owner: Person, database: None) -> None:
    made = write(owner, "somebody's heron")
    account = new_account()
    staff = signed_in(separate_api, account)
    account.is_staff = True
    account.save()
    assert staff.get("rag-data/").json()["results"] == []
    everybodys = staff.get("rag-data/", params={"all": "true", "collection": made["collection"]}).json()["results"]
    assert everybodys == [made]
    assert found(staff, "heron", collections=[]) == []
    assert user_of(owner).pk


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data_text": ""},
        {"data_text": "x", "image_urls": ["javascript:alert(1)"]},
        {"data_text": "x", "page": 0},
        {"data_text": "x", "position": 4},
        {"data_text": "x\u0000"},
        {"data_text": "x\ud800"},
        [],
        "text",
    ],
)
def test_wrong_bodies_are_refused(owner: Person, body: object) -> None:
    reply = owner.post("rag-data/", body)
    assert reply.status_code == 400, reply.text
    assert reply.json()["error"]["code"] == "invalid"
