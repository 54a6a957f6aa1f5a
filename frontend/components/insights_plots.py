"""The plots of the Insights page."""

from collections.abc import Sequence

import streamlit as st

from api_insights import Insights, ModelFigures, Ranked, Times
from api_types import is_built_in
from i18n import t, t_code
from insights.periods import Period, periods
from plots.columns import columns
from plots.figure import Series, Table
from plots.rows import Range, ranges, rows
from visitor import moments


def draw(found: Insights, *, everybodys: bool) -> None:
    by_time = periods(found.days)
    st.html(_questions(by_time))
    with st.container(key="insights-pairs", gap="small"):
        for plot in _in_pairs(found, by_time, everybodys):
            st.html(plot)


def _in_pairs(found: Insights, by_time: Sequence[Period], everybodys: bool) -> list[str]:
    plots = [_models(found.models), _modes(found)] if found.models else []
    begun = [(each, each.first_token) for each in found.models if each.first_token.p50 is not None]
    ended = [(each, each.total) for each in found.models if each.total.p50 is not None]
    plots += [_times(t("insights.first_word"), begun)] if begun else []
    plots += [_times(t("insights.whole"), ended)] if ended else []
    plots.append(_tokens(by_time))
    rated = [each for each in found.models if each.figures.good or each.figures.bad]
    plots += [_feedback(rated)] if rated else []
    plots += [_failures(found)] if found.failures else []
    if found.ranking:
        plots.append(_strengths(found.ranking) if everybodys else _choices(found.ranking))
    return plots


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _as_table() -> str:
    return t("insights.as_table")


def _questions(by_time: Sequence[Period]) -> str:
    answered = [each.figures.questions - each.figures.failed for each in by_time]
    series = [
        Series(t("insights.answered"), "main", answered),
        Series(t("insights.failures"), "bad", [each.figures.failed for each in by_time]),
    ]
    most = max(by_time, key=lambda each: each.figures.questions)
    says = t("insights.most_on", day=_label(most), count=_number(most.figures.questions))
    titles = {1: t("insights.by_day"), 7: t("insights.by_week"), 30: t("insights.by_month")}
    return columns(titles[by_time[0].days], says, [_label(each) for each in by_time], series, heading=_as_table(),
                   first_column=t("insights.day"), write=_number)  # fmt: skip


def _tokens(by_time: Sequence[Period]) -> str:
    series = [
        Series(t("insights.read"), "second", [each.figures.input_tokens for each in by_time]),
        Series(t("insights.written"), "main", [each.figures.output_tokens for each in by_time]),
    ]
    total = sum(sum(each.values) for each in series)
    return columns(t("insights.tokens"), t("insights.in_all", count=_number(total)), [_label(each) for each in by_time],
                   series, heading=_as_table(), first_column=t("insights.day"), write=_number)  # fmt: skip


def _label(period: Period) -> str:
    if period.days == 30:
        return moments.month(period.first)
    return moments.short_date(period.first)


def _models(models: Sequence[ModelFigures]) -> str:
    names = [name_of(each.model) for each in models]
    columns_of = [t("insights.model"), t("insights.questions"), t("insights.failures"), t("insights.read"), t("insights.written")]  # fmt: skip
    table = [
        [name, *map(_number, (f.questions, f.failed, f.input_tokens, f.output_tokens))]
        for name, f in zip(names, (each.figures for each in models), strict=True)
    ]
    series = [
        Series(t("insights.answered"), "main", [each.figures.questions - each.figures.failed for each in models]),
        Series(t("insights.failures"), "bad", [each.figures.failed for each in models]),
    ]
    return rows(t("insights.by_model"), _first_of(names), names, series, write=lambda values: _number(sum(values)),
                table=Table(_as_table(), columns_of, table))  # fmt: skip


def _modes(found: Insights) -> str:
    names = {"basic": t("page.basic"), "ai": t("page.ai"), "advanced": t("page.advanced")}
    return _counts(
        t("insights.by_chat"), t("insights.chat"), {names[mode]: n for mode, n in found.modes.items()}, "main"
    )


def _failures(found: Insights) -> str:
    counts = {t_code("error", code, code): count for code, count in found.failures.items()}
    return _counts(t("insights.failures_why"), t("insights.reason"), counts, "bad")


def _counts(title: str, what: str, counts: dict[str, int], look: str) -> str:
    ordered = dict(sorted(counts.items(), key=lambda item: -item[1]))
    table = [[name, _number(count)] for name, count in ordered.items()]
    series = [Series(t("insights.questions"), "bad" if look == "bad" else "main", list(ordered.values()))]
    return rows(title, _first_of(list(ordered)), list(ordered), series, write=lambda values: _number(values[0]),
                table=Table(_as_table(), [what, t("insights.questions")], table))  # fmt: skip


def _times(title: str, measured: Sequence[tuple[ModelFigures, Times]]) -> str:
    names = [name_of(model.model) for model, _ in measured]
    times = [each for _, each in measured]
    half = [each.p50 or 0.0 for each in times]
    series = [
        Series(t("insights.half"), "main", half),
        Series(t("insights.nearly_all"), "soft", [max((each.p95 or 0.0) - p50, 0.0) for each, p50 in zip(times, half, strict=True)]),
    ]  # fmt: skip
    table = [
        [name, moments.seconds(each.p50), moments.seconds(each.p95)] for name, each in zip(names, times, strict=True)
    ]
    return rows(title, t("insights.lower_is_better"), names, series, quiet=False,
                write=lambda values: f"{moments.seconds(values[0])} – {moments.seconds(sum(values))}",
                table=Table(_as_table(), [t("insights.model"), t("insights.half"), t("insights.nearly_all")], table))  # fmt: skip


def _feedback(models: Sequence[ModelFigures]) -> str:
    names = [name_of(each.model) for each in models]
    pairs = [(each.figures.good, each.figures.bad) for each in models]
    series = [
        Series(t("insights.good"), "good", [good for good, _ in pairs]),
        Series(t("insights.bad"), "bad", [bad for _, bad in pairs]),
    ]
    table = [[name, _number(good), _number(bad)] for name, (good, bad) in zip(names, pairs, strict=True)]
    return rows(t("insights.feedback"), _first_of(names), names, series, write=lambda values: " / ".join(map(_number, values)),
                table=Table(_as_table(), [t("insights.model"), t("insights.good"), t("insights.bad")], table))  # fmt: skip


def _choices(ranking: Sequence[Ranked]) -> str:
    """One's own choices, counted."""
    series = [
        Series(t("insights.wins"), "good", [each.wins for each in ranking]),
        Series(t("insights.ties"), "soft", [each.ties for each in ranking]),
        Series(t("insights.losses"), "bad", [each.losses for each in ranking]),
    ]
    names = [name_of(each.model) for each in ranking]
    return rows(t("insights.ranking"), _first_of(names), names, series, write=lambda values: " / ".join(map(_number, values)),
                table=_ranking_table(ranking))  # fmt: skip


def _strengths(ranking: Sequence[Ranked]) -> str:
    """Everybody's choices as Bradley-Terry scores; a model that was compared with nothing known has none."""
    found = [Range(name_of(each.model), each.low or 0, each.score, each.high or 0) for each in ranking if each.score]
    if not found:
        return _choices(ranking)
    return ranges(t("insights.ranking_all"), t("insights.ranking_says"), found, table=_ranking_table(ranking),
                  write=lambda each: f"{each.middle:.0f} ({each.low:.0f}–{each.high:.0f})")  # fmt: skip


def _ranking_table(ranking: Sequence[Ranked]) -> Table:
    heads = [t("insights.model"), t("insights.wins"), t("insights.ties"), t("insights.losses")]
    lines = [[name_of(each.model), *map(_number, (each.wins, each.ties, each.losses))] for each in ranking]
    if any(each.score for each in ranking):
        heads += [t("insights.score"), t("insights.interval")]
        for line, each in zip(lines, ranking, strict=True):
            line += [f"{each.score:.0f}", f"{each.low:.0f}–{each.high:.0f}"] if each.score else ["–", "–"]
    return Table(_as_table(), heads, lines)


def _first_of(names: Sequence[str]) -> str:
    return t("insights.first_is", name=names[0]) if names else ""


def name_of(model: str) -> str:
    """As a person knows it; the one that reads documents is told from its twin."""
    if not model:
        return t("insights.hidden_model")
    name = t("models.builtin") if is_built_in(model) else model.removeprefix("cited/")
    return f"{name} · {t('page.advanced')}" if model.startswith("cited/") else name
