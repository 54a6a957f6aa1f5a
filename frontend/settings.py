"""Settings of the web client, from the environment or the `.env` file at the repository's root.

The process environment wins over the file; TRIPLE_CHAT_ENV_FILE names another one. Streamlit's own options stand in `.streamlit/config.toml`.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

_ROOT: Final = Path(__file__).resolve().parent.parent
_ENV_FILE: Final = os.environ.get("TRIPLE_CHAT_ENV_FILE") or _ROOT / ".env"


def _read(name: str, default: str) -> str:
    return os.environ.get(name) or dotenv_values(_ENV_FILE).get(name) or default


LESSONS_FOLDER: Final = _ROOT / "docs" / "learn"
# Where a learner builds; `python run.py learn N` keeps there what it has found.
LEARNER_FOLDER: Final = _ROOT / "learn"
API_URL: Final = _read("API_URL", "http://127.0.0.1:8000").rstrip("/")


def visitor_secret() -> str:
    """What visitors' addresses are signed with for the API; "" as long as there is none (the API makes it)."""
    return _read("VISITOR_SECRET", "") or _made_secret()


def _made_secret() -> str:
    path = Path(_read("TRIPLE_CHAT_DATA", str(_ROOT / ".data"))) / "visitor-secret.json"
    return _content(path) if path.exists() else ""


@cache
def _content(path: Path) -> str:
    return str(json.loads(path.read_text())["visitor_secret"])
