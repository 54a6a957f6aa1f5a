"""The account page from the visitor's side, against the API's shapes."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend import fake_accounts
from tests.frontend.conftest import FRONTEND
from tests.frontend.fake_api import FakeApi
from tests.frontend.tab import answers, ask, buttons, click, conversation_links, html, notices, questions, ticket

PASSWORD = "a long password"


def open_account(tab: AppTest) -> AppTest:
    return tab.switch_page(str(FRONTEND / "pages" / "account.py")).run()


def open_chat(tab: AppTest) -> AppTest:
    return tab.switch_page(str(FRONTEND / "pages" / "basic_chat.py")).run()


def fill(tab: AppTest, send: str, **fields: str) -> AppTest:
    for name, value in fields.items():
        tab.text_input(key=name.replace("__", "-")).set_value(value)
    return click(tab, send)


def sign_in(tab: AppTest, name: str = "minji", password: str = PASSWORD, place: str = "page") -> AppTest:
    return fill(tab, f"{place}-send", **{f"{place}__name": name, f"{place}__password": password})


def devices(tab: AppTest) -> list[str]:
    found = (re.search(r'class="tc-device">(.*?)<small>', body) for body in html(tab))
    return [match[1] for match in found if match]


def token(tab: AppTest) -> str:
    return str(tab.session_state["identity"].token)


@pytest.fixture
def account_page(page: AppTest, api: FakeApi) -> AppTest:
    """Minji is signed in, and looks at her account."""
    fake_accounts.add_account(api, "minji", PASSWORD)
    return sign_in(open_account(page.run()))


def test_nobody_is_made_a_guest_by_looking_at_the_account(page: AppTest, api: FakeApi) -> None:
    open_account(page.run())
    assert not page.exception
    assert api.count("POST", "sessions/") == 0
    assert {"join-send", "page-send", "code-send"} <= buttons(page)


def test_a_guest_keeps_the_chats_as_an_account(page: AppTest, api: FakeApi) -> None:
    ask(page.run(), "remember me")
    before = token(page)
    fill(open_account(page), "join-send", join__name="minji", join__password=PASSWORD)
    assert "kept under your name" in notices(page)[0]
    assert token(page) != before, "the token changes with the rights"
    assert ticket(page), "the browser is handed the new one"
    assert conversation_links(page) == ["remember me"]


def test_what_is_wrong_with_name_and_password_is_said_and_the_form_stays(page: AppTest, api: FakeApi) -> None:
    fill(open_account(page.run()), "join-send", join__name="not good", join__password="short")
    assert notices(page) == [
        "The name may hold letters, digits and . _ - + @, and no spaces.\n\nThe password needs at least 8 characters."
    ]
    assert page.text_input(key="join-name").value == "not good"
    page.run()
    assert notices(page), "until the form is sent again, whatever else draws the page"
    fill(page, "join-send", join__name="good", join__password=PASSWORD)
    assert "kept under your name" in notices(page)[0]


@pytest.mark.parametrize("field", ["page-name", "page-password"])
def test_a_form_that_is_not_filled_in_is_not_sent(page: AppTest, api: FakeApi, field: str) -> None:
    open_account(page.run()).text_input(key=field).set_value("something")
    assert notices(click(page, "page-send")) == ["Please fill in all the fields."]
    assert api.count("POST", "sessions/") == 0


def test_a_wrong_password_does_not_sign_the_guest_out(page: AppTest, api: FakeApi) -> None:
    fake_accounts.add_account(api, "minji", PASSWORD)
    ask(page.run(), "one")
    sign_in(open_account(page), password="wrong")
    assert notices(page) == ["The name or the password is wrong."]
    assert conversation_links(page) == ["one"]


def test_too_many_attempts_say_how_long_to_wait(page: AppTest, api: FakeApi) -> None:
    api.refuse("POST sessions/", 429, "too_many_sign_ins")
    sign_in(open_account(page.run()))
    assert notices(page) == ["Too many wrong passwords. Try again in 17 seconds."]


@pytest.mark.parametrize(("takes_along", "found"), [(True, ["one"]), (False, [])])
def test_signing_in_takes_the_guests_chats_along_or_leaves_them(
    page: AppTest, api: FakeApi, takes_along: bool, found: list[str]
) -> None:
    fake_accounts.add_account(api, "minji", PASSWORD)
    ask(page.run(), "one")
    open_account(page).checkbox(key="page-take-along").set_value(takes_along)
    sign_in(page)
    assert conversation_links(page) == found


def test_the_first_administrators_code_makes_one(page: AppTest, api: FakeApi) -> None:
    api.codes["7KQD-M2XP-9RTV"] = "staff"
    fields = {"code__code": "7KQD-M2XP-9RTV", "code__name": "admin", "code__password": PASSWORD}
    fill(open_account(page.run()), "code-send", **fields)
    assert "Administration" in [each.value for each in page.subheader]


def test_name_and_password_change_with_the_present_password(account_page: AppTest, api: FakeApi) -> None:
    fields = {"change-name-minji": "mina", "change-name-present": "wrong"}
    assert notices(fill(account_page, "change-name-send", **fields)) == ["The present password is wrong."]
    fill(account_page, "change-name-send", **{**fields, "change-name-present": PASSWORD})
    assert notices(account_page) == ["Your name is changed."]
    fields = {"change-password-present": PASSWORD, "change-password-new-password": "another long one"}
    fill(account_page, "change-password-send", **fields)
    assert api.passwords["mina"] == "another long one"


def test_devices_are_listed_and_ended(account_page: AppTest, api: FakeApi) -> None:
    others = [fake_accounts.open_session(api, api.accounts["minji"], device=f"Phone {number}") for number in range(3)]
    account_page.run()
    assert devices(account_page)[1:] == ["Phone 0", "Phone 1", "Phone 2"], "this one first"
    click(account_page, f"end-{api.sessions[others[1]]['id']}")
    assert devices(account_page)[1:] == ["Phone 0", "Phone 2"]
    click(account_page, "end-others")
    assert len(devices(account_page)) == 1
    assert "end-others" not in buttons(account_page)


def test_everything_is_fetched_only_when_the_download_is_clicked(account_page: AppTest, api: FakeApi) -> None:
    assert len(account_page.get("download_button")) == 2, "once more before deleting"
    assert api.count("GET", "users/me/export/") == 0


def test_the_download_is_everything_as_the_api_gives_it(account_page: AppTest, api: FakeApi) -> None:
    from api_client import ApiClient, ApiError

    client = ApiClient(token=token(account_page), language="en")
    assert b'"user": "minji"' in client.export_me()
    api.end_all_sessions()
    with pytest.raises(ApiError) as caught:
        client.export_me()
    assert caught.value.is_signed_out


def test_deleting_asks_for_the_name_and_the_password(account_page: AppTest, api: FakeApi) -> None:
    fill(account_page, "leave-send", **{"leave-typed": "min", "leave-password": PASSWORD})
    assert "type exactly: minji" in notices(account_page)[0]
    assert api.count("DELETE", "users/me/") == 0
    fill(account_page, "leave-send", **{"leave-typed": "minji", "leave-password": "wrong"})
    assert notices(account_page) == ["The present password is wrong."]
    fill(account_page, "leave-send", **{"leave-typed": "minji", "leave-password": PASSWORD})
    assert notices(account_page) == ["Everything of yours is deleted."]
    assert "join-send" in buttons(account_page)


def test_signing_out_ends_the_session_drops_the_cookie_and_leaves_nothing(account_page: AppTest, api: FakeApi) -> None:
    from server.tickets import office

    ask(open_chat(account_page), "private")
    mine = token(account_page)
    click(open_account(account_page), "sign-out")
    assert mine not in api.tokens
    ending = office.redeem(ticket(account_page))
    assert ending and ending.ends and ending.token == mine
    assert conversation_links(account_page) == []
    assert not any(seen in account_page.session_state for seen in ("history", "conversations_seen", "news"))


def test_a_session_that_ended_elsewhere_is_said_and_signing_in_again_goes_on(page: AppTest, api: FakeApi) -> None:
    fake_accounts.add_account(api, "minji", PASSWORD)
    ask(open_chat(sign_in(open_account(page.run()))), "one")
    conversation = page.query_params["c"]
    api.end_all_sessions()
    ask(page, "two")
    assert "Your session has ended" in notices(page)[0]
    assert questions(page) == [], "nobody sees the chats of a session that was ended"
    assert page.query_params["c"] == conversation
    assert page.chat_input[0].proto.value == "two"
    sign_in(click(page, "open-sign-in"), place="dialog")
    assert questions(page) == ["one"]
    assert len(answers(page)) == 1
    assert notices(page) == []


def test_who_does_not_sign_in_again_asks_in_a_new_chat(page: AppTest, api: FakeApi) -> None:
    fake_accounts.add_account(api, "minji", PASSWORD)
    ask(open_chat(sign_in(open_account(page.run()))), "one")
    api.end_all_sessions()
    ask(page.run(), "as somebody new")
    assert questions(page) == ["as somebody new"]
    assert len(api.conversations) == 2


def test_an_address_of_a_chat_offers_to_sign_in(page: AppTest, api: FakeApi) -> None:
    page.query_params["c"] = "00000000-0000-0000-0000-000000000000"
    page.run()
    assert "Sign in to see this chat" in notices(page)[0]
    assert "open-sign-in" in buttons(page)


def test_closed_to_guests_the_question_is_kept_and_signing_in_offered(page: AppTest, api: FakeApi) -> None:
    page.run()
    api.refuse("POST sessions/", 403, "guests_closed")
    ask(page, "mine")
    assert "Please sign in" in notices(page)[0]
    assert page.chat_input[0].proto.value == "mine"
    assert "open-sign-in" in buttons(page)


def test_a_limit_is_told_with_its_seconds_and_the_question_kept(page: AppTest, api: FakeApi) -> None:
    page.run()
    api.refuse("POST chats/", 429, "too_many_questions")
    ask(page, "mine")
    assert notices(page)[0].endswith("Try again in 17 seconds.")
    assert page.chat_input[0].proto.value == "mine"


@pytest.fixture
def staff_page(page: AppTest, api: FakeApi) -> AppTest:
    fake_accounts.add_account(api, "admin", PASSWORD, staff=True)
    fake_accounts.add_account(api, "minji", PASSWORD)
    return sign_in(open_account(page.run()), name="admin")


def test_an_invitation_is_shown_once(staff_page: AppTest, api: FakeApi) -> None:
    fill(staff_page, "invite-send", **{"invite-note": "For Seojun"})
    assert [each.value for each in staff_page.code] == ["CODE-0"]
    assert "For Seojun" in devices(staff_page)
    click(staff_page, "put-code-away")
    assert len(staff_page.code) == 0
    click(staff_page, f"withdraw-{api.invitations[0]['id']}")
    assert api.invitations == []


def test_staff_switches_accounts_off_and_resets_passwords(staff_page: AppTest, api: FakeApi) -> None:
    menu = next(each for each in staff_page.menu_button if each.key == "people-menu-minji")
    menu.click_index(0).run()
    assert [each.value for each in staff_page.code] == ["CODE-0"]
    next(each for each in staff_page.menu_button if each.key == "people-menu-minji").click_index(1).run()
    assert api.accounts["minji"]["is_active"] is False
    assert any("switched off" in body for body in html(staff_page))
    assert not any(each.key == "people-menu-admin" for each in staff_page.menu_button), "not oneself"


def test_others_see_no_administration(account_page: AppTest, api: FakeApi) -> None:
    assert "Administration" not in [each.value for each in account_page.subheader]
    assert api.count("GET", "users/") == 0
