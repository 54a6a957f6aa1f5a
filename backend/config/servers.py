"""Provides the servers for a process that was started without their addresses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.env import ROOT, read_environment
from launcher.embedded import open_servers


@contextmanager
def provide_servers() -> Iterator[None]:
    """Set DATABASE_URL and REDIS_URL to the embedded servers where they are not given.

    They are attached to when they run on the data folder, and started when not; they
    stop soon after the last process that uses them.
    """
    given = read_environment()
    needs_database, needs_redis = not given.get("DATABASE_URL"), not given.get("REDIS_URL")
    if not (needs_database or needs_redis):
        yield
        return

    data_folder = Path(given.get("TRIPLE_CHAT_DATA") or ROOT / ".data").absolute()
    with open_servers(data_folder, database=needs_database, redis=needs_redis) as servers:
        os.environ["DATABASE_URL"] = given.get("DATABASE_URL") or servers.database_url
        os.environ["REDIS_URL"] = given.get("REDIS_URL") or servers.redis_url
        yield
