"""The command line of run.py. Its first stage is standard library only: it installs, then starts
itself anew with the environment's Python, under which everything installed may be used.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from launcher import console, messages
from launcher.browser import ensure_browser
from launcher.errors import LauncherError
from launcher.install import ensure_installed
from launcher.paths import BACKEND, ROOT, VENV, VENV_PYTHON, in_venv

COMMANDS = ("test", "bench", "manage", "backup", "restore", "learn")
# What runs with the test requirements, and the module that does it.
MODULES = {"test": "pytest", "bench": "benchmarks"}
# Most tests wait for something, so several files at a time take a fraction of the time.
ALL_TESTS = ["-n", "3", "--dist", "loadfile"]
WITH_VALUE = ("--host", "--backend-port", "--frontend-port", "--data")


def main(arguments: list[str]) -> int:
    """The exit code: 0, 1 for an error that was explained, 2 for a wrong command line."""
    console.prepare_streams()
    try:
        return _run(arguments)
    except LauncherError as error:
        console.complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        console.say("\n" + messages.text("interrupted"))
        return 128 + signal.SIGINT


def _run(arguments: list[str]) -> int:
    before, command, rest = _split(arguments)
    options = _parser().parse_args(before)
    if command is not None and command not in COMMANDS:
        raise LauncherError("unknown_command", 2, command=command)
    if command == "manage" and not rest:
        raise LauncherError("manage_needs_command", 2)
    if options.data is not None:
        os.environ["TRIPLE_CHAT_DATA"] = str(options.data.absolute())
    ensure_installed(tests=command in MODULES)
    _keep_bytecode()
    if command == "manage":
        _become([str(VENV_PYTHON), str(BACKEND / "manage.py"), *rest])
    if command == "test":
        ensure_browser()
        rest = rest or ALL_TESTS
    if command in MODULES:
        os.chdir(ROOT)
        _become([str(VENV_PYTHON), "-m", MODULES[command], *rest])
    if command == "learn":
        os.chdir(ROOT)
        _become([str(VENV_PYTHON), "-m", "learning", *rest])
    if not in_venv():
        _become([str(VENV_PYTHON), str(ROOT / "run.py"), *arguments])
    if command in ("backup", "restore"):
        from launcher.backup import commands  # needs what has just been installed

        return commands.backup(rest) if command == "backup" else commands.restore(rest)
    from launcher import serve  # needs what has just been installed

    return serve.main(options)


def _keep_bytecode() -> None:
    """Where Python may not write its compiled files beside the sources, they go into .venv.

    Without any, each of the processes would compile thousands of files at every start.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(VENV / "bytecode"))


def _split(arguments: list[str]) -> tuple[list[str], str | None, list[str]]:
    """Our options, the command, and what belongs to the command (argparse would mix them up)."""
    position = 0
    while position < len(arguments):
        if arguments[position] in WITH_VALUE:
            position += 2
        elif arguments[position].startswith("-"):
            position += 1
        else:
            return arguments[:position], arguments[position], arguments[position + 1 :]
    return arguments, None, []


def _parser() -> argparse.ArgumentParser:
    text = messages.text
    parser = argparse.ArgumentParser(
        prog="python run.py", allow_abbrev=False, description=text("usage_description"), epilog=text("usage_commands")
    )
    parser.add_argument("--host", default="127.0.0.1", help=text("option_host"))
    parser.add_argument("--backend-port", type=_port, default=8000, metavar="PORT", help=text("option_backend_port"))
    parser.add_argument("--frontend-port", type=_port, default=8501, metavar="PORT", help=text("option_frontend_port"))
    parser.add_argument("--data", type=Path, metavar="DIR", help=text("option_data"))
    parser.add_argument("--no-browser", action="store_true", help=text("option_no_browser"))
    return parser


def _port(value: str) -> int:
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise argparse.ArgumentTypeError(f"{value!r} is not a port (1 to 65535)")
    return int(value)


def _become(command: list[str]) -> NoReturn:
    """Go on as another program: signals and the exit code need no handing over."""
    if os.name == "nt":  # there the old process would end at once, and the console with it
        sys.exit(subprocess.run(command, check=False).returncode)
    sys.stdout.flush()
    os.execv(command[0], command)
