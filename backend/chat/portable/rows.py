"""Rows as the export writes them: read in batches, each by a short query of its own.

The memory stays flat, and a slow reader holds no connection to the database. What changes
meanwhile may appear in its old or in its new state.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet

from chat.open_connections import in_thread

Row = dict[str, Any]

# Read by `chat/portable/own_format.py`; described in docs/export-format.md.
FORMAT = "triple-chat"
VERSION = 1

# An answer can have a megabyte.
_BATCH = 50

# How the system works with a row, and what only it can use; a new column is exported unless it stands here.
_INTERNAL = frozenset({
    "attempts", "bound_user_id", "cancel_requested", "client_fingerprint", "client_key", "content_hash", "epoch",
    "import_key", "lease_until", "owner", "password", "search_terms", "stop_requested", "temporary", "token_count",
    "token_hash",
})  # fmt: skip


def heading() -> str:
    """The members that every export begins with, and the brace that is still to be closed."""
    moment = datetime.now(UTC).replace(microsecond=0)
    return f'{{"format": "{FORMAT}", "version": {VERSION}, "exported_datetime": {as_json(moment)}'


def as_json(value: object) -> str:
    return json.dumps(value, cls=_Encoder, ensure_ascii=False)


class _Encoder(DjangoJSONEncoder):
    """Django's cuts times off at milliseconds; what is taken back must be what was."""

    def default(self, o: Any) -> Any:
        return o.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(o, datetime) else super().default(o)


def columns(model: type[Model], *without: str) -> list[str]:
    fields = model._meta.concrete_fields
    return [field.attname for field in fields if field.name not in _INTERNAL and field.name not in without]


async def in_batches(
    found: QuerySet[Any], *, order: str, names: Sequence[str], complete: Callable[[list[Row]], list[Row]]
) -> AsyncIterator[list[Row]]:
    """Yield the rows by `order`, a column of time that an index serves, and by their key where that is the same."""
    key = found.model._meta.pk.attname
    after: tuple[Any, Any] | None = None
    while batch := await sync_to_async(_read)(found, order, list(names), after, complete):
        yield batch
        after = batch[-1][order], batch[-1][key]


@in_thread
def _read(
    found: QuerySet[Any],
    order: str,
    names: list[str],
    after: tuple[Any, Any] | None,
    complete: Callable[[list[Row]], list[Row]],
) -> list[Row]:
    """The next rows behind `after` (time and key); the first condition lets the index find the place."""
    if after:
        moment, key = after
        later = Q(**{f"{order}__gt": moment}) | Q(pk__gt=key)
        found = found.filter(later, **{f"{order}__gte": moment})
    return complete(list(found.order_by(order, "pk").values(*names)[:_BATCH]))
