"""The account at the foot of the sidebar: who this is, the way to the account page, language and theme."""

from typing import Final

import streamlit as st

from api_client import ApiError
from api_types import User
from components import page_links
from components.markup import plain_label
from i18n import LANGUAGES, current_language, t
from visitor import identity, preferences

_LANGUAGE: Final = "language_choice"
_THEME: Final = "theme_choice"
_THEME_ICONS: Final = {
    "System": ":material/contrast:",
    "Light": ":material/light_mode:",
    "Dark": ":material/dark_mode:",
}


def draw() -> None:
    """Raises ApiError when the session has ended."""
    user = _user()
    name = plain_label(user.user_id) if user and not user.is_guest else t("account.guest")
    page = page_links.all_pages()[page_links.ACCOUNT]
    with st.container(key="account", horizontal=True, gap=None, vertical_alignment="center", width="stretch"):
        st.page_link(page, label=name, icon=page.icon, width="stretch")
        with st.popover(t("account.preferences"), icon=":material/settings:", type="tertiary", key="preferences"):
            _draw_language()
            _draw_theme()


def _user() -> User | None:
    try:
        return identity.current_user()
    except ApiError as error:
        if error.is_signed_out:
            raise
        return identity.known_user()


def _draw_language() -> None:
    st.segmented_control(
        t("account.language"),
        list(LANGUAGES),
        key=_LANGUAGE,
        default=current_language(),
        required=True,
        format_func=LANGUAGES.__getitem__,
        width="stretch",
        on_change=lambda: preferences.set_language(st.session_state[_LANGUAGE]),
    )


def _draw_theme() -> None:
    labels = {"System": t("theme.system"), "Light": t("theme.light"), "Dark": t("theme.dark")}
    st.segmented_control(
        t("account.theme"),
        list(preferences.THEMES),
        key=_THEME,
        default=preferences.chosen_theme(),
        required=True,
        format_func=lambda theme: f"{_THEME_ICONS[theme]} {labels[theme]}",
        width="stretch",
        on_change=lambda: preferences.set_theme(st.session_state[_THEME]),
    )
