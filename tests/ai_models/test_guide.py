"""The shipped guide, its example in the documents, and the fake server as a program."""

import asyncio
import re
import sys
import tomllib
import urllib.request

import pytest

from ai_models.basic.texts import TEXTS
from ai_models.registry import Registry
from ai_models.text import language_of
from tests.ai_models.conftest import ROOT
from tests.ai_models.contract_check import check_contract, text_of
from tests.ai_models.example_plugin import write_distribution


def test_both_languages_tell_the_same(guide):
    english = [passage for passage in guide if passage.language == "en"]
    korean = [passage for passage in guide if passage.language == "ko"]
    assert len(english) == len(korean) >= 20
    for one, other in zip(english, korean, strict=True):
        assert language_of(one.text) == "en" and language_of(other.text) == "ko", one.heading
        # What is written as code is the same in every language, but for words in it.
        assert _commands(one.text) == _commands(other.text), one.heading


def _commands(text: str) -> set[str]:
    spans = re.findall(r"`([^`\n]+)`", text)
    return {span for span in spans if re.fullmatch(r"[\x21-\x7e ]+", span) and span != "NAME=value"}


def test_passages_are_short_and_stand_alone(guide):
    for passage in guide:
        words = len(passage.text.split())
        assert 30 <= words <= 170, f"{passage.heading}: {words} words"


def test_the_texts_of_the_built_in_model_are_in_their_language():
    for language, texts in TEXTS.items():
        for field in ("greeting", "thanks", "found", "perhaps_found", "not_found", "suggestions_lead", "how_it_works"):
            assert language_of(getattr(texts, field)) == language, field
        assert all(language_of(question) == language for question in texts.suggestions)


@pytest.mark.asyncio
async def test_the_worked_example_of_a_model_works(tmp_path, monkeypatch):
    document = (ROOT / "docs" / "add-a-model.md").read_text(encoding="utf-8")
    files = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", document, re.DOTALL))
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    project = tomllib.loads(files["pyproject.toml"])["project"]
    lines = [f"{name} = {value}" for name, value in project["entry-points"]["triple_chat.models"].items()]
    write_distribution(tmp_path, project["name"], "\n".join(["[triple_chat.models]", *lines]))
    monkeypatch.syspath_prepend(str(tmp_path))

    registry = Registry(lambda: [])
    await registry.refresh()
    ids = {entry.model.id for entry in registry.list() if entry.available}
    assert ids == {"builtin", "counter", "cited/builtin", "cited/counter"}
    assert registry.default().id == "counter"
    events = await check_contract(await registry.get("counter"), "How many words are these?")
    assert text_of(events).splitlines()[-1] == "5. these?"


@pytest.mark.asyncio
async def test_the_fake_server_runs_as_a_program():
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.upstream"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        line = await asyncio.wait_for(process.stdout.readline(), 20)
        url = line.decode().split()[-1]
        await asyncio.to_thread(_get, f"{url}/models")
        requests = await asyncio.to_thread(_get, url.replace("/v1", "/_requests"))
        assert b"/v1/models" in requests
    finally:
        process.terminate()
        await process.wait()


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:
        return bytes(response.read())
