"""Searching documents in Korean and English: scores, snippets, scope, and the trace."""

from __future__ import annotations

import math
from typing import Any

import pytest
from django.utils import timezone

from ai_models import bm25
from chat.library.passages import NewPassage, move_passages, reindex_document, remove_passages, store_passages
from chat.search import ranking
from models.models import Document
from tests.accounts import new_account, signed_in
from tests.cast import Person, new_guest, nobody
from tests.own_redis import OwnApi
from tests.passages import found, new_collection, new_document, search, stream, user_of, write
from tests.system import LiveSystem

BIRDS = [
    "The grey heron is a long-legged wading bird.",
    "Herons nest in colonies high in trees.",
    "A kingfisher dives for fish.",
    "왜가리는 물가에서 물고기를 잡는 큰 새이다.",
    "물총새는 강가의 나뭇가지에 앉아 물고기를 기다린다.",
    "밥을 먹고 산책을 했다.",
]


def test_korean_and_english_questions_find_their_passage(owner: Person) -> None:
    ids = [write(owner, text)["data_id"] for text in BIRDS]
    for query, first in {
        "Where do herons nest?": 1,
        "HERON wading": 0,
        "왜가리는 무엇을 잡나요?": 3,
        "물총새": 4,
        "총새는 어디에 앉는가": 4,
        "밥": 5,
    }.items():
        assert found(owner, query)[0] == ids[first], query
    assert found(owner, "elephant") == found(owner, "누구인가요?") == []
    assert set(found(owner, "heron 물고기")) == {ids[0], ids[1], ids[3], ids[4]}
    assert len(found(owner, "heron 물고기", top_k=3)) == 3


def test_result_shows_the_words_and_the_place(owner: Person, database: None) -> None:
    document = new_document(new_collection(owner, "birds"), "Birds of the river")
    store_passages(document, [NewPassage("Filler. " * 60 + BIRDS[1], heading="Nests", page=7)])
    (result,) = search(owner, "nesting of the herons")
    assert [result["snippet"][start:end] for start, end in result["marks"]] == ["Herons", "nest"]
    assert result["document"] == {"id": str(document.pk), "title": "Birds of the river", "file_name": ""}
    assert result | {"title": "Birds of the river", "heading": "Nests", "page": 7} == result
    assert found(owner, "river") == [result["data_id"]]


def test_scores_are_those_of_bm25(owner: Person) -> None:
    texts = [f"{'heron ' * (number % 4)}{'pond ' * (number % 3)}reed {number}" for number in range(60)]
    stream(owner, [{"data_text": text, "external_id": str(number)} for number, text in enumerate(texts)])
    results = search(owner, "herons 7 ponds", top_k=100)
    assert len(results) == sum(bool(number % 4 or number % 3 or number == 7) for number in range(60))
    lengths = [len(text.split()) for text in texts]
    for result in results:
        number = int(result["external_id"])
        counts = {"heron": number % 4, "pond": number % 3, "7": int(number == 7)}
        holders = {"heron": 45, "pond": 40, "7": 1}
        fixed = bm25.K1 * (1 - bm25.B + bm25.B * lengths[number] / 100)
        score = sum(
            math.log(1 + (60 - holders[token] + 0.5) / (holders[token] + 0.5)) * count * (bm25.K1 + 1) / (count + fixed)
            for token, count in counts.items()
            if count
        )
        assert result["score"] == pytest.approx(score, rel=1e-3), number


def test_candidates_of_a_large_scope_hold_the_best(owner: Person, database: None, monkeypatch: Any) -> None:
    """The same ten, whether all passages are scored or only those that the index chooses."""
    lines = [f"reed {number % 400}.1 {number % 97}.2 {number % 31}.3" for number in range(2500)]
    stream(owner, [{"data_text": line} for line in lines])
    scope = [user_of(owner).collections.get()]
    queries = ["7.1 7.2 reed", "reed 3.3 90.2", "399.1 reed", "reed"]
    exact = [ranking.rank_passages(scope, query, limit=10) for query in queries]
    monkeypatch.setattr(ranking, "EXACT_PASSAGES", 100)
    monkeypatch.setattr(ranking, "ANY_BUDGET", 40)
    for query, best in zip(queries, exact, strict=True):
        chosen = ranking.rank_passages(scope, query, limit=10)
        assert list(chosen.scores.values()) == pytest.approx(list(best.scores.values())), query


def test_scope_is_what_is_named_and_readable(owner: Person, live_system: LiveSystem, database: None) -> None:
    one, two = new_collection(owner, "one"), new_collection(owner, "two")
    first = write(owner, "heron one", collection=str(one.pk))["data_id"]
    second = write(owner, "heron two", collection=str(two.pk))["data_id"]
    assert set(found(owner, "heron")) == {first, second}
    assert found(owner, "heron", collections=[str(two.pk)]) == [second]
    stranger = new_guest(live_system.api_url)
    assert found(stranger, "heron") == []
    refused = stranger.post("search/", {"query": "heron", "collections": [str(one.pk)]})
    assert refused.status_code == 404
    assert nobody(live_system.api_url).post("search/", {"query": "heron"}).status_code == 401


def test_words_are_weighed_over_all_that_is_searched(owner: Person, database: None) -> None:
    """A word that is rare in one collection and common in the other counts as what it is in both."""
    one, two = new_collection(owner, "one"), new_collection(owner, "two")
    stream(owner, [{"data_text": "heron", "collection": str(one.pk)}, {"data_text": "reed", "collection": str(one.pk)}])
    stream(owner, [{"data_text": "heron", "collection": str(two.pk)}] * 6)
    alone = search(owner, "heron", collections=[str(one.pk)])[0]["score"]
    together = search(owner, "heron")[0]["score"]
    assert alone == pytest.approx(math.log(1 + 1.5 / 1.5) * 1.9 / (1 + 0.9 * (0.25 + 0.75 * 0.01)), rel=1e-3)
    assert together == pytest.approx(alone * math.log(1 + 1.5 / 7.5) / math.log(2), rel=1e-3)


def test_nobody_is_touched_by_anothers_near_identical_passages(owner: Person, live_system: LiveSystem) -> None:
    mine = write(owner, "The heron of our pond is called Anna.")["data_id"]
    write(owner, "Reeds grow there.")
    before = search(owner, "What is the heron called?")
    stranger = new_guest(live_system.api_url)
    stream(stranger, [{"data_text": f"The heron of our pond is called Anna. {number}"} for number in range(300)])
    assert [each["data_id"] for each in before] == [mine]
    assert search(owner, "What is the heron called?") == before
    assert mine not in found(stranger, "What is the heron called?", top_k=100)


def test_only_passages_that_show_a_picture(owner: Person) -> None:
    write(owner, "A red fox in the snow, a red fox.")
    pictured = write(owner, "Seen from afar, among many other animals: a fox.", image_urls=["/api/document-images/1/"])
    write(owner, "A lake.", image_urls=["/api/document-images/2/"])
    assert found(owner, "red fox", images=True) == [pictured["data_id"]]
    assert len(found(owner, "red fox", images=False)) == 2


def test_deleted_document_is_never_found(owner: Person, database: None) -> None:
    document = new_document(new_collection(owner, "birds"), "Herons")
    ids = store_passages(document, [NewPassage("The heron nests."), NewPassage("It flies.")])
    assert found(owner, "nest heron")[0] == ids[0]
    Document.objects.filter(pk=document.pk).update(deleted_at=timezone.now())
    assert found(owner, "nest heron") == []
    Document.objects.filter(pk=document.pk).update(deleted_at=None)
    assert found(owner, "nest heron")[0] == ids[0]
    assert remove_passages(document) == 2
    assert found(owner, "nest heron") == []


def test_document_is_found_under_its_new_title_and_in_its_new_collection(owner: Person, database: None) -> None:
    here, there = new_collection(owner, "here"), new_collection(owner, "there")
    document = new_document(here, "Herons")
    (passage,) = store_passages(document, [NewPassage("It nests in trees.")])
    document.title = "Storks"
    document.save()
    reindex_document(document)
    assert found(owner, "stork") == [passage]
    assert found(owner, "heron") == []
    move_passages(document, there)
    assert found(owner, "stork", collections=[str(there.pk)]) == [passage]
    assert found(owner, "stork", collections=[str(here.pk)]) == []


def test_every_search_leaves_its_trace(owner: Person, live_system: LiveSystem, separate_api: OwnApi) -> None:
    ids = [write(owner, text)["data_id"] for text in BIRDS[:2]]
    reply = owner.post("search/", {"query": "heron nest"}).json()
    owner.post("search/", {"query": "elephant"})
    logs = owner.get("search-logs/").json()["results"]
    assert [(log["query"], log["rank"], log["data"]) for log in logs] == [
        ("elephant", None, None),
        ("heron nest", 1, ids[1]),
        ("heron nest", 2, ids[0]),
    ]
    assert {log["search_id"] for log in logs[1:]} == {reply["search_id"]}
    assert logs[1]["score"] == reply["results"][0]["score"]
    for wanted, count in (
        ({"empty": "true"}, 1),
        ({"empty": "false"}, 2),
        ({"query": "NEST"}, 2),
        ({"search_id": reply["search_id"]}, 2),
        ({"question": reply["search_id"]}, 0),
    ):
        assert len(owner.get("search-logs/", params=wanted).json()["results"]) == count, wanted
    stranger = new_guest(live_system.api_url)
    assert stranger.get("search-logs/", params={"all": "true"}).json()["results"] == []
    assert nobody(live_system.api_url).get("search-logs/").status_code == 401
    assert owner.get("search-logs/", params={"word": "x"}).status_code == 400


def test_staff_sees_everybodys_traces(owner: Person, separate_api: OwnApi, database: None) -> None:
    search_id = owner.post("search/", {"query": "elephant"}).json()["search_id"]
    account = new_account()
    account.is_staff = True
    account.save()
    staff = signed_in(separate_api, account)
    wanted = {"search_id": search_id}
    assert staff.get("search-logs/", params=wanted).json()["results"] == []
    (log,) = staff.get("search-logs/", params={**wanted, "all": "true"}).json()["results"]
    assert log["query"] == "elephant"


@pytest.mark.parametrize("query", ["%", "'", "{1:2}/3", "(((", "ㅋ", "😀", "\\", "a " * 1900, "강" * 3900])
def test_strange_queries_are_answered(owner: Person, query: str) -> None:
    write(owner, "oranges")
    assert found(owner, query) == []


@pytest.mark.parametrize(
    "body",
    [{}, {"query": ""}, {"query": "x", "top_k": 0}, {"query": "x", "top_k": 101}, {"query": "x", "k": 1}],
)
def test_wrong_searches_are_refused(owner: Person, body: object) -> None:
    assert owner.post("search/", body).status_code == 400
