"""Secrets that are made once and kept in the data folder, readable by their owner only."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from pathlib import Path

_FILE = "backend-secrets.json"
# Beside it, because the client reads this one, too, and nothing else of ours.
_VISITOR_FILE = "visitor-secret.json"


def load_secret_key(data_folder: Path) -> str:
    """Return Django's signing key, made on the first call."""
    return _load(data_folder / _FILE, "secret_key")


def load_visitor_secret(data_folder: Path) -> str:
    """Return what the client signs its visitors' addresses with, made on the first call."""
    return _load(data_folder / _VISITOR_FILE, "visitor_secret")


def _load(path: Path, name: str) -> str:
    """Two processes may start at once: the file is published with a link, which fails
    when the other one was first, and then the other one's secret is read.
    """
    if not path.exists():
        _publish(path, {name: secrets.token_urlsafe(64)})
    return str(json.loads(path.read_text())[name])


def _publish(path: Path, content: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)  # mkstemp makes it 0600
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
