"""`/ws/chat/`: asking and watching answers over one socket. Described in `docs/websocket.md`.

Answers do not depend on the socket: it shows what workers write, and closing it stops
nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Any, TypeVar, cast
from uuid import UUID

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import Error as DatabaseError
from redis.exceptions import RedisError
from rest_framework.exceptions import ValidationError

from api.answer_errors import with_message
from api.asking import ask_question
from api.consumers.ended_sessions import session_watch
from api.consumers.frames import Ask, Cancel, Frame, Ping, Unwatch, Watch, parse_frame
from api.consumers.news import follow_news
from api.consumers.open_sockets import place_for_socket
from api.consumers.sign_in import Handshake, OriginRefused, sign_in_socket
from chat.answers.events import ENDINGS
from chat.answers.questions import access_chat, stop_answer
from chat.answers.watching import Cursor, Event, tail_answer
from chat.errors import Invalid, NotFound, ServiceError, SessionEnded, TooMany, Unavailable
from chat.notifications.listing import News, read_old
from chat.sessions.verifying import SignedIn, verify_session_id

logger = logging.getLogger(__name__)

T = TypeVar("T")

TRY_LATER = 1013
SESSION_ENDED = 4401
TOO_SLOW = 4408
TOO_MANY = 4429
MAX_WATCHES = 64

_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One client. Every answer that it watches has a task of its own, so Stop is heard at once."""

    # Nudges come another way (chat/notifications/nudges.py): a socket opens while Redis is away, too.
    channel_layer_alias = ""

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        self._watches: dict[UUID, asyncio.Task[None]] = {}
        self._upkeep: list[asyncio.Task[None]] = []
        self._ending = False
        async with AsyncExitStack() as self._place:
            try:
                await super().__call__(scope, receive, send)
            finally:
                # `disconnect` is not called when it is in sending that the client is found gone.
                await self._stop_tasks()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As channels', which first tidies up the connections of a thread, in that thread: no work of ours is done in it."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        handshake = Handshake.of(self.scope)
        try:
            refused = await self._sign_in(handshake)
        except OriginRefused:
            await self.close()  # Before accepting: a 403.
            return
        # Only an open socket can carry a close code that a browser may read.
        await self.accept(handshake.accepted_subprotocol)
        if refused:
            await self._end(refused)
        else:
            self._upkeep = [asyncio.create_task(each) for each in (self._watch_session(), self._follow_news())]

    async def _sign_in(self, handshake: Handshake) -> int | None:
        """Note whose socket it is; return the close code when it cannot stay."""
        try:
            self._session, self._news = await _in_thread(lambda: _open(handshake))
            self._place.enter_context(place_for_socket(self._session.user.uuid))
            watch = session_watch().watch(self._session.session_id, self._end_with_session)
            await self._place.enter_async_context(watch)
        except SessionEnded:
            return SESSION_ENDED
        except TooMany:
            return TOO_MANY
        except (Unavailable, DatabaseError):
            return TRY_LATER
        return None

    async def _stop_tasks(self) -> None:
        tasks = [*self._watches.values(), *self._upkeep]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._ending:
            return
        frame: Frame | None = None
        try:
            frame = parse_frame(text_data)
            await self._obey(frame)
        except SessionEnded:
            await self._end(SESSION_ENDED)
        except ServiceError as error:
            await self._send_error(error, frame)
        except ValidationError as error:
            await self._send_error(Invalid(details=dict(error.detail) if isinstance(error.detail, dict) else {}), frame)
        except (DatabaseError, RedisError) as error:
            logger.warning("A server is away: %s", type(error).__name__)
            await self._send_error(Unavailable(), frame)

    async def _obey(self, frame: Frame) -> None:
        match frame:
            case Ping():
                await self._send({"type": "pong"})
            case Ask(client_key, body):
                await self._ask(client_key, body)
            case Watch(question_id, after):
                await self._signed_in(lambda session: access_chat(session.user, question_id))
                self._watch(question_id, after)
            case Unwatch(question_id):
                self._unwatch(question_id)
            case Cancel(question_id):
                await self._signed_in(lambda session: stop_answer(session.user, question_id))

    async def _ask(self, client_key: str, body: dict[str, Any]) -> None:
        chat = await self._signed_in(lambda session: ask_question(session, body, client_key=client_key))
        await self._send({"type": "accepted", "client_key": client_key, "chat": chat})
        for each in chat["group"]["chats"] if chat["group"] else [chat]:
            # The same question may have been asked before.
            self._watch(UUID(each["question_id"]), Cursor(), is_new=each["status"] == "queued")

    async def _signed_in(self, service: Callable[[SignedIn], Any]) -> Any:
        """Run a service in the name of the session, if it still holds."""

        def run() -> Any:
            self._session = verify_session_id(self._session.session_id)
            return service(self._session)

        return await _in_thread(run)

    # --- Watching -------------------------------------------------------------------

    def _watch(self, question_id: UUID, after: Cursor, *, is_new: bool = False) -> None:
        self._unwatch(question_id)
        if len(self._watches) >= MAX_WATCHES:
            raise TooMany(f"A socket watches at most {MAX_WATCHES} answers at once.")
        self._watches[question_id] = asyncio.create_task(self._show(question_id, after, is_new=is_new))

    def _unwatch(self, question_id: UUID) -> None:
        if task := self._watches.pop(question_id, None):
            task.cancel()

    async def _show(self, question_id: UUID, after: Cursor, *, is_new: bool) -> None:
        event: Event = {}
        name = str(question_id)
        async with aclosing(tail_answer(question_id, after, is_new=is_new)) as events:
            async for event in events:
                await self._send(_frame(name, event))
        if event.get("kind") not in ENDINGS:
            await self._send_error(NotFound("The answer was deleted."), Watch(question_id))
        if self._watches.get(question_id) is asyncio.current_task():
            del self._watches[question_id]

    async def _watch_session(self) -> None:
        while True:
            await asyncio.sleep(settings.SOCKET_CHECK_SECONDS)
            with contextlib.suppress(DatabaseError):
                if not await self._holds():
                    await self._end(SESSION_ENDED)
                    return

    async def _end_with_session(self) -> None:
        await self._end(SESSION_ENDED)

    async def _holds(self) -> bool:
        try:
            await _in_thread(lambda: verify_session_id(self._session.session_id, active=False))
        except SessionEnded:
            return False
        return True

    async def _follow_news(self) -> None:
        await follow_news(self._session, self._send, after=self._news.cursor, changed=self._news.changed)

    # --- Sending --------------------------------------------------------------------

    async def _send_error(self, error: ServiceError, frame: Frame | None) -> None:
        body: dict[str, Any] = {"type": "error", "code": error.code, "message": error.text, "details": error.details}
        if isinstance(frame, Ask):
            body["client_key"] = frame.client_key
        elif frame is not None and not isinstance(frame, Ping):
            body["question_id"] = str(frame.question_id)
        await self._send(body)

    async def _send(self, body: Mapping[str, Any]) -> None:
        if self._ending:
            return
        text = _as_json(body)
        try:
            # The server takes a frame when the client has taken most of those before it.
            async with asyncio.timeout(settings.SOCKET_SEND_SECONDS):
                await self.send(text)
        except TimeoutError:
            await self._end(TOO_SLOW)

    async def _end(self, code: int) -> None:
        """Show nothing more, and close the socket as soon as the client lets us."""
        if self._ending:
            return
        self._ending = True
        for task in (*self._watches.values(), *self._upkeep):
            if task is not asyncio.current_task():
                task.cancel()
        with contextlib.suppress(OSError):  # The client may be gone.
            await self.close(code)


def _open(handshake: Handshake) -> tuple[SignedIn, News]:
    """Return who opens the socket, and from where on there is news for them."""
    session = sign_in_socket(handshake)
    return session, read_old(session.user.uuid, session=session.session_id, before=None, limit=1)


async def _in_thread(work: Callable[[], T]) -> T:
    """Do work on the database in one of several threads: otherwise all sockets would share a single one."""
    return cast(T, await database_sync_to_async(work, thread_sensitive=False)())


def _frame(question_id: str, event: Event) -> dict[str, Any]:
    fields = dict(with_message(event))
    return {"type": fields.pop("kind"), "question_id": question_id, **fields}
