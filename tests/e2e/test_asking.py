"""Asking in a real browser: the question at once, the answer when it is there, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.cast import new_guest
from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import SLOW, Visitor
from tests.system import LiveSystem


@pytest.fixture
def without_a_model(live_system: LiveSystem) -> Iterator[None]:
    """Only the built-in model, until the test ends."""
    somebody = new_guest(live_system.api_url)
    live_system.use_no_endpoint()
    somebody.post("models/check/").raise_for_status()
    yield
    live_system.use_fake_endpoint()
    somebody.post("models/check/").raise_for_status()


@pytest.mark.parametrize(
    ("locale", "question", "quoted"),
    [
        ("en-US", "How do I connect a language model?", "Ollama"),
        ("ko-KR", "언어 모델은 어떻게 연결하나요?", "다시 확인"),
    ],
)
def test_the_guide_answers_with_quotes_and_sources(
    new_visitor: NewVisitor, without_a_model: None, locale: str, question: str, quoted: str
) -> None:
    visitor = new_visitor(locale=locale).open()
    answer = visitor.ask(question)
    expect(answer).to_contain_text(quoted)
    mark = answer.locator('a[href^="#source-"]').first
    expect(mark).to_have_text("1")
    mark.click()
    quote = visitor.page.locator(".tc-quote")
    expect(quote).to_be_visible()
    assert len(quote.inner_text()) > 20
    expect(visitor.page).to_have_url(re.compile(r"\?c=[0-9a-f-]{36}$"))


@pytest.mark.parametrize("greeting", ["안녕하세요", "hello", "Who won the 1954 chess league of Mars?"])
def test_a_greeting_and_the_unanswerable_get_a_friendly_reply(
    without_a_model: None, visitor: Visitor, greeting: str
) -> None:
    answer = visitor.ask(greeting)
    expect(answer.get_by_role("listitem")).to_have_count(3)


def test_a_language_model_answers_with_markdown(visitor: Visitor) -> None:
    answer = visitor.ask("Say **bold** and $x^2$ and `code`.")
    expect(answer.locator("strong", has_text="bold")).to_be_visible()
    expect(answer.locator(".katex").first).to_be_visible()
    expect(answer.locator(".tc-answer-foot")).to_contain_text("echo")


def test_a_code_block_shows_its_language_and_a_copy_button(visitor: Visitor) -> None:
    visitor.input.fill("")
    visitor.page.evaluate("text => navigator.clipboard.writeText(text)", "```python\nprint(1)\n```")
    visitor.input.press("Control+V")
    visitor.input.press("Enter")
    expect(visitor.answers).to_have_count(1, timeout=SLOW)
    block = visitor.answers.last.locator(".stCode")
    expect(block).to_have_attribute("data-language", "python")
    expect(block.get_by_role("button", name="Copy to clipboard")).to_be_visible()


def test_the_question_is_on_screen_before_the_answer(visitor: Visitor, live_system: LiveSystem) -> None:
    visitor.send("Wait for it {fake:held}")
    expect(visitor.questions).to_have_text(["Wait for it {fake:held}"])
    expect(visitor.waiting).to_be_visible()
    expect(visitor.page.locator(".tc-elapsed")).to_have_text(re.compile(r"[1-9]\d* s"), timeout=10_000)
    live_system.upstream.release()
    expect(visitor.answers).to_have_count(1, timeout=SLOW)
    live_system.upstream.reset()


def test_an_answer_can_be_copied(visitor: Visitor) -> None:
    answer = visitor.ask("Copy **me**, please")
    answer.locator(".tc-copy").click()
    expect(answer.get_by_role("button", name="Copied")).to_be_visible()
    assert visitor.page.evaluate("() => navigator.clipboard.readText()").strip() == "Copy **me**, please"


def test_an_answer_can_be_stopped_and_tried_again(visitor: Visitor, live_system: LiveSystem) -> None:
    visitor.send("Stop me {fake:held}")
    visitor.page.get_by_role("button", name="Stop answer").click()
    expect(visitor.page.get_by_text("You stopped this answer.")).to_be_visible()
    live_system.upstream.release()
    visitor.page.get_by_role("button", name="Try again").click()
    expect(visitor.answers).to_have_count(1, timeout=SLOW)
    live_system.upstream.reset()


def test_a_failing_model_gives_a_sentence_and_no_secret(visitor: Visitor) -> None:
    visitor.send("Break {fake:status:401}")
    expect(visitor.page.get_by_text("refused the key")).to_be_visible(timeout=SLOW)
    expect(visitor.page.get_by_role("button", name="Try again")).to_be_visible()
    assert "PROVIDER SECRET" not in visitor.page.content()


def test_shift_enter_makes_a_new_line(visitor: Visitor) -> None:
    visitor.input.fill("one")
    visitor.input.press("Shift+Enter")
    visitor.input.press_sequentially("two")
    expect(visitor.input).to_have_value("one\ntwo")
    visitor.input.press("Enter")
    expect(visitor.questions).to_have_text(["one\ntwo"])


def test_the_input_has_the_focus_after_loading(visitor: Visitor) -> None:
    expect(visitor.input).to_be_focused()


@pytest.mark.parametrize("passes_enter_on", [True, False])
def test_enter_that_ends_a_hangul_composition_sends_once(visitor: Visitor, passes_enter_on: bool) -> None:
    """Korean input methods commit the syllable with Enter; some hand the Enter on to the page, some do not."""
    cdp = visitor.context.new_cdp_session(visitor.page)
    visitor.input.focus()
    cdp.send("Input.insertText", {"text": "안녕하세"})
    cdp.send("Input.imeSetComposition", {"text": "요", "selectionStart": 1, "selectionEnd": 1})
    composing = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **composing})
    cdp.send("Input.insertText", {"text": "요"})
    expect(visitor.input).to_have_value("안녕하세요")
    expect(visitor.questions).to_have_count(0)
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    if passes_enter_on:
        cdp.send("Input.dispatchKeyEvent", {"type": "keyDown", **enter})
        cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    else:
        visitor.input.press("Enter")
    expect(visitor.answers).to_have_count(1, timeout=SLOW)
    expect(visitor.questions).to_have_text(["안녕하세요"])
    expect(visitor.input).to_have_value("")


def test_a_model_server_is_connected_without_a_restart(
    without_a_model: None, visitor: Visitor, live_system: LiveSystem
) -> None:
    visitor.ask("hello")
    entry = visitor.page.locator(".st-key-open-models button")
    # For a moment the page that is drawn anew has it twice.
    expect(entry).to_have_count(1)
    expect(entry).to_contain_text("guide only")
    live_system.use_fake_endpoint()
    entry.click()
    panel = visitor.page.get_by_role("dialog")
    panel.get_by_role("button", name="Check again").click()
    expect(panel.get_by_text("echo")).to_be_visible(timeout=SLOW)
    visitor.page.keyboard.press("Escape")
    expect(entry).to_contain_text("connected")
    expect(visitor.ask("Now a model speaks")).to_contain_text("Now a model speaks")
