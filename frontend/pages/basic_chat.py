"""Basic chat: ask, and the whole answer appears when it is there."""

from functools import partial

from components import chat_page, empty_state
from i18n import t

_QUESTIONS = (t("basic.question_1"), t("basic.question_2"), t("basic.question_3"))

chat_page.draw("basic", draw_empty=partial(empty_state.draw, "basic", _QUESTIONS))
