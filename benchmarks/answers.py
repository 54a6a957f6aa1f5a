"""What the built-in model quotes: does it hold the answer? On real question sets, without any server.

A folder of `--data` is a question set: `corpus.jsonl` (id, title, text; or one line that names
another set's file) and `dev/queries.jsonl` (id, text, answers). The three best passages come from
BM25 in memory, and the model is the one that answers from the library.
"""

import argparse
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ai_models import bm25, text
from ai_models.advanced.quote import QuotingLibraryModel
from ai_models.contract import AnswerRequest, Cited, Message, Passage
from benchmarks.question_sets import plain
from benchmarks.report import Row, print_rows

# The share of questions whose first quote holds the answer, as a first implementation reached it.
REFERENCE = {"tydi_ko": 0.36, "tydi_en": 0.43, "squad_en": 0.64, "mlqa_en": 0.55}
TOP_PASSAGES = 3


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="the folder of the question sets")
    parser.add_argument("--split", default="dev", help="which of their questions (default: dev)")


async def run(options: argparse.Namespace) -> bool:
    rows = []
    for folder in sorted(path.parent for path in options.data.glob(f"*/{options.split}")):
        counts = await _measure(folder, options.split)
        asked = counts["asked"]
        rows += [
            Row(
                f"{folder.name}: first quote",
                counts["first"] / asked,
                "",
                target=REFERENCE.get(folder.name),
                least=True,
            ),
            Row(f"{folder.name}: any quote", counts["any"] / asked, ""),
            Row(f"{folder.name}: not found", counts["refused"] / asked, ""),
        ]
    print_rows("Questions whose quote holds the answer, as a share of all", rows)
    return bool(rows) and all(row.holds for row in rows)


async def _measure(folder: Path, split: str) -> Counter[str]:
    index = _index_of(_corpus(folder))
    counts: Counter[str] = Counter()
    lines = (folder / split / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    for question in map(json.loads, lines):
        quotes = await _quotes(question["text"], index)
        wanted = [plain(answer) for answer in question["answers"]]
        holds = [any(answer in plain(quote) for answer in wanted) for quote in quotes]
        counts.update(asked=1, first=any(holds[:1]), any=any(holds), refused=not quotes)
    return counts


async def _quotes(question: str, index: "_Index") -> list[str]:
    passages, weights = index.search(question)
    request = AnswerRequest((Message("user", question),), passages, term_weights=weights)
    events = [event async for event in QuotingLibraryModel().answer(request)]
    cited = [citation for event in events if isinstance(event, Cited) for citation in event.citations]
    return [citation.quote for citation in sorted(cited, key=lambda citation: citation.rank)]


def _corpus(folder: Path) -> Path:
    path = folder / "corpus.jsonl"
    first = path.read_text(encoding="utf-8").strip()
    return path if first.startswith("{") else (folder / first).resolve()


@dataclass
class _Index:
    """BM25 with an inverted index: `bm25.rank` looks at every text for every question."""

    passages: Sequence[Passage]
    lengths: list[int] = field(default_factory=list)
    holders: Mapping[str, list[tuple[int, int]]] = field(default_factory=dict)

    def search(self, question: str) -> tuple[tuple[Passage, ...], dict[str, float]]:
        total, mean = len(self.passages), sum(self.lengths) / len(self.lengths)
        scores: defaultdict[int, float] = defaultdict(float)
        weights: dict[str, float] = {}
        for token in text.query_tokens(question):
            held = self.holders.get(token, [])
            weights[token] = math.log(1 + (total - len(held) + 0.5) / (len(held) + 0.5))
            for place, count in held:
                norm = bm25.K1 * (1 - bm25.B + bm25.B * self.lengths[place] / mean)
                scores[place] += weights[token] * count * (bm25.K1 + 1) / (count + norm)
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP_PASSAGES]
        return tuple(_scored(self.passages[place], score) for place, score in best), weights


def _scored(passage: Passage, score: float) -> Passage:
    return Passage(passage.passage_id, passage.text, passage.title, score=score)


@lru_cache(maxsize=2)
def _index_of(path: Path) -> _Index:
    passages = [Passage(row["id"], row["text"], row["title"]) for row in _rows(path)]
    holders: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    lengths = []
    for place, passage in enumerate(passages):
        counts = Counter(text.tokens(f"{passage.title}\n{passage.text}"))
        lengths.append(sum(counts.values()))
        for token, count in counts.items():
            holders[token].append((place, count))
    return _Index(passages, lengths, holders)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
