"""Installs small model packages for a test: a module and the metadata that pip would write."""

import sys
from pathlib import Path

import pytest

_MODULE = """
from ai_models.contract import ChatModel, Delta, Finished, ModelUnreachable


class WordCounter(ChatModel):
    id = "word-counter"
    name = "Word counter"
    is_language_model = False

    async def check(self):
        pass

    async def answer(self, request):
        self.validate_options(request.options)
        yield Delta(f"{len(request.question.split())} words")
        yield Finished()


class Away(WordCounter):
    id = "away"

    async def check(self):
        raise ModelUnreachable


class Confused(WordCounter):
    id = "confused"

    async def check(self):
        raise RuntimeError("secret detail")


class TakesABuiltinId(WordCounter):
    id = "builtin"


def advanced():
    model = WordCounter()
    model.id, model.kind, model.is_language_model = "thinker", "advanced", True
    return model


def raises():
    raise SystemError("cannot start")


def gives_no_model():
    return "a string"
"""


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, **entry_points: str) -> None:
    """Make `name="module:object"` entry points of the group `triple_chat.models` findable."""
    lines = [f"{name} = {value}" for name, value in entry_points.items()]
    write_distribution(folder, "example-plugin", "\n".join(["[triple_chat.models]", *lines]))
    (folder / "example_plugin.py").write_text(_MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "example_plugin", raising=False)


def write_distribution(folder: Path, name: str, entry_points: str) -> None:
    metadata = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(entry_points, encoding="utf-8")
