"""The only file that speaks HTTP and WebSocket to the API.

One connection pool per process; every request has a timeout, a language and an id that the API logs. A request is sent
again only when that is harmless: a GET, or a POST with an idempotency key, whose connection broke.
"""

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from account_calls import AccountCalls, Method
from api_answers import AnswerApi
from api_insights import InsightsApi
from api_library import LibraryApi
from api_model_types import ModelList
from api_multipart import Multipart
from api_portable import PortableApi
from api_types import AnswerEvent, Chat, Conversation, Json, NewSession, Page, User, cursor_in
from settings import API_URL, visitor_secret

_CONNECT_SECONDS: Final = 3.0
_READ_SECONDS: Final = 10.0
# The API answers a waiting request after 60 s at the latest, with 202 when the answer still runs.
_WAIT_SECONDS: Final = 75.0
_DOWNLOAD_SECONDS: Final = 60.0
_POOL_SIZE: Final = 128
_SOCKET_URL: Final = f"{API_URL.replace('http', 'ws', 1)}/ws/chat/"
_CLOSE_SECONDS: Final = 1.0

# The statuses that the same codes have over HTTP.
_STATUS_OF: Final = {
    "session_ended": 401,
    "not_found": 404,
    "answer_running": 409,
    "idempotency_conflict": 409,
    "setting_invalid": 409,
    "throttled": 429,
    "too_many_questions": 429,
    "too_many_answers": 429,
    "daily_tokens_used": 429,
    "unavailable": 503,
}
_CLOSED_FOR: Final = {1013: "unavailable", 4401: "session_ended", 4429: "throttled"}


class ApiError(Exception):
    """A request that did not work out. `code` is the API's, or one of: api_unreachable, api_timeout, server_error.

    `details` says by field what is wrong. `retry_after`: seconds.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        status: int = 0,
        retry_after: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after = retry_after
        self.details = details or {}

    @property
    def is_away(self) -> bool:
        """Nobody is there to answer, now: the same request may work later."""
        return self.code in {"api_unreachable", "api_timeout", "unavailable"} or self.status in {502, 503, 504}

    @property
    def is_signed_out(self) -> bool:
        return self.status == 401 and self.code != "invalid_credentials"


def _open_pool() -> requests.Session:
    session = requests.Session()
    # One pool serves all visitors: nothing of one may stick to it. A .netrc would replace the visitor's token.
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=_POOL_SIZE)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


_pool: Final = _open_pool()


class ApiClient(AccountCalls):
    """The API as one visitor sees it. Cheap to make; holds no connection of its own.

    `agent` is what the visitor's browser calls itself: sessions are named after it. `address` is the visitor's.
    """

    def __init__(self, *, token: str | None, language: str, agent: str = "", address: str | None = None) -> None:
        self._token = token
        self._language = language
        self._agent = agent
        self._address = address

    @property
    def is_signed_in(self) -> bool:
        return self._token is not None

    @property
    def library(self) -> LibraryApi:
        return LibraryApi(self._request, self._download)

    @property
    def answers(self) -> AnswerApi:
        return AnswerApi(self._request)

    @property
    def insights(self) -> InsightsApi:
        return InsightsApi(self._request, self._download)

    @property
    def portable(self) -> PortableApi:
        return PortableApi(self._request, self._download)

    def limits(self) -> dict[str, int]:
        """How large files may be, as `<what>_bytes`, and the like."""
        return {name: int(limit) for name, limit in self._request("GET", "limits/").items()}

    def create_guest(self) -> NewSession:
        return NewSession.read(self._request("POST", "sessions/", body={}))

    def me(self) -> User:
        return User.read(self._request("GET", "users/me/"))

    def models(self) -> ModelList:
        return ModelList.read(self._request("GET", "models/"))

    def check_models(self) -> ModelList:
        """Ask every endpoint again, with the settings as they are in `.env` now."""
        return ModelList.read(self._request("POST", "models/check/", body={}, read_seconds=30.0))

    def conversations(self, *, pinned: bool, search: str = "", cursor: str | None = None) -> Page[Conversation]:
        """The pinned ones or the others, the one used last first."""
        query = {"pinned": str(pinned).lower(), "search": search, "cursor": cursor}
        data = self._request("GET", "conversations/", query=query)
        return Page.read(data, Conversation.read, cursor_in(data.get("next")))

    def conversation(self, conversation_id: str) -> Conversation:
        return Conversation.read(self._request("GET", f"conversations/{conversation_id}/"))

    def update_conversation(self, conversation_id: str, **fields: Any) -> Conversation:
        return Conversation.read(self._request("PATCH", f"conversations/{conversation_id}/", body=fields))

    def delete_conversation(self, conversation_id: str) -> None:
        self._request("DELETE", f"conversations/{conversation_id}/")

    def restore_conversation(self, conversation_id: str) -> None:
        self._request("POST", f"conversations/{conversation_id}/restore/", body={})

    def create_conversation(self, fields: Mapping[str, Any]) -> Conversation:
        return Conversation.read(self._request("POST", "conversations/", body=fields))

    def chats(self, conversation_id: str, *, until: str | None = None) -> tuple[Chat, ...]:
        """Turns of the branch on screen, or of the one that ends with `until`; the newest first."""
        data = self._request("GET", f"conversations/{conversation_id}/chats/", query={"until": until})
        return tuple(Chat.read(each) for each in data["results"])

    def chat(self, question_id: str) -> Chat:
        return Chat.read(self._request("GET", f"chats/{question_id}/"))

    def ask(self, question: Mapping[str, Any], *, key: str, wait: bool = False, seconds: float = _WAIT_SECONDS) -> Chat:
        """Ask, or with a key that was used before find the same chat again. Waiting, it is mostly finished.

        Raises ApiError (api_timeout) when it takes longer than `seconds`.
        """
        query = {"wait": "true"} if wait else {}
        read_seconds = seconds if wait else _READ_SECONDS
        data = self._request("POST", "chats/", body=question, query=query, key=key, read_seconds=read_seconds)
        return Chat.read(data)

    def cancel(self, question_id: str) -> None:
        self._request("POST", f"chats/{question_id}/cancel/", body={})

    def regenerate(self, question_id: str, *, key: str, model: str = "") -> Chat:
        """Answer anew; with the model that was used, unless another one is named."""
        body = {"model": model} if model else {}
        return Chat.read(self._request("POST", f"chats/{question_id}/regenerate/", body=body, key=key))

    def extension(self, path: str, *, query: Mapping[str, str | None] | None = None) -> Json:
        """What an endpoint of an installed package answers: `path` is below /api/extensions/."""
        return self._request("GET", f"extensions/{path}", query=query)

    def open_socket(self) -> "AnswerSocket":
        return AnswerSocket({"Authorization": f"Bearer {self._token}", "Accept-Language": self._language})

    def is_alive(self) -> bool:
        try:
            self._request("GET", "health/live/", read_seconds=2.0)
        except ApiError:
            return False
        return True

    def _request(self, method: Method, path: str, **options: Any) -> Json:
        return _json_of(self._send(method, path, **options))

    def _download(self, path: str) -> bytes:
        response = self._send("GET", path, accept="*/*", read_seconds=_DOWNLOAD_SECONDS)
        if not response.ok:
            _json_of(response)
        return response.content

    def _send(
        self,
        method: Method,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        form: Multipart | None = None,
        query: Mapping[str, str | None] | None = None,
        key: str | None = None,
        accept: str = "application/json",
        read_seconds: float = _READ_SECONDS,
    ) -> requests.Response:
        attempts = 2 if method == "GET" or key else 1
        headers = self._headers(key) | {"Accept": accept}
        while True:
            attempts -= 1
            try:
                return _pool.request(
                    method,
                    f"{API_URL}/api/{path}",
                    json=body,
                    data=form,
                    params={name: value for name, value in (query or {}).items() if value},
                    headers=headers | ({"Content-Type": form.content_type} if form else {}),
                    timeout=(_CONNECT_SECONDS, read_seconds),
                    allow_redirects=False,
                )
            except requests.Timeout as error:
                raise ApiError("api_timeout") from error
            except requests.RequestException as error:
                if attempts and isinstance(error, requests.ConnectionError):
                    continue
                raise ApiError("api_unreachable") from error

    def _headers(self, key: str | None) -> dict[str, str]:
        headers = {"Accept-Language": self._language, "X-Request-Id": uuid.uuid4().hex}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if key:
            headers["Idempotency-Key"] = key
        if self._agent:
            headers["User-Agent"] = self._agent
        if self._address and (secret := visitor_secret()):
            headers["X-Visitor"] = _signed(self._address, secret)
        return headers


def _signed(address: str, secret: str) -> str:
    """The visitor's address as the API believes it (backend/api/visitor.py): it limits sign-ins by it."""
    said = f"{int(time.time())};{address}"
    return f"{said};{hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()}"


def _json_of(response: requests.Response) -> Json:
    if response.status_code == 204:
        return {}
    try:
        data = response.json()
    except ValueError as error:
        raise ApiError("server_error", status=response.status_code) from error
    if response.ok and isinstance(data, dict):
        return data
    if response.ok and isinstance(data, list):
        return {"results": data}
    raise _error_in(data, response)


def _error_in(data: object, response: requests.Response) -> ApiError:
    error = data.get("error") if isinstance(data, dict) else None
    if not isinstance(error, dict):
        return ApiError("server_error", status=response.status_code)
    wait = response.headers.get("Retry-After", "")
    return ApiError(
        str(error.get("code", "server_error")),
        str(error.get("message", "")),
        status=response.status_code,
        retry_after=int(wait) if wait.isdecimal() else None,
        details=error.get("details"),
    )


class AnswerSocket:
    """`/ws/chat/` for one question: ask, or watch answers, then receive events. Raises ApiError when the link is lost.

    Cheap to lose: answers do not depend on it. Every wait ends after the given seconds.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._link = ExitStack()
        try:
            self._socket = self._link.enter_context(_connect(headers))
        except TimeoutError as error:
            raise ApiError("api_timeout") from error
        except (OSError, InvalidHandshake) as error:
            raise ApiError("api_unreachable") from error

    def close(self) -> None:
        self._link.close()

    def ask(self, question: Mapping[str, Any], *, key: str) -> None:
        """Ask, or under a key that was used before find the same chat again; `accepted` tells which one it is."""
        self._send({"type": "ask", "client_key": key, **question})

    def accepted(self) -> Chat:
        frame = self._receive(_READ_SECONDS)
        if frame is None:
            raise ApiError("api_timeout")
        return Chat.read(frame["chat"])

    def watch(self, question_id: str, *, after: str) -> None:
        self._send({"type": "watch", "question_id": question_id, "after": after})

    def next_event(self, seconds: float) -> AnswerEvent | None:
        """The next event, or None when the time is up."""
        frame = self._receive(seconds)
        return AnswerEvent.read(frame) if frame else None

    def _send(self, frame: Json) -> None:
        try:
            self._socket.send(json.dumps(frame))
        except ConnectionClosed as error:
            raise _why_closed(error) from error

    def _receive(self, seconds: float) -> Json | None:
        deadline = time.monotonic() + seconds
        frame: Json = {"type": "notification"}
        # The page asks for notifications itself; here they only come along.
        while frame["type"] == "notification":
            try:
                frame = json.loads(self._socket.recv(timeout=max(0.0, deadline - time.monotonic())))
            except TimeoutError:
                return None
            except ConnectionClosed as error:
                raise _why_closed(error) from error
        # An answer that failed ends with an event of the same name, which has a place in the answer.
        if frame["type"] == "error" and "epoch" not in frame:
            raise _refusal(frame)
        return frame


def _refusal(frame: Json) -> ApiError:
    code, details = str(frame["code"]), frame.get("details") or {}
    status = _STATUS_OF.get(code, 400)
    wait = details.get("retry_after")
    return ApiError(code, str(frame.get("message", "")), status=status, retry_after=wait, details=details)


def _connect(headers: Mapping[str, str]) -> ClientConnection:
    return connect(
        _SOCKET_URL,
        additional_headers=headers,
        open_timeout=_CONNECT_SECONDS,
        close_timeout=_CLOSE_SECONDS,
        compression=None,
        # A long answer comes in one piece when it is watched from its beginning.
        max_size=None,
        proxy=None,
    )


def _why_closed(error: ConnectionClosed) -> ApiError:
    code = _CLOSED_FOR.get(error.rcvd.code, "api_unreachable") if error.rcvd else "api_unreachable"
    return ApiError(code, status=_STATUS_OF.get(code, 0))
