"""AI chat: a conversation with any language model, whose answers appear while they are written."""

from functools import partial

from components import chat_page, empty_state
from i18n import t

_QUESTIONS = (t("ai.question_1"), t("ai.question_2"), t("ai.question_3"))

chat_page.draw("ai", draw_empty=partial(empty_state.draw, "ai", _QUESTIONS))
