"""open_servers: real PostgreSQL and Valkey that are shared, survive, and never stay behind."""

import subprocess
import sys
from pathlib import Path

import psycopg
import redis

from launcher.embedded import Servers, open_servers
from tests.launcher.stand_in import ROOT, one_named, processes_of, wait_until


def note(servers: Servers, value: str) -> None:
    with psycopg.connect(servers.database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS noted (value text)")
        connection.execute("INSERT INTO noted VALUES (%s)", [value])
    with redis.Redis.from_url(servers.redis_url) as client:
        client.rpush("noted", value)


def noted(servers: Servers) -> tuple[list[str], list[str]]:
    with psycopg.connect(servers.database_url) as connection:
        rows = [row[0] for row in connection.execute("SELECT value FROM noted")]
    with redis.Redis.from_url(servers.redis_url, decode_responses=True) as client:
        return rows, client.lrange("noted", 0, -1)


def answer(servers: Servers) -> bool:
    try:
        noted(servers)
    except (psycopg.Error, redis.RedisError):
        return False
    return True


def test_data_survives_a_stop_and_nothing_keeps_running(data: Path) -> None:
    servers = open_servers(data)
    note(servers, "kept")
    servers.close(wait=True)
    wait_until(lambda: not processes_of(data), "all servers are gone")

    with open_servers(data) as again:
        assert noted(again) == (["kept"], ["kept"])
        assert again.database_url == servers.database_url


def test_the_servers_are_what_they_should_be(data: Path) -> None:
    with open_servers(data) as servers:
        with psycopg.connect(servers.database_url) as connection:
            row = connection.execute(
                "SELECT current_setting('server_version_num')::int / 10000, current_setting('listen_addresses'),"
                " lower('ÄÉ'), '[1,2]'::vector <-> '[1,4]', rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
        assert row == (18, "", "äé", 2.0, False)
        with redis.Redis.from_url(servers.redis_url, decode_responses=True) as client:
            settings = client.config_get("append*", "maxmemory-policy", "port")
        assert (
            settings.items()
            >= {
                "appendonly": "yes",
                "appendfsync": "everysec",
                "maxmemory-policy": "noeviction",
                "port": "0",
            }.items()
        )
        without_password = servers.database_url.split("//")[1].split("@")[0].split(":")[0]
        assert not answer(Servers(f"postgresql://{without_password}@/x?{servers.database_url.split('?')[1]}", "", None))


def test_secrets_are_private(data: Path) -> None:
    with open_servers(data):
        for secret in (data / "server-passwords.json", data / "valkey" / "valkey.conf"):
            assert secret.stat().st_mode & 0o777 == 0o600
        for folder in (data / "postgres-18", data / "valkey", data / "run" / "servers"):
            if folder.exists():  # the sockets may have moved to a shorter path
                assert folder.stat().st_mode & 0o777 == 0o700


def test_the_second_attaches_and_the_last_one_closes(data: Path) -> None:
    first = open_servers(data)
    second = open_servers(data)
    postgres = one_named(data, "postgres").pid
    first.close(wait=True)
    note(second, "still there")
    assert one_named(data, "postgres").pid == postgres
    second.close()  # without waiting: they stay for a moment, then they go
    assert processes_of(data)
    wait_until(lambda: not processes_of(data), "all servers are gone")


def test_many_at_once_share_one_supervisor(data: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from launcher.embedded import open_servers;"
        "servers = open_servers(Path(sys.argv[1])); print(servers.database_url, flush=True); sys.stdin.read()"
    )
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(data)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    urls = {opener.stdout.readline() for opener in openers if opener.stdout}
    assert len(urls) == 1
    one_named(data, "postgres")
    one_named(data, "valkey-server")
    for opener in openers:
        opener.communicate("")
    wait_until(lambda: not processes_of(data), "all servers are gone")


def test_a_killed_opener_gives_its_lease_back(data: Path) -> None:
    script = (
        "import sys, os, signal; from pathlib import Path; from launcher.embedded import open_servers;"
        "servers = open_servers(Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script, str(data)], cwd=ROOT, check=False)
    wait_until(lambda: not processes_of(data), "all servers are gone")


def test_a_killed_supervisor_takes_its_servers_with_it(data: Path) -> None:
    servers = open_servers(data)
    note(servers, "before")
    one_named(data, "postgres").parent().kill()
    wait_until(servers.lost, "the lease is seen to be lost")
    with open_servers(data) as again:
        assert noted(again) == (["before"], ["before"])
        one_named(data, "postgres")
        one_named(data, "valkey-server")


def test_what_outlived_a_killed_supervisor_is_ended_first(data: Path) -> None:
    servers = open_servers(data)
    note(servers, "before")
    left = [one_named(data, "postgres"), one_named(data, "valkey-server")]
    supervisor = left[0].parent()
    for process in left:
        process.suspend()  # so that they cannot hear that their parent died
    supervisor.kill()
    with open_servers(data) as again:
        assert noted(again) == (["before"], ["before"])
        assert not any(process.is_running() and process.status() != "zombie" for process in left)


def test_servers_that_crash_come_back_with_their_data(data: Path) -> None:
    with open_servers(data) as servers:
        note(servers, "before")
        for name in ("postgres", "valkey-server"):
            one_named(data, name).kill()
        wait_until(lambda: answer(servers), "both answer again")
        assert noted(servers) == (["before"], ["before"])


def test_only_one_of_the_two(data: Path) -> None:
    with open_servers(data, database=False) as servers:
        assert servers.database_url == ""
        with redis.Redis.from_url(servers.redis_url) as client:
            assert client.ping()
        assert not processes_of(data, named="postgres")
        with open_servers(data, redis=False) as others, psycopg.connect(others.database_url):
            assert others.redis_url == ""
