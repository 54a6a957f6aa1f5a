"""AI chat in a real browser: an answer grows on the page, and is found again whatever goes away meanwhile."""

from __future__ import annotations

import re
import time
from itertools import dropwhile, pairwise

import pytest
from playwright.sync_api import Locator, Route, WebSocketRoute, expect

from tests.cast import Person
from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import SLOW, Visitor
from tests.system import LiveSystem, free_port, start_api, start_frontend, wait_until

WHOLE = re.compile(r"w0 w1 .* w59", re.DOTALL)

# With every change of the page: what stands in sight of the answer to this question (nothing: null), and whether it
# stands there before the page has drawn the turn in its own place. Only when either is new.
WITNESS = """
question => {
  window.witness?.disconnect();
  window.witnessed = [];
  window.witness = new MutationObserver(() => {
    const all = [...document.querySelectorAll('[class*="st-key-turn-"]')].filter(turn => turn.checkVisibility());
    const turns = all.filter(turn => turn.querySelector('.tc-question')?.textContent === question);
    const texts = turns.map(turn => turn.querySelector('[class*="st-key-answer-"]')?.textContent ?? '');
    const seen = [texts[0] ?? null, turns.length > 0 && !turns[0].closest('.st-key-transcript')];
    if (`${seen}` !== `${witnessed.at(-1)}`) witnessed.push(seen);
  });
  witness.observe(document.body, { childList: true, subtree: true, characterData: true });
}
"""
# The page does not wait for the words of a slow model; on a busy machine some are slow.
TRIES = 6

# The copy buttons that a click on the composer would meet, wherever the answer is scrolled to.
ON_TOP = """
() => {
  const scrolled = document.querySelector('[data-testid="stMain"]');
  const { top, bottom, left, width } = document.querySelector('.st-key-composer').getBoundingClientRect();
  const found = new Set();
  for (let to = 0; to < scrolled.scrollHeight; to += 20) {
    scrolled.scrollTop = to;
    for (let y = top + 2; y < bottom; y += 6)
      for (let x = left + 2; x < left + width; x += 6)
        if (document.elementFromPoint(x, y)?.closest('.stCode')) found.add(`${Math.round(x)},${Math.round(y)}`);
  }
  return [...found];
}
"""


@pytest.fixture
def visitor(new_visitor: NewVisitor) -> Visitor:
    return new_visitor().open("/ai")


def shown(answer: Locator) -> list[str]:
    """The words of a counting answer as they stand on the page."""
    return re.findall(r"\bw\d+", answer.inner_text())


def counted(count: int) -> list[str]:
    return [f"w{number}" for number in range(count)]


def test_an_answer_grows_on_the_page(visitor: Visitor, live_system: LiveSystem) -> None:
    visitor.send("Count {fake:held:20}")
    expect(visitor.newest).to_contain_text("w19")
    assert shown(visitor.newest) == counted(20)
    expect(visitor.page.get_by_role("button", name="Stop answer")).to_be_visible()
    live_system.upstream.release()
    expect(visitor.answers).to_have_count(1, timeout=SLOW)
    expect(visitor.answers.last.locator(".tc-answer-foot")).to_contain_text("echo")


def test_first_words_are_there_before_the_page_and_stay(new_visitor: NewVisitor, live_system: LiveSystem) -> None:
    visitor = new_visitor()
    visitor.page.route_web_socket("**/_stcore/stream", draw_each_part_alone)
    visitor.open("/ai").ask("first")
    for number in range(TRIES):
        live_system.upstream.reset()
        visitor.until_still()
        question = f"Count {number} {{fake:held:20}}"
        visitor.page.evaluate(WITNESS, question)
        visitor.send(question)
        expect(visitor.page.get_by_role("button", name="Stop answer")).to_be_visible(timeout=SLOW)
        live_system.upstream.release()
        expect(visitor.answers).to_have_count(number + 2, timeout=SLOW)
        witnessed = visitor.page.evaluate("witnessed")
        if was_ahead(witnessed):
            break
    assert was_ahead(witnessed), witnessed
    texts = list(dropwhile(lambda text: text is None, [text for text, _ in witnessed]))
    assert all(after.startswith(before.rstrip()) for before, after in pairwise(texts)), witnessed


def was_ahead(witnessed: list[tuple[str | None, bool]]) -> bool:
    """Whether the first words stood there before the page."""
    return next(is_ahead for text, is_ahead in witnessed if text)


def draw_each_part_alone(browser: WebSocketRoute) -> None:
    """The page draws what comes within ten milliseconds together; here nothing does, so every state can be seen."""
    server = browser.connect_to_server()

    def pass_on(message: str | bytes) -> None:
        time.sleep(0.012)
        browser.send(message)

    server.on_message(pass_on)


def test_the_first_question_has_its_words_before_the_page(visitor: Visitor, live_system: LiveSystem) -> None:
    visitor.ask("first")
    for number in range(TRIES):
        live_system.upstream.reset()
        visitor.page.get_by_role("button", name="New chat").click()
        expect(visitor.questions).to_have_count(0)
        visitor.until_still()
        question = f"Count {number} {{fake:held:20}}"
        visitor.page.evaluate(WITNESS, question)
        visitor.send(question)
        expect(visitor.newest).to_contain_text("w19")
        expect(visitor.newest).to_be_in_viewport()
        is_ahead = was_ahead(visitor.page.evaluate("witnessed"))
        live_system.upstream.release()
        expect(visitor.answers).to_have_count(1, timeout=SLOW)
        expect(visitor.conversations).to_have_count(number + 2)
        assert shown(visitor.answers.last) == counted(20)
        if is_ahead:
            break
    assert is_ahead


def test_a_question_stays_in_sight_when_its_answer_is_longer_than_the_window(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 700})
    visitor.ask("first")
    visitor.ask("Count {fake:words:600}")
    expect(visitor.questions.last).to_be_in_viewport()


def test_nothing_of_a_long_answer_lies_over_the_composer(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 700})
    visitor.ask("\n".join(f"```python\nprint({each})\n```" for each in range(12)))
    expect(visitor.answers.last.locator(".stCode[data-language] pre + div button")).to_have_count(12)
    assert visitor.page.evaluate(ON_TOP) == []


def test_what_the_input_refuses_is_told_and_kept(visitor: Visitor) -> None:
    visitor.ask("first")
    too_long = "long " * 6_500
    visitor.send(too_long)
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    expect(visitor.input).to_have_value(too_long.strip())
    expect(visitor.questions).to_have_count(1)


def test_a_reload_and_a_second_tab_show_the_same_growing_text(visitor: Visitor, live_system: LiveSystem) -> None:
    visitor.send("Count {fake:held:60}")
    expect(visitor.newest).to_contain_text(WHOLE)
    visitor.reload()
    expect(visitor.newest).to_contain_text(WHOLE)
    other = visitor.open_second_tab()
    expect(other.newest).to_contain_text(WHOLE)
    live_system.upstream.release()
    for tab in (visitor, other):
        expect(tab.answers).to_have_count(1, timeout=SLOW)
        assert shown(tab.answers.last) == counted(60)


def test_stop_keeps_what_has_come(visitor: Visitor) -> None:
    visitor.send("Count {fake:held:20}")
    expect(visitor.newest).to_contain_text("w19")
    visitor.page.get_by_role("button", name="Stop answer").click()
    expect(visitor.page.get_by_text("You stopped this answer.")).to_be_visible()
    assert shown(visitor.newest) == counted(20)
    visitor.reload()
    expect(visitor.newest).to_contain_text("w19")
    assert shown(visitor.newest) == counted(20)


def test_one_may_look_at_another_page_meanwhile(visitor: Visitor, live_system: LiveSystem) -> None:
    visitor.send("Count {fake:held:20}")
    expect(visitor.newest).to_contain_text("w19")
    visitor.page.get_by_role("link", name="Basic chat").click()
    expect(visitor.questions).to_have_count(0)
    visitor.conversations.first.click()
    expect(visitor.newest).to_contain_text("w19")
    assert shown(visitor.newest) == counted(20)
    live_system.upstream.release()
    expect(visitor.answers).to_have_count(1, timeout=SLOW)


def test_an_edited_question_makes_a_branch(visitor: Visitor) -> None:
    visitor.ask("first")
    visitor.ask("second")
    visitor.questions.last.hover()
    visitor.page.get_by_role("button", name="Edit question").last.click()
    visitor.page.get_by_role("textbox", name="Edit question").fill("second, but better")
    visitor.page.get_by_role("button", name="Send", exact=True).last.click()
    expect(visitor.questions).to_have_text(["first", "second, but better"])
    expect(visitor.answers).to_have_count(2, timeout=SLOW)
    visitor.page.get_by_role("button", name="Previous version").click()
    expect(visitor.questions).to_have_text(["first", "second"])


def test_thoughts_are_folded_away(visitor: Visitor) -> None:
    answer = visitor.ask("Think {fake:reasoning}")
    expect(answer).to_contain_text("42")
    thought = answer.get_by_text("Let me think.")
    expect(thought).not_to_be_visible()
    answer.locator("summary").click()
    expect(thought).to_be_visible()


def test_an_answer_outlives_the_api(new_visitor: NewVisitor, live_system: LiveSystem) -> None:
    """The API is killed in the middle and started again; the page goes on where it was."""
    port = free_port()
    with start_frontend(f"http://127.0.0.1:{port}", live_system.folder) as url:
        with start_api(port, live_system.folder) as api:
            visitor = new_visitor(url=url).open("/ai")
            visitor.send("Count {fake:held:20}")
            expect(visitor.newest).to_contain_text("w19", timeout=SLOW)
            api.kill()
            api.wait()
        with start_api(port, live_system.folder):
            live_system.upstream.release()
            expect(visitor.answers).to_have_count(1, timeout=2 * SLOW)
            assert shown(visitor.answers.last) == counted(20)


def test_an_answer_outlives_the_page_server(new_visitor: NewVisitor, live_system: LiveSystem) -> None:
    """Streamlit goes and comes back while nobody reloads: the browser finds it again by itself."""
    port = free_port()
    with start_frontend(live_system.api_url, live_system.folder, port=port) as url:
        visitor = new_visitor(url=url).open("/ai")
        visitor.send("Count {fake:held:20}")
        expect(visitor.newest).to_contain_text("w19", timeout=SLOW)
        wait_until(visitor.has_session_cookie, "the cookie is set")
    live_system.upstream.release()
    with start_frontend(live_system.api_url, live_system.folder, port=port):
        expect(visitor.answers).to_have_count(1, timeout=2 * SLOW)
        assert shown(visitor.answers.last) == counted(20)


def test_a_long_conversation_opens_at_its_end_and_shows_its_beginning_on_demand(
    visitor: Visitor, live_system: LiveSystem
) -> None:
    visitor.ask("question 0 {fake:words:60}")
    conversation = visitor.page.url.partition("?c=")[2]
    person = Person(live_system.api_url, str(visitor.session_cookie()["value"]))
    for number in range(1, 12):
        person.ask(f"question {number} {{fake:words:60}}", conversation=conversation).raise_for_status()
    visitor.reload()
    expect(visitor.questions).to_have_count(10)
    expect(visitor.questions.last).to_be_in_viewport()
    visitor.page.get_by_role("button", name="Show earlier messages").click()
    expect(visitor.questions).to_have_count(12)


def test_a_reload_while_words_pour_in_has_the_composer_before_the_end_on_a_slow_machine(
    visitor: Visitor, live_system: LiveSystem
) -> None:
    rich = "\n\n".join(f"## Part {each}\n\n- *one*\n- two\n\n```python\nprint({each})\n```" for each in range(12))
    visitor.ask("question 0")
    person = Person(live_system.api_url, str(visitor.session_cookie()["value"]))
    conversation = visitor.page.url.partition("?c=")[2]
    for number in range(1, 15):
        person.ask(f"question {number}\n\n{rich}", conversation=conversation).raise_for_status()
    visitor.send("Count {fake:slow:60/s:20000}")
    expect(visitor.newest).to_contain_text("w99")
    visitor.slow_down(2)
    with visitor.page.expect_request("**/page/whole", timeout=2 * SLOW):
        visitor.page.reload()
    expect(visitor.input).to_be_visible()
    visitor.page.get_by_role("button", name="Stop answer").click(timeout=SLOW)
    expect(visitor.page.get_by_text("You stopped this answer.")).to_be_visible()


def test_a_page_says_again_that_it_is_whole_when_that_got_lost(visitor: Visitor) -> None:
    lost: list[Route] = []

    def lose_first(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route)
            route.abort()

    visitor.page.route("**/page/whole", lose_first)
    with visitor.page.expect_response("**/page/whole") as answered:
        visitor.page.reload()
    assert lost
    assert answered.value.ok
