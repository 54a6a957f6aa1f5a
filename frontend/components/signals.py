"""Messages to `static/page.js`: invisible elements whose attributes say what the browser should do."""

import streamlit as st

from components.markup import html_text
from i18n import current_language, t
from visitor import identity, page_load, preferences


def draw() -> None:
    """Page language, texts that the script shows, the theme that was chosen, the ticket for the cookie, whether there is a
    session, a sign-out, and the name of the page that was loaded."""
    attributes = {
        "language": current_language(),
        "theme": preferences.theme_to_apply() or "",
        "ticket": identity.ticket_to_post() or "",
        "nobody": "" if identity.is_signed_in() else "yes",
        "left": "yes" if identity.has_left() else "",
        "page": page_load.current().name,
        "copied": t("answer.copied"),
        "second": t("waiting.seconds", seconds="{}"),
        "unsupported": t("evidence.legend"),
    }
    rendered = " ".join(f'data-{name}="{html_text(value)}"' for name, value in attributes.items())
    with st.container(key="page-signals"):
        st.html(f'<span class="tc-signals" {rendered}></span>')
