"""Bringing chats in, and the figures, in a real browser on the real system."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import SLOW

MANY = 150


def conversation(number: int) -> dict[str, Any]:
    """As ChatGPT exports it; the last one has no question."""

    def node(key: str, parent: str, role: str, *parts: object) -> dict[str, Any]:
        content = {"content_type": "text", "parts": list(parts)}
        message = {"author": {"role": role}, "create_time": 1.7e9 + number, "content": content}
        return {"id": key, "parent": parent, "message": message}

    nodes = [{"id": "root", "parent": None, "message": None}]
    if number < MANY:
        nodes += [node("q", "root", "user", f"Question {number}?"), node("a", "q", "assistant", f"Answer {number}.")]
    tree = {each["id"]: each for each in nodes}
    return {"title": f"Old chat {number}", "conversation_id": str(number), "mapping": tree, "current_node": "a"}


def test_chats_are_brought_in_told_of_and_counted(new_visitor: NewVisitor, tmp_path: Path) -> None:
    visitor = new_visitor()
    page = visitor.page
    page.goto(f"{visitor.url}/account")
    file = tmp_path / "conversations.json"
    file.write_text(json.dumps([conversation(number) for number in range(MANY + 1)]))
    page.locator(".st-key-upload input[type=file]").set_input_files(file)
    expect(page.locator(".st-key-imports").get_by_text("conversations.json")).to_be_visible(timeout=SLOW)
    done = page.locator('[class*="st-key-import-done-"]')
    expect(done).to_contain_text(f"{MANY} chats with {MANY} questions taken in · 1 not taken", timeout=SLOW)
    expect(visitor.conversations.filter(has_text="Old chat").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stToast")).to_contain_text(f"{MANY} chats were brought in", timeout=SLOW)
    done.locator("summary").click()
    expect(done.get_by_text("there is no question in it")).to_be_visible()

    page.get_by_role("link", name="Basic chat").click()
    visitor.ask("How do I connect a language model?")
    page.get_by_role("link", name="Insights").click()
    plot = page.get_by_role("img", name=re.compile("^Questions a day. Most: .+, 1."))
    expect(plot).to_be_visible(timeout=SLOW)
    bar = plot.locator("b.tc-main")
    expect(bar).to_have_count(1)
    box = bar.bounding_box()
    assert box and box["height"] > 100, "the highest bar reaches the top line"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="Models").click()
    assert download.value.suggested_filename.startswith("triple-chat-models-")
    models = download.value.path().read_text("utf-8-sig").splitlines()[1:]
    assert len(models) == 1 and ",1,0," in models[0], "what was asked years ago is not of these days"
    assert [line for line in visitor.console if "Content Security Policy" in line or "Content-Security" in line] == []
