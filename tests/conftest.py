"""What all tests share: real servers on a folder of their own, and the whole system on them.

Django's settings need the servers' addresses, so the servers start when this file is
imported; the parts (API, worker, client) start with the fixtures that name them.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

from launcher.embedded import open_servers

_folder = tempfile.TemporaryDirectory(prefix="triple-chat-tests-", ignore_cleanup_errors=True)
DATA_FOLDER = Path(_folder.name)
ENV_FILE = DATA_FOLDER / "env"

_servers = open_servers(DATA_FOLDER / "data")
atexit.register(_servers.close)

os.environ |= {
    "DATABASE_URL": _servers.database_url,
    "REDIS_URL": _servers.redis_url,
    "TRIPLE_CHAT_DATA": str(DATA_FOLDER / "data"),
    "TRIPLE_CHAT_ENV_FILE": str(ENV_FILE),
    "DJANGO_SETTINGS_MODULE": "config.settings",
    # Everybody in the tests is a guest of their own, and nobody here has an address.
    "GUESTS_PER_HOUR": "0",
}
# A developer's own keys and endpoints must not reach a test.
for name in ("AI_ENDPOINTS", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
    os.environ.pop(name, None)
os.environ["OLLAMA_URL"] = ""

django.setup()
# Test processes that are started beside this one must not read the settings before they have servers of their own.
del os.environ["DJANGO_SETTINGS_MODULE"]

from tests.system import LiveSystem, start_system  # needs the addresses above


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> None:
    """Use the throwaway database itself, so that tests in this process and the parts see one truth."""
    from django.core.management import call_command

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("migrate", verbosity=0)


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The ORM on the live database, without a transaction around the test: others see what it writes.

    Nothing is rolled back: every test makes its own users.
    """
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield


@pytest.fixture(scope="session")
def live_system(django_db_setup: None) -> Iterator[LiveSystem]:
    """API, worker and a fake model endpoint, as processes of their own."""
    with start_system(DATA_FOLDER, ENV_FILE) as system:
        yield system
