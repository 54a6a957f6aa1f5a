"""The Insights page: which days, the figures in short, the plots, and what was searched."""

import streamlit as st

from api_client import ApiError
from api_insights import Insights, Span
from components import away, insights_filter, insights_plots, insights_searches, page_links
from components.markup import html_text
from i18n import t
from insights import span
from plots.scale import short
from visitor import identity, notices
from visitor.moments import seconds


def draw() -> None:
    """Raises ApiError when the session has ended."""
    st.set_page_config(page_title=f"{t('page.insights')} – Triple Chat")
    with st.container(key="insights", gap="medium"):
        title, lead = html_text(t("page.insights")), html_text(t("insights.lead"))
        st.html(f'<h1 class="tc-title">{title}</h1><p class="tc-lead-left">{lead}</p>')
        if not identity.is_signed_in():
            _draw_nothing(t("insights.nobody_yet"))
            return
        insights_filter.draw()
        _draw_figures(span.chosen())


def _draw_figures(wanted: Span) -> None:
    try:
        found = identity.client().insights.read(wanted)
    except ApiError as error:
        if error.is_away:
            away.draw_watch(visible=True)
        elif error.is_signed_out:
            raise
        else:
            st.warning(notices.sentence(error), icon=":material/error:")
        return
    if not found.totals.figures.questions and not found.searched:
        _draw_nothing(t("insights.nothing"))
        return
    st.html(_tiles(found))
    insights_plots.draw(found, everybodys=wanted.everybodys)
    insights_searches.draw(found)


def _draw_nothing(says: str) -> None:
    with st.container(key="insights-empty", horizontal_alignment="center", gap="small"):
        st.html(f'<p class="tc-lead">{html_text(says)}</p>')
        st.page_link(page_links.all_pages()["basic"], label=t("insights.ask"), icon=page_links.ICONS["basic"])


def _tiles(found: Insights) -> str:
    totals = found.totals
    figures = totals.figures
    thumbs = t("insights.thumbs", good=f"{figures.good:,}", bad=f"{figures.bad:,}")
    tokens = t("insights.tokens_of", read=short(figures.input_tokens), written=short(figures.output_tokens))
    tiles = [
        (t("insights.questions"), f"{figures.questions:,}", _failed(figures.failed)),
        (t("insights.first_word"), seconds(totals.first_token.p50), t("insights.most", time=seconds(totals.first_token.p95))),
        (t("insights.whole"), seconds(totals.total.p50), t("insights.most", time=seconds(totals.total.p95))),
        (t("insights.tokens"), short(figures.input_tokens + figures.output_tokens), tokens),
        (t("insights.feedback"), _share(figures.good, figures.good + figures.bad), thumbs),
        (t("insights.searches"), f"{found.searched:,}", t("insights.found_nothing", count=f"{found.found_nothing:,}")),
    ]  # fmt: skip
    shown = "".join(
        f"<div><dt>{html_text(name)}</dt><dd>{html_text(value)}<small>{html_text(more)}</small></dd></div>"
        for name, value, more in tiles
    )
    return f'<dl class="tc-tiles">{shown}</dl>'


def _failed(count: int) -> str:
    return t("insights.failed", count=f"{count:,}") if count else t("insights.none_failed")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "–"
