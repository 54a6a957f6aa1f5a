"""Settings of the web client, from the environment or the `.env` file at the repository's root.

The process environment wins over the file; TRIPLE_CHAT_ENV_FILE names another one. Streamlit's own options stand in `.streamlit/config.toml`.
"""

import os
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

_ENV_FILE: Final = os.environ.get("TRIPLE_CHAT_ENV_FILE") or Path(__file__).resolve().parent.parent / ".env"


def _read(name: str, default: str) -> str:
    return os.environ.get(name) or dotenv_values(_ENV_FILE).get(name) or default


API_URL: Final = _read("API_URL", "http://127.0.0.1:8000").rstrip("/")
