"""The Insights page from the visitor's side, against the API's shapes; and the boxes that its plots are made of."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend import fake_accounts
from tests.frontend.conftest import FRONTEND
from tests.frontend.fake_api import FakeApi
from tests.frontend.tab import ask, html
from tests.frontend.test_account import PASSWORD, open_account, sign_in


def open_insights(tab: AppTest) -> AppTest:
    return tab.switch_page(str(FRONTEND / "pages" / "insights.py")).run()


def plots(tab: AppTest) -> dict[str, str]:
    """The plots and lists by their titles."""
    found = [(re.search(r"<h3>(.*?)</h3>", body), body) for body in html(tab) if "tc-plot" in body]
    return {match[1]: body for match, body in found if match}


def choose(tab: AppTest, key: str, value: str) -> AppTest:
    return tab.button_group(key=key).set_value(value).run()


@pytest.fixture
def insights_page(page: AppTest, api: FakeApi) -> AppTest:
    """A guest has asked something, and looks at the figures."""
    return open_insights(ask(page.run(), "hello"))


def test_every_figure_is_drawn_with_its_numbers_as_a_table(insights_page: AppTest) -> None:
    assert not insights_page.exception
    assert list(plots(insights_page)) == [
        "Questions a day", "Models used", "Questions by chat", "Time to the first word", "Time for the whole answer",
        "Tokens", "Feedback", "Why answers failed", "Side by side: your choices", "Searched most", "Found nothing",
    ]  # fmt: skip
    days = plots(insights_page)["Questions a day"]
    assert 'role="img" aria-label="Questions a day. Most: ' in days
    assert "Answered 10 · Failed 2" in days and days.count("<tr>") == 1 + 30
    assert "0.35 s – 1.9 s" in plots(insights_page)["Time to the first word"]
    assert "120 s" in plots(insights_page)["Time for the whole answer"]
    tiles = next(body for body in html(insights_page) if "tc-tiles" in body)
    assert ">75%<" in tiles and "1.5k read · 800 written" in tiles


def test_names_of_models_and_searches_are_text(insights_page: AppTest) -> None:
    drawn = "".join(plots(insights_page).values())
    assert "&lt;b&gt;odd&lt;/b&gt; · Advanced chat" in drawn and "battery &lt;life&gt;" in drawn
    assert "<b>odd" not in drawn and "<life>" not in drawn


def test_the_days_are_chosen(insights_page: AppTest, api: FakeApi) -> None:
    last = date.fromisoformat(api.insights_asked[-1]["to"])
    assert api.insights_asked[-1]["from"] == str(last - timedelta(days=29)), "at first"
    choose(insights_page, "insights-length", "7")
    assert api.insights_asked[-1] == {"from": str(last - timedelta(days=6)), "to": str(last), "zone": "UTC"}
    choose(insights_page, "insights-length", "own")
    own = last - timedelta(days=400), last - timedelta(days=2)
    insights_page.date_input(key="insights-days").set_value(own).run()
    assert (api.insights_asked[-1]["from"], api.insights_asked[-1]["to"]) == (str(own[0]), str(own[1]))
    by_week = plots(insights_page)["Questions a week"]
    assert by_week.count("<tr>") <= 1 + 59 and "Answered 10" in by_week


def test_staff_see_everybodys_with_scores(page: AppTest, api: FakeApi) -> None:
    fake_accounts.add_account(api, "admin", PASSWORD, staff=True)
    staff = open_insights(sign_in(open_account(page.run()), name="admin"))
    assert "all" not in api.insights_asked[-1]
    choose(staff, "insights-whose", "all")
    assert api.insights_asked[-1]["all"] == "true"
    assert "1093 (1003–1183)" in plots(staff)["Side by side: everybody&#x27;s choices"]


def test_others_are_not_offered_everybodys(insights_page: AppTest) -> None:
    assert "insights-whose" not in {each.key for each in insights_page.button_group}


def test_without_a_question_it_says_so(page: AppTest, api: FakeApi) -> None:
    assert any("As soon as you have asked" in body for body in html(open_insights(page.run())))
    assert api.insights_asked == [], "nobody is asked for their figures who is not there"


def test_days_without_a_question_say_so(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "hello")
    api.was_asked = False
    assert any("Nothing was asked in these days." in body for body in html(open_insights(page)))
    assert plots(page) == {}


def test_tables_are_fetched_only_when_they_are_clicked(insights_page: AppTest, api: FakeApi) -> None:
    assert len(insights_page.get("download_button")) == 4
    assert api.count("GET", "insights/csv/") == 0


@pytest.mark.parametrize(
    ("most", "whole", "lines"),
    [
        (0, True, [0, 1]),
        (3, True, [0, 1, 2, 3]),
        (38, True, [0, 10, 20, 30, 40]),
        (0.9, False, [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_lines_are_round_and_reach_the_top(most: float, whole: bool, lines: list[float]) -> None:
    from plots.scale import ticks

    assert ticks(most, whole=whole) == pytest.approx(lines)
