"""What was wrong with a form, kept beneath it until it is sent again: the page may be drawn anew in between."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from api_client import ApiError
from visitor import notices

_STATE: Final = "form_problem"


def attempt(form: str, work: Callable[[], object]) -> bool:
    """Whether it worked. Raises ApiError when the session has ended."""
    try:
        work()
    except ApiError as error:
        if error.is_signed_out:
            raise
        leave(form, *notices.sentences(error))
        return False
    st.session_state.pop(_STATE, None)
    return True


def leave(form: str, *sentences: str) -> None:
    notices.clear()
    st.session_state[_STATE] = (form, sentences)


def draw(form: str) -> None:
    of, sentences = st.session_state.get(_STATE, ("", ()))
    if of == form:
        st.error("\n\n".join(sentences), icon=":material/error:")
