"""While there is no administrator: a one-time code for the console, beside the address of the page.

Asked once; when there is one, a note in the data folder saves the next starts the question.
"""

import asyncio
import subprocess
import sys
from collections.abc import Mapping

from launcher.embedded.folder import DataFolder
from launcher.paths import BACKEND, ROOT

SECONDS = 30.0


async def first_administrator_code(folder: DataFolder, environment: Mapping[str, str]) -> str:
    """Return a code that makes the first administrator, or "" when there is one or it cannot be told."""
    known = folder.run / "administrator"
    if known.exists():
        return ""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(BACKEND / "manage.py"), "first_administrator",
        cwd=ROOT, env=dict(environment),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            printed, _ = await process.communicate()
    except TimeoutError:
        return ""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == 0 and not printed:
        known.touch()
    return printed.decode().strip() if process.returncode == 0 else ""
