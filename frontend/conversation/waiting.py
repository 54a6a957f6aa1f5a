"""Waiting for an answer without holding up the page.

A thread asks the API with `?wait=true` under the question's own key and is answered when the answer is there; the page
looks now and then whether that thread is done. It is only a hint that saves requests: without it (after a reload, in a
second tab, when all threads are taken) the page asks for the chat itself.

What such a request has brought counts as seen. So the thread goes on only while a page looks: an answer that nobody
waits for any more becomes a notification.
"""

import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import Final

from api_client import ApiClient, ApiError

# So long at a time, and until nobody has looked for so long.
_ASK_SECONDS: Final = 6.0
_threads: Final = ThreadPoolExecutor(max_workers=64, thread_name_prefix="answer-wait")
_waits: Final[dict[str, Future[None]]] = {}
_looked: Final[dict[str, float]] = {}


def start(client: ApiClient, body: Mapping[str, str], *, key: str, question_id: str) -> None:
    """Begin to wait for the chat that this body and key have made."""
    _looked[question_id] = time.monotonic()
    future = _threads.submit(_ask_until_finished, client, dict(body), key, question_id)
    _waits[question_id] = future
    future.add_done_callback(lambda _: _forget(question_id))


def wait_a_moment(question_id: str, seconds: float) -> None:
    """Return when the wait is over or the time is up."""
    future = _waits.get(question_id)
    if future:
        wait_for([future], timeout=seconds)


def is_waited_for(question_id: str) -> bool:
    """Whether a thread is waiting right now, so that the page need not ask."""
    future = _waits.get(question_id)
    if future is None or not future.running():
        return False
    _looked[question_id] = time.monotonic()
    return True


def is_finished(client: ApiClient, question_id: str) -> bool:
    """Whether the answer is there (or will not come). Raises ApiError."""
    if is_waited_for(question_id):
        return False
    return not client.chat(question_id).is_running


def _ask_until_finished(client: ApiClient, body: Mapping[str, str], key: str, question_id: str) -> None:
    """The page asks itself after any other error than one that only says that the time is up."""
    while time.monotonic() - _looked.get(question_id, 0.0) < _ASK_SECONDS:
        try:
            if not client.ask(body, key=key, wait=True, seconds=_ASK_SECONDS).is_running:
                return
        except ApiError as error:
            if error.code != "api_timeout":
                return


def _forget(question_id: str) -> None:
    _waits.pop(question_id, None)
    _looked.pop(question_id, None)
