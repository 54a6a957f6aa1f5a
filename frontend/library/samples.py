"""The sample document: in the visitor's language, one click away, with the questions that it answers."""

from typing import Final

import streamlit as st

from api_client import ApiError
from api_library_types import Document, Sample
from i18n import current_language
from library import collections
from visitor import identity, notices

_READ: Final = "samples"


def add() -> None:
    """Callback: add the sample in the language of the page; a first visitor becomes a guest."""
    notices.clear()
    try:
        identity.ensure_session()
        identity.client().library.add_sample(current_language())
    except ApiError as error:
        notices.leave_error(error)
    collections.forget()


def of(documents: tuple[Document, ...]) -> tuple[Document, Sample] | None:
    """The sample among these documents, read to its end, with its questions."""
    candidates = [each for each in documents if each.status == "done" and each.file_name in {"ko.md", "en.md"}]
    samples = {sample.title: sample for sample in _samples()} if candidates else {}
    return next(((each, samples[each.title]) for each in candidates if each.title in samples), None)


def _samples() -> tuple[Sample, ...]:
    """They come with the program: read once."""
    if _READ not in st.session_state:
        try:
            st.session_state[_READ] = identity.client().library.samples()
        except ApiError:
            return ()
    samples: tuple[Sample, ...] = st.session_state[_READ]
    return samples
