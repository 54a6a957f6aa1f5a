"""Documents in a real browser on the real system: dropped, read, asked about, and opened at the page that is cited."""

from __future__ import annotations

import base64
import json
import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import SLOW, Visitor
from tests.fakes.documents import image, pdf, word
from tests.system import LiveSystem

KOREAN = (
    "측량 보고서.pdf",
    pdf(["표지", "바다는 겨울에 잔잔하다.", "등대의 높이는 42미터이다."], picture=image("JPEG")),
)
ENGLISH = (
    "handbook.docx",
    word(("Heading 1", "Leave"), ("Normal", "Every colleague has 26 days of annual leave.")),
)

# What a browser does when files are let go over an element.
DROP = """(zone, files) => {
    const data = new DataTransfer();
    for (const [name, content] of files) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name));
    }
    for (const kind of ["dragenter", "dragover", "drop"]) {
        zone.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
}"""


@pytest.fixture
def visitor(new_visitor: NewVisitor) -> Visitor:
    """Somebody new, with the Documents page open."""
    visitor = new_visitor()
    visitor.page.goto(f"{visitor.url}/documents")
    expect(zone_of(visitor)).to_be_visible(timeout=SLOW)
    return visitor


def zone_of(visitor: Visitor) -> Locator:
    return visitor.page.get_by_test_id("stFileUploaderDropzone")


def drop(visitor: Visitor, *files: tuple[str, bytes]) -> None:
    zone_of(visitor).evaluate(DROP, [[name, base64.b64encode(content).decode()] for name, content in files])


def read_to_the_end(visitor: Visitor, count: int) -> None:
    expect(visitor.page.locator('[class*="st-key-file-done-"]')).to_have_count(count, timeout=SLOW)


def choose_built_in_model(visitor: Visitor) -> None:
    visitor.page.locator(".st-key-model-picker").get_by_role("button").click()
    visitor.page.get_by_text("Built-in model", exact=True).click()
    expect(visitor.page.get_by_role("button", name="Built-in model")).to_be_visible()
    visitor.page.keyboard.press("Escape")


def test_a_korean_pdf_and_an_english_docx_are_answered_from(visitor: Visitor) -> None:
    drop(visitor, KOREAN, ("empty.txt", b""), ENGLISH)
    read_to_the_end(visitor, 2)
    expect(visitor.page.locator(".st-key-refusals")).to_contain_text("empty.txt — The file is empty.")
    visitor.open("/advanced")
    choose_built_in_model(visitor)
    expect(visitor.ask("How many days of annual leave does a colleague have?")).to_contain_text("26 days")
    answer = visitor.ask("등대의 높이는 몇 미터인가요?")
    expect(answer).to_contain_text("42미터")
    answer.locator('a[href^="#source-"]').first.click()
    source = visitor.page.get_by_test_id("stPopoverBody")
    expect(source).to_contain_text("page 3")
    expect(source.locator("mark")).to_contain_text("42미터")
    expect(source.locator("img")).to_be_visible()
    source.get_by_role("link", name="Open document").click()
    wanted = visitor.page.locator('[class*="st-key-passage-wanted"]')
    expect(wanted).to_contain_text("42미터")
    expect(wanted).to_contain_text("page 3")
    expect(visitor.page).to_have_url(re.compile(r"/documents\?d=.+&p=\d+"))


def test_what_is_found_is_shown_before_the_first_word(visitor: Visitor, live_system: LiveSystem) -> None:
    drop(visitor, ENGLISH)
    read_to_the_end(visitor, 1)
    visitor.open("/advanced")
    visitor.send("How many days of annual leave does a colleague have? {fake:held}")
    found = visitor.page.locator("details.tc-evidence")
    expect(found).to_contain_text("Found 1 passages in “handbook”")
    visitor.reload()
    expect(found).to_be_visible(timeout=SLOW)
    live_system.upstream.release()
    expect(visitor.answers).to_have_count(1, timeout=SLOW)
    visitor.page.get_by_role("button", name="Why this answer").click()
    expect(visitor.page.get_by_role("dialog").locator(".tc-considered")).to_have_count(1)


def test_the_sample_is_asked_with_two_clicks(new_visitor: NewVisitor) -> None:
    visitor = new_visitor(locale="ko-KR", width=390).open("/advanced")
    visitor.page.get_by_role("button", name="예시 문서 추가").click()
    visitor.page.get_by_role("button", name="새로 들어온 사람은 연차를 며칠 쓸 수 있나요?").click()
    expect(visitor.answers).to_have_count(1, timeout=SLOW)
    expect(visitor.page.locator(".st-key-collection-picker")).to_contain_text("내 문서")
    token = next(each["value"] for each in visitor.context.cookies() if re.search(r"_\d+$", each["name"]))
    assert token not in visitor.page.content()
    assert token not in json.dumps(visitor.page.evaluate("() => ({...localStorage})"))
