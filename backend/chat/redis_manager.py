"""Sessions and activity in Redis: the fast path beside the rows in Postgres.

Everything here may be lost at any time: `chat.sessions` restores it from Postgres.
Keys, each with an expiry:

    tc:session:<id>          hash   user_id, uuid, idle, absolute, created, seen, ends
    tc:session:<id>:data     string JSON that belongs to the session
    tc:user:<uuid>:sessions  zset   session ids by their end
    tc:active                zset   session ids by their end
    tc:dirty                 zset   "<uuid>:<session id>" by the time of the activity,
                                    until it is written to Postgres
    tc:flushed               string time of the last complete write-behind pass

Times are milliseconds of Redis' own clock. Neither a token nor its hash comes here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from redis import Redis

from chat.errors import Invalid
from chat.redis_client import RedisClient, get_redis_client

PREFIX = "tc:"
ACTIVE = f"{PREFIX}active"
DIRTY = f"{PREFIX}dirty"
FLUSHED = f"{PREFIX}flushed"
# Longer than any session may be silent, so that no activity is lost to a worker's pause.
DIRTY_KEPT = timedelta(days=90)
FLUSHED_KEPT = timedelta(minutes=1)
MAX_DATA_BYTES = 16_384


class LinkBroken(Exception):
    """The session in Redis belongs to another user than the caller says; `renamed`: under another name only."""

    def __init__(self, *, renamed: bool = False) -> None:
        super().__init__()
        self.renamed = renamed


@dataclass(frozen=True)
class StoredSession:
    session_id: UUID
    user_id: str
    uuid: UUID
    created: datetime
    seen: datetime
    ends: datetime


@dataclass(frozen=True)
class Touched:
    seen: datetime
    ends: datetime


@dataclass(frozen=True)
class Activity:
    """What waits to be written down: when a user was last active in a session."""

    member: str
    score: int
    uuid: UUID
    session_id: UUID

    @property
    def seen(self) -> datetime:
        return _time(self.score)


class RedisManager:
    """Every method raises RedisAway while Redis does not answer, and then at once."""

    def __init__(self, client: RedisClient) -> None:
        self._client = client

    # --- One session --------------------------------------------------------------

    def create(
        self,
        session_id: UUID,
        *,
        user_id: str,
        uuid: UUID,
        idle: timedelta,
        absolute: datetime | None,
        created: datetime,
        seen: datetime,
    ) -> bool:
        """Store a session, or restore one. False when its time has run out already."""
        keys = [_session(session_id), _user(uuid), ACTIVE]
        link = (str(session_id), user_id, str(uuid))
        times = (_milliseconds(idle), _stamp(absolute), _stamp(created), _stamp(seen))
        return bool(self._client.run_script("create", keys, [*link, *times]))

    def touch(self, session_id: UUID, *, user_id: str, uuid: UUID) -> Touched | None:
        """Verify the link, move the idle end on and note the activity, in one atomic step.

        None when Redis does not hold the session. Raises LinkBroken.
        """
        reply = self._client.run_script(
            "touch",
            [_session(session_id), _user(uuid), ACTIVE, DIRTY],
            [str(session_id), user_id, str(uuid), _milliseconds(DIRTY_KEPT)],
        )
        if reply[0] in ("mismatch", "renamed"):
            raise LinkBroken(renamed=reply[0] == "renamed")
        return Touched(seen=_time(reply[1]), ends=_time(reply[2])) if reply[0] == "ok" else None

    def verify(self, session_id: UUID, *, user_id: str, uuid: UUID) -> StoredSession | None:
        """Return the session without counting as activity. None when Redis does not hold it.

        Raises LinkBroken.
        """
        fields = ("user_id", "uuid", "created", "seen", "ends")
        held: list[Any] = self._client.run(lambda redis: redis.hmget(_session(session_id), fields))
        if held[0] is None:
            return None
        if (held[0], held[1]) != (user_id, str(uuid)):
            raise LinkBroken(renamed=held[1] == str(uuid))
        return _stored(str(session_id), *held)

    def revoke(self, *session_ids: UUID, uuid: UUID) -> None:
        """Forget sessions of one user at once, with their data."""

        def forget(redis: Redis) -> None:
            with redis.pipeline(transaction=True) as pipe:
                for session_id in session_ids:
                    pipe.delete(_session(session_id), _data(session_id))
                    pipe.zrem(_user(uuid), str(session_id))
                    pipe.zrem(ACTIVE, str(session_id))
                pipe.execute()

        if session_ids:
            self._client.run(forget)

    # --- Many sessions ------------------------------------------------------------

    def list_active(self, *, uuid: UUID | None = None, first: int = 0, count: int = 100) -> list[StoredSession]:
        """Return active sessions, of one user or of all, the one that ends last first."""
        index = ACTIVE if uuid is None else _user(uuid)
        rows = self._client.run_script("list", [index], [f"{PREFIX}session:", first, count])
        return [_stored(*row) for row in rows]

    def expire(self) -> int:
        """Take sessions whose time has run out off the active ones; return how many."""
        return int(self._client.run_script("expire", [ACTIVE], []))

    # --- Data of a session --------------------------------------------------------

    def store_data(self, session_id: UUID, data: Mapping[str, object], *, keep: timedelta) -> None:
        """Store a little JSON for `keep`, instead of what was there. Raises Invalid when it is large."""
        text = json.dumps(data)
        if len(text) > MAX_DATA_BYTES:
            raise Invalid(details={"data": [f"At most {MAX_DATA_BYTES} bytes of JSON."]})
        self._client.run(lambda redis: redis.set(_data(session_id), text, px=keep))

    def fetch_data(self, session_id: UUID) -> dict[str, object] | None:
        text = self._client.run(lambda redis: redis.get(_data(session_id)))
        return None if text is None else dict(json.loads(str(text)))

    # --- Activity that waits to be written to Postgres ------------------------------

    def waiting_activity(self, count: int) -> list[Activity]:
        """Return up to `count` entries, the oldest first."""
        rows: list[Any] = self._client.run(lambda redis: redis.zrange(DIRTY, 0, count - 1, withscores=True))
        return [_activity(str(member), int(score)) for member, score in rows]

    def count_waiting(self) -> int:
        return int(self._client.run(lambda redis: redis.zcard(DIRTY)))

    def settle(self, written: Sequence[Activity]) -> int:
        """Forget what was written down, except what has moved on since; return how many."""
        pairs = [part for entry in written for part in (entry.member, entry.score)]
        return int(self._client.run_script("settle", [DIRTY], pairs))

    def mark_flushed(self, moment: datetime) -> None:
        """Say that all activity up to `moment` is in Postgres. Holds for a minute."""
        self._client.run(lambda redis: redis.set(FLUSHED, moment.isoformat(), px=FLUSHED_KEPT))

    def flushed_at(self) -> datetime | None:
        """Return when the write-behind last wrote down everything; None: that was more than a minute ago."""
        text = self._client.run(lambda redis: redis.get(FLUSHED))
        return None if text is None else datetime.fromisoformat(str(text))


@cache
def get_redis_manager() -> RedisManager:
    return RedisManager(get_redis_client())


def _session(session_id: UUID) -> str:
    return f"{PREFIX}session:{session_id}"


def _data(session_id: UUID) -> str:
    return f"{PREFIX}session:{session_id}:data"


def _user(uuid: UUID) -> str:
    return f"{PREFIX}user:{uuid}:sessions"


def _stored(session_id: str, user_id: str, uuid: str, created: str, seen: str, ends: str) -> StoredSession:
    return StoredSession(UUID(session_id), user_id, UUID(uuid), _time(created), _time(seen), _time(ends))


def _activity(member: str, score: int) -> Activity:
    uuid, _, session_id = member.partition(":")
    return Activity(member, score, UUID(uuid), UUID(session_id))


def _time(milliseconds: str | int) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _stamp(moment: datetime | None) -> int:
    return 0 if moment is None else int(moment.timestamp() * 1000)


def _milliseconds(span: timedelta) -> int:
    return int(span / timedelta(milliseconds=1))
