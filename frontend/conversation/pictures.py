"""Pictures that come with a question: taken from the input, and sent ahead of it."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, Final

from api_client import ApiClient

TYPES: Final = ["png", "jpg", "jpeg", "webp", "gif"]
# The API's own limit.
MOST: Final = 4


@dataclass(frozen=True)
class Picture:
    name: str
    data: bytes = field(repr=False)


def taken_from(files: Iterable[IO[bytes]]) -> tuple[Picture, ...]:
    """The files of Streamlit's input, which have a name."""
    return tuple(Picture(str(getattr(file, "name", "")), file.read()) for file in files)


def send(client: ApiClient, pictures: tuple[Picture, ...], sent: list[str]) -> None:
    """Add them to the API; `sent` grows by their ids, and holds those of an earlier try. Raises ApiError."""
    for picture in pictures[len(sent) :]:
        sent.append(client.library.add_attachment(picture.name, io.BytesIO(picture.data)))
