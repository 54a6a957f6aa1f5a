"""Which user the servers run as. PostgreSQL refuses to run as root, so root hands over."""

import os
import shutil
import sys
from pathlib import Path

from launcher.errors import LauncherError

if sys.platform != "win32":
    import pwd

ORDINARY_USERS = ("postgres", "nobody")


def server_user(database_folder: Path) -> tuple[int, int] | None:
    """(uid, gid) for root: the owner of the existing database, else an ordinary user. Else None."""
    if os.geteuid() != 0:
        return None
    if database_folder.exists():
        owner = database_folder.stat()
        if owner.st_uid != 0:
            return owner.st_uid, owner.st_gid
    for name in ORDINARY_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return entry.pw_uid, entry.pw_gid
    raise LauncherError("no_ordinary_user")


def hand_over(folder: Path, user: tuple[int, int] | None) -> None:
    """Make `folder` and all in it the server user's own (a copy made by root belongs to root)."""
    if user is None or folder.stat().st_uid == user[0]:
        return
    for parent, _, files in os.walk(folder):
        shutil.chown(parent, *user)
        for name in files:
            os.chown(Path(parent) / name, *user, follow_symlinks=False)
