"""The line above an answer from documents: while it is made, what was found; then, how far it is supported."""

from typing import Final

import streamlit as st

from api_types import Chat, Place
from components.markup import html_text
from components.places import titled
from i18n import t

_MOST_SHOWN: Final = 20


def draw_found(passages: tuple[Place, ...]) -> None:
    """While the answer is being made; folded, so that it does not push the answer away."""
    if not passages:
        st.html(f'<p class="tc-evidence">{html_text(t("evidence.nothing"))}</p>')
        return
    places = dict.fromkeys(titled(each.title, each.page, each.heading) for each in passages)
    rows = "".join(f"<li>{html_text(place)}</li>" for place in list(places)[:_MOST_SHOWN])
    st.html(
        f'<details class="tc-evidence"><summary>{html_text(_found(passages))}</summary>'
        f'<ol class="tc-found">{rows}</ol></details>'
    )


def _found(passages: tuple[Place, ...]) -> str:
    titles = list(dict.fromkeys(each.title for each in passages))
    if len(titles) == 1:
        return t("evidence.found_in_one", passages=len(passages), title=titles[0])
    return t("evidence.found_in", passages=len(passages), documents=len(titles))


def draw_confidence(chat: Chat) -> None:
    names = {
        "high": t("confidence.high"),
        "medium": t("confidence.medium"),
        "low": t("confidence.low"),
        "not_found": t("confidence.not_found"),
    }
    meanings = {
        "high": t("confidence.high_says"),
        "medium": t("confidence.medium_says"),
        "low": t("confidence.low_says"),
        "not_found": t("confidence.not_found_says"),
    }
    if chat.confidence not in names:
        st.empty()
        return
    steps = "<i></i><i></i><i></i>"
    st.html(
        f'<p class="tc-evidence tc-confidence-{chat.confidence}" title="{html_text(meanings[chat.confidence])}">'
        f'<span class="tc-steps" aria-hidden="true">{steps}</span><b>{html_text(names[chat.confidence])}</b>'
        f"<span>{html_text(meanings[chat.confidence])}</span></p>"
    )


def draw_legend() -> None:
    """What the dotted line under sentences means."""
    st.html(f'<p class="tc-legend"><span>{html_text(t("evidence.mark"))}</span> {html_text(t("evidence.legend"))}</p>')
