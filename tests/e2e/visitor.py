"""A visitor with a browser: what they do, and what they see, in words that tests can use."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.system import wait_until

SLOW = 30_000  # milliseconds; the machine may be busy


@dataclass
class Visitor:
    context: BrowserContext
    url: str
    page: Page = field(init=False)
    console: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        return page

    def open(self, path: str = "/") -> Visitor:
        self.page.goto(self.url + path)
        expect(self.input).to_be_visible(timeout=SLOW)
        return self

    def open_second_tab(self) -> Visitor:
        """The same person, looking at the same address in another tab."""
        other = Visitor(self.context, self.url)
        other.page.goto(self.page.url)
        expect(other.input).to_be_visible(timeout=SLOW)
        return other

    @property
    def input(self) -> Locator:
        return self.page.get_by_test_id("stChatInputTextArea")

    @property
    def questions(self) -> Locator:
        return self.page.locator(".tc-question")

    @property
    def answers(self) -> Locator:
        """The answers that have ended well: those that can be copied."""
        return self.page.get_by_test_id("stChatMessageContent").filter(has=self.page.locator(".tc-copy"))

    @property
    def newest(self) -> Locator:
        """The newest answer, finished or not."""
        return self.page.get_by_test_id("stChatMessageContent").last

    @property
    def conversations(self) -> Locator:
        return self.page.locator(".st-key-conversations").get_by_role("link")

    @property
    def waiting(self) -> Locator:
        """While the page is drawn again there may be two for a moment."""
        return self.page.locator(".tc-waiting").first

    def send(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def ask(self, text: str) -> Locator:
        """Ask, wait, and return the answer."""
        before = self.answers.count()
        self.send(text)
        expect(self.answers).to_have_count(before + 1, timeout=SLOW)
        return self.answers.last

    def until_still(self) -> None:
        """Wait until the page is drawn to its end: its answers come before its input."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")

    def slow_down(self, rate: float) -> None:
        """The browser's work on this page takes so many times longer."""
        self.context.new_cdp_session(self.page).send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def reload(self) -> None:
        self.page.reload()
        expect(self.input).to_be_visible(timeout=SLOW)

    def session_cookie(self) -> dict[str, object]:
        return self._session_cookies()[0]

    def until_signed_in(self, *, earlier: str = "") -> None:
        """Wait for a cookie with another token than that. To leave the page sooner would take its request along."""
        wait_until(lambda: any(cookie["value"] != earlier for cookie in self._session_cookies()), "the cookie is set")

    def _session_cookies(self) -> list[dict[str, object]]:
        cookies = [dict(cookie) for cookie in self.context.cookies()]
        return [cookie for cookie in cookies if str(cookie["name"]).startswith("triple_chat_") and cookie["httpOnly"]]

    def has_session_cookie(self) -> bool:
        return any(cookie["httpOnly"] for cookie in self.context.cookies())
