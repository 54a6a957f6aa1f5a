"""The fake API's exports and imports. An import goes on when the test says so."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from tests.frontend.fake_accounts import now

if TYPE_CHECKING:
    from tests.frontend.fake_api import FakeApi

Body = dict[str, Any]


def waiting_import(name: str = "conversations.json") -> Body:
    counts = ("conversations_taken", "conversations_extended", "conversations_known", "conversations_refused")
    return {
        "id": str(uuid.uuid4()), "file_name": name, "size_bytes": 1, "source": "", "status": "queued", "progress": 0,
        "error": None, **dict.fromkeys((*counts, "turns_taken", "report_left_off"), 0), "report": [],
        "created_datetime": now(), "finished_datetime": None,
    }  # fmt: skip


def entry(outcome: str, title: str, **fields: Any) -> Body:
    return {"outcome": outcome, "title": title, "conversation": None, "turns": 0, "left_out": {}, "code": ""} | fields


class PortableRoutes:
    """Mixed into the handler of `fake_api`."""

    api: FakeApi
    query: dict[str, str]
    raw: bytes

    def _import(self, method: str) -> None:
        self.api.imports.insert(0, waiting_import())
        self._send(202, self.api.imports[0])

    def _imports(self, method: str) -> None:
        self._send(200, {"next": None, "previous": None, "results": self.api.imports})

    def _import_cancel(self, method: str, import_id: str) -> None:
        row = next(row for row in self.api.imports if row["id"] == import_id)
        row["status"] = "cancelled"
        self._send(200, row)

    def _conversation_export(self, method: str, conversation_id: str) -> None:
        self._send(200, {"conversation": conversation_id, **self.query})

    def _send(self, status: int, body: Body | None = None) -> None:
        raise NotImplementedError(status)


ROUTES = (
    (r"conversations/import/", "import"),
    (r"conversations/([^/]+)/export/", "conversation_export"),
    (r"imports/", "imports"),
    (r"imports/([^/]+)/cancel/", "import_cancel"),
)
