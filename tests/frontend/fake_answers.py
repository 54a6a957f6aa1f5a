"""What the fake API lets a visitor do with answers: stop, make anew, compare, choose, rate."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from tests.frontend.fake_accounts import now

if TYPE_CHECKING:
    from tests.frontend.fake_api import FakeApi

Body = dict[str, Any]
_RUNNING = {"queued", "streaming"}

ROUTES = (
    (r"chats/([^/]+)/cancel/", "cancel"),
    (r"chats/([^/]+)/regenerate/", "regenerate"),
    (r"chats/([^/]+)/feedback/", "feedback"),
    (r"comparisons/([^/]+)/choice/", "choice"),
)


class AnswerRoutes:
    """Beside those of `Handler`."""

    api: FakeApi
    body: Body
    _send: Any
    _fail: Any
    _new_chat: Any
    _start: Any

    def shown_chat(self, chat: Body) -> Body:
        """With the answers beside it."""
        group = self.api.comparisons.get(chat["comparison"] or "")
        return {**self._alone(chat), "group": self._group(group) if group else None}

    def _alone(self, chat: Body) -> Body:
        group = self.api.comparisons.get(chat["comparison"] or "")
        hidden = group is not None and group["blind"] and group["choice"] is None
        label = "ABC"[group["ids"].index(chat["question_id"])] if group else ""
        return {**chat, "model": "" if hidden else chat["model"], "label": label}

    def _group(self, group: Body) -> Body:
        shown = {name: value for name, value in group.items() if name != "ids"}
        return {**shown, "chats": [self._alone(self.api.chats[each]) for each in group["ids"]]}

    def compare(self, conversation: str, body: Body) -> str:
        """The first of the answers."""
        row = self.api.conversations[conversation]
        parent = body.get("parent", row["current_leaf"])
        group: Body = {
            "id": str(uuid.uuid4()), "conversation": conversation, "blind": body["blind"], "choice": None, "ids": [],
        }  # fmt: skip
        self.api.comparisons[group["id"]] = group
        for model in body["models"]:
            chat = {**body, "model": model, "parent": parent, "comparison": group["id"]}
            group["ids"].append(self._new_chat(conversation, chat))
        row["current_leaf"] = group["ids"][0]
        return str(group["ids"][0])

    def _choice(self, method: str, comparison_id: str) -> None:
        group = self.api.comparisons[comparison_id]
        if any(self.api.chats[each]["status"] in _RUNNING for each in group["ids"]):
            return self._fail(409, "answer_running")
        if group["blind"] and group["choice"]:
            return self._fail(409, "comparison_decided")
        group["choice"] = self.body["choice"]
        if group["choice"] in group["ids"]:
            self.api.conversations[group["conversation"]]["current_leaf"] = group["choice"]
        return self._send(200, self._group(group))

    def _feedback(self, method: str, question_id: str) -> None:
        chat = self.api.chats[question_id]
        chat["feedback"] = self.body if self.body["rating"] else None
        self._send(200, self.shown_chat(chat))

    def _cancel(self, method: str, question_id: str) -> None:
        chat = self.api.chats[question_id]
        chat.update(status="cancelled", finished_datetime=now())
        self._send(200, self.shown_chat(chat))

    def _regenerate(self, method: str, question_id: str) -> None:
        chat = self.api.chats[question_id]
        model = self.body.get("model", "")
        if chat["status"] != "done" and model in ("", chat["model"]):
            self._start(chat)
            return self._send(202, self.shown_chat(chat))
        body = {**chat, "model": model or chat["model"], "comparison": None}
        return self._send(202, self.shown_chat(self.api.chats[self._new_chat(chat["conversation"], body)]))
