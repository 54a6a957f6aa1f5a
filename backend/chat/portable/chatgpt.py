"""Conversations as ChatGPT exports them (conversations.json): a `mapping` of nodes with messages.

What is no text of a question or an answer (pictures, files, tools and what they gave back,
hidden messages) is left out and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from chat.portable.incoming import IncomingThread, a_list, a_moment, a_text, an_object
from chat.portable.message_tree import Node, first_moment, turns_of

SOURCE = "chatgpt"
_PICTURES = ("image_asset_pointer", "real_time_user_audio_video_asset_pointer", "video_container_asset_pointer")
# Where its page shows a link to a source; the link itself is not in the text.
_LINKS = re.compile("\ue200[^\ue201]{0,2000}\ue201")


def is_chatgpt(conversation: object) -> bool:
    return isinstance(conversation, dict) and isinstance(conversation.get("mapping"), dict)


def thread_from_chatgpt(conversation: dict[str, Any]) -> IncomingThread:
    """Raise ConversationRefused."""
    left_out: Counter[str] = Counter()
    model = a_text(conversation.get("default_model_slug"), 200) or "chatgpt"
    nodes = {}
    for key, raw in an_object(conversation["mapping"]).items():
        node = _node(a_text(key), an_object(raw), left_out)
        nodes[node.id] = node
    created = a_moment(conversation.get("create_time")) or first_moment(nodes)
    turns = turns_of(nodes, began=created, model=model)
    ids = {turn.source_id for turn in turns}
    current = a_text(conversation.get("current_node"))
    return IncomingThread(
        source=SOURCE,
        source_id=a_text(conversation.get("conversation_id") or conversation.get("id")) or min(nodes),
        title=a_text(conversation.get("title")),
        created=created,
        updated=a_moment(conversation.get("update_time")) or max(turn.asked for turn in turns),
        turns=turns,
        leaf=current if current in ids else max(turns, key=lambda turn: turn.asked).source_id,
        fields={"archived": conversation.get("is_archived") is True, "pinned": conversation.get("is_starred") is True},
        left_out=left_out,
    )


def _node(key: str, raw: dict[str, Any], left_out: Counter[str]) -> Node:
    parent = a_text(raw.get("parent")) or None
    message = raw.get("message")
    if not isinstance(message, dict):
        return Node(key, parent, "")
    author, metadata = message.get("author"), message.get("metadata")
    role = a_text(author.get("role")) if isinstance(author, dict) else ""
    metadata = metadata if isinstance(metadata, dict) else {}
    content = message.get("content")
    content = content if isinstance(content, dict) else {}
    kind = a_text(content.get("content_type"))
    time = a_moment(message.get("create_time"))
    if role not in ("user", "assistant") or metadata.get("is_visually_hidden_from_conversation") is True:
        if role == "tool":
            left_out["tool_outputs"] += 1
        return Node(key, parent, "")
    if kind == "user_editable_context":
        return Node(key, parent, "")
    if role == "assistant" and message.get("recipient", "all") != "all":
        left_out["tool_calls"] += 1
        return Node(key, parent, "")
    model = a_text(metadata.get("model_slug"), 200)
    if kind in ("thoughts", "reasoning_recap"):
        return Node(key, parent, "assistant", reasoning=_thoughts(content), time=time, model=model)
    pictures_before = left_out["pictures"]
    text = _LINKS.sub("", "\n\n".join(_texts(kind, content, left_out)))
    # A picture that a question came with is named twice.
    shown = left_out["pictures"] - pictures_before
    left_out["files"] += max(0, len(a_list(metadata.get("attachments"))) - shown)
    return Node(key, parent, role, text, model=model, time=time)


def _texts(kind: str, content: dict[str, Any], left_out: Counter[str]) -> Iterator[str]:
    if kind == "code":
        language = a_text(content.get("language")).replace("unknown", "")
        yield f"```{language}\n{a_text(content.get('text'))}\n```"
        return
    for part in a_list(content.get("parts")):
        if isinstance(part, dict):
            if part.get("content_type") in _PICTURES:
                left_out["pictures"] += 1
            elif text := a_text(part.get("text")):
                yield text
            else:
                left_out["other_parts"] += 1
        elif text := a_text(part):
            yield text
    if not content.get("parts") and (text := a_text(content.get("text"))):
        yield text


def _thoughts(content: dict[str, Any]) -> str:
    thoughts = (each for each in a_list(content.get("thoughts")) if isinstance(each, dict))
    return "\n\n".join(filter(None, (a_text(each.get("content")) for each in thoughts)))
