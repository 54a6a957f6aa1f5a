"""Which answer names its conversation."""

from __future__ import annotations

from typing import LiteralString

# Of a row `finished` of chats with its `conversations`: the first whole answer, under a title that is made from its
# question.
IS_UNNAMED: LiteralString = """
    (finished.status = 'done' AND conversations.title_by = 'question'
     AND NOT EXISTS (SELECT FROM chats other WHERE other.conversation_id = finished.conversation_id
                        AND other.status = 'done' AND other.question_id <> finished.question_id))
"""
