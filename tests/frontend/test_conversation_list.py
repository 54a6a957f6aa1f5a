"""The sidebar's list: grouping by the visitor's days, search, menu, undo, 'load more'."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend.fake_api import FakeApi
from tests.frontend.tab import ask, buttons, choose, click, conversation_links, questions

SEOUL = ZoneInfo("Asia/Seoul")
RENAME, PIN, EXPORT, DELETE = range(4)


@pytest.fixture
def three_chats(page: AppTest, api: FakeApi) -> AppTest:
    page.run()
    for name in ("apples", "bread", "cheese"):
        click(ask(page, name), "new-chat")
    return page


def conversation(hours_ago: float, now: datetime, *, pinned: bool = False):  # type: ignore[no-untyped-def]
    from api_types import Conversation

    return Conversation("id", "basic", "title", "", pinned, now - timedelta(hours=hours_ago), False)


@pytest.mark.parametrize(
    ("hours_ago", "label"),
    [(0.2, "Today"), (0.7, "Yesterday"), (24.4, "Yesterday"), (24.6, "Last 7 days"), (24 * 7, "Last 7 days"),
     (24 * 9, "November 2026"), (24 * 40, "October 2026")],
)  # fmt: skip
def test_conversations_are_grouped_by_the_visitors_days(api: FakeApi, hours_ago: float, label: str) -> None:
    from conversation import listing

    now = datetime(2026, 11, 23, 0, 30, tzinfo=SEOUL)  # the day has just begun in Seoul, not in UTC
    moment = conversation(hours_ago, now.astimezone(ZoneInfo("UTC")))
    assert [group.label for group in listing.group([moment], now)] == [label]


def test_the_one_used_last_stands_on_top_and_pinned_ones_above_it(three_chats: AppTest) -> None:
    assert conversation_links(three_chats) == ["cheese", "bread", "apples"]
    choose(three_chats, 2, PIN)
    assert conversation_links(three_chats) == ["apples", "cheese", "bread"]
    choose(three_chats, 0, PIN)
    assert conversation_links(three_chats) == ["cheese", "bread", "apples"]


def test_search_finds_by_title(three_chats: AppTest) -> None:
    three_chats.text_input(key="conversation_search").set_value("bre").run()
    assert conversation_links(three_chats) == ["bread"]


def test_rename(three_chats: AppTest) -> None:
    choose(three_chats, 0, RENAME)
    next(field for field in three_chats.text_input if field.label == "Name").set_value("blue *cheese*")
    next(button for button in three_chats.button if button.label == "Save").click().run()
    assert conversation_links(three_chats)[0] == r"blue \*cheese\*"


def test_delete_and_undo(three_chats: AppTest) -> None:
    choose(three_chats, 0, DELETE)
    assert conversation_links(three_chats) == ["bread", "apples"]
    click(three_chats, "undo")
    assert conversation_links(three_chats) == ["cheese", "bread", "apples"]
    assert "undo" not in buttons(three_chats)


def test_deleting_the_conversation_on_screen_shows_the_empty_page(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "apples")
    choose(page, 0, DELETE)
    assert "c" not in page.query_params
    assert questions(page) == []
    assert "suggestion-0" in buttons(page)


def test_load_more(page: AppTest, api: FakeApi) -> None:
    api.page_size = 2
    page.run()
    for number in range(5):
        click(ask(page, f"c{number}"), "new-chat")
    assert len(conversation_links(page)) == 2
    click(page, "more-conversations")
    click(page, "more-conversations")
    assert conversation_links(page) == ["c4", "c3", "c2", "c1", "c0"]
    assert "more-conversations" not in buttons(page)


def test_an_unsigned_visitor_has_no_list(page: AppTest, api: FakeApi) -> None:
    page.run()
    assert api.count("GET", "conversations/") == 0
