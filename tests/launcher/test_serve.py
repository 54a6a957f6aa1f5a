"""run.py from the start to the stop, with stand-ins for the parts. Starts real servers: the slow file here."""

import json
import os
import signal
import socket
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from launcher.embedded import open_servers
from launcher.parts import WORKER_STOP
from tests.launcher.stand_in import Project, one_named, processes_of, wait_until


def get_shown(project: Project) -> dict[str, str]:
    """What the stand-in API tells of its environment."""
    with urllib.request.urlopen(f"http://127.0.0.1:{project.api_port}/api/health/live/") as response:
        shown: dict[str, str] = json.load(response)
        return shown


def worker(project: Project) -> int:
    return int((project.data / "worker").read_text())


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def nothing_runs(project: Project) -> bool:
    """Asked when run.py has ended: what it waited for may still be handing in its exit code."""
    wait_until(lambda: not processes_of(project.place), "nothing runs", seconds=10.0)
    return True


def test_ready_then_stopped_cleanly_then_ready_again_without_preparing(project: Project) -> None:
    (project.place / ".env").write_text("FROM_DOTENV=secret\n")
    first = project.serve().until_ready()
    assert f"Triple Chat is ready: http://localhost:{project.page_port}\n" in first.output
    assert "Preparing the database" in first.output
    shown = get_shown(project)
    assert shown["API_URL"] == f"http://127.0.0.1:{project.api_port}"
    assert shown["PUBLIC_URL"] == f"http://localhost:{project.page_port}"
    assert shown["FROM_DOTENV"] is None  # the parts read .env themselves, so that an edit counts
    execute(shown["DATABASE_URL"], "CREATE TABLE kept ()")
    assert first.stop(signal.SIGINT) == 0
    assert nothing_runs(project)

    second = project.serve().until_ready()
    assert "Preparing the database" not in second.output
    assert (project.data / "migrations").read_text() == "migrated "
    execute(get_shown(project)["DATABASE_URL"], "SELECT FROM kept")
    assert second.stop(signal.SIGHUP) == 0
    assert nothing_runs(project)

    (project.place / "backend" / "models" / "migrations").mkdir(parents=True)
    (project.place / "backend" / "models" / "migrations" / "0002_new.py").write_text("")
    assert project.serve().until_ready().stop(signal.SIGTERM) == 0
    assert (project.data / "migrations").read_text() == "migrated migrated "


def test_first_administrator_is_invited_until_there_is_one(project: Project) -> None:
    running = project.serve().until_printed("ABCD-EFGH-JKMN")
    assert f"http://localhost:{project.page_port}/account" in running.output
    assert running.stop() == 0
    (project.data / "has-administrator").write_text("")
    for _ in range(2):
        later = project.serve().until_ready()
        wait_until((project.data / "run" / "administrator").exists, "it was asked")
        assert later.stop() == 0
        assert "ABCD-EFGH-JKMN" not in later.output


def test_kill_9_leaves_nothing_and_loses_nothing(project: Project) -> None:
    running = project.serve().until_ready()
    execute(get_shown(project)["DATABASE_URL"], "CREATE TABLE kept ()")
    running.process.kill()
    running.ended()
    again = project.serve().until_ready()  # at once, while the old servers may still be stopping
    execute(get_shown(project)["DATABASE_URL"], "SELECT FROM kept")
    one_named(project.place, "postgres")
    one_named(project.place, "valkey-server")
    again.process.kill()
    again.ended()
    wait_until(lambda: not processes_of(project.place), "everything has ended by itself")


def test_what_dies_is_started_again(project: Project) -> None:
    running = project.serve().until_ready()
    before = worker(project)
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: worker(project) != before, "another worker")
    assert "The worker ended and is started again in 0.5 s (see logs/worker.log" in running.output

    url = get_shown(project)["DATABASE_URL"]
    supervisor = one_named(project.place, "postgres").parent()
    supervisor.kill()
    wait_until(lambda: not supervisor.is_running() or supervisor.status() == "zombie", "it died")
    wait_until(lambda: _answers(url), "the servers are back under the same address")
    assert running.stop() == 0
    assert nothing_runs(project)


def _answers(url: str) -> bool:
    try:
        execute(url, "SELECT 1")
    except psycopg.Error:
        return False
    return True


def test_a_second_run_on_the_folder_names_the_first(project: Project) -> None:
    first = project.serve().until_printed("Starting")
    second = project.run("--no-browser")
    assert second.ended() == 1
    assert f"(process {first.process.pid})" in second.output
    assert "--data DIR" in second.output
    assert first.until_ready().stop() == 0


def test_a_part_that_does_not_start_is_named_with_its_reason(project: Project) -> None:
    project.data.mkdir()
    (project.data / "break-worker").write_text("")
    running = project.serve()
    assert running.ended() == 1
    last = running.output.splitlines()[-1]
    assert last.startswith("✗ The worker did not start: ValueError: the stand-in is broken (")
    assert "logs/worker.log in the data folder" in last
    assert "Traceback" not in running.output
    assert nothing_runs(project)


def test_a_stop_in_the_middle_of_starting(project: Project) -> None:
    running = project.serve().until_printed("Starting PostgreSQL")
    assert running.stop() == 0
    assert nothing_runs(project)


def test_servers_of_the_users_own(project: Project, tmp_path: Path) -> None:
    with open_servers(tmp_path / "theirs") as theirs:
        project.environment = {"DATABASE_URL": theirs.database_url}
        running = project.serve().until_ready()
        assert get_shown(project)["DATABASE_URL"] == theirs.database_url
        one_named(project.place, "valkey-server")
        assert not processes_of(project.place, named="postgres")
        assert running.stop() == 0

        (project.place / ".env").write_text(f"REDIS_URL={theirs.redis_url}\n")
        running = project.serve().until_ready()
        assert get_shown(project)["REDIS_URL"] == theirs.redis_url
        assert not processes_of(project.place, named="valkey-server")
        assert running.stop() == 0


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("DATABASE_URL", "postgresql://me:pass%40word@127.0.0.1:1/name"),
        ("REDIS_URL", "redis://:pass%40word@127.0.0.1:1/0"),
    ],
)
def test_an_unreachable_server_is_named_without_its_password(project: Project, variable: str, url: str) -> None:
    project.environment = {variable: url}
    running = project.serve()
    assert running.ended() == 1
    last = running.output.splitlines()[-1]
    assert last.startswith(f"✗ The server named by {variable} (127.0.0.1:1) cannot be reached: ")
    assert "word" not in running.output


def test_wrong_addresses_are_refused(project: Project) -> None:
    project.environment = {"REDIS_URL": "localhost:6379 secret"}
    running = project.serve()
    assert running.ended() == 1
    assert "REDIS_URL is not a valid address" in running.output
    assert "secret" not in running.output


@pytest.mark.parametrize("option", ["--backend-port", "--frontend-port"])
def test_a_taken_port_is_named_with_its_option(project: Project, option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        if option == "--backend-port":
            project.api_port = port
        else:
            project.page_port = port
        running = project.serve()
        assert running.ended() == 1
    assert f"Port {port} on 127.0.0.1 is taken" in running.output
    assert option in running.output
    assert not (project.data / "postgres-18").exists()


def test_an_impatient_second_signal_ends_a_part_that_does_not_stop(project: Project) -> None:
    running = project.serve().until_ready()
    os.kill(worker(project), signal.SIGSTOP)
    began = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    running.until_printed("Stopping everything")
    os.kill(running.process.pid, signal.SIGTERM)
    assert running.ended() == 0
    assert time.monotonic() - began < WORKER_STOP[0][1]
    assert nothing_runs(project)
