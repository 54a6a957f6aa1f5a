"""Django's admin: for staff only, behind our own sign-in; what people wrote stays hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from models.models import Chat, Session, User
from tests.accounts import PASSWORD, new_account, row_of
from tests.cast import Person, new_guest
from tests.own_redis import OwnApi, own_api
from tests.system import LiveSystem

LISTS = ("user", "session", "document", "chat", "searchlog")


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """Accounts are made through the ORM."""


@pytest.fixture
def staff() -> Iterator[User]:
    user = new_account()
    User.objects.filter(uuid=user.uuid).update(is_staff=True)
    yield user
    User.objects.filter(uuid=user.uuid).update(is_staff=False)


class Browser:
    """Cookies, and forms with their hidden token."""

    def __init__(self, api_url: str) -> None:
        self.url = f"{api_url}/api/admin/"
        self.http = requests.Session()

    def get(self, path: str = "") -> requests.Response:
        return self.http.get(self.url + path, timeout=30)

    def post(self, path: str, **fields: object) -> requests.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path).text)
        assert token, "no form"
        return self.http.post(self.url + path, data={"csrfmiddlewaretoken": token[1], **fields}, timeout=30)

    def sign_in(self, user: User, password: str = PASSWORD) -> requests.Response:
        return self.post("login/", username=user.user_id, password=password)


def test_staff_sees_every_list_and_no_text_of_others(system: LiveSystem, staff: User) -> None:
    asker = new_guest(system.api_url)
    asker.ask("Is the okapi striped?", model="builtin")
    browser = Browser(system.api_url)
    assert browser.get().url.endswith("/api/admin/login/?next=/api/admin/")
    assert browser.sign_in(staff).url == browser.url
    for name in LISTS:
        page = browser.get(f"models/{name}/")
        assert page.status_code == 200 and "result_list" in page.text, name
        assert "okapi" not in page.text
        first = re.search(rf'href="/api/admin/models/{name}/([^"?/]+)/change/', page.text)
        if first:
            detail = browser.get(f"models/{name}/{first[1]}/change/")
            assert detail.status_code == 200 and "okapi" not in detail.text
    chats = browser.get("models/chat/").text
    assert "(hidden)" in chats and asker.get("users/me/").json()["user_id"] in chats
    assert browser.get().headers["X-Frame-Options"] == "DENY"
    style = requests.get(f"{system.api_url}/static/admin/css/base.css", timeout=30)
    assert (style.status_code, style.headers["Content-Type"]) == (200, "text/css")


def test_text_is_shown_when_the_setting_says_so(
    django_db_setup: None, tmp_path: Path, system: LiveSystem, staff: User
) -> None:
    new_guest(system.api_url).ask("Is the okapi striped?", model="builtin")
    with own_api(tmp_path, ADMIN_SHOWS_CHATS="true") as api:
        browser = Browser(api.url)
        browser.sign_in(staff)
        assert "okapi" in browser.get("models/chat/").text
        assert "okapi" in browser.get("models/searchlog/").text


def test_model_of_a_blind_comparison_is_told_nowhere_before_the_choice(system: LiveSystem, staff: User) -> None:
    asker = new_guest(system.api_url)
    hidden, shown = "fake/says:hyrax", "fake/says:quokka"
    asker.ask("Which one?", mode="ai", models=[hidden, "fake/echo"], blind=True)
    asker.ask("Which one?", model=shown, mode="ai")
    Chat.objects.filter(user=row_of(asker).user, model=hidden).update(model_hidden=True)
    browser = Browser(system.api_url)
    browser.sign_in(staff)
    name = asker.get("users/me/").json()["user_id"]
    listed = browser.get(f"models/chat/?q={name}").text
    assert shown in listed and hidden not in listed
    for chat in Chat.objects.filter(user__user_id=name):
        detail = browser.get(f"models/chat/{chat.pk}/change/")
        assert detail.status_code == 200 and hidden not in detail.text
    # Nor can it be found out by asking for it.
    assert "result_list" in browser.get("models/chat/?q=quokka").text
    assert "result_list" not in browser.get("models/chat/?q=hyrax").text
    for question in ("chat/?model=fake/echo", "chat/?question_text__contains=W", "user/?password__startswith=p"):
        assert browser.get(f"models/{question}").status_code == 400, question


def test_korean_browser_gets_korean(system: LiveSystem, staff: User) -> None:
    new_guest(system.api_url).ask("Is the okapi striped?", model="builtin")
    browser = Browser(system.api_url)
    browser.http.headers["Accept-Language"] = "ko-KR,ko;q=0.9,en;q=0.5"
    page = browser.sign_in(staff, "wrong")
    assert "이름이나 비밀번호가 맞지 않습니다." in page.text and page.headers["Content-Language"] == "ko"
    browser.sign_in(staff)
    pages = [browser.get(), *(browser.get(f"models/{name}/") for name in LISTS)]
    for each in pages:
        assert "로그아웃" in each.text and re.search("사용자|세션|문서|대화|검색 기록", each.text)
    columns = [re.findall(r'class="text">(?:<a [^>]*>|<span>)([^<]+)', page.text) for page in pages[1:]]
    english = [column for page in columns for column in page if column.isascii()]
    assert all(columns) and not english
    filters = re.compile(r'"\?(?:mode|status|source)__exact=[^"]*">([^<]+)')
    values = {value for page in pages[1:] for value in filters.findall(page.text)}
    assert {"기본 채팅", "올린 파일"} <= values and not any(map(str.isascii, values))
    browser.http.headers["Accept-Language"] = "en"
    assert "Log out" in browser.get().text
    # Nobody else hears Korean because of it.
    wrong = requests.post(f"{system.api_url}/api/chats/", headers={"Accept-Language": "ko"}, timeout=30)
    assert wrong.json()["error"]["message"].isascii()


def test_nobody_but_staff_gets_in(system: LiveSystem, staff: User) -> None:
    browser = Browser(system.api_url)
    for user, password in ((new_account(), PASSWORD), (staff, "wrong")):
        page = browser.sign_in(user, password)
        assert page.status_code == 200 and "The name or the password is wrong." in page.text
    assert "triple-chat-admin" not in browser.http.cookies
    assert browser.get("models/user/").url.endswith("/login/?next=/api/admin/models/user/")
    without_form = browser.http.post(
        browser.url + "login/", data={"username": staff.user_id, "password": PASSWORD}, timeout=30
    )
    assert without_form.status_code == 403


def test_sign_in_is_limited(separate_api: OwnApi, staff: User) -> None:
    browser = Browser(separate_api.url)
    replies = [browser.sign_in(staff, "wrong").status_code for _ in range(11)]
    assert replies == [200] * 10 + [429]
    assert browser.sign_in(staff).status_code == 429


def test_cookie_is_for_the_admin_alone_and_the_session_is_one_of_ours(system: LiveSystem, staff: User) -> None:
    browser = Browser(system.api_url)
    browser.sign_in(staff)
    (cookie,) = [each for each in browser.http.cookies if each.name == "triple-chat-admin"]
    assert cookie.path == "/api/admin/"
    assert cookie.has_nonstandard_attr("HttpOnly") and cookie.get_nonstandard_attr("SameSite") == "Strict"
    sent = {"Cookie": f"triple-chat-admin={cookie.value}"}
    assert requests.get(f"{system.api_url}/api/users/me/", headers=sent, timeout=30).status_code == 401
    token = str(cookie.value)
    (session,) = Person(system.api_url, token).get("sessions/").json()["results"]
    assert session["device"].endswith("(admin)")
    Session.objects.filter(user=staff).update(revoked_at=session["created_datetime"])
    assert "/login/" in browser.get().url


def test_signing_out_ends_the_session(system: LiveSystem, staff: User) -> None:
    browser = Browser(system.api_url)
    browser.sign_in(staff)
    form = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get().text)
    assert form
    browser.http.post(browser.url + "logout/", data={"csrfmiddlewaretoken": form[1]}, timeout=30)
    assert "/login/" in browser.get().url
    assert not Session.objects.filter(user=staff, revoked_at=None).exists()


def test_account_is_switched_off_and_sessions_are_ended(system: LiveSystem, staff: User) -> None:
    browser = Browser(system.api_url)
    browser.sign_in(staff)
    guest = new_guest(system.api_url)
    name = guest.get("users/me/").json()["user_id"]
    saved = browser.post(f"models/user/{name}/change/")  # the box is not ticked
    assert saved.status_code == 200
    assert guest.get("users/me/").status_code == 401
    other = new_guest(system.api_url)
    session = other.get("sessions/current/").json()["id"]
    ended = browser.post("models/session/", action="end", _selected_action=session)
    assert "1 sessions have ended" in ended.text
    assert other.get("users/me/").status_code == 401


def test_staff_cannot_reach_a_higher_rank(system: LiveSystem, staff: User) -> None:
    chief = new_account()
    User.objects.filter(uuid=chief.uuid).update(is_staff=True, is_superuser=True)
    browser = Browser(system.api_url)
    browser.sign_in(staff)
    page = browser.post(f"models/user/{chief.user_id}/change/")
    assert "You may not do this." in page.text
    mine = browser.get(f"models/user/{staff.user_id}/change/").text
    assert 'name="is_staff"' not in mine and 'name="is_active"' in mine
    assert User.objects.get(uuid=chief.uuid).is_active
    User.objects.filter(uuid=chief.uuid).update(is_staff=False, is_superuser=False)
