"""Question sets on disk, and how well a ranking answers them.

A set is a folder with `corpus.jsonl` (`id`, `title`, `text`; or one line that names another
set's) and, in a folder below, `queries.jsonl` (`id`, `text`, perhaps `answers`) and `qrels.tsv` (query, passage,
grade).
"""

import json
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Question:
    """`grades`: how relevant each passage is that answers it, above 0; `answers`: words that answer it, if known."""

    text: str
    grades: Mapping[str, float]
    answers: Sequence[str] = ()

    def is_answered_by(self, quote: str) -> bool:
        return any(plain(answer) in plain(quote) for answer in self.answers)


def plain(words: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", words).lower().split())


@dataclass(frozen=True)
class QuestionSet:
    """Questions over the corpus in one file."""

    name: str
    corpus: Path
    questions: Sequence[Question]


def find_sets(folder: Path) -> list[QuestionSet]:
    """All sets below a folder, in the order of their names; questions without an answer are left out."""
    return [
        QuestionSet(place.parent.parent.name, _corpus_of(place.parent.parent), list(_read_questions(place.parent)))
        for place in sorted(folder.glob("*/*/queries.jsonl"))
    ]


def read_corpus(corpus: Path) -> Iterator[dict[str, str]]:
    with corpus.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _corpus_of(folder: Path) -> Path:
    corpus = folder / "corpus.jsonl"
    with corpus.open(encoding="utf-8") as lines:
        first = lines.readline().strip()
    return corpus if first.startswith("{") else (folder / first).resolve()


def _read_questions(folder: Path) -> Iterator[Question]:
    grades: dict[str, dict[str, float]] = {}
    _, *rows = (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()
    for row in rows:
        query, passage, grade = row.split("\t")
        if float(grade) > 0:
            grades.setdefault(query, {})[passage] = float(grade)
    for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        query = json.loads(line)
        if query["id"] in grades:
            yield Question(query["text"], grades[query["id"]], query.get("answers", ()))


def ndcg(ranked: Sequence[str], grades: Mapping[str, float], depth: int = 10) -> float:
    """Normalised discounted cumulative gain with linear gain (Järvelin and Kekäläinen, 2002): 1 is the best order."""
    gained = _discounted([grades.get(passage, 0.0) for passage in ranked[:depth]])
    best = _discounted(sorted(grades.values(), reverse=True)[:depth])
    return gained / best


def recall(ranked: Sequence[str], grades: Mapping[str, float], depth: int = 5) -> float:
    """The share of the relevant passages that are among the first."""
    return len(grades.keys() & set(ranked[:depth])) / len(grades)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))
