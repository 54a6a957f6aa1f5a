"""What a visitor does in a tab, and what they see in it, in words that tests can use."""

from __future__ import annotations

import re
from html import unescape

from streamlit.testing.v1 import AppTest


def ask(tab: AppTest, text: str) -> AppTest:
    return tab.chat_input[0].set_value(text).run()


def click(tab: AppTest, key: str) -> AppTest:
    return tab.button(key=key).click().run()


def choose(tab: AppTest, place: int, option: int) -> AppTest:
    """An entry of a conversation's menu: rename, pin, delete."""
    menus = [menu for menu in tab.menu_button if str(menu.key).startswith("menu-")]
    return menus[place].click_index(option).run()


def html(tab: AppTest) -> list[str]:
    return [element.proto.body for element in tab.get("html")]


def questions(tab: AppTest) -> list[str]:
    found = (re.search(r'class="tc-question"[^>]*>(.*)</div>', body, re.DOTALL) for body in html(tab))
    return [unescape(match[1]) for match in found if match]


def answers(tab: AppTest) -> list[str]:
    """What the copy buttons under the answers copy."""
    found = (re.search(r'data-copy="([^"]*)"', body) for body in html(tab))
    return [unescape(match[1]) for match in found if match]


def is_waiting(tab: AppTest) -> bool:
    return any("tc-waiting" in body for body in html(tab))


def ticket(tab: AppTest) -> str:
    match = next(re.search(r'data-ticket="([^"]*)"', body) for body in html(tab) if "tc-signals" in body)
    return match[1] if match else ""


def notices(tab: AppTest) -> list[str]:
    return [element.value for element in (*tab.info, *tab.success, *tab.warning, *tab.error)]


def buttons(tab: AppTest) -> set[str]:
    return {button.key for button in tab.button if button.key}


def conversation_links(tab: AppTest) -> list[str]:
    """The labels in the sidebar's list, from the top."""
    return [link.proto.label for link in tab.get("page_link") if "c=" in link.proto.query_string]
