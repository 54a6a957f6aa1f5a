"""Conversations as Open WebUI exports them: `chat.history.messages`, a tree by `parentId`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chat.portable.incoming import IncomingThread, a_list, a_moment, a_text, an_object
from chat.portable.message_tree import Node, first_moment, turns_of

SOURCE = "open-webui"


def is_open_webui(conversation: object) -> bool:
    chat = conversation.get("chat") if isinstance(conversation, dict) else None
    return isinstance(chat, dict) and isinstance(chat.get("history"), dict)


def thread_from_open_webui(conversation: dict[str, Any]) -> IncomingThread:
    """Raise ConversationRefused."""
    left_out: Counter[str] = Counter()
    chat = conversation["chat"]
    messages = an_object(chat["history"].get("messages"))
    nodes = {a_text(key): _node(a_text(key), an_object(raw), left_out) for key, raw in messages.items()}
    created = a_moment(conversation.get("created_at")) or a_moment(chat.get("timestamp")) or first_moment(nodes)
    models = [name for name in (a_text(each, 200) for each in a_list(chat.get("models"))) if name]
    turns = turns_of(nodes, began=created, model=models[0] if models else "open-webui")
    current = a_text(chat["history"].get("currentId"))
    ids = {turn.source_id for turn in turns}
    return IncomingThread(
        source=SOURCE,
        source_id=a_text(conversation.get("id")) or min(nodes),
        title=a_text(conversation.get("title")) or a_text(chat.get("title")),
        created=created,
        updated=a_moment(conversation.get("updated_at")) or max(turn.asked for turn in turns),
        turns=turns,
        leaf=current if current in ids else max(turns, key=lambda turn: turn.asked).source_id,
        fields={"archived": conversation.get("archived") is True, "pinned": conversation.get("pinned") is True},
        left_out=left_out,
    )


def _node(key: str, raw: dict[str, Any], left_out: Counter[str]) -> Node:
    left_out["files"] += len(a_list(raw.get("files")))
    role = a_text(raw.get("role"))
    role = role if role in ("user", "assistant") else ""
    return Node(
        key,
        a_text(raw.get("parentId")) or None,
        role,
        a_text(raw.get("content")),
        model=a_text(raw.get("model"), 200),
        time=a_moment(raw.get("timestamp")),
    )
