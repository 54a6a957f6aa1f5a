"""Log files: turned over when a process starts and the file has grown, and read for a helpful line."""

from pathlib import Path

TURN_AT = 5 * 1024 * 1024
KEPT = 2
TAIL = 16 * 1024
# What says why, in the words of Python, PostgreSQL, Valkey and uvicorn.
TELLING = ("error", "fatal", "exception", "panic", "denied", "refused", "no space", "not found", "can't", "cannot")


def turn_over(log: Path) -> None:
    """`x.log` becomes `x.log.1`, that one `x.log.2`; older text is dropped."""
    if not log.exists() or log.stat().st_size < TURN_AT:
        return
    for number in range(KEPT, 0, -1):
        older = log if number == 1 else log.with_name(f"{log.name}.{number - 1}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number}"))


def size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def helpful_line(log: Path, since: int = 0) -> str:
    """The last line written after byte `since` that tells of an error, else the last line at all."""
    try:
        with log.open("rb") as file:
            file.seek(max(since, size(log) - TAIL))
            written = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line.lower() for word in TELLING)]
    return (telling or lines or [""])[-1][:300]
