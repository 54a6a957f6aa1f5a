"""Schemathesis plays with the live API: never a server error, never a reply that the schema does not describe."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cast import new_guest
from tests.system import ROOT, LiveSystem

# Each would end the session that the run is signed in with.
LEFT_OUT = ("sessions_sign_out", "sessions_revoke", "sessions_revoke_others", "users_delete_me", "users_register")
# The schema cannot say what makes a cursor, or that a name wants a password; the framework
# reads 5 as "5" where the schema wants a text; and what was deleted can be restored, what is
# there cannot.
NOT_ASKED = (
    "positive_data_acceptance",
    "negative_data_rejection",
    "use_after_free",
    "ensure_resource_availability",
)


def test_schemathesis_finds_nothing(live_system: LiveSystem, tmp_path: Path) -> None:
    guest = new_guest(live_system.api_url)
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert program, "schemathesis stands in tests/requirements.txt"
    command = [
        *(program, "run", f"{live_system.api_url}/api/schema/"),
        *("--header", f"Authorization: Bearer {guest.token}"),
        *("--max-examples", "5", "--seed", "20261123", "--generation-database", "none"),
        *("--request-timeout", "60"),
        *("--exclude-checks", ",".join(NOT_ASKED)),
        *(part for operation in LEFT_OUT for part in ("--exclude-operation-id", operation)),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.api.schemathesis_hooks"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # It really was signed in, and had something to play with.
    assert guest.get("users/me/").status_code == 200
    assert guest.get("chats/").json()["results"]
