"""A fake model server for each test, models that talk to it, and the shipped guide."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from ai_models import bm25
from ai_models.basic.connection import Connection, Timeouts
from ai_models.basic.openai_compatible import OpenAICompatibleModel
from ai_models.contract import AnswerRequest, Message, Passage
from ai_models.endpoints import Endpoint
from ai_models.text import language_of
from tests.fakes.upstream import Upstream

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk-very-secret"
# Long enough for a busy machine where a test expects an answer, short where it expects none.
QUICK = Timeouts(first_token=10.0, between_tokens=10.0, total=20.0, check=2.0, pause_before_retry=0.01)


async def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until the condition holds; fail when it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server


ModelMaker = Callable[..., OpenAICompatibleModel]


@pytest_asyncio.fixture
async def make_model(upstream: Upstream) -> AsyncIterator[ModelMaker]:
    """`make_model("cut:3")` gives a model on the fake server that behaves so."""
    connections: list[Connection] = []

    def make(name: str, timeouts: Timeouts = QUICK, base_url: str = "") -> OpenAICompatibleModel:
        connections.append(Connection(Endpoint("fake", base_url or upstream.url, KEY), timeouts))
        return OpenAICompatibleModel(connections[-1], name)

    yield make
    for connection in connections:
        await connection.aclose()


@pytest.fixture(scope="session")
def guide() -> tuple[Passage, ...]:
    return tuple(passage for language in ("en", "ko") for passage in _read_guide(language))


def _read_guide(language: str) -> Iterator[Passage]:
    text = (ROOT / "backend" / "chat" / "guide" / f"{language}.md").read_text(encoding="utf-8")
    title, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    for number, section in enumerate(sections):
        heading, _, body = section.partition("\n")
        yield Passage(f"{language}-{number}", body.strip(), title.strip("# \n"), heading.strip(), language=language)


@pytest.fixture(scope="session")
def ask_guide(guide: tuple[Passage, ...]) -> Callable[[str], AnswerRequest]:
    """The request for a question, with the five best passages in its language, as the backend makes it."""

    def ask(question: str) -> AnswerRequest:
        passages = [passage for passage in guide if passage.language == language_of(question)]
        ranking = bm25.rank(question, [f"{passage.heading}\n{passage.text}" for passage in passages])
        scored = [replace(each, score=score) for each, score in zip(passages, ranking.scores, strict=True) if score]
        best = sorted(scored, key=lambda passage: -passage.score)[:5]
        return AnswerRequest((Message("user", question),), tuple(best), term_weights=ranking.term_weights)

    return ask
