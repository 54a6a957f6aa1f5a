"""How the system is used and how well it answers: yours, or for staff everybody's; as JSON or as a spreadsheet's table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import current_session
from api.examples import response_example
from api.insights_examples import INSIGHTS, TABLE
from api.negotiation import AnyType
from api.serializers.insights import InsightsFilterSerializer, InsightsSerializer, TableFilterSerializer
from chat.insights.summary import Insights, read_insights
from chat.insights.tables import write_table

_LINES_AT_ONCE = 500


class InsightsView(APIView):
    @extend_schema(
        operation_id="insights_read",
        summary="See how much was asked, and how well it was answered",
        description="Your own chats, as they are; for staff with `all` everybody's, counted by the hour, so that also "
        "chats which were deleted since are in the numbers.",
        parameters=[InsightsFilterSerializer],
        responses=InsightsSerializer,
        examples=[response_example(INSIGHTS)],
    )
    def get(self, request: Request) -> Response:
        wanted = InsightsFilterSerializer(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        return Response(InsightsSerializer(_insights(request, wanted.validated_data)).data)


class InsightsTableView(APIView):
    content_negotiation_class = AnyType

    @extend_schema(
        operation_id="insights_table",
        summary="Download insights as CSV",
        description="`days`: questions by day, chat, model and outcome; `models`, `queries` and `ranking`: as in "
        "`insights/`. UTF-8 with a byte order mark, by which Excel knows it.",
        parameters=[TableFilterSerializer],
        responses={(200, "text/csv"): OpenApiResponse({"type": "string"})},
        examples=[OpenApiExample("Table", value=TABLE, response_only=True, media_type="text/csv")],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        wanted = TableFilterSerializer(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        part = wanted.validated_data.pop("part")
        insights = _insights(request, wanted.validated_data)
        reply = StreamingHttpResponse(_live(write_table(insights, part)), content_type="text/csv; charset=utf-8")
        name = f"triple-chat-{part}-{insights.span.first}-{insights.span.last}.csv"
        reply["Content-Disposition"] = f'attachment; filename="{name}"'
        reply["Cache-Control"] = "no-store"
        return reply


def _insights(request: Request, wanted: dict[str, Any]) -> Insights:
    return read_insights(
        current_session(request).user,
        first=wanted["from"],
        last=wanted["to"],
        zone=wanted["zone"],
        everybodys=wanted["all"],
    )


async def _live(lines: Iterable[str]) -> AsyncIterator[str]:
    # A plain iterator would be read to its end before anything is sent.
    remaining = iter(lines)
    while piece := "".join(islice(remaining, _LINES_AT_ONCE)):
        yield piece
