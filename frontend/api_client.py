"""The only file that speaks HTTP to the API.

One connection pool per process; every request has a timeout, a language and an id that the API logs. A request is sent
again only when that is harmless: a GET, or a POST with an idempotency key, whose connection broke.
"""

import uuid
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final, Literal
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import HTTPAdapter

from api_types import Chat, Conversation, Json, ModelList, NewSession, Page, User
from settings import API_URL

_CONNECT_SECONDS: Final = 3.0
_READ_SECONDS: Final = 10.0
# The API answers a waiting request after 60 s at the latest, with 202 when the answer still runs.
_WAIT_SECONDS: Final = 75.0
_POOL_SIZE: Final = 128

Method = Literal["GET", "POST", "PATCH", "DELETE"]


class ApiError(Exception):
    """A request that did not work out. `code` is the API's, or one of: api_unreachable, api_timeout, server_error."""

    def __init__(self, code: str, message: str = "", *, status: int = 0, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after = retry_after

    @property
    def is_away(self) -> bool:
        """Nobody is there to answer, now: the same request may work later."""
        return self.code in {"api_unreachable", "api_timeout", "unavailable"} or self.status in {502, 503, 504}

    @property
    def is_signed_out(self) -> bool:
        return self.status == 401


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


class ApiClient:
    """The API as one visitor sees it. Cheap to make; holds no connection of its own."""

    def __init__(self, *, token: str | None, language: str) -> None:
        self._token = token
        self._language = language

    @property
    def is_signed_in(self) -> bool:
        return self._token is not None

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
        return Page.read(data, Conversation.read, _cursor_in(data.get("next")))

    def conversation(self, conversation_id: str) -> Conversation:
        return Conversation.read(self._request("GET", f"conversations/{conversation_id}/"))

    def update_conversation(self, conversation_id: str, **fields: str | bool) -> Conversation:
        return Conversation.read(self._request("PATCH", f"conversations/{conversation_id}/", body=fields))

    def delete_conversation(self, conversation_id: str) -> None:
        self._request("DELETE", f"conversations/{conversation_id}/")

    def restore_conversation(self, conversation_id: str) -> None:
        self._request("POST", f"conversations/{conversation_id}/restore/", body={})

    def chats(self, conversation_id: str, *, cursor: str | None = None) -> Page[Chat]:
        """Newest first."""
        data = self._request("GET", f"conversations/{conversation_id}/chats/", query={"cursor": cursor})
        return Page.read(data, Chat.read, _cursor_in(data.get("next")))

    def chat(self, question_id: str) -> Chat:
        return Chat.read(self._request("GET", f"chats/{question_id}/"))

    def ask(self, question: Mapping[str, str], *, key: str, wait: bool = False) -> Chat:
        """Ask, or with a key that was used before find the same chat again. Waiting, it is mostly finished."""
        query = {"wait": "true"} if wait else {}
        read_seconds = _WAIT_SECONDS if wait else _READ_SECONDS
        data = self._request("POST", "chats/", body=question, query=query, key=key, read_seconds=read_seconds)
        return Chat.read(data)

    def cancel(self, question_id: str) -> None:
        self._request("POST", f"chats/{question_id}/cancel/", body={})

    def regenerate(self, question_id: str, *, key: str) -> Chat:
        return Chat.read(self._request("POST", f"chats/{question_id}/regenerate/", body={}, key=key))

    def is_alive(self) -> bool:
        try:
            self._request("GET", "health/live/", read_seconds=2.0)
        except ApiError:
            return False
        return True

    def _request(
        self,
        method: Method,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str | None] | None = None,
        key: str | None = None,
        read_seconds: float = _READ_SECONDS,
    ) -> Json:
        attempts = 2 if method == "GET" or key else 1
        while True:
            attempts -= 1
            try:
                response = _pool.request(
                    method,
                    f"{API_URL}/api/{path}",
                    json=body,
                    params={name: value for name, value in (query or {}).items() if value},
                    headers=self._headers(key),
                    timeout=(_CONNECT_SECONDS, read_seconds),
                    allow_redirects=False,
                )
            except requests.Timeout as error:
                raise ApiError("api_timeout") from error
            except requests.RequestException as error:
                if attempts and isinstance(error, requests.ConnectionError):
                    continue
                raise ApiError("api_unreachable") from error
            return _json_of(response)

    def _headers(self, key: str | None) -> dict[str, str]:
        headers = {"Accept": "application/json", "Accept-Language": self._language, "X-Request-Id": uuid.uuid4().hex}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if key:
            headers["Idempotency-Key"] = key
        return headers


def _json_of(response: requests.Response) -> Json:
    if response.status_code == 204:
        return {}
    try:
        data = response.json()
    except ValueError as error:
        raise ApiError("server_error", status=response.status_code) from error
    if response.ok and isinstance(data, dict):
        return data
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
    )


def _cursor_in(url: str | None) -> str | None:
    """The API's links carry its own host name, which need not be the one this server reaches it by."""
    values = parse_qs(urlsplit(url).query).get("cursor") if url else None
    return values[0] if values else None
