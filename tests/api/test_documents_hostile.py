"""Files made to harm: each is refused with its reason within seconds, and nothing else notices."""

from __future__ import annotations

import http.client
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psutil
import pytest

from tests.cast import Person, new_guest, nobody
from tests.fakes import documents as made
from tests.system import LiveSystem
from tests.uploads import add, add_one, read_to_the_end, refusal_of

FLAT_BYTES = 60_000_000
GIGABYTE = 1_000_000_000
BOUNDARY = "----of-a-test"

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.docx": (made.zip_bomb, "document_unpacks_too_large"),
    "liar.docx": (made.lying_zip_bomb, "document_damaged"),
    "bomb.xlsx": (made.zip_bomb, "document_unpacks_too_large"),
    "entities.docx": (made.entity_bomb, "document_damaged"),
    "huge.png": (made.huge_png, "picture_too_large"),
    "cut.png": (lambda: made.image(size=(900, 900))[:400], "document_damaged"),
    "loop.pdf": (made.looping_pdf, "document_too_complex"),
    "locked.pdf": (made.encrypted_pdf, "document_encrypted"),
    "cut.pdf": (lambda: made.pdf(["Text."])[:300], "document_damaged"),
    "scan.pdf": (lambda: made.pdf([""], picture=made.image("JPEG")), "document_no_text"),
    "cut.docx": (lambda: made.word(("Normal", "Text."))[:5000], "document_damaged"),
    "other.docx": (lambda: made.zipped({"a.txt": "Text."}), "document_type_mismatch"),
}


@pytest.fixture(scope="module")
def warm(live_system: LiveSystem) -> Person:
    """Somebody whose first document is read: what is loaded once is loaded."""
    person = new_guest(live_system.api_url)
    add_one(person, "warm.docx", made.word(("Normal", "Text.")))
    return person


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_with_its_reason_within_seconds(warm: Person, name: str) -> None:
    make, reason = HOSTILE[name]
    content = make()
    with flat_memory():
        started = time.monotonic()
        (document,) = add(warm, (name, content))["documents"]
        document = read_to_the_end(warm, document)
        took = time.monotonic() - started
    assert (document["status"], refusal_of(document), document["passage_count"]) == ("failed", reason, 0)
    assert took < enough_seconds()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("page.png", b"<!DOCTYPE html><html><script>alert(1)</script></html>", "document_type_mismatch"),
        ("text.pdf", b"Only text.", "document_type_mismatch"),
        ("program.exe", b"MZ\x90\x00\x03\x00\x00\x00", "document_unsupported"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "document_old_office"),
        ("locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "document_encrypted"),
        ("letter.hwp", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "document_hwp"),
        ("empty.pdf", b"", "document_empty"),
        ("large.txt", b"Text. " * 9_000_000, "document_too_large"),
    ],
)
def test_what_can_be_seen_at_once_is_refused_at_once(warm: Person, name: str, content: bytes, reason: str) -> None:
    reply = add(warm, (name, content))
    assert reply["documents"] == []
    assert [(each["file_name"], each["code"]) for each in reply["refused"]] == [(name, reason)]


def test_gigabyte_without_a_length_is_refused_while_it_is_sent(warm: Person) -> None:
    with flat_memory():
        started = time.monotonic()
        status, body, sent = send_endlessly(warm)
        took = time.monotonic() - started
    assert (status, json.loads(body)["error"]["code"]) == (413, "too_large")
    assert took < enough_seconds() and sent < GIGABYTE
    assert warm.get("documents/").status_code == 200


def test_gigabyte_with_a_length_is_refused_before_it_is_sent(warm: Person) -> None:
    connection = http.client.HTTPConnection(urlsplit(warm.api_url).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {warm.token}", "Content-Length": str(GIGABYTE)}
    connection.request("POST", "/api/documents/", headers=headers)
    assert connection.getresponse().status == 413


def test_stranger_cannot_fill_the_disk(warm: Person) -> None:
    status, body, sent = send_endlessly(nobody(warm.api_url))
    assert (status, json.loads(body)["error"]["code"]) == (401, "session_ended")
    assert sent < 200_000_000


def enough_seconds() -> float:
    """More on a machine that is busy with other things."""
    return 20 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def send_endlessly(person: Person) -> tuple[int, bytes, int]:
    """Send a file in chunks, with no word of its length, until the server answers."""
    address = urlsplit(person.api_url)
    assert address.hostname and address.port
    chunk = b"x" * 65_536
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'.encode()
    with socket.create_connection((address.hostname, address.port), timeout=60) as wire:
        wire.sendall(
            f"POST /api/documents/ HTTP/1.1\r\nHost: {address.netloc}\r\nTransfer-Encoding: chunked\r\n"
            f"Authorization: Bearer {person.token or 'nobody'}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode()
        )
        wire.sendall(b"%x\r\n%s\r\n" % (len(head), head))
        sent = 0
        wire.setblocking(True)
        while sent < GIGABYTE and not answered(wire):
            wire.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            sent += len(chunk)
        reply = http.client.HTTPResponse(wire)
        reply.begin()
        return reply.status, reply.read(), sent


def answered(wire: socket.socket) -> bool:
    wire.setblocking(False)
    try:
        return bool(wire.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        wire.setblocking(True)


@contextmanager
def flat_memory() -> Iterator[None]:
    """Fail when the API or the worker has grown within the block."""
    before = memory_of_parts()
    yield
    after = memory_of_parts()
    assert after.keys() == before.keys()
    grown = {pid: size - before[pid] for pid, size in after.items()}
    assert max(grown.values()) < FLAT_BYTES, grown


def memory_of_parts() -> dict[int, int]:
    """Resident bytes of the API and the worker, by process."""
    parts = [child for child in psutil.Process().children() if is_part(child)]
    assert len(parts) >= 2
    return {part.pid: part.memory_info().rss for part in parts}


def is_part(process: psutil.Process) -> bool:
    command = process.cmdline()
    return "config.asgi:application" in command or "procrastinate" in command
