"""What a visitor sees when a script run fails: a sentence and a reference, never the exception."""

import logging
import secrets
import traceback

import streamlit as st

from i18n import t

_log = logging.getLogger("triple_chat.frontend")


def on_script_error(error: Exception) -> bool:
    """Log under a reference and show it; True tells Streamlit not to draw the exception itself."""
    reference = secrets.token_hex(4)
    # Lines of code and the kind of error, not its message: that may carry a question or an answer.
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("page failed, reference %s: %s\n%s", reference, type(error).__name__, where)
    st.error(t("page.failed", reference=reference), icon=":material/error:")
    return True
