"""Joining chunks changes nothing but their number, wherever the reads happen to cut the bytes."""

import random

import h11
import pytest

from ai_models.basic.chunk_merger import ChunkMerger

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
TOKENS = [f"data: token {number}\n\n".encode() for number in range(40)]
CHUNKS = b"".join(b"%x\r\n%b\r\n" % (len(token), token) for token in TOKENS)
END = b"0\r\n\r\n"
WHOLE = b"".join(TOKENS)


def pass_through(*reads: bytes) -> bytes:
    merger = ChunkMerger()
    merger.begin()
    return b"".join(merger.feed(read) for read in reads)


def body_of(response: bytes, *, cut: bool = False) -> bytes:
    """The body as the HTTP stack reads it; raises h11.RemoteProtocolError."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "test")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(response)
    body = b""
    if cut:
        connection.receive_data(b"")
    while not isinstance(event := connection.next_event(), h11.EndOfMessage):
        assert event is not h11.NEED_DATA
        body += bytes(event.data) if isinstance(event, h11.Data) else b""
    return body


def test_chunks_that_come_together_become_one() -> None:
    assert pass_through(HEAD + CHUNKS + END) == HEAD + b"%x\r\n%b\r\n" % (len(WHOLE), WHOLE) + END


@pytest.mark.parametrize("seed", range(40))
def test_body_stays_the_same_however_the_reads_cut_it(seed: int) -> None:
    chance, whole = random.Random(seed), HEAD + CHUNKS + END
    cuts = sorted(chance.sample(range(1, len(whole)), 30))
    reads = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert body_of(pass_through(*reads)) == WHOLE
    assert body_of(pass_through(*(bytes([byte]) for byte in whole))) == WHOLE


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n5\r\nab",
        b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
        HEAD + b"zz\r\nnot a size",
        HEAD + b"3\r\nabcdef",
        HEAD + b"\n\n",
        b"not HTTP at all",
    ],
)
def test_what_is_not_chunked_or_not_right_is_left_alone(response: bytes) -> None:
    assert pass_through(response, b"") == response


def test_head_after_an_interim_one_is_found() -> None:
    assert body_of(pass_through(b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + CHUNKS + END)) == WHOLE


def test_large_chunk_is_not_held_back() -> None:
    started = HEAD + b"1000000\r\n" + b"x" * 100_000
    assert pass_through(started) == started


def test_cut_body_is_seen_to_be_cut() -> None:
    merger = ChunkMerger()
    merger.begin()
    passed = merger.feed(HEAD + CHUNKS + b"20\r\nhalf of") + merger.feed(b"")
    assert passed.endswith(b"20\r\nhalf of")
    with pytest.raises(h11.RemoteProtocolError):
        body_of(passed, cut=True)


def test_next_response_on_the_connection_is_joined_again() -> None:
    merger = ChunkMerger()
    for _ in range(2):
        merger.begin()
        assert body_of(merger.feed(HEAD + CHUNKS) + merger.feed(END)) == WHOLE
