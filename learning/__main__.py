"""The command line of the checks; run.py starts it with the environment's Python."""

import argparse
import sys
from pathlib import Path

from launcher.paths import ROOT
from learning import lesson_1, lesson_2, lesson_3
from learning.checking import Place, run_checks
from learning.texts import text

LESSONS = {"1": lesson_1.STEPS, "2": lesson_2.STEPS, "3": lesson_3.STEPS}


def main(arguments: list[str]) -> int:
    """0 when the learner's piece works, 1 when something is missing, 2 for a wrong command line."""
    parser = argparse.ArgumentParser(prog="python run.py learn", description=text("usage"))
    parser.add_argument("lesson", choices=sorted(LESSONS), help=text("usage_lesson"))
    parser.add_argument("--folder", type=Path, default=ROOT / "learn", help=text("usage_folder"))
    parser.add_argument("--api-url", default="http://localhost:8000", help=text("usage_api"))
    parser.add_argument("--page-url", default="http://localhost:8501", help=text("usage_page"))
    wanted = parser.parse_args(arguments)
    place = Place(wanted.folder.resolve(), wanted.api_url.rstrip("/"), wanted.page_url.rstrip("/"))
    return 0 if run_checks(wanted.lesson, LESSONS[wanted.lesson], place) else 1


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal's
    sys.exit(main(sys.argv[1:]))
