"""Waiting for an answer without holding up the page.

A thread asks the API with `?wait=true` under the question's own key and is answered when the answer is there; the page
looks now and then whether that thread is done. It is only a hint that saves requests: without it (after a reload, in a
second tab, when all threads are taken) the page asks for the chat itself.
"""

import contextlib
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import Final

from api_client import ApiClient, ApiError

_MOST_ASKS: Final = 15
_threads: Final = ThreadPoolExecutor(max_workers=64, thread_name_prefix="answer-wait")
_waits: Final[dict[str, Future[None]]] = {}


def start(client: ApiClient, body: Mapping[str, str], *, key: str, question_id: str) -> None:
    """Begin to wait for the chat that this body and key have made."""
    future = _threads.submit(_ask_until_finished, client, dict(body), key)
    _waits[question_id] = future
    future.add_done_callback(lambda _: _waits.pop(question_id, None))


def wait_a_moment(question_id: str, seconds: float) -> None:
    """Return when the wait is over or the time is up."""
    future = _waits.get(question_id)
    if future:
        wait_for([future], timeout=seconds)


def is_waited_for(question_id: str) -> bool:
    """Whether a thread is waiting right now, so that the page need not ask."""
    future = _waits.get(question_id)
    return future is not None and future.running()


def is_finished(client: ApiClient, question_id: str) -> bool:
    """Whether the answer is there (or will not come). Raises ApiError."""
    if is_waited_for(question_id):
        return False
    return not client.chat(question_id).is_running


def _ask_until_finished(client: ApiClient, body: Mapping[str, str], key: str) -> None:
    """The API lets a request wait for a minute; answers may take ten. The page asks itself after an error."""
    with contextlib.suppress(ApiError):
        for _ in range(_MOST_ASKS):
            if not client.ask(body, key=key, wait=True).is_running:
                return
