"""The API's paths for accounts, sessions and notifications. `ApiClient` has these calls and does the talking."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import quote

from account_types import Account, Invitation, IssuedCode, News, SessionInfo
from api_types import Json, NewSession, User

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
# More than anybody has; the API's own limit of a page.
_MOST: Final = "100"


class AccountCalls(ABC):
    """Every call raises ApiError."""

    @abstractmethod
    def _request(
        self,
        method: Method,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str | None] | None = None,
        read_seconds: float = 10.0,
    ) -> Json: ...

    @abstractmethod
    def _download(self, path: str) -> bytes: ...

    def register(self, user_id: str, password: str) -> NewSession:
        """Make an account; a guest's chats stay theirs."""
        return NewSession.read(self._request("POST", "users/", body={"user_id": user_id, "password": password}))

    def sign_in(self, user_id: str, password: str, *, keep_chats: bool) -> NewSession:
        """`keep_chats`: what the guest of this session has moves into the account."""
        body = {"user_id": user_id, "password": password, "keep_chats": keep_chats}
        return NewSession.read(self._request("POST", "sessions/", body=body))

    def redeem(self, code: str, user_id: str, password: str) -> NewSession:
        """`user_id` may be empty for a code that sets a new password."""
        body = {"code": code, "password": password} | ({"user_id": user_id} if user_id else {})
        return NewSession.read(self._request("POST", "sessions/redeem/", body=body))

    def change_me(self, current_password: str, **changes: str) -> User:
        body = {"current_password": current_password, **changes}
        return User.read(self._request("PATCH", "users/me/", body=body))

    def delete_me(self, password: str) -> None:
        self._request("DELETE", "users/me/", body={"password": password} if password else {}, read_seconds=60.0)

    def export_me(self) -> bytes:
        """Everything of the visitor's, as JSON."""
        return self._download("users/me/export/")

    def sessions(self) -> tuple[SessionInfo, ...]:
        data = self._request("GET", "sessions/", query={"page_size": _MOST})
        return tuple(SessionInfo.read(each) for each in data["results"])

    def end_session(self, session_id: str) -> None:
        self._request("DELETE", f"sessions/{session_id}/")

    def end_other_sessions(self) -> None:
        self._request("DELETE", "sessions/others/")

    def sign_out(self) -> None:
        self._request("DELETE", "sessions/current/")

    def accounts(self, search: str) -> tuple[Account, ...]:
        """The newest hundred whose name has `search` in it; for staff."""
        data = self._request("GET", "users/", query={"search": search, "page_size": _MOST})
        return tuple(Account.read(each) for each in data["results"])

    def switch_account(self, user_id: str, *, active: bool) -> None:
        self._request("PATCH", f"users/{quote(user_id, safe='')}/", body={"is_active": active})

    def reset_password(self, user_id: str) -> IssuedCode:
        return IssuedCode.read(self._request("POST", f"users/{quote(user_id, safe='')}/password-reset/", body={}))

    def invitations(self) -> tuple[Invitation, ...]:
        data = self._request("GET", "users/invitations/", query={"page_size": _MOST})
        return tuple(Invitation.read(each) for each in data["results"])

    def invite(self, note: str, *, staff: bool) -> IssuedCode:
        return IssuedCode.read(self._request("POST", "users/invitations/", body={"note": note, "is_staff": staff}))

    def withdraw_invitation(self, invitation_id: str) -> None:
        self._request("DELETE", f"users/invitations/{invitation_id}/")

    def news(self, *, after: int) -> News:
        """What came since that cursor, the oldest first. Asking is no sign of activity."""
        return News.read(self._request("GET", "notifications/", query={"after": str(after)}, read_seconds=5.0))

    def latest_news(self, *, count: int) -> News:
        """The newest notifications, the newest first."""
        return News.read(self._request("GET", "notifications/", query={"page_size": str(count)}, read_seconds=5.0))

    def mark_read(self, *, until: int) -> None:
        self._request("POST", "notifications/read/", body={"all_until": until})
