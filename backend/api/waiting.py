"""Replies that wait for the end of an answer: `?wait=true`, and stopping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.response import Response

from api.serializers.chats import ChatSerializer
from chat.answers.questions import read_accepted_chat
from chat.answers.watching import wait_for_answer
from chat.open_connections import give_back_connection


def can_wait(
    view: Callable[..., HttpResponse], *, always_for: float = 0.0
) -> Callable[..., Coroutine[Any, Any, HttpResponse]]:
    """Wrap a view whose 202 says "not ended yet", so that the client may wait for the end (200).

    Clients ask for it by `?wait=true` and wait up to `ANSWER_WAIT_SECONDS`, for all answers side by
    side. With `always_for` (seconds) every client waits: for the one that is being stopped, whatever
    becomes of the others. When the end does not come, the 202 is the reply.
    """

    # `wraps` also carries what Django and the schema read off the view.
    @wraps(view)
    async def reply(request: HttpRequest, **kwargs: object) -> HttpResponse:
        response = await sync_to_async(view)(request, **kwargs)
        wanted = request.GET.get("wait", "").lower() in {"true", "1"}
        seconds = settings.ANSWER_WAIT_SECONDS if wanted else always_for
        if seconds and isinstance(response, Response) and response.status_code == 202:
            await _wait_for_end(response, seconds, alone=bool(always_for))
        return response

    return reply


async def _wait_for_end(response: Response, seconds: float, *, alone: bool) -> None:
    question_id = UUID(response.data["question_id"])
    group = None if alone else response.data["group"]
    chats = group["chats"] if group else [response.data]
    # A waiting request must not hold a connection: a few dozen would empty the pool.
    await sync_to_async(give_back_connection)()
    waiting = [wait_for_answer(UUID(chat["question_id"]), timeout=seconds) for chat in chats]
    if all(await asyncio.gather(*waiting)):
        ended = await sync_to_async(_read_again)(question_id)
        if ended is not None:
            response.data, response.status_code = ended, 200


def _read_again(question_id: UUID) -> Any:
    chat = read_accepted_chat(question_id)
    return None if chat is None else ChatSerializer(chat).data
