"""Run first inside a child process: drop rights, tie its life to the parent, then exec.

Started as a file (`python -I -S child.py OPTIONS COMMAND...`), so that neither `preexec_fn`
(unsafe beside threads) nor setpriv (not on every system) is needed. OPTIONS is JSON: `parent`
(pid), `death_signal`, and for root `user` (uid, gid) with `needs`, the paths which that user must
reach. Exit code UNREACHABLE: they cannot be reached with any right that may be passed on.
"""

import ctypes
import json
import os
import signal
import stat
import sys
from pathlib import Path

UNREACHABLE = 97

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAP_SETPCAP = 8
CAPABILITY_VERSION_3 = 0x20080522


def main() -> None:
    options, command = json.loads(sys.argv[1]), sys.argv[2:]
    libc = _libc()
    os.umask(0o077)
    if options.get("user"):
        uid, gid = options["user"]
        _become(libc, uid, gid, [command[0], *options["needs"]])
    if libc is not None:
        # After setuid: the kernel forgets the setting when the user changes.
        libc.prctl(PR_SET_PDEATHSIG, options["death_signal"], 0, 0, 0)
        if os.getppid() != options["parent"]:
            os._exit(1)  # the parent died before the line above took hold
    # Python ignores these two, and an ignored signal stays ignored over exec.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    os.execvp(command[0], command)


def die_with_parent() -> None:
    """For a `preexec_fn` in a program of few threads. The child gets SIGTERM; nothing happens on macOS."""
    libc = _libc()
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def _libc() -> "ctypes.CDLL | None":
    return ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None


def _become(libc: "ctypes.CDLL | None", uid: int, gid: int, needs: "list[str]") -> None:
    executable_by_all = Path(needs[0]).stat().st_mode & stat.S_IXOTH
    if libc is not None:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    # access() asks with the real user and no capability: exactly the rights of an ordinary start.
    if all(os.access(path, os.R_OK | os.X_OK) for path in needs):
        return
    # Reading and passing through folders is enough: what is written belongs to the user. The wider
    # right is for programs installed under a strict umask, and for Docker, which lacks the other.
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if executable_by_all else (CAP_DAC_OVERRIDE,):
        if libc is not None and _keep_over_exec(libc, capability):
            return
    os._exit(UNREACHABLE)


def _keep_over_exec(libc: ctypes.CDLL, capability: int) -> bool:
    # Without this bit access() ignores capabilities, and initdb asks with it for its programs.
    if not _hold(libc, 1 << CAP_SETPCAP | 1 << capability) or libc.prctl(
        PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0
    ):
        return False
    return _hold(libc, 1 << capability) and not libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def _hold(libc: ctypes.CDLL, capabilities: int) -> bool:
    """Exactly these, in two words each of: effective, permitted, inheritable."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(capabilities, capabilities, capabilities, 0, 0, 0)
    return bool(libc.capset(header, sets) == 0)


if __name__ == "__main__":
    main()
