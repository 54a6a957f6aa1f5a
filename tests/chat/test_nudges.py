"""Nudges over a real Redis."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from chat.notifications.nudges import NudgeHub, nudge_async


@pytest.mark.asyncio
@pytest.mark.usefixtures("redis_of_this_test")
async def test_each_of_many_who_are_nudged_at_once_hears_it() -> None:
    hub, users = NudgeHub(), [uuid4() for _ in range(5)]
    with hub.listen(users[0]) as first, hub.listen(users[4]) as last, hub.listen(uuid4()) as other:
        async with asyncio.timeout(10):
            # With the subscription everybody looks.
            await asyncio.gather(*(heard.wait() for heard in (first, last, other)))
            for heard in (first, last, other):
                heard.clear()
            await asyncio.gather(*(nudge_async(user) for user in users))
            await asyncio.gather(first.wait(), last.wait())
        assert not other.is_set()
