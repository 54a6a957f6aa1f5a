"""Notifications over a socket: the rows after the last one that was sent, whenever there may be some."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from psycopg import Error as DatabaseError

from chat.notifications.listing import Looker, News, Note, news_of
from chat.notifications.nudges import nudge_hub
from chat.sessions.verifying import SignedIn

logger = logging.getLogger(__name__)

_SETTLING_SECONDS = 1.0

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def follow_news(session: SignedIn, send: Send, *, after: int, changed: datetime | None) -> None:
    """Send what comes after an id, for as long as the socket is open.

    Nudges only shorten the wait: one that was lost heals at the next look, SOCKET_CHECK_SECONDS later.
    """
    user = session.user.uuid
    with nudge_hub().listen(user) as heard:
        pause = settings.SOCKET_CHECK_SECONDS
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await heard.wait()
            heard.clear()
            try:
                news = await news_of.ask(Looker(user, session.session_id, after))
            except DatabaseError as error:
                logger.warning("News wait for the database (%s)", type(error).__name__)
                continue
            assert news is not None  # every look finds something, if only that there is nothing new
            for note in news.notes:
                await send(_frame(note))
            if news.changed != changed:
                await send(_changed(news))
            after, changed = news.cursor, news.changed
            pause = 0 if news.more else _SETTLING_SECONDS if news.settling else settings.SOCKET_CHECK_SECONDS


def _frame(note: Note) -> dict[str, Any]:
    return {
        "type": "notification",
        "kind": note.kind,
        "id": note.id,
        "payload": note.payload,
        "created_datetime": note.created_datetime.isoformat(),
    }


def _changed(news: News) -> dict[str, Any]:
    payload = {"conversation": str(news.conversation) if news.conversation else None}
    return {"type": "notification", "kind": "conversation_changed", "id": None, "payload": payload}
