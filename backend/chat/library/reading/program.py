"""The reading process: reads one file in confinement and prints what it finds, a JSON object a line.

    python -m chat.library.reading.program '{"path": ..., "name": ..., "folder": ...}'

`{"passage": {text, heading, page, pictures}}` with the numbers of pictures that were printed
before as `{"picture": {number, media_type, width, height}}` and lie in `folder` under them;
`{"done", "of"}` as signs of life; at the end `{"end": {media_type, pages, language}}`
or `{"refused": code}`, with the
`error` that a library has raised. The parent's side is ingestion/process.py.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ai_models.text import language_of
from chat.library.reading.archive import check_package
from chat.library.reading.blocks import Page, Source
from chat.library.reading.cutting import Cut, cut_passages
from chat.library.reading.kinds import HEAD_BYTES, Kind, guess_kind, kind_of_package
from chat.library.reading.limits import confine, grant_step, step_back
from chat.library.reading.pictures import PictureFolder
from chat.library.refusals import (
    DocumentDamaged,
    DocumentHasNoText,
    DocumentRefused,
    DocumentTooComplex,
    DocumentTooLong,
)

MOST_PASSAGES = 50_000
# Characters of the text that tell its language.
LANGUAGE_SAMPLE = 20_000


def main() -> None:
    wanted = json.loads(sys.argv[1])
    try:
        read(Source(Path(wanted["path"]), wanted["name"]), PictureFolder(Path(wanted["folder"])))
    except DocumentRefused as refusal:
        say(refused=refusal.code)
    except (MemoryError, RecursionError):
        say(refused=DocumentTooComplex.code)
    except Exception as error:
        # The libraries raise whatever they stumble over. Its text stays here: it may quote the file.
        say(refused=DocumentDamaged.code, error=type(error).__name__)


def read(source: Source, pictures: PictureFolder) -> None:
    """Print all of a document; raise DocumentRefused, or what a library raises."""
    kind = find_kind(source)
    # Only the format at hand is loaded; all of them would take longer than most files.
    reader = importlib.import_module(f"chat.library.reading.formats.{kind.name}")
    confine()
    passages, pages, sample = 0, 0, ""
    for step, found in enumerate(cut_passages(reader.read_blocks(source))):
        grant_step()
        if step == 0:
            step_back()
        if isinstance(found, Cut):
            passages += 1
            if passages > MOST_PASSAGES:
                raise DocumentTooLong
            sample += found.text if len(sample) < LANGUAGE_SAMPLE else ""
            say_passage(found, pictures)
        elif isinstance(found, Page):
            pages = max(pages, found.number)
            say(done=found.number - 1, of=found.of)
        else:
            say(done=found.done, of=found.of)
    if not passages:
        raise DocumentHasNoText
    say(end={"media_type": kind.media_type, "pages": pages or None, "language": language_of(sample)})


def find_kind(source: Source) -> Kind:
    path, name = source.path, source.name
    with path.open("rb") as file:
        kind = guess_kind(file.read(HEAD_BYTES), name)
    with path.open("rb") as file:
        packed = file.read(2) == b"PK"
    if not packed:
        return kind
    check_package(path)
    return kind_of_package(path, name)


def say_passage(cut: Cut, pictures: PictureFolder) -> None:
    numbers = []
    for data in cut.pictures:
        known = len(pictures.kept)
        picture = pictures.keep(data)
        grant_step()
        if picture is None:
            continue
        if len(pictures.kept) > known:
            say(picture=asdict(picture))
        numbers.append(picture.number)
    say(passage={"text": clean(cut.text), "heading": clean(cut.heading), "page": cut.page, "pictures": numbers})


def clean(text: str) -> str:
    """Postgres stores no zero character, and UTF-8 no half of a surrogate pair."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def say(**message: Any) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
