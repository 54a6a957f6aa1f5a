"""A small API with the real one's shapes, for tests of the web client's own logic.

It speaks HTTP on a free port and holds everything in memory. What it must do next is set on `FakeApi`: how long an
answer takes, what it says, which error the next request of a path gets. The real API is used in `tests/e2e`.
"""

import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.frontend import fake_answers, fake_insights, fake_library, fake_portable
from tests.frontend.fake_accounts import AccountRoutes, now
from tests.frontend.fake_answers import AnswerRoutes
from tests.frontend.fake_insights import InsightsRoutes
from tests.frontend.fake_library import FakeLibrary, LibraryRoutes
from tests.frontend.fake_models import model_list
from tests.frontend.fake_portable import PortableRoutes
from tests.frontend.fake_socket import serve_socket

Body = dict[str, Any]
Answerer = Callable[[str], Body]
RUNNING = {"queued", "streaming"}

GUIDE_CITATION = {
    "rank": 1,
    "data": "7f0c",
    "title": "User guide",
    "heading": "Connect a language model",
    "quote": "Start Ollama, or put OPENAI_API_KEY into the file .env, then press Check again.",
    "start": 0,
    "end": 78,
}


def answer_by_quoting(question: str) -> Body:
    return {"response_text": f"About “{question}”: the guide says so. [1]", "citations": [GUIDE_CITATION]}


@dataclass
class FakeApi:
    """State and knobs. `refusals` maps a `METHOD path-prefix` to the errors that its next requests get.

    `down`: connections are closed without a word. `lose_next_reply`: the next question is taken, its reply is lost.
    `cut_sockets_after`: a socket is lost after so many events of an answer. Answers grow by `pieces` when it is set:
    one with each `grow()`, the last one ends it.
    """

    answer_seconds: float = 0.0
    free: threading.Event = field(default_factory=threading.Event)
    answer: Answerer = answer_by_quoting
    answer_of: Body = field(default_factory=dict)  # by model
    page_size: int = 20
    wait_seconds: float = 5.0
    language_model: bool = False
    down: bool = False
    lose_next_reply: bool = False
    refusals: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    tokens: dict[str, Body] = field(default_factory=dict)
    conversations: dict[str, Body] = field(default_factory=dict)
    chats: dict[str, Body] = field(default_factory=dict)
    comparisons: dict[str, Body] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    cut_sockets_after: int = 0
    pieces: list[str] = field(default_factory=list)
    sockets: int = 0
    library: FakeLibrary = field(default_factory=FakeLibrary)
    accounts: dict[str, Body] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, Body] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    invitations: list[Body] = field(default_factory=list)
    notes: list[Body] = field(default_factory=list)
    imports: list[Body] = field(default_factory=list)
    was_asked: bool = True
    insights_asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.free.set()

    def hold_answers(self) -> None:
        """Until `free.set()`."""
        self.free.clear()

    def grow(self) -> None:
        """The running answer gets its next piece."""
        chat = next(chat for chat in self.chats.values() if chat["status"] in RUNNING)
        with self.lock:
            chat["response_text"] += self.pieces.pop(0)
            chat["status"] = "streaming" if self.pieces else "done"
            chat["finished_datetime"] = None if self.pieces else now()

    def begin_anew(self, text: str) -> None:
        """Another worker takes the running answer over."""
        chat = next(chat for chat in self.chats.values() if chat["status"] in RUNNING)
        with self.lock:
            chat.update(epoch=chat["epoch"] + 1, response_text=text)

    def end_all_sessions(self) -> None:
        self.tokens.clear()

    def refuse(self, method_and_prefix: str, status: int, code: str, times: int = 1) -> None:
        self.refusals.setdefault(method_and_prefix, []).extend([(status, code)] * times)

    def count(self, method: str, path: str) -> int:
        return sum(1 for each in self.requests if each == (method, path))


class Handler(AnswerRoutes, LibraryRoutes, AccountRoutes, InsightsRoutes, PortableRoutes, BaseHTTPRequestHandler):
    """Routes by regular expression; one short method per resource."""

    protocol_version = "HTTP/1.1"
    api: FakeApi

    def log_message(self, *args: object) -> None: ...

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> object:
        url = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(url.query).items()}
        length = int(self.headers.get("Content-Length") or 0)
        self.raw = self.rfile.read(length)
        is_form = (self.headers.get("Content-Type") or "").startswith("multipart/")
        self.body: Body = json.loads(self.raw or b"{}") if not is_form else {}
        path = url.path.removeprefix("/api/")
        if self.api.down:
            self.close_connection = True
            return None
        if url.path == "/ws/chat/":
            self.close_connection = True
            return serve_socket(self)
        self.api.requests.append((method, path))
        self.api.headers.append(dict(self.headers))
        for prefix, errors in self.api.refusals.items():
            if errors and f"{method} {path}".startswith(prefix):
                return self._fail(*errors.pop(0))
        self.token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        self.user = self.api.tokens.get(self.token)  # type: ignore[assignment]
        routes = (
            *fake_portable.ROUTES,
            *ROUTES,
            *fake_library.ROUTES,
            *fake_answers.ROUTES,
            *fake_insights.ROUTES,
        )
        for pattern, name in routes:
            if match := re.fullmatch(pattern, path):
                if name not in OPEN_TO_ALL and self.user is None:
                    signed = "session_ended" if self.headers.get("Authorization") else "not_signed_in"
                    return self._fail(401, signed)
                return getattr(self, f"_{name}")(method, *match.groups())
        return self._fail(404, "not_found")

    def _send(self, status: int, body: Body | None = None) -> None:
        if self.api.lose_next_reply and self.command == "POST" and self.path.startswith("/api/chats/"):
            self.api.lose_next_reply = False
            self.close_connection = True
            return
        payload = json.dumps(body).encode() if body is not None else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        if status == 429:
            self.send_header("Retry-After", "17")
        self.end_headers()
        self.wfile.write(payload)

    def _send_bytes(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _fail(self, status: int, code: str, details: Body | None = None) -> None:
        error = {"code": code, "message": f"English sentence for {code}", "details": details or {}, "request_id": "r1"}
        self._send(status, {"error": error})

    def _health(self, method: str) -> None:
        self._send(200, {"status": "ok"})

    def _models(self, method: str, check: str | None) -> None:
        self._send(200, model_list(language_model=self.api.language_model))

    def _page(self, rows: list[Body]) -> None:
        start = int(self.query.get("cursor", "0"))
        end = start + int(self.query.get("page_size", self.api.page_size))
        following = f"http://elsewhere/api/x/?cursor={end}" if rows[end:] else None
        self._send(200, {"next": following, "previous": None, "results": rows[start:end]})

    def _mine(self, conversation_id: str) -> Body | None:
        row = self.api.conversations.get(conversation_id)
        return row if row and row["owner"] == self.user["user_id"] else None

    def _conversations(self, method: str) -> None:
        if method == "POST":
            return self._send(201, self._shown(self.api.conversations[self._new_conversation(self.body)]))
        term = self.query.get("search", "").lower()
        rows = [row for row in self.api.conversations.values() if self._mine(row["id"]) and not row["deleted"]]
        rows = [row for row in rows if not row["temporary"]]
        rows = [self._found(row, term) for row in rows]
        rows = [row for row in rows if row["match"] or term in row["title"].lower()]
        if "pinned" in self.query:
            rows = [row for row in rows if row["pinned"] == (self.query["pinned"] == "true")]
        rows.sort(key=lambda row: row["updated_datetime"], reverse=True)
        return self._page(rows)

    def _found(self, row: Body, term: str) -> Body:
        chats = [chat for chat in self.api.chats.values() if chat["conversation"] == row["id"]]
        texts = [chat["response_text"] for chat in chats if term and term in chat["response_text"].lower()]
        start = texts[0].lower().index(term) if texts else 0
        match = {"question_id": "", "snippet": texts[0], "marks": [[start, start + len(term)]]} if texts else None
        return {**self._shown(row), "match": match}

    def _conversation(self, method: str, conversation_id: str) -> None:
        row = self._mine(conversation_id)
        if row is None or row["deleted"]:
            return self._fail(404, "not_found")
        if method == "DELETE":
            row["deleted"] = True
            return self._send(204)
        row.update(self.body)
        if "current_leaf" in self.body:
            row["current_leaf"] = self._leaf_below(row["current_leaf"])
        return self._send(200, self._shown(row))

    def _leaf_below(self, question_id: str) -> str:
        below = [chat for chat in self.api.chats.values() if chat["parent"] == question_id]
        return self._leaf_below(below[-1]["question_id"]) if below else question_id

    def _restore(self, method: str, conversation_id: str) -> None:
        self.api.conversations[conversation_id]["deleted"] = False
        self._send(200, self._shown(self.api.conversations[conversation_id]))

    def _shown(self, row: Body) -> Body:
        chats = [chat for chat in self.api.chats.values() if chat["conversation"] == row["id"]]
        running = any(chat["status"] in RUNNING for chat in chats)
        return {name: value for name, value in row.items() if name not in {"owner", "deleted"}} | {"running": running}

    def _history(self, method: str, conversation_id: str) -> None:
        row = self._mine(conversation_id)
        if row is None or row["deleted"]:
            return self._fail(404, "not_found")
        path, turn = [], self.query.get("until") or row["current_leaf"]
        while turn and len(path) < self.api.page_size:
            path.append(self._with_siblings(self.api.chats[turn]))
            turn = path[-1]["parent"]
        older = f"http://elsewhere/api/x/?until={turn}" if turn else None
        return self._send(200, {"next": older, "previous": None, "results": path})

    def _with_siblings(self, chat: Body) -> Body:
        places = (chat["conversation"], chat["parent"])
        rows = [each for each in self.api.chats.values() if (each["conversation"], each["parent"]) == places]
        return {**self.shown_chat(chat), "siblings": [each["question_id"] for each in rows]}

    def _chats(self, method: str) -> None:
        key = self.headers.get("Idempotency-Key")
        if not key:
            return self._fail(400, "invalid")
        chat = self.ask(key, self.body)
        if isinstance(chat, tuple):
            return self._fail(*chat)
        if self.query.get("wait") == "true":
            wait_until(lambda: chat["status"] not in RUNNING, self.api.wait_seconds)
        return self._send(202 if chat["status"] in RUNNING else 200, self.shown_chat(chat))

    def ask(self, key: str, body: Body) -> Body | tuple[int, str]:
        """The chat that was asked, or why not."""
        with self.api.lock:
            if key not in self.api.keys:
                conversation = body.get("conversation") or self._new_conversation(body)
                if self._mine(conversation) is None:
                    return 404, "not_found"
                if self._shown(self.api.conversations[conversation])["running"]:
                    return 409, "answer_running"
                begin = self.compare if body.get("models") else self._new_chat
                self.api.keys[key] = begin(conversation, body)
        return self.api.chats[self.api.keys[key]]

    def _new_conversation(self, body: Body) -> str:
        row = {
            "id": str(uuid.uuid4()), "mode": body["mode"], "title": body.get("question_text", "")[:60],
            "title_by": "question", "model": body.get("model", "builtin"), "pinned": False, "archived": False,
            "system_prompt": body.get("system_prompt", ""), "parameters": body.get("parameters", {}),
            "collections": body.get("collections", []), "temporary": body.get("temporary", False), "deleted": False, "current_leaf": None, "created_datetime": now(), "updated_datetime": now(),
            "owner": self.user["user_id"],
        }  # fmt: skip
        self.api.conversations[row["id"]] = row
        return str(row["id"])

    def _new_chat(self, conversation: str, body: Body) -> str:
        row = self.api.conversations[conversation]
        chat = {
            "question_id": str(uuid.uuid4()), "conversation": conversation,
            "parent": body["parent"] if "parent" in body else row["current_leaf"], "mode": row["mode"],
            "model": body.get("model") or "builtin", "question_text": body["question_text"],
            "question_created_datetime": now(), "status": "queued", "response_text": "", "reasoning_text": "",
            "data": None, "citations": [], "error": None, "usage": None, "started_datetime": None, "epoch": 0,
            "first_token_datetime": None, "finished_datetime": None, "attempts": 0,
            "collections": body.get("collections", row["collections"]), "confidence": "", "unsupported": [],
            "attachments": [{"id": each, "url": f"/api/attachments/{each}/"} for each in body.get("images", [])],
            "passages": None, "comparison": body.get("comparison"), "feedback": None,
        }  # fmt: skip
        row.update(
            updated_datetime=now(), current_leaf=chat["question_id"], title=row["title"] or chat["question_text"]
        )
        self.api.chats[chat["question_id"]] = chat
        self._start(chat)
        return str(chat["question_id"])

    def _start(self, chat: Body) -> None:
        chat.update(status="queued", error=None, response_text="", started_datetime=now(), epoch=chat["epoch"] + 1)
        if self.api.pieces:
            return
        timer = threading.Timer(self.api.answer_seconds, finish, (self.api, chat))
        timer.daemon = True
        timer.start()

    def _chat(self, method: str, question_id: str) -> None:
        chat = self.api.chats.get(question_id)
        return self._send(200, self.shown_chat(chat)) if chat else self._fail(404, "not_found")


OPEN_TO_ALL = {"sessions", "redeem", "users", "models", "health", "limits"}
ROUTES = (
    (r"sessions/", "sessions"),
    (r"sessions/redeem/", "redeem"),
    (r"sessions/([^/]+)/", "session"),
    (r"users/", "users"),
    (r"users/me/", "me"),
    (r"users/me/export/", "export"),
    (r"users/invitations/", "invitations"),
    (r"users/invitations/([^/]+)/", "invitation"),
    (r"users/([^/]+)/", "user"),
    (r"users/([^/]+)/password-reset/", "reset"),
    (r"notifications/", "notifications"),
    (r"notifications/read/", "read"),
    (r"health/live/", "health"),
    (r"models/(check/)?", "models"),
    (r"conversations/", "conversations"),
    (r"conversations/([^/]+)/", "conversation"),
    (r"conversations/([^/]+)/restore/", "restore"),
    (r"conversations/([^/]+)/chats/", "history"),
    (r"chats/", "chats"),
    (r"chats/([^/]+)/", "chat"),
)


def finish(api: FakeApi, chat: Body) -> None:
    api.free.wait(60)
    result = api.answer_of.get(chat["model"]) or api.answer(chat["question_text"])
    if chat["status"] == "cancelled":
        return
    chat.update({"status": "done", **result, "finished_datetime": now(), "attempts": 1})


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def serve(api: FakeApi, port: int = 0) -> ThreadingHTTPServer:
    """A running server on `server_address`; end it with `shutdown()` and `server_close()`."""
    handler = type("BoundHandler", (Handler,), {"api": api})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
