"""The days that are asked for: the last 7, 30 or 90, or the visitor's own choice; mine or everybody's."""

from datetime import date, timedelta
from typing import Final

import streamlit as st

from api_insights import Span
from visitor import identity, preferences

LENGTHS: Final = {"7": 7, "30": 30, "90": 90}
OWN: Final = "own"
CHOICES: Final = (*LENGTHS, OWN)
USUAL: Final = "30"
LENGTH_KEY: Final = "insights-length"
DAYS_KEY: Final = "insights-days"
WHOSE_KEY: Final = "insights-whose"
# The API takes no more.
MOST_DAYS: Final = 1_830


def chosen() -> Span:
    first, last = _days()
    everybodys = may_see_all() and st.session_state.get(WHOSE_KEY) == "all"
    return Span(first, last, str(preferences.time_zone()), everybodys)


def may_see_all() -> bool:
    user = identity.known_user()
    return bool(user and user.is_staff)


def usual_days() -> tuple[date, date]:
    """What an own choice begins with."""
    return _last(LENGTHS[USUAL])


def _days() -> tuple[date, date]:
    length = st.session_state.get(LENGTH_KEY) or USUAL
    if length != OWN:
        return _last(LENGTHS[length])
    picked = st.session_state.get(DAYS_KEY) or usual_days()
    # Between the two clicks of a choice there is only the first day.
    first, last = min(picked), max(picked)
    return max(first, last - timedelta(days=MOST_DAYS - 1)), last


def _last(length: int) -> tuple[date, date]:
    today = preferences.local_now().date()
    return today - timedelta(days=length - 1), today
