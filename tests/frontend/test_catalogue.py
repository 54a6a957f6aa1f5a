"""Both catalogues are whole: no text missing, none unused, the same placeholders in both languages."""

from __future__ import annotations

import ast
import json
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.frontend.conftest import FRONTEND

SOURCES = sorted(path for path in FRONTEND.rglob("*.py") if path.name != "i18n.py")


def catalogue(language: str) -> dict[str, str]:
    pairs = json.loads((FRONTEND / "locale" / f"{language}.json").read_text("utf-8"), object_pairs_hook=list)
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"{language}: a key stands there twice"
    return dict(pairs)


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t":
            yield node


def families() -> dict[str, tuple[str, ...]]:
    from i18n import FAMILIES

    return FAMILIES


def used_keys() -> set[str]:
    used = {f"{family}.{code}" for family, codes in families().items() for code in codes}
    for path in SOURCES:
        for call in calls(path):
            key = call.args[0]
            if isinstance(key, ast.Constant):
                used.add(str(key.value))
            else:
                assert isinstance(key, ast.JoinedStr), f"{path.name}:{call.lineno}: t() needs a key, or a family's"
                prefix = key.values[0]
                assert isinstance(prefix, ast.Constant) and str(prefix.value).rstrip(".") in families(), path
    return used


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_text_is_missing_and_none_is_unused(language: str) -> None:
    assert set(catalogue(language)) == used_keys()


def test_placeholders_are_the_same_in_both_languages() -> None:
    english, korean = catalogue("en"), catalogue("ko")
    assert {key for key in english if placeholders(english[key]) != placeholders(korean[key])} == set()


def test_every_call_gives_the_placeholders_of_its_text() -> None:
    english = catalogue("en")
    for path in SOURCES:
        for call in calls(path):
            if isinstance(call.args[0], ast.Constant):
                given = {keyword.arg for keyword in call.keywords}
                assert given == placeholders(english[str(call.args[0].value)]), f"{path.name}:{call.lineno}"


def test_no_text_is_empty_and_korean_is_korean() -> None:
    names = {"models.tab_ollama", "models.tab_openai"}  # names are the same in both
    for key, text in catalogue("ko").items():
        assert text.strip(), key
        assert key in names or any("가" <= letter <= "힣" for letter in text), key
