"""Secrets that are made once and kept in the data folder, readable by their owner only."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from pathlib import Path

_FILE = "backend-secrets.json"


def load_secret_key(data_folder: Path) -> str:
    """Return Django's signing key, made on the first call.

    Two processes may start at once: the file is published with a link, which fails
    when the other one was first, and then the other one's key is read.
    """
    path = data_folder / _FILE
    if not path.exists():
        _publish(path, {"secret_key": secrets.token_urlsafe(64)})
    key = json.loads(path.read_text())["secret_key"]
    return str(key)


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
