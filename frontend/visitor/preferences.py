"""Language, theme and time zone. The browser tells them; what the visitor chooses is kept in two plain cookies.

The cookies are written by `static/page.js`, because a script run cannot set one; they hold nothing secret.
"""

from datetime import datetime, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from i18n import LANGUAGES, STATE_KEY

Theme = Literal["System", "Light", "Dark"]
THEMES: Final[tuple[Theme, ...]] = ("System", "Light", "Dark")
LANGUAGE_COOKIE: Final = "triple_chat_language"
THEME_COOKIE: Final = "triple_chat_theme"
THEME_STATE: Final = "theme"


def choose_language() -> None:
    """At the start of a run: what was chosen, else what the cookie says, else what the browser speaks."""
    if STATE_KEY not in st.session_state:
        chosen = st.context.cookies.get(LANGUAGE_COOKIE, "")
        spoken = (st.context.locale or "en").split("-")[0].lower()
        st.session_state[STATE_KEY] = next((each for each in (chosen, spoken) if each in LANGUAGES), "en")


def set_language(language: str) -> None:
    if language in LANGUAGES:
        st.session_state[STATE_KEY] = language


def chosen_theme() -> Theme:
    name = st.session_state.get(THEME_STATE) or st.context.cookies.get(THEME_COOKIE, "System")
    return next((theme for theme in THEMES if theme == name), "System")


def set_theme(theme: Theme) -> None:
    """Streamlit's client reads its theme from the browser's storage; `page.js` writes it and loads the page again."""
    st.session_state[THEME_STATE] = theme


def theme_to_apply() -> Theme | None:
    """The theme chosen in this tab since it was loaded."""
    theme: Theme | None = st.session_state.get(THEME_STATE)
    return theme


def is_dark() -> bool:
    return st.context.theme.type == "dark"


def time_zone() -> tzinfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local_now() -> datetime:
    return datetime.now(time_zone())
