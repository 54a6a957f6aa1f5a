"""Taking conversations along and bringing them in: what the API answers, and the calls. Speaks through `ApiClient`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Final, Literal
from urllib.parse import urlencode

from api_multipart import Multipart
from api_types import Json, Reason

_UPLOAD_SECONDS: Final = 300.0
_SHOWN: Final = "5"
ExportFormat = Literal["markdown", "json"]


@dataclass(frozen=True)
class Entry:
    """What became of one conversation. `left_out` counts what was not taken, by what it was; `code` is of a refusal."""

    outcome: str
    title: str
    turns: int
    left_out: Mapping[str, int]
    code: str

    @property
    def is_whole(self) -> bool:
        return self.outcome != "refused" and not self.left_out

    @classmethod
    def read(cls, data: Json) -> "Entry":
        return cls(data["outcome"], data["title"], data["turns"], data["left_out"], data["code"])


@dataclass(frozen=True)
class Import:
    """A file that is being taken in, or was. `entries` are the first that are told of, `left_off` how many are not."""

    id: str
    file_name: str
    source: str
    status: str
    progress: int
    error: Reason | None
    taken: int
    extended: int
    known: int
    refused: int
    turns: int
    entries: tuple[Entry, ...]
    left_off: int
    created: datetime

    @property
    def is_busy(self) -> bool:
        return self.status in {"queued", "reading"}

    @classmethod
    def read(cls, data: Json) -> "Import":
        return cls(
            id=str(data["id"]),
            file_name=data["file_name"],
            source=data["source"],
            status=data["status"],
            progress=data["progress"],
            error=Reason.read(data["error"]),
            taken=data["conversations_taken"],
            extended=data["conversations_extended"],
            known=data["conversations_known"],
            refused=data["conversations_refused"],
            turns=data["turns_taken"],
            entries=tuple(Entry.read(each) for each in data["report"]),
            left_off=data["report_left_off"],
            created=datetime.fromisoformat(data["created_datetime"]),
        )


class PortableApi:
    """As one visitor sees it. `call` is the client's request for JSON, `fetch` the one for a file's bytes."""

    def __init__(self, call: Callable[..., Json], fetch: Callable[[str], bytes]) -> None:
        self._call = call
        self._fetch = fetch

    def export_conversation(self, conversation_id: str, form: ExportFormat, *, language: str, zone: str) -> bytes:
        query = urlencode({"as": form, "language": language, "timezone": zone})
        return self._fetch(f"conversations/{conversation_id}/export/?{query}")

    def bring_in(self, name: str, content: IO[bytes]) -> Import:
        """Have a file taken in; it is read later, by a worker."""
        form = Multipart(field="file", name=name, content=content)
        return Import.read(self._call("POST", "conversations/import/", form=form, read_seconds=_UPLOAD_SECONDS))

    def imports(self) -> tuple[Import, ...]:
        """The newest ones, the newest first."""
        data = self._call("GET", "imports/", query={"page_size": _SHOWN})
        return tuple(Import.read(each) for each in data["results"])

    def cancel_import(self, import_id: str) -> None:
        """What was taken in by then stays."""
        self._call("POST", f"imports/{import_id}/cancel/", body={})
