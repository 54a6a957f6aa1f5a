"""Cursor pagination: `{next, previous, results}`, the newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class NewestFirst(CursorPagination):
    """Pages by the view's `ordering`, which an index serves: page 1,000 costs what page 1 costs."""

    page_size_query_param = "page_size"
    max_page_size = 100

    def get_ordering(self, request: Request, queryset: QuerySet[Model], view: APIView) -> tuple[str, ...]:
        return tuple(view.ordering)  # type: ignore[attr-defined]

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Refuse a cursor that was made up; the framework would only notice some of them, and with a 404."""
        try:
            cursor = super().decode_cursor(request)
            if cursor and cursor.position is not None:
                self.require_position(str(cursor.position))
        except (NotFound, ValueError):
            raise ValidationError({"cursor": ["Use the addresses in next and previous as they are."]}) from None
        return cursor

    def require_position(self, position: str) -> None:
        """Raise ValueError for what our own cursors never hold; a far-off zone would break the query."""
        moment = parse_datetime(position)
        if moment is None or moment.utcoffset() != timedelta(0):
            raise ValueError

    def get_page_size(self, request: Request) -> int:
        """Refuse what is no size; the framework would take the default instead."""
        wanted = request.query_params.get("page_size", str(self.page_size))
        if not (wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= self.max_page_size):
            raise ValidationError({"page_size": [f"A whole number from 1 to {self.max_page_size}."]})
        return int(wanted)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        cursor, page_size = super().get_schema_operation_parameters(view)
        page_size["schema"] |= {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return [cursor, page_size]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True, "example": None}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }


class ByPosition(NewestFirst):
    """Pages by a whole number, in rising order."""

    def require_position(self, position: str) -> None:
        if not 0 <= int(position) < 1 << 31:
            raise ValueError


class LastMadeFirst(NewestFirst):
    """The same for rows that have a number and no moment: `ordering` is by the number."""

    def require_position(self, position: str) -> None:
        if not -(2**63) <= int(position) < 2**63:
            raise ValueError
