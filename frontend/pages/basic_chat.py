"""Basic chat: ask, and the whole answer appears when it is there."""

from components import chat_page
from i18n import t

chat_page.draw("basic", questions=(t("basic.question_1"), t("basic.question_2"), t("basic.question_3")))
