"""The Models panel and the choice of the model."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.frontend.fake_api import FakeApi
from tests.frontend.tab import ask, buttons, click


def entry(page: AppTest) -> str:
    return str(page.button(key="open-models").label)


def test_without_a_language_model_the_page_says_so_and_how_to_connect_one(page: AppTest, api: FakeApi) -> None:
    page.run()
    assert ":orange[●]" in entry(page)
    click(page, "connect-model")
    assert "check-models" in buttons(page)
    assert "OPENAI_API_KEY=sk-..." in [code.value for code in page.code]
    assert any("Not reachable" in caption.value for caption in page.caption)


def test_check_again_counts_at_once(page: AppTest, api: FakeApi) -> None:
    click(page.run(), "open-models")
    api.language_model = True
    click(page, "check-models")
    assert any("qwen3" in caption.value for caption in page.caption)
    page.run()
    assert ":green[●]" in entry(page)
    assert "connect-model" not in buttons(page)


def test_the_chosen_model_is_asked_and_remembered_by_the_conversation(page: AppTest, api: FakeApi) -> None:
    api.language_model = True
    page.run()
    page.radio(key="model_choice").set_value("builtin").run()
    ask(page, "hello")
    assert [chat["model"] for chat in api.chats.values()] == ["builtin"]
    assert [each["model"] for each in api.conversations.values()] == ["builtin"]


def test_a_model_that_is_not_available_cannot_be_chosen_and_says_why(page: AppTest, api: FakeApi) -> None:
    page.run()
    assert page.radio(key="model_choice").options == ["Built-in model"]
    assert any("qwen3" in each.value and "Not reachable" in each.value for each in page.markdown)


def test_without_the_list_of_models_one_can_still_ask(page: AppTest, api: FakeApi) -> None:
    api.refuse("GET models/", 401, "not_signed_in", times=50)
    page.run()
    assert not page.exception
    ask(page, "hello")
    assert len(api.chats) == 1
