"""What was set for us: `.env` at the repository's root, under the process environment, which wins.

Needs python-dotenv, so it is for after the installation.
"""

import os
from pathlib import Path

from dotenv import dotenv_values

from launcher.paths import DEFAULT_DATA, ROOT


def read_environment() -> dict[str, str]:
    """TRIPLE_CHAT_ENV_FILE names another file than `.env` (the backend reads it in the same way)."""
    path = os.environ.get("TRIPLE_CHAT_ENV_FILE") or ROOT / ".env"
    from_file = {name: value for name, value in dotenv_values(path).items() if value}
    return {**from_file, **os.environ}


def data_folder(given: dict[str, str]) -> Path:
    """The command line's choice was put into the environment before the installation."""
    return Path(given.get("TRIPLE_CHAT_DATA") or DEFAULT_DATA).absolute()
