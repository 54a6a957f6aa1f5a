"""Where things lie in the repository, and which data folder is meant. Standard library only."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
BACKEND = ROOT / "backend"
FRONTEND = ROOT / "frontend"
DEFAULT_DATA = ROOT / ".data"


def in_venv() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()
