"""`bench retrieval`: how well and how fast passages are found, through the REST API.

Quality on question sets with known answers, each corpus in a library of its own, and the
time of a search in 100,000 and 1,000,000 generated passages, with other people's passages
in the same tables.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import Any
from uuid import UUID, uuid4

import httpx2

from benchmarks.bulk_passages import Place, write_generated
from benchmarks.question_sets import QuestionSet, find_sets, ndcg, read_corpus, recall
from benchmarks.report import Row, percentile, print_rows
from benchmarks.stack import Stack, new_guests, running_stack

# nDCG@10 through the API (issue 4).
QUALITY = {"tydi_ko": 0.70, "tydi_en": 0.765, "squad_en": 0.835, "mlqa_en": 0.785}
# The share of questions whose answer stands in the first sentence that the built-in model quotes.
QUOTES = {"tydi_ko": 0.36, "tydi_en": 0.43, "squad_en": 0.64, "mlqa_en": 0.55}
_BUILT_IN = "cited/builtin"
PASSAGES_A_SECOND = 1_000
# p95 of a search in ms, by how many passages are searched.
LATENCY = {100_000: 50, 1_000_000: 100}
_MILLION = 1_000_000
_SEARCHES = 200
_ANSWERS = 300
# Searches before those that are timed: connections open, and the pages that all need are read.
_WARM_UP = 30
_NEIGHBOURS = 2_000


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder of question sets (see README.md)")
    parser.add_argument("--million", action="store_true", help="also 1,000,000 passages (takes some ten minutes)")
    parser.add_argument("--searches", type=int, default=_SEARCHES, metavar="N", help="timed searches of each size")
    parser.add_argument(
        "--answers", type=int, default=_ANSWERS, metavar="N", help="questions asked of each set, in chats"
    )
    parser.add_argument("--no-latency", action="store_true", help="only the question sets")


async def run(options: argparse.Namespace) -> bool:
    """Measure and print; True when every target is met."""
    sets = find_sets(options.data) if options.data else []
    sizes = [] if options.no_latency else [size for size in LATENCY if size < _MILLION or options.million]
    rows: list[Row] = []
    async with running_stack() as stack:
        rows += await _quality(stack, sets, options.answers)
        if sizes:
            rows += await _latency(stack, sizes, options.searches)
    return all(row.holds for row in rows)


@dataclass
class _Library:
    """A guest of the system, with passages of their own."""

    client: httpx2.AsyncClient
    milliseconds: list[float] = field(default_factory=list)

    async def write(self, passages: Iterable[dict[str, str]]) -> float:
        """Send all passages as one stream; return how many were stored a second."""
        started = time.perf_counter()
        reply = await self.client.post(
            "rag-data/", content=_lines(passages), headers={"Content-Type": "application/x-ndjson"}
        )
        end = json.loads(reply.raise_for_status().text.splitlines()[-1])
        if end["kind"] != "done" or end["refused"]:
            raise RuntimeError(f"not all passages were stored: {end}")
        return float(end["stored"]) / (time.perf_counter() - started)

    async def search(self, query: str, top_k: int = 10) -> list[dict[str, Any]]:
        started = time.perf_counter()
        reply = await self.client.post("search/", json={"query": query, "top_k": top_k})
        self.milliseconds.append((time.perf_counter() - started) * 1000)
        results: list[dict[str, Any]] = reply.raise_for_status().json()["results"]
        return results

    async def first_quote(self, question: str) -> str:
        """Ask in Advanced chat; return the sentence that is quoted first, "" when none is."""
        body = {"question_text": question, "mode": "advanced", "model": _BUILT_IN}
        headers = {"Idempotency-Key": uuid4().hex}
        reply = await self.client.post("chats/?wait=true", json=body, headers=headers)
        citations = sorted(reply.raise_for_status().json()["citations"], key=lambda each: each["rank"])
        return str(citations[0]["quote"]) if citations else ""

    async def place(self) -> Place:
        """Where a passage goes that this guest writes."""
        reply = await self.client.post("rag-data/", json={"data_text": "The first one."})
        made = reply.raise_for_status().json()
        return Place(UUID(made["document"]), UUID(made["collection"]))

    def rows(self, name: str, target: float | None = None) -> list[Row]:
        return [
            Row(f"{name}, p50", median(self.milliseconds), "ms"),
            Row(f"{name}, p95", percentile(self.milliseconds, 95), "ms", target=target),
        ]


async def _lines(passages: Iterable[dict[str, str]]) -> AsyncIterator[bytes]:
    for passage in passages:
        yield json.dumps(passage, ensure_ascii=False).encode() + b"\n"


async def _new_library(stack: Stack) -> _Library:
    (token,) = await new_guests(stack, 1)
    headers = {"Authorization": f"Bearer {token}"}
    return _Library(httpx2.AsyncClient(base_url=f"{stack.api_url}/api/", headers=headers, timeout=600))


# --- Quality --------------------------------------------------------------------------


async def _quality(stack: Stack, sets: Sequence[QuestionSet], answers: int) -> list[Row]:
    libraries: dict[Path, _Library] = {}
    rows: list[Row] = []
    for each in sets:
        if each.corpus not in libraries:
            libraries[each.corpus] = await _new_library(stack)
            speed = await libraries[each.corpus].write(_as_passages(each.corpus))
            print(f"{each.name}: {speed:,.0f} passages stored a second, as one stream")
            rows.append(Row(f"{each.name}: stored", speed, "/s", target=PASSAGES_A_SECOND, least=True))
        rows += await _measure(libraries[each.corpus], each)
        rows += await _measure_quotes(libraries[each.corpus], each, answers)
    if rows:
        print_rows("Question sets, through POST search/", rows)
    return rows


async def _measure_quotes(library: _Library, each: QuestionSet, most: int) -> list[Row]:
    """An answer of the built-in model is as good as the sentence that it quotes first."""
    answered = [question for question in each.questions if question.answers]
    chosen = random.Random(each.name).sample(answered, min(most, len(answered)))
    hits = [question.is_answered_by(await library.first_quote(question.text)) for question in chosen]
    if not hits:
        return []
    name = f"{each.name}: sentence hit@1 of {len(hits)}"
    return [Row(name, fmean(hits), "", target=QUOTES.get(each.name), least=True)]


def _as_passages(corpus: Path) -> Iterable[dict[str, str]]:
    for each in read_corpus(corpus):
        yield {"data_text": each["text"], "title": each["title"], "external_id": each["id"]}


async def _measure(library: _Library, each: QuestionSet) -> list[Row]:
    library.milliseconds.clear()
    gains, recalls = [], []
    for question in each.questions:
        ranked = [found["external_id"] for found in await library.search(question.text)]
        gains.append(ndcg(ranked, question.grades))
        recalls.append(recall(ranked, question.grades))
    return [
        Row(f"{each.name}: nDCG@10", fmean(gains), "", target=QUALITY.get(each.name), least=True),
        Row(f"{each.name}: recall@5", fmean(recalls), ""),
        *library.rows(f"{each.name}: a search"),
    ]


# --- Latency --------------------------------------------------------------------------


async def _latency(stack: Stack, sizes: Sequence[int], searches: int) -> list[Row]:
    neighbour = await _neighbour(stack)
    rows: list[Row] = []
    for seed, size in enumerate(sizes, start=1):
        library = await _new_library(stack)
        place = await library.place()
        started = time.monotonic()
        questions = await asyncio.to_thread(write_generated, stack.servers.database_url, place, size, seed=seed)
        print(f"{size:,} passages written in {time.monotonic() - started:.0f} s")
        rows += await _timed(library, questions, searches, f"a search in {size:,}", LATENCY[size])
        rows += await _timed(
            neighbour, questions, searches, f"in a neighbour's {_NEIGHBOURS:,} beside them", LATENCY[sizes[0]]
        )
    print_rows("Generated passages, half of them Korean", rows)
    return rows


async def _neighbour(stack: Stack) -> _Library:
    """Somebody whose few passages are made of the same words."""
    library = await _new_library(stack)
    place = await library.place()
    await asyncio.to_thread(write_generated, stack.servers.database_url, place, _NEIGHBOURS, seed=1)
    return library


async def _timed(library: _Library, questions: Sequence[str], searches: int, name: str, target: float) -> list[Row]:
    asked = [questions[number % len(questions)] for number in range(_WARM_UP + searches)]
    for question in asked[:_WARM_UP]:
        await library.search(question)
    library.milliseconds.clear()
    for question in asked[_WARM_UP:]:
        await library.search(question)
    return library.rows(name, target)
