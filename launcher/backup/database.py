"""The database as a dump, and back, by PostgreSQL's own programs from the wheel.

The password goes by the environment: a command line can be read by everybody on the machine.
"""

import os
import subprocess
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from launcher.embedded.postgres import postgres_programs
from launcher.errors import LauncherError

# Everything of ours goes before the dump comes, all in one transaction. The extension vector stays: only a superuser
# may make it.
_CLEAR = """
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS vector;
DO $$
DECLARE commands text[]; command text;
BEGIN
  -- Named all at once: what one of them takes along with it has no name any more.
  commands := ARRAY(
    SELECT format('DROP %s IF EXISTS public.%I CASCADE',
                  CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                               ELSE 'TABLE' END, relname)
      FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
       AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid
                                               AND deptype = 'e')
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure)
      FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace
       AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid
                                               AND deptype = 'e')
    UNION ALL
    SELECT format('DROP TYPE IF EXISTS public.%I CASCADE', typname)
      FROM pg_type
     WHERE typnamespace = 'public'::regnamespace
       AND (typtype IN ('e', 'd') OR EXISTS (SELECT FROM pg_class WHERE oid = typrelid AND relkind = 'c'))
       AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = pg_type.oid
                                               AND deptype = 'e')
  );
  FOREACH command IN ARRAY commands LOOP
    EXECUTE command;
  END LOOP;
END $$;
"""


def dump_database(url: str, target: Path) -> None:
    """Write a dump of one moment, also while the database is in use. Raises LauncherError."""
    options = ("--format=plain", "--no-owner", "--no-privileges", "--no-comments", "--exclude-extension=vector")
    _run("pg_dump", url, *options, f"--file={target}")


def load_database(url: str, dump: Path, log: Path) -> None:
    """Replace everything by the dump, or change nothing. Raises LauncherError."""
    clearing = dump.with_name("clear.sql")
    clearing.write_text(_CLEAR)
    options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--output={os.devnull}")
    _run("psql", url, *options, f"--file={clearing}", f"--file={dump}", log=log)


def server_version(url: str) -> int:
    """The major version of the server."""
    with psycopg.connect(url) as connection:
        return connection.info.server_version // 10_000


def is_empty(url: str) -> bool:
    """Has nobody used the database yet? The guide, which every migration loads, does not count."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT to_regclass('public.users') IS NULL").fetchone()
        if row and row[0]:
            return True
        row = connection.execute("SELECT NOT EXISTS (SELECT FROM users)").fetchone()
        return bool(row and row[0])


def others_connected(url: str) -> bool:
    """Does another program use the database just now?"""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend')"
        ).fetchone()
        return bool(row and row[0])


def _run(program: str, url: str, *options: str, log: Path | None = None) -> None:
    parts = conninfo_to_dict(url)
    password = str(parts.pop("password", "") or os.environ.get("PGPASSWORD", ""))
    where = make_conninfo(**{name: str(value) for name, value in parts.items() if name != "application_name"})
    done = subprocess.run(
        [str(postgres_programs() / program), *options, f"--dbname={where}"],
        env={**os.environ, "PGPASSWORD": password, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if log is not None:
        log.write_text(done.stderr)
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if "error:" in line.lower()]
        reason = errors[0] if errors else "?"
        raise LauncherError("database_program_failed", program=program, reason=reason)
