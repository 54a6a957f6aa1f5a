"""Server-sent events: an answer as it is written, resuming from `Last-Event-ID`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import wraps
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.answer_errors import with_message
from api.authentication import current_session
from api.negotiation import AnyType
from chat.answers.questions import access_chat
from chat.answers.watching import Cursor, Event, tail_answer
from chat.open_connections import give_back_connection

_EXAMPLE = 'id: 1-5\nevent: delta\ndata: {"kind":"delta","offset":0,"text":"Hello","epoch":1,"id":"1-5"}\n\n'


# Of a stream the schema describes one event.
_EVENT = {
    "type": "object",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "description": "Send the last one as Last-Event-ID to go on after it."},
        "event": {"type": "string"},
        "data": {"type": "string", "description": "JSON."},
    },
}


class EventsView(APIView):
    content_negotiation_class = AnyType

    @extend_schema(
        operation_id="chats_events",
        summary="Follow an answer as server-sent events",
        description="Ends after `done` or `error`. What the events mean stands in `docs/websocket.md`.",
        parameters=[
            OpenApiParameter("Last-Event-ID", str, OpenApiParameter.HEADER, description="Where to go on."),
            OpenApiParameter("after", str, description="The same, for clients that cannot set headers."),
        ],
        responses={(200, "text/event-stream"): OpenApiResponse(_EVENT)},
        examples=[OpenApiExample("Events", value=_EXAMPLE, response_only=True, media_type="text/event-stream")],
    )
    def get(self, request: Request, question_id: UUID) -> Response:
        access_chat(current_session(request).user, question_id)
        return Response(status=200)


_check = EventsView.as_view()


@wraps(_check)
async def stream_events(request: HttpRequest, question_id: UUID) -> HttpResponse | StreamingHttpResponse:
    checked = await sync_to_async(_check)(request, question_id=question_id)
    if checked.status_code != 200:
        return checked
    await sync_to_async(give_back_connection)()
    after = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return StreamingHttpResponse(
        _stream(question_id, Cursor.parse(after)),
        # Always UTF-8, but clients that are no browsers need to be told.
        content_type="text/event-stream; charset=utf-8",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def _stream(question_id: UUID, after: Cursor) -> AsyncGenerator[str, None]:
    async with aclosing(tail_answer(question_id, after)) as events:
        following = asyncio.ensure_future(anext(events, None))
        try:
            while True:
                done, _ = await asyncio.wait({following}, timeout=settings.EVENTS_PING_SECONDS)
                if not done:
                    # Keeps proxies from closing a quiet connection.
                    yield ": ping\n\n"
                    continue
                event = following.result()
                if event is None:
                    return
                yield _as_text(event)
                following = asyncio.ensure_future(anext(events, None))
        finally:
            following.cancel()
            # A generator that still runs cannot be closed.
            await asyncio.wait({following})


def _as_text(event: Event) -> str:
    data = json.dumps(with_message(event), ensure_ascii=False, separators=(",", ":"))
    return f"id: {event['id']}\nevent: {event['kind']}\ndata: {data}\n\n"
