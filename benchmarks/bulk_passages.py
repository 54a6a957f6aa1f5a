"""Writes generated passages straight into the database: a million in minutes.

What is written is what the API would write, in the same tables; only the indexes and the
counts are made afterwards, at once. Nobody else may use the database meanwhile.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.generated import passages
from launcher.paths import ROOT

sys.path.append(str(ROOT / "backend"))

from chat.search.weights import scope_hash, weigh_text

_CHUNK = 5_000
_PROCESSES = 2
_TEXTS = """
    COPY rag_data (data_id, document_id, collection_id, title, data_text, heading, position, image_urls) FROM STDIN
"""
_TERMS = "COPY passage_terms (data_id, document_id, collection_id, length, terms, term_weights) FROM STDIN"
_INDEX = "CREATE INDEX passage_terms_terms ON passage_terms USING gin (terms) WITH (fastupdate = off)"
_COUNTS = """
    INSERT INTO term_counts (term, passages)
    SELECT term, count(*) FROM passage_terms, unnest(terms) AS term WHERE data_id >= %s GROUP BY term
        ON CONFLICT (term) DO UPDATE SET passages = term_counts.passages + excluded.passages
"""
_SIZES = """
    UPDATE collections SET passage_count = passage_count + n.passages, token_count = token_count + n.tokens
      FROM (SELECT count(*) AS passages, sum(length) AS tokens FROM passage_terms WHERE data_id >= %s) n
     WHERE id = %s
"""


@dataclass(frozen=True)
class Place:
    """Where passages are written; one that the API has written there tells both."""

    document: UUID
    collection: UUID


def write_generated(database_url: str, place: Place, count: int, *, seed: int) -> list[str]:
    """Write `count` passages; return a sample of questions with words of them."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        first = _one(connection, "SELECT coalesce(max(data_id), 0) + 1 FROM rag_data")
        connection.execute("DROP INDEX passage_terms_terms")
        connection.execute("ALTER TABLE passage_terms DISABLE TRIGGER USER")
        questions: list[str] = []
        for texts, terms, asked in _rows(place, first, count, seed):
            for statement, data in ((_TEXTS, texts), (_TERMS, terms)):
                with connection.cursor().copy(statement) as copy:
                    copy.write(data)
            questions += asked
        _finish(connection, place, first, count)
    return questions


def _finish(connection: psycopg.Connection[Any], place: Place, first: int, count: int) -> None:
    connection.execute("SELECT setval(pg_get_serial_sequence('rag_data', 'data_id'), %s)", [first + count])
    connection.execute("ALTER TABLE passage_terms ENABLE TRIGGER USER")
    connection.execute("SET maintenance_work_mem = '1GB'")
    connection.execute("SET work_mem = '512MB'")
    connection.execute(_INDEX)
    connection.execute(_COUNTS, [first])
    connection.execute(_SIZES, [first, place.collection])
    for table in ("rag_data", "passage_terms", "term_counts"):
        connection.execute(f"VACUUM ANALYZE {table}")


def _rows(place: Place, first: int, count: int, seed: int) -> Iterator[tuple[str, str, list[str]]]:
    jobs = [
        (place, first + start, min(_CHUNK, count - start), seed * 1_000_003 + start)
        for start in range(0, count, _CHUNK)
    ]
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as processes:
        yield from processes.map(make_rows, jobs)


def make_rows(job: tuple[Place, int, int, int]) -> tuple[str, str, list[str]]:
    """Return the rows of one chunk for the two tables, as COPY reads them, and a few questions."""
    place, first, count, seed = job
    scope = scope_hash(place.collection)
    texts, terms, questions = [], [], []
    for data_id, each in enumerate(passages(seed, count), start=first):
        weighed = weigh_text(scope, f"{each.title}\n\n{each.text}")
        texts.append(f"{data_id}\t{place.document}\t{place.collection}\t{each.title}\t{each.text}\t\t{data_id}\t[]\n")
        terms.append(
            f"{data_id}\t{place.document}\t{place.collection}\t{weighed.length}\t{weighed.terms}\t{weighed.weights}\n"
        )
        if data_id % 499 == 0:
            questions.append(each.question)
    return "".join(texts), "".join(terms), questions


def _one(connection: psycopg.Connection[Any], statement: str) -> int:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])
