"""Bring .venv to what the requirement files say; nothing to do when the stamp says it is there.

Standard library only, as it runs before anything is installed. `venv` makes the environment, pip
puts a pinned uv into it, and uv installs the rest in seconds; pip does it where uv cannot.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from launcher import logs, messages
from launcher.console import Step, say
from launcher.errors import LauncherError
from launcher.locks import FileLock
from launcher.paths import ROOT, VENV, VENV_PYTHON

UV = "uv==0.13.9"
CONSTRAINTS = ROOT / "constraints.txt"
RUN_REQUIREMENTS = (ROOT / "backend/requirements.txt", ROOT / "frontend/requirements.txt")
TEST_REQUIREMENTS = (ROOT / "tests/requirements.txt",)
LOG = VENV / "install.log"
# Lies there while packages are being put in: what an interrupted start leaves cannot be trusted.
UNFINISHED = VENV / ".unfinished"
NO_NETWORK = (
    "name resolution", "newconnectionerror", "connecterror", "dns error", "network is unreachable", "connection refused",
    "proxyerror", "timed out", "error sending request", "failed to establish", "connection reset", "getaddrinfo",
)  # fmt: skip
NO_SPACE = ("no space left", "disk quota exceeded", "os error 28", "errno 28")


def ensure_installed(*, tests: bool = False) -> None:
    """Raises LauncherError with what to do when it cannot be done."""
    if _is_current(tests):
        return
    with _alone():
        if _is_current(tests):  # another start did it while this one waited
            return
        if not _is_sound():
            _make_venv()
        UNFINISHED.touch()
        has_uv = _has_uv()
        _install("step_packages", RUN_REQUIREMENTS, has_uv)
        if tests:
            _install("step_test_packages", TEST_REQUIREMENTS, has_uv)
        mark_installed(tests=tests)


def mark_installed(*, tests: bool) -> None:
    """Say that .venv now holds what the files say."""
    if tests:
        _stamp(True).write_text(_wanted(True))
    _stamp(False).write_text(_wanted(False))
    UNFINISHED.unlink(missing_ok=True)


def _is_current(tests: bool) -> bool:
    try:
        return not UNFINISHED.exists() and VENV_PYTHON.exists() and _stamp(tests).read_text() == _wanted(tests)
    except OSError:
        return False


def _stamp(tests: bool) -> Path:
    return VENV / (".installed-tests" if tests else ".installed")


def _wanted(tests: bool) -> str:
    """What an environment was made of: the files, this Python and the installer."""
    content = hashlib.sha256(f"{sys.version_info[:2]} {UV}".encode())
    for path in (CONSTRAINTS, *RUN_REQUIREMENTS, *(TEST_REQUIREMENTS if tests else ())):
        content.update(path.read_bytes())
    return content.hexdigest()


def _is_sound() -> bool:
    """A whole environment, made by this version of Python (which is still there)."""
    try:
        made_by = (VENV / "pyvenv.cfg").read_text()
    except OSError:
        return False
    version = "version = {}.{}.".format(*sys.version_info[:2])
    return version in made_by and VENV_PYTHON.exists() and not UNFINISHED.exists()


def _make_venv() -> None:
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise LauncherError("venv_missing", module=module, package=_debian_package())
    with Step("step_venv"):
        try:
            if VENV.exists():
                shutil.rmtree(VENV)
            VENV.mkdir()
            UNFINISHED.touch()
        except OSError as error:
            raise _venv_failed(error.strerror or str(error)) from error
        # From within an environment, the Python behind it: that one outlives a cleared .venv.
        python = getattr(sys, "_base_executable", None) or sys.executable
        made = subprocess.run(
            [python, "-m", "venv", str(VENV)], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
    if made.returncode != 0:
        lines = (made.stdout + made.stderr).strip().splitlines()
        raise _venv_failed(lines[-1] if lines else f"exit code {made.returncode}")


def _venv_failed(reason: str) -> LauncherError:
    return LauncherError("venv_failed", reason=reason, folder=str(ROOT))


def _debian_package() -> str:
    """The system's own Python is served by python3-venv, any other by a package with its version."""
    if Path(sys.executable).resolve() == Path("/usr/bin/python3").resolve():
        return "python3-venv"
    return "python{}.{}-venv".format(*sys.version_info[:2])


def _install(step: str, requirements: tuple[Path, ...], has_uv: bool) -> None:
    files = [part for path in requirements for part in ("-r", str(path))]
    if has_uv:
        with Step(step):
            if _uv_installed(files):
                return
            _give_up_without_space()
    say("  " + messages.text("uv_fallback"))
    with Step(step):
        if not _ran("pip", "install", "--retries", "2", *files):
            _give_up_without_space()
            _give_up_without_network()
            raise LauncherError("install_failed", reason=_reason_of_pip(), log=str(LOG.relative_to(ROOT)))


def _uv_installed(files: list[str]) -> bool:
    command = ("uv", "pip", "install", "--python", str(VENV_PYTHON), *files)
    if _ran(*command):
        return True
    # A company's proxy signs with a certificate that only the system knows; slim containers know none.
    return "certificate" in LOG.read_text(errors="replace") and _ran(*command, "--system-certs")


def _has_uv() -> bool:
    with Step("step_installer"):
        if _ran("pip", "install", "--retries", "2", UV):
            return True
        _give_up_without_space()
        _give_up_without_network()
        return False


def _ran(module: str, *arguments: str) -> bool:
    """Run one of the environment's own modules; its output goes into the log, which begins anew."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "UV_NO_PROGRESS": "1"}
    with LOG.open("wb") as log:
        done = subprocess.run(
            [str(VENV_PYTHON), "-m", module, *arguments],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd=ROOT, check=False,
        )  # fmt: skip
    return done.returncode == 0


def _reason_of_pip() -> str:
    """Its first complaint; later ones only tell what follows from it."""
    lines = LOG.read_text(errors="replace").splitlines()
    complaints = [line.removeprefix("ERROR: ").rstrip(".") for line in lines if line.startswith("ERROR: ")]
    return complaints[0] if complaints else logs.helpful_line(LOG)


def _give_up_without_space() -> None:
    if _log_tells(NO_SPACE):
        raise LauncherError("install_disk_full", folder=str(ROOT))


def _give_up_without_network() -> None:
    """Only when pip says so: uv may not know a proxy or an index that pip was told about."""
    if _log_tells(NO_NETWORK):
        raise LauncherError("install_offline")


def _log_tells(words: tuple[str, ...]) -> bool:
    written = LOG.read_text(errors="replace").lower()
    return any(word in written for word in words)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two first starts at once: the second waits, and then finds everything installed."""
    lock = FileLock(ROOT / ".venv.lock")
    try:
        while not lock.take():
            time.sleep(0.2)
    except OSError as error:
        raise _venv_failed(error.strerror or str(error)) from error
    try:
        yield
    finally:
        lock.release()
