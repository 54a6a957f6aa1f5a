"""A real browser for the tests: the one that is there, Debian's package, or playwright's own."""

import os
import shutil
import subprocess
from pathlib import Path

from launcher.console import Step
from launcher.errors import LauncherError
from launcher.paths import ROOT, VENV, VENV_PYTHON

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOG = VENV / "browser.log"


def ensure_browser() -> None:
    """Korean pages need a font with Hangul, too; only root can add one."""
    has_browser = any(shutil.which(name) for name in BROWSERS)
    if _is_debian_root():
        packages = [] if has_browser else ["chromium"]
        if not _has_korean_font():
            packages.append("fonts-noto-cjk")
        if packages:
            with Step("step_browser"):
                _run("apt-get", "update")
                _run("apt-get", "install", "-y", "--no-install-recommends", *packages)
    elif not has_browser:
        with Step("step_browser"):
            _run(str(VENV_PYTHON), "-m", "playwright", "install", "chromium")


def _is_debian_root() -> bool:
    """Ubuntu's package is an empty shell around a snap, so only Debian's counts."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    system = Path("/etc/os-release")
    return system.exists() and "\nID=debian" in "\n" + system.read_text()


def _has_korean_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    found = subprocess.run(["fc-list", ":lang=ko"], capture_output=True, check=False)
    return bool(found.stdout.strip())


def _run(*command: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with LOG.open("ab") as log:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.PIPE,
            text=True, env=environment, cwd=ROOT, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise LauncherError("browser_failed", reason=lines[-1] if lines else f"exit code {done.returncode}")
