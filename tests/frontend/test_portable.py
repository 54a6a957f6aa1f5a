"""Taking chats along and bringing them in, from the visitor's side."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend import fake_accounts
from tests.frontend.fake_api import FakeApi, wait_until
from tests.frontend.fake_portable import entry, waiting_import
from tests.frontend.tab import ask, buttons, choose, click, html
from tests.frontend.test_account import open_account, open_chat, token
from tests.frontend.test_conversation_list import EXPORT


@pytest.fixture
def account_page(page: AppTest, api: FakeApi) -> AppTest:
    """A guest who has asked something looks at the account."""
    return open_account(ask(page.run(), "one"))


def drop(tab: AppTest, name: str = "conversations.json") -> AppTest:
    key = next(each.key for each in tab.file_uploader if str(each.key).startswith("import-file-"))
    return tab.file_uploader(key=key).set_value((name, b"[]", "application/json")).run()


def text(tab: AppTest) -> str:
    """All our own HTML, without its tags."""
    return unescape(re.sub(r"<[^>]+>", " ", " ".join(html(tab))))


def test_a_file_is_sent_read_and_reported(account_page: AppTest, api: FakeApi) -> None:
    assert any("90 MB" in each.label for each in account_page.file_uploader), "as much as the server takes"
    drop(account_page)
    assert wait_until(lambda: bool(api.imports), 5), "it is sent in the background"
    row = api.imports[0]
    assert "Waiting to be read" in text(account_page.run())
    row.update(status="reading", progress=40, conversations_taken=1234)
    assert "Reading, 40 % · 1,234 chats" in text(account_page.run())
    row.update(
        status="done", source="chatgpt", conversations_refused=1, turns_taken=5000, conversations_known=2, report_left_off=7,
        report=[
            entry("refused", "<b>New</b>", code="conversation_empty"),
            entry("taken", "Tower", turns=4, left_out={"pictures": 2}),
            entry("known", "Seoul"),
        ],
    )  # fmt: skip
    shown = text(account_page.run())
    assert "1,234 chats with 5,000 questions taken in · 2 there already · 1 not taken" in shown
    assert "<b>New</b> Not taken: there is no question in it." in re.sub(r" +", " ", shown)
    assert "taken in, 4 questions · without: pictures 2" in shown and "… and 7 more" in shown
    assert f"cancel-import-{row['id']}" not in buttons(account_page)


def test_an_import_is_stopped(account_page: AppTest, api: FakeApi) -> None:
    api.imports.append(waiting_import() | {"status": "reading"})
    click(account_page.run(), f"cancel-import-{api.imports[0]['id']}")
    assert "You stopped this import." in text(account_page.run())


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [(409, "import_running", "Another file of yours"), (415, "newer_code", "English sentence for newer_code")],
)
def test_a_file_that_is_refused_says_why_until_it_is_put_away(
    account_page: AppTest, api: FakeApi, status: int, code: str, says: str
) -> None:
    api.refuse("POST conversations/import/", status, code)
    drop(account_page, "notes_1.zip")
    assert wait_until(lambda: ("POST", "conversations/import/") in api.requests, 5)
    assert wait_until(lambda: "forget-import" in buttons(account_page.run()), 5)
    shown = [each.value.replace("\\", "") for each in account_page.markdown]
    assert any("**notes_1.zip**" in each and says in each for each in shown)
    assert "forget-import" not in buttons(click(account_page, "forget-import"))


def test_nobody_becomes_a_guest_by_bringing_chats_in(page: AppTest, api: FakeApi) -> None:
    drop(open_account(page.run()))
    assert wait_until(lambda: bool(api.imports), 5)
    assert api.count("POST", "sessions/") == 1


def test_a_chat_is_exported_from_its_menu(page: AppTest, api: FakeApi) -> None:
    from api_client import ApiClient

    ask(open_chat(page.run()), 'What? "A/B"')
    choose(page, 0, EXPORT)
    assert [each.proto.label for each in page.get("download_button")] == [
        "Markdown, to read",
        "JSON, to keep or bring in",
    ]
    assert not any(path.endswith("/export/") for _, path in api.requests), "fetched when it is clicked"
    client = ApiClient(token=token(page), language="ko")
    content = client.portable.export_conversation("7", "markdown", language="ko", zone="Asia/Seoul")
    assert json.loads(content) == {"conversation": "7", "as": "markdown", "language": "ko", "timezone": "Asia/Seoul"}


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"status": "done", "conversations_taken": 1200, "conversations_refused": 3},
         "1,200 chats were brought in from “all.zip”. 3 could not be taken."),
        ({"status": "failed"}, "“all.zip” could not be brought in whole. The account page tells why."),
    ],
)  # fmt: skip
def test_the_bell_tells_that_an_import_has_ended(
    account_page: AppTest, api: FakeApi, payload: dict[str, str], says: str
) -> None:
    fake_accounts.notify(api, "import_ended", file_name="all.zip", **payload)
    account_page.run()
    assert [unescape(each.value.replace("\\", "")) for each in account_page.toast] == [says]
