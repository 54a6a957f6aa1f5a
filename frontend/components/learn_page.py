"""The Learn page: three lessons, how far the learner is, and the lesson that is open, with code to copy."""

from typing import Final

import streamlit as st

from components.markup import html_text
from i18n import current_language, t
from lessons import progress, texts
from lessons.progress import Progress
from visitor import moments

PARAMETER: Final = "lesson"
_CHOICE: Final = "lesson-choice"
LOOK_SECONDS: Final = 3.0


def draw() -> None:
    st.set_page_config(page_title=f"{t('page.learn')} – Triple Chat")
    with st.container(key="learn", gap="medium"):
        title, lead = html_text(t("page.learn")), html_text(t("learn.lead"))
        st.html(f'<h1 class="tc-title">{title}</h1><p class="tc-lead-left">{lead}</p>')
        if texts.read("1", current_language()) is None:
            st.info(t("learn.not_installed"), icon=":material/info:")
            return
        number = _chosen()
        _draw_choice(number)
        st.fragment(_draw_progress, run_every=LOOK_SECONDS)(number)
        _draw_lesson(number)


def _chosen() -> str:
    wanted = st.query_params.get(PARAMETER, "1")
    return wanted if wanted in texts.NUMBERS else "1"


def _draw_choice(number: str) -> None:
    found = progress.read(current_language())
    names = {"1": t("learn.basic"), "2": t("learn.ai"), "3": t("learn.advanced")}
    # What the address says counts, also after going back in the browser.
    st.session_state[_CHOICE] = number
    st.segmented_control(
        t("learn.lessons"),
        list(names),
        key=_CHOICE,
        required=True,
        format_func=lambda each: f"{_mark(found.get(each))}{each} · {names[each]}",
        label_visibility="collapsed",
        width="stretch",
        on_change=lambda: _open(str(st.session_state[_CHOICE])),
    )


def _mark(found: Progress | None) -> str:
    if found is None:
        return ""
    return ":material/check_circle: " if found.is_finished else ":material/pending: "


def _open(number: str) -> None:
    st.query_params[PARAMETER] = number


def _draw_progress(number: str) -> None:
    found = progress.read(current_language()).get(number)
    with st.container(key="learn-progress", border=True, gap="small"):
        st.html(_steps(found) if found else f"<p>{html_text(t('learn.not_checked'))}</p>")
        st.code(f"python run.py learn {number}", language="sh")
        st.caption(t("learn.check_says"))


def _steps(found: Progress) -> str:
    """What the check said, as in the terminal."""
    lines = [_step(step, place, found) for place, step in enumerate(found.steps)]
    when = t("learn.checked", when=moments.ago(found.checked))
    changed = f' <span class="tc-failed">{html_text(t("learn.changed"))}</span>' if found.changed else ""
    head = t("learn.done") if found.is_finished else t("learn.so_far", done=found.done, count=len(found.steps))
    return (
        f'<p role="status"><b>{html_text(head)}</b> <small>{html_text(when)}{changed}</small></p>'
        f'<ol class="tc-checks">{"".join(lines)}</ol>'
    )


def _step(step: str, place: int, found: Progress) -> str:
    state = "done" if place < found.done else "missing" if place == found.done and found.missing else "open"
    says = {"done": t("learn.step_done"), "missing": t("learn.step_missing"), "open": t("learn.step_open")}[state]
    missing = f"<em>{html_text(found.missing)}</em>" if state == "missing" else ""
    return f'<li class="tc-{state}"><i role="img" aria-label="{html_text(says)}"></i>{html_text(step)}{missing}</li>'


def _draw_lesson(number: str) -> None:
    lesson = texts.read(number, current_language())
    if lesson is None:
        return
    with st.container(key=f"lesson-{number}"):
        st.html(f'<h2 class="tc-lesson">{html_text(t("learn.lesson", number=number, title=lesson.title))}</h2>')
        for section in lesson.sections:
            st.markdown(section)
        if number != texts.NUMBERS[-1]:
            following = str(int(number) + 1)
            st.button(t("learn.next", number=following), key="next-lesson", type="primary",
                      icon=":material/arrow_forward:", on_click=_open, args=(following,))  # fmt: skip
