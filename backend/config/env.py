"""Reads settings from the environment and from `.env` at the repository's root.

The process environment wins over the file; TRIPLE_CHAT_ENV_FILE names another one. A wrong value stops the start with a
sentence that names the variable. What a setting means stands in `.env.example`.
"""

from __future__ import annotations

import math
import os
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from croniter import croniter
from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values

from ai_models.endpoints import SettingError, read_endpoints

ROOT = Path(__file__).resolve().parents[2]
_ENV_FILE = ROOT / ".env"

Value = TypeVar("Value")


def read_environment() -> Mapping[str, str]:
    """Return all variables as they are now, so that an edited `.env` counts at once."""
    named = os.environ.get("TRIPLE_CHAT_ENV_FILE")
    path = Path(named) if named else _ENV_FILE
    try:
        found = path.stat()
    except OSError:
        return os.environ
    return ChainMap(os.environ, _read_file(path, found.st_mtime_ns, found.st_size, found.st_ino))


# Every answer looks for its model's endpoint here.
@lru_cache(maxsize=1)
def _read_file(path: Path, *version: int) -> dict[str, str]:
    return {key: value for key, value in dotenv_values(path).items() if value is not None}


def check_endpoints(variables: Mapping[str, str]) -> None:
    """Stop the start when the model endpoints cannot be read. They are read again later."""
    try:
        read_endpoints(variables)
    except SettingError as error:
        raise ImproperlyConfigured(str(error)) from None


class EnvReader:
    """Strict typed access to one snapshot of the environment."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, default: str | None = None) -> str:
        value = self._variables.get(name, "").strip()
        if value:
            return value
        if default is None:
            raise ImproperlyConfigured(f"Set {name}: it is required and has no default.")
        return default

    def integer(self, name: str, default: int, *, minimum: int = 0) -> int:
        return self._parse(
            name, default, lambda raw: _at_least(int(raw), minimum), f"a whole number, at least {minimum}"
        )

    def seconds(self, name: str, default: float) -> float:
        return self._parse(name, default, lambda raw: _at_least(float(raw), 0.0), "a number of seconds")

    def boolean(self, name: str, default: bool) -> bool:
        return self._parse(name, default, lambda raw: _BOOLEANS[raw.lower()], "true or false")

    def words(self, name: str, default: str = "") -> list[str]:
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def choice(self, name: str, default: str, choices: Sequence[str]) -> str:
        return self._parse(name, default, lambda raw: choices[choices.index(raw)], " or ".join(choices))

    def cron(self, name: str, default: str) -> str:
        """A time table of five fields, as cron's: minute, hour, day of the month, month, day of the week."""
        return self._parse(name, default, _cron, 'a time table like "30 3 * * *" (minute hour day month weekday)')

    def url(self, name: str, default: str | None, schemes: Sequence[str]) -> str:
        value = self.text(name, default)
        scheme, separator, rest = value.partition("://")
        if scheme not in schemes or not separator or not rest:
            raise ImproperlyConfigured(f"{name} must begin with {' or '.join(f'{each}://' for each in schemes)}.")
        return value

    def _parse(self, name: str, default: Value, parse: Callable[[str], Value], expected: str) -> Value:
        raw = self._variables.get(name, "").strip()
        if not raw:
            return default
        try:
            return parse(raw)
        except (ValueError, KeyError):
            raise ImproperlyConfigured(f"{name} must be {expected}.") from None


_BOOLEANS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


def _cron(raw: str) -> str:
    if len(raw.split()) != 5:
        raise ValueError
    croniter(raw)  # Raises a ValueError of its own.
    return raw


Number = TypeVar("Number", int, float)


def _at_least(number: Number, minimum: Number) -> Number:
    if not minimum <= number < math.inf:
        raise ValueError
    return number
