"""Above the figures: which days, whose, and the tables to take along."""

from functools import partial

import streamlit as st

from api_insights import Part, Span
from i18n import t
from insights import span
from visitor import identity, preferences


def draw() -> None:
    lengths = {name: t("insights.days", count=count) for name, count in span.LENGTHS.items()}
    with st.container(key="insights-filter", horizontal=True, vertical_alignment="center", gap="small"):
        st.segmented_control(
            t("insights.span"),
            list(span.CHOICES),
            key=span.LENGTH_KEY,
            default=span.USUAL,
            required=True,
            format_func=(lengths | {span.OWN: t("insights.own_span")}).__getitem__,
            label_visibility="collapsed",
        )
        if st.session_state.get(span.LENGTH_KEY) == span.OWN:
            st.date_input(t("insights.from_to"), span.usual_days(), key=span.DAYS_KEY, format="YYYY-MM-DD",
                          max_value=preferences.local_now().date(), label_visibility="collapsed", width=260)  # fmt: skip
        if span.may_see_all():
            whose = {"mine": t("insights.mine"), "all": t("insights.everybodys")}
            st.segmented_control(t("insights.whose"), list(whose), key=span.WHOSE_KEY, default="mine", required=True,
                                 format_func=whose.__getitem__, label_visibility="collapsed")  # fmt: skip
        _draw_download(span.chosen())


def _draw_download(wanted: Span) -> None:
    """Each table is fetched when it is clicked."""
    tables: dict[Part, str] = {
        "days": t("insights.csv_days"),
        "models": t("insights.csv_models"),
        "ranking": t("insights.csv_ranking"),
        "queries": t("insights.csv_queries"),
    }
    with st.popover(t("insights.download"), icon=":material/download:", key="insights-download"):
        for part, label in tables.items():
            name = f"triple-chat-{part}-{wanted.first}-{wanted.last}.csv"
            st.download_button(label, partial(identity.client().insights.table, wanted, part), name, "text/csv",
                               key=f"csv-{part}", icon=":material/table:", on_click="ignore", type="tertiary")  # fmt: skip
