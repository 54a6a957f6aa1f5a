"""Reading that does not go through at once: cancelled, killed, given up, deleted or moved in the middle."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest

from models.models import Document, DocumentStatus, RagData
from tests.cast import Person
from tests.fakes import documents as made
from tests.system import LiveSystem, wait_until
from tests.uploads import Json, add, add_one, passages_of, read_to_the_end, refusal_of

PAGES = 4000
LONG_SECONDS = 180
# Long enough to be caught in the middle.
LONG = made.pdf(
    [f"Page {number} says this.\n" + "It says more in a line of its own.\n" * 30 for number in range(PAGES)]
)


def add_and_wait_for_the_middle(person: Person, name: str = "long.pdf") -> Json:
    (document,) = add(person, (name, LONG))["documents"]
    wait_until(lambda: state(person, document)["progress"] > 0, "the reading has begun")
    assert state(person, document)["status"] == "reading"
    return document


def state(person: Person, document: Json) -> Json:
    found: Json = person.get(f"documents/{document['id']}/").json()
    return found


def positions(document: Json) -> list[int]:
    return list(RagData.objects.filter(document=document["id"]).order_by("position").values_list("position", flat=True))


@pytest.fixture
def worker(system: LiveSystem) -> Iterator[psutil.Process]:
    """The running worker, which the test may harm; there is one again afterwards."""
    system.stop_worker()
    yield psutil.Process(system.start_worker().pid)
    system.stop_worker()
    system.start_worker()


def test_cancelling_in_the_middle_leaves_nothing_and_retrying_reads_it(
    owner: Person, system: LiveSystem, database: None
) -> None:
    document = add_and_wait_for_the_middle(owner)
    assert not no_reading_process(system), "the look at the processes sees this one"
    assert owner.post(f"documents/{document['id']}/cancel/").status_code == 200
    assert read_to_the_end(owner, document)["status"] == "cancelled"
    assert positions(document) == []
    assert no_reading_process(system)
    owner.post(f"documents/{document['id']}/retry/")
    assert read_to_the_end(owner, document, seconds=LONG_SECONDS)["passage_count"] == PAGES
    assert positions(document) == list(range(PAGES))


def test_deleting_in_the_middle_stops_the_reading(owner: Person, system: LiveSystem, database: None) -> None:
    document = add_and_wait_for_the_middle(owner)
    assert owner.call("DELETE", f"documents/{document['id']}/").status_code == 204
    wait_until(lambda: no_reading_process(system), "the reading process has ended")
    assert positions(document) == []


def test_killed_worker_loses_nothing_and_doubles_nothing(
    owner: Person, system: LiveSystem, worker: psutil.Process, database: None
) -> None:
    document = add_and_wait_for_the_middle(owner)
    wait_until(lambda: positions(document), "some passages are stored")
    worker.kill()
    worker.wait()
    assert state(owner, document)["status"] == "reading"
    system.stop_worker()
    system.start_worker()
    assert read_to_the_end(owner, document, seconds=LONG_SECONDS)["passage_count"] == PAGES
    assert positions(document) == list(range(PAGES))
    assert Document.objects.get(pk=document["id"]).attempts == 2
    assert no_reading_process(system)


def test_stopping_worker_gives_its_document_back(
    owner: Person, system: LiveSystem, worker: psutil.Process, database: None
) -> None:
    document = add_and_wait_for_the_middle(owner)
    worker.terminate()
    worker.wait(60)
    assert Document.objects.get(pk=document["id"]).status == "queued"
    assert no_reading_process(system)
    system.stop_worker()
    system.start_worker()
    assert read_to_the_end(owner, document, seconds=LONG_SECONDS)["passage_count"] == PAGES
    assert Document.objects.get(pk=document["id"]).attempts == 1


def test_document_that_takes_its_workers_with_it_is_given_up(owner: Person, database: None) -> None:
    document = add_one(owner, "a.txt", b"Text.")
    # As three workers would have left it.
    Document.objects.filter(pk=document["id"]).update(
        status=DocumentStatus.READING, attempts=3, lease_until="2026-01-01T00:00:00Z"
    )
    document = read_to_the_end(owner, document)
    assert (document["status"], refusal_of(document)) == ("failed", "document_gave_up")
    assert passages_of(owner, document) == []


def test_answers_come_while_documents_are_read(owner: Person) -> None:
    documents = [
        add_and_wait_for_the_middle(owner),
        *add(owner, *((f"{n}.txt", b"Text %d." % n) for n in range(30)))["documents"],
    ]
    reply = owner.ask("How do I connect a language model?", model="builtin")
    assert reply.json()["status"] == "done"
    assert state(owner, documents[0])["status"] == "reading"
    assert {read_to_the_end(owner, document, seconds=LONG_SECONDS)["status"] for document in documents} == {"done"}


def no_reading_process(system: LiveSystem) -> bool:
    """Nor an orphan; those of other systems on this machine are not ours."""

    def is_ours(arguments: list[str]) -> bool:
        return "chat.library.reading.program" in arguments and str(system.folder) in arguments[-1]

    return not any(is_ours(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))
