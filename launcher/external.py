"""Are the servers reachable that DATABASE_URL and REDIS_URL name? Said without their passwords."""

import time
from urllib.parse import unquote, urlsplit

import psycopg
import redis

from launcher.errors import LauncherError

ATTEMPT_SECONDS = 5
ALL_SECONDS = 3.0  # a server that is started at the same moment may need a little
EXAMPLES = {
    "DATABASE_URL": "postgresql://user:password@host:5432/name",
    "REDIS_URL": "redis://:password@host:6379/0",
}
SCHEMES = {"DATABASE_URL": ("postgres", "postgresql"), "REDIS_URL": ("redis", "rediss", "unix")}


def check_reachable(variable: str, url: str) -> None:
    """Raises LauncherError that names the variable."""
    check_form(variable, url)
    ask = _ask_database if variable == "DATABASE_URL" else _ask_redis
    deadline = time.monotonic() + ALL_SECONDS
    while (reason := ask(url)) is not None:
        if time.monotonic() > deadline:
            raise LauncherError(
                "server_unreachable", variable=variable, server=_server(url), reason=_without_password(reason, url)
            )
        time.sleep(0.3)


def check_form(variable: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in SCHEMES[variable]:
        raise LauncherError("url_invalid", variable=variable, example=EXAMPLES[variable])


def _ask_database(url: str) -> str | None:
    try:
        psycopg.connect(url, connect_timeout=ATTEMPT_SECONDS).close()
    except psycopg.Error as error:
        return str(error)
    return None


def _ask_redis(url: str) -> str | None:
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=ATTEMPT_SECONDS, socket_timeout=ATTEMPT_SECONDS
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        return str(error)
    return None


def _server(url: str) -> str:
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.hostname}{port}" if parts.hostname else parts.path


def _without_password(reason: str, url: str) -> str:
    password = urlsplit(url).password
    for secret in filter(None, (url, password, unquote(password or ""))):
        reason = reason.replace(secret, "***")
    lines = reason.strip().splitlines()
    return lines[-1].strip().rstrip(".") if lines else "?"
