"""Notifications: what a page asks for every few seconds, and marking as read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import current_session
from api.examples import NEWS, request_example, response_example
from api.serializers.notifications import NewsFilterSerializer, NewsSerializer, ReadSerializer
from chat.notifications.listing import News, mark_read, read_new, read_old


class NotificationsView(APIView):
    # A page that lies open looks by itself: that is no sign of its user.
    counts_as_activity = False

    @extend_schema(
        operation_id="notifications_list",
        summary="List notifications, or what is new",
        description="Without `after` the newest first, for a history. With `after`, a `cursor` of an earlier reply, "
        "those that came since, the oldest first. Asking does not count as activity of the user.",
        parameters=[NewsFilterSerializer],
        responses=NewsSerializer,
        examples=[response_example(NEWS)],
    )
    def get(self, request: Request) -> Response:
        wanted = NewsFilterSerializer(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        return Response(_page(request, **wanted.validated_data))


class NotificationsReadView(APIView):
    @extend_schema(
        operation_id="notifications_read",
        summary="Mark notifications as read",
        description="Ids that are not yours, or not there, are passed over.",
        request=ReadSerializer,
        responses={204: None},
        examples=[request_example({"all_until": 57}), request_example({"ids": [55, 57]}, "Some")],
    )
    def post(self, request: Request) -> Response:
        wanted = ReadSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        fields = wanted.validated_data
        mark_read(current_session(request).user.uuid, ids=fields.get("ids"), until=fields.get("all_until"))
        return Response(status=204)


def _page(request: Request, *, page_size: int, after: int | None = None, before: int | None = None) -> dict[str, Any]:
    here = current_session(request)
    user, session = here.user.uuid, here.session_id
    if after is not None:
        news = read_new(user, session=session, after=after, limit=page_size)
        rest = f"after={news.cursor}"
    else:
        news = read_old(user, session=session, before=before, limit=page_size)
        rest = f"before={news.notes[-1].id}" if news.notes else ""
    return NewsSerializer({**_as_json(news), "next": _next(request, f"{rest}&page_size={page_size}", news)}).data


def _as_json(news: News) -> dict[str, Any]:
    return {
        "previous": None,
        "results": news.notes,
        "cursor": news.cursor,
        "unread": news.unread,
        "changes": news.changes,
    }


def _next(request: Request, query: str, news: News) -> str | None:
    return request.build_absolute_uri(f"{request.path}?{query}") if news.more and news.notes else None
