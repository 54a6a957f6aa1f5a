"""What was searched most, and what found nothing: where documents are missing."""

from collections.abc import Sequence

import streamlit as st

from api_insights import Insights, Query
from components.markup import html_text
from i18n import t
from plots.figure import Table, table_html


def draw(found: Insights) -> None:
    if not found.searched:
        return
    with st.container(key="insights-searches", gap="small"):
        st.html(_list(t("insights.searched_most"), found.queries, t("insights.no_search")))
        st.html(_list(t("insights.searched_in_vain"), found.empty_queries, t("insights.all_found")))


def _list(title: str, queries: Sequence[Query], nothing: str) -> str:
    head = f'<figure class="tc-plot"><figcaption><h3>{html_text(title)}</h3></figcaption>'
    if not queries:
        return f'{head}<p class="tc-lead-left">{html_text(nothing)}</p></figure>'
    columns = [t("insights.query"), t("insights.times_searched"), t("insights.times_empty")]
    rows = [[each.query, f"{each.searches:,}", f"{each.empty:,}"] for each in queries]
    return f"{head}{table_html(Table('', columns, rows))}</figure>"
