# -*- coding: utf-8 -*-
# ruff: noqa: UP009, UP032 (Python 2 needs the line above, and has no f-strings)
"""Starts Triple Chat: `python run.py`. `python run.py --help` shows the rest.

Only the look at the Python's version is here, in words that Python 2 can read as well, so that
an old Python gets a sentence and not a syntax error. Everything else is in launcher/.
"""

import os
import sys

NEEDED = (3, 11)


def main():
    if sys.version_info < NEEDED:
        sentence = too_old("{}.{}".format(*sys.version_info[:2]))
        # Python 2 holds the text as the bytes of this file.
        os.write(2, sentence if isinstance(sentence, bytes) else sentence.encode("utf-8"))
        return 1
    from launcher import cli  # it uses syntax that an old Python cannot read

    return cli.main(sys.argv[1:])


def too_old(found):
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if locale.lower().startswith("ko"):
        return (
            "Triple Chat에는 Python 3.11 이상이 필요한데 이것은 Python {}입니다. python.org에서 새 Python을 설치하거나, "
            "이미 있다면 'python3.11 run.py'처럼 그 Python으로 시작하세요.\n"
        ).format(found)
    return (
        "Triple Chat needs Python 3.11 or newer, and this is Python {}. Install a newer one from python.org, "
        "or start with one you have, for example 'python3.11 run.py'.\n"
    ).format(found)


if __name__ == "__main__":
    sys.exit(main())
