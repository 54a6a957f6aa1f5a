"""What a session is called in the list of sessions: "Chrome on Windows"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

MAX_CHARACTERS = 120

# The first match wins: most browsers also carry the names of those they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Whale/", "Whale"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_label(headers: Mapping[str, str]) -> str:
    """Return the header X-Device (percent-encoded UTF-8) of our own client, or a name made from User-Agent."""
    named = _clean(unquote(headers.get("X-Device", "")))
    return named or describe_user_agent(headers.get("User-Agent", ""))


def describe_user_agent(user_agent: str) -> str:
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    # A program: "python-requests/2.34" says enough by its first word.
    return browser or system or _clean(user_agent).split("/")[0].split(" ")[0]


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in names if mark in user_agent), "")


def _clean(text: str) -> str:
    """Drop what could disguise or break a line: control and direction characters, long blanks."""
    visible = "".join(character if character.isprintable() else " " for character in text)
    return re.sub(r"\s+", " ", visible).strip()[:MAX_CHARACTERS]
