"""`python run.py bench NAME [OPTIONS]`."""

import argparse
import sys
from types import ModuleType

from benchmarks import activity, answers, browser, chaos, imports, insights, purge, retrieval, sockets, streaming
from benchmarks.event_loop import run
from benchmarks.report import on_this_machine

BENCHMARKS: dict[str, ModuleType] = {
    "streaming": streaming,
    "browser": browser,
    "chaos": chaos,
    "sockets": sockets,
    "answers": answers,
    "retrieval": retrieval,
    "activity": activity,
    "purge": purge,
    "imports": imports,
    "insights": insights,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python run.py bench")
    names = parser.add_subparsers(dest="name", required=True)
    for name, module in BENCHMARKS.items():
        first_line = str(module.__doc__).partition("\n")[0]
        module.add_options(names.add_parser(name, help=first_line, description=module.__doc__))
    options = parser.parse_args()
    with on_this_machine():
        good = run(BENCHMARKS[options.name].run(options))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
