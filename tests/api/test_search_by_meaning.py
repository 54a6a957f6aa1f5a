"""Search with an embedding model: what it adds, and that nothing depends on it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from models.models import PassageEmbedding
from tests.cast import Person, new_guest
from tests.fakes.embeddings import UNSPEAKABLE
from tests.passages import Json, found, new_collection, search, stream, write
from tests.system import LiveSystem, wait_until


@pytest.fixture
def meaning(system: LiveSystem) -> Iterator[LiveSystem]:
    use(system, "text-embedding-fake")
    yield system
    system.upstream.behaviour.embeddings_hang = False
    system.upstream.behaviour.embeddings_status = 200
    system.upstream.release()
    system.use_fake_endpoint()


def use(system: LiveSystem, model: str) -> None:
    endpoints = [{"name": "fake", "base_url": system.upstream.url}]
    system.configure(AI_ENDPOINTS=json.dumps(endpoints), EMBEDDING_MODEL=f"fake/{model}")


def progress(person: Person) -> Json:
    told: Json = person.get("search/embeddings/").json()
    return told


def wait_embedded(person: Person, model: str = "text-embedding-fake") -> Json:
    """Wait for the person's own passages: many others of other tests may wait, too."""

    def through() -> bool:
        told = progress(person)
        known = told["model"] == f"fake/{model}" and told["ready"]
        return known and (not told["mine"]["waiting"] or not told["weight_en"])

    wait_until(through, "one's own passages have their vectors", seconds=60)
    return progress(person)


def test_meaning_finds_what_words_do_not(meaning: LiveSystem, owner: Person, database: None) -> None:
    cat = write(owner, "A feline sleeps on the mat.")["data_id"]
    car = write(owner, "An automobile waits in front of the house.")["data_id"]
    progress = wait_embedded(owner)
    assert progress["weight_ko"] == progress["weight_en"] > 0.3
    assert found(owner, "cat")[0] == found(owner, "고양이")[0] == cat
    assert found(owner, "car")[0] == found(owner, "자동차")[0] == car
    # Changed and new ones follow by themselves.
    owner.call("PATCH", f"rag-data/{cat}/", json={"data_text": "A bicycle."})
    other = write(owner, "야옹이")["data_id"]
    pictured = write(owner, "feline", image_urls=["https://pictures.test/cat.png"])["data_id"]
    wait_embedded(owner)
    assert found(owner, "cat")[0] in {other, pictured}
    assert found(owner, "cat", images=True) == [pictured]
    owner.call("DELETE", f"rag-data/{other}/")
    assert other not in found(owner, "cat")
    assert not PassageEmbedding.objects.filter(data_id=other).exists()


def test_scope_holds_for_meaning_too(meaning: LiveSystem, owner: Person, database: None) -> None:
    one, two = str(new_collection(owner, "one").pk), str(new_collection(owner, "two").pk)
    first = write(owner, "feline", collection=one)["data_id"]
    second = write(owner, "feline", collection=two)["data_id"]
    wait_embedded(owner)
    assert found(owner, "cat", collections=[one]) == [first]
    assert found(owner, "cat", collections=[two]) == [second]


def test_passage_that_the_model_refuses_holds_up_no_other(meaning: LiveSystem, owner: Person) -> None:
    cat, refused, car = (write(owner, text)["data_id"] for text in ("feline", f"{UNSPEAKABLE} cat", "automobile"))
    counts = wait_embedded(owner)["mine"]
    assert counts == {"embedded": 2, "waiting": 0, "refused": {"model_failed": 1}}
    assert set(found(owner, "cat")) == {cat, refused, car}
    assert found(owner, UNSPEAKABLE)[0] == refused
    owner.call("PATCH", f"rag-data/{refused}/", json={"data_text": "A bicycle."})
    assert wait_embedded(owner)["mine"] == {"embedded": 3, "waiting": 0, "refused": {}}


def test_few_passages_do_not_wait_for_anothers_many(meaning: LiveSystem, owner: Person) -> None:
    other = new_guest(meaning.api_url)
    wait_embedded(owner)
    meaning.upstream.behaviour.embeddings_hang = True
    stream(owner, [{"data_text": f"sentence {number}"} for number in range(1_500)])
    write(other, "a lone feline")
    meaning.upstream.behaviour.embeddings_hang = False
    meaning.upstream.release()
    wait_embedded(other)
    wait_embedded(owner)
    asked = [str(each.body["input"]) for each in meaning.upstream.requests if each.path == "/v1/embeddings"]
    first = next(number for number, texts in enumerate(asked) if "lone feline" in texts)
    assert any("sentence" in texts for texts in asked[first + 1 :])


def test_search_goes_by_words_while_the_model_is_slow_or_away(meaning: LiveSystem, owner: Person) -> None:
    feline, cat = (write(owner, text)["data_id"] for text in ("feline", "A cat sleeps."))
    wait_embedded(owner)
    wait_until(lambda: set(found(owner, "cat")) == {feline, cat}, "the model is asked", seconds=30)
    meaning.upstream.behaviour.embeddings_hang = True
    started = time.monotonic()
    assert found(owner, "cat") == [cat]
    assert time.monotonic() - started < 15
    meaning.upstream.release()
    meaning.upstream.behaviour.embeddings_hang = False
    meaning.upstream.behaviour.embeddings_status = 500
    assert found(owner, "cat") == [cat]


def test_model_without_korean_is_asked_in_english_only(meaning: LiveSystem, owner: Person) -> None:
    use(meaning, "text-embedding-english")
    cat = write(owner, "A feline sleeps on the mat.")["data_id"]
    korean = write(owner, "고양이가 매트 위에서 잔다.")["data_id"]
    progress = wait_embedded(owner, "text-embedding-english")
    assert progress["weight_ko"] == 0 < progress["weight_en"]
    wait_until(lambda: found(owner, "cat")[:1] == [cat], "the model is asked again", seconds=30)
    assert found(owner, "고양이") == [korean]


def test_model_that_fails_the_probe_is_not_used(meaning: LiveSystem, owner: Person) -> None:
    use(meaning, "text-embedding-noise")
    progress = wait_embedded(owner, "text-embedding-noise")
    assert progress["weight_ko"] == progress["weight_en"] == 0
    stream(owner, [{"data_text": "cat"}, {"data_text": "dog"}])
    assert [each["data_text"] for each in search(owner, "cat")] == ["cat"]
