"""Several models side by side, thumbs and temporary chats, against the API's shapes."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend.conftest import FRONTEND, reloaded
from tests.frontend.fake_api import FakeApi, wait_until
from tests.frontend.tab import answers, ask, buttons, click, conversation_links, html, notices, questions
from tests.frontend.test_ai_chat import meanwhile

QWEN, LLAVA = "ollama/qwen3:8b", "ollama/llava"


@pytest.fixture
def ai_page(page: AppTest, api: FakeApi) -> AppTest:
    """A visitor's tab with AI chat open, and two language models beside the built-in one."""
    api.language_model = True
    api.answer_of = {
        QWEN: {"response_text": "qwen says"},
        LLAVA: {"status": "failed", "error": {"code": "model_failed", "message": "raw"}},
        "builtin": {"response_text": "the guide says"},
    }
    page.run()
    return page.switch_page(str(FRONTEND / "pages" / "ai_chat.py")).run()


def compare_with(tab: AppTest, *models: str, blind: bool = False) -> None:
    next(each for each in tab.pills if str(each.key).startswith("compared-")).set_value(models).run()
    if blind:
        next(each for each in tab.toggle if str(each.key).startswith("compared-blind")).set_value(True).run()


def columns(tab: AppTest) -> list[str]:
    """The names over the columns."""
    return [body.partition(">")[2].partition("<")[0] for body in html(tab) if "tc-column" in body]


def verdicts(tab: AppTest) -> list[str]:
    return [body.partition(">")[2].partition("<")[0] for body in html(tab) if "tc-verdict" in body]


def test_three_models_answer_and_one_that_fails_disturbs_no_other(ai_page: AppTest, api: FakeApi) -> None:
    compare_with(ai_page, LLAVA, "builtin")
    ask(ai_page, "hello")
    assert not ai_page.exception
    assert columns(ai_page) == ["qwen3:8b", "llava", "Built-in model"]
    assert answers(ai_page) == ["qwen says", "the guide says"]
    assert notices(ai_page) == ["The language model failed. Please try again."]
    assert questions(ai_page) == ["hello"]
    chats = list(api.chats)
    assert {f"better-{chats[0]}", f"better-{chats[2]}"} <= buttons(ai_page)
    assert f"better-{chats[1]}" not in buttons(ai_page), "there is nothing to choose"
    assert not any(key.startswith("before-") for key in buttons(ai_page)), "side by side they are one version"


def test_the_chat_goes_on_from_the_chosen_answer(ai_page: AppTest, api: FakeApi) -> None:
    compare_with(ai_page, LLAVA, "builtin")
    ask(ai_page, "hello")
    chosen = list(api.chats)[2]
    click(ai_page, f"better-{chosen}")
    assert answers(ai_page) == ["the guide says"]
    assert verdicts(ai_page) == ["Built-in model was better than qwen3:8b."]
    group = next(iter(api.comparisons))
    click(ai_page, f"unfold-{group}")
    assert answers(ai_page) == ["qwen says", "the guide says"]
    click(ai_page, f"fold-{group}")
    compare_with(ai_page)
    ask(ai_page, "and then?")
    newest = list(api.chats.values())[-1]
    assert (newest["parent"], newest["comparison"]) == (chosen, None)
    assert questions(ai_page) == ["hello", "and then?"]


def test_names_stay_hidden_until_the_choice(ai_page: AppTest, api: FakeApi) -> None:
    compare_with(ai_page, "builtin", blind=True)
    ask(ai_page, "hello")
    assert columns(ai_page) == ["Model A", "Model B"]
    group = next(iter(api.comparisons))
    click(ai_page, f"tie-{group}")
    assert verdicts(ai_page) == ["Equally good: qwen3:8b, Built-in model"]
    click(ai_page, f"unfold-{group}")
    assert columns(ai_page) == ["qwen3:8b", "Built-in model"]
    assert not any(key.startswith("better-") for key in buttons(ai_page)), "a blind choice stays"
    second = list(api.chats)[1]
    click(ai_page, f"go-on-{second}")
    assert next(iter(api.conversations.values()))["current_leaf"] == second
    assert f"go-on-{second}" not in buttons(ai_page), "the chat goes on from there now"


def test_a_reload_in_the_middle_goes_on_with_all_of_them(ai_page: AppTest, api: FakeApi) -> None:
    compare_with(ai_page, "builtin")
    ask(ai_page, "hello")
    first, second = api.chats.values()
    for chat in (first, second):
        chat.update(status="streaming", response_text="Half", finished_datetime=None)
    fresh = reloaded(ai_page)
    watched = api.sockets

    def finish() -> None:
        assert wait_until(lambda: api.sockets > watched, 10)
        first.update(status="done", response_text="Half of one, and the rest")
        second.update(status="cancelled", response_text="Half of the other")

    thread = meanwhile(finish)
    fresh.run()
    thread.join(10)
    assert not fresh.exception
    assert answers(fresh) == ["Half of one, and the rest", "Half of the other"]


def test_thumbs_are_given_explained_changed_and_taken_back(ai_page: AppTest, api: FakeApi) -> None:
    ask(ai_page, "hello")
    (chat,) = api.chats.values()
    question_id = chat["question_id"]
    click(ai_page, f"rate-down-{question_id}")
    ai_page.text_area(key=f"reason-text-{question_id}").set_value("Too short")
    click(ai_page, f"reason-send-{question_id}")
    assert chat["feedback"] == {"rating": -1, "comment": "Too short"}
    assert f"reason-{question_id}" in buttons(ai_page)
    click(ai_page, f"rate-up-{question_id}")
    assert chat["feedback"] == {"rating": 1, "comment": ""}
    click(ai_page, f"rate-up-{question_id}")
    assert chat["feedback"] is None
    api.refuse(f"PUT chats/{question_id}", 429, "throttled")
    click(ai_page, f"rate-up-{question_id}")
    assert notices(ai_page) == ["Too many requests in a short time. Try again in 17 seconds."]


def test_a_temporary_chat_says_so_and_ends_when_it_is_left(ai_page: AppTest, api: FakeApi) -> None:
    ai_page.toggle(key="temporary-switch").set_value(True).run()
    ask(ai_page, "between us")
    ask(ai_page, "and this")
    (conversation,) = api.conversations.values()
    assert conversation["temporary"] and len(answers(ai_page)) == 2
    assert any("tc-temporary" in body for body in html(ai_page))
    assert conversation_links(ai_page) == []
    click(ai_page, "new-chat")
    assert wait_until(lambda: conversation["deleted"], 10)
    assert not any("tc-temporary" in body for body in html(ai_page)), "the next one is kept"
    ask(ai_page, "for the record")
    assert len(conversation_links(ai_page)) == 1
