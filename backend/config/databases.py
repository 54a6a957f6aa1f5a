"""Turns `DATABASE_URL` into Django's `DATABASES`."""

from __future__ import annotations

from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict


def database_from_url(url: str, *, pool_size: int, pool_timeout: float) -> dict[str, Any]:
    """Return the `default` entry: psycopg 3 with its pool, of at most `pool_size` connections.

    Under ASGI persistent connections leak (Django ticket 33497), hence `CONN_MAX_AGE`
    0; the pool keeps them open instead.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ImproperlyConfigured("DATABASE_URL must look like postgresql://user:password@host:5432/name.") from None
    if not parts.get("dbname"):
        raise ImproperlyConfigured(
            "DATABASE_URL must name a database, as in postgresql://user:password@host:5432/name."
        )
    return {
        "ENGINE": "config.postgres",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": 0,
        # `config.postgres` checks each connection itself, without a round trip.
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            **parts,
            "pool": {
                "min_size": 1,
                "max_size": pool_size,
                "timeout": pool_timeout,
                # While the server is away the pauses between two tries grow with the time that they go on: a
                # client that waits begins anew, so that nobody waits long once it is back.
                "reconnect_timeout": pool_timeout,
            },
        },
    }
