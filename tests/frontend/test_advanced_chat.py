"""Advanced chat from the visitor's side: evidence, sources, what was considered, where it looks, pictures."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend.conftest import FRONTEND
from tests.frontend.fake_api import FakeApi
from tests.frontend.tab import answers, ask, buttons, click, html, notices, questions
from tests.frontend.test_documents import ONE_PIXEL

TEXT = "A new colleague has 26 days of leave. From the third year on it is 28."
QUOTE = "From the third year on it is 28."
BOAT = "Everybody gets a `golden` boat."


@pytest.fixture
def advanced(page: AppTest, api: FakeApi) -> AppTest:
    """A visitor's tab with Advanced chat open, and a language model behind it."""
    api.language_model = True
    page.run()
    return page.switch_page(str(FRONTEND / "pages" / "advanced_chat.py")).run()


def answer_from(api: FakeApi, **fields: Any) -> dict[str, Any]:
    """Every answer quotes a passage of a document, which is returned."""
    document = api.library.add_document("handbook.pdf")
    passage = api.library.add_passage(document, TEXT, page=3, heading="handbook > Leave")
    citation = {
        "rank": 1, "data": passage["data_id"], "document": document["id"], "title": "handbook", "page": 3,
        "heading": "handbook > Leave", "quote": QUOTE, "start": TEXT.index(QUOTE), "end": len(TEXT), "image_urls": [],
    }  # fmt: skip
    text = f"It is 28 days [1]. {BOAT}"
    unsupported = [[text.index(BOAT), len(text)]]
    reply = {"response_text": text, "citations": [citation], "confidence": "medium", "unsupported": unsupported}
    api.answer = lambda question: {**reply, **fields}
    return passage


def look_in(tab: AppTest, collections: list[str]) -> None:
    next(each for each in tab.pills if str(each.key).startswith("collections-")).set_value(collections).run()


def test_the_empty_library_offers_the_sample(advanced: AppTest, api: FakeApi) -> None:
    click(advanced, "add-sample")
    click(advanced.run(), "suggestion-1")
    assert questions(advanced) == ["At which wind?"]
    (chat,) = api.chats.values()
    assert chat["collections"] == [api.library.default()["id"]]


def test_an_answer_shows_how_far_it_is_supported(advanced: AppTest, api: FakeApi) -> None:
    answer_from(api)
    ask(advanced, "How many days?")
    (chat,) = api.chats
    text = next(each.value for each in advanced.markdown if "28 days" in each.value)
    assert f"[1](#source-{chat}-1)" in text
    assert f":violet-background[{BOAT}]" in text
    assert answers(advanced)[0].endswith(BOAT), "what is copied has no marks"
    assert any("Partly supported" in body for body in html(advanced))
    assert any("tc-legend" in body for body in html(advanced))


def test_a_source_opens_its_passage_with_the_quote_marked(advanced: AppTest, api: FakeApi) -> None:
    passage = answer_from(api)
    ask(advanced, "How many days?")
    (chat,) = api.chats
    assert not any("<mark>" in body for body in html(advanced)), "nothing is fetched before it is looked at"
    advanced.session_state[f"source-{chat}-1"] = True
    advanced.run()
    assert any(f"26 days of leave. <mark>{QUOTE}</mark>" in body for body in html(advanced))
    link = next(each for each in advanced.get("page_link") if each.proto.label == "Open document")
    assert link.proto.query_string == f"d={passage['document']}&p={passage['data_id']}"
    assert "page 3 · Leave" in [each.value.replace("\\", "") for each in advanced.caption]


def test_why_this_answer_shows_scores_and_searches_again(advanced: AppTest, api: FakeApi) -> None:
    passage = answer_from(api)
    ask(advanced, "leave?")
    (chat,) = api.chats
    considered = {"rank": 1, "score": 7.25, "data": passage["data_id"], "data_text": TEXT, "title": "handbook",
                  "heading": "", "page": 3, "document": passage["document"], "image_urls": [], "quote": QUOTE}  # fmt: skip
    other = {**considered, "rank": 2, "score": 1.5, "data": None, "title": "", "cited_as": None}
    api.library.behind = {"search_id": "s", "query": "colleague", "collections": [], "searching_time": "",
                          "duration_ms": 3.1, "results": [{**considered, "cited_as": 1}, other]}  # fmt: skip
    click(advanced, f"why-{chat}")
    heads = [body for body in html(advanced) if "tc-considered" in body]
    assert "cited as [1]" in heads[0] and "7.25" in heads[0] and "width:100%" in heads[0]
    assert "not cited" in heads[1] and "width:21%" in heads[1] and "Deleted since" in heads[1]
    click(advanced, f"replay-{chat}")
    assert api.library.searches[-1]["query"] == "colleague"
    (again,) = [body for body in html(advanced) if "tc-considered" in body]
    assert "as before" in again


def test_what_was_not_found_can_be_looked_for_everywhere(advanced: AppTest, api: FakeApi) -> None:
    answer_from(api, confidence="not_found", citations=[], unsupported=[], response_text="Not there.")
    ask(advanced, "Where is it?")
    (first,) = api.chats.values()
    assert f"everywhere-{first['question_id']}" not in buttons(advanced), "it was looked for everywhere"
    first["collections"] = [api.library.default()["id"]]
    click(advanced.run(), f"everywhere-{first['question_id']}")
    second = list(api.chats.values())[1]
    assert (second["question_text"], second["collections"]) == ("Where is it?", [])
    assert questions(advanced) == ["Where is it?"], "in the place of the first"


def test_the_chosen_collections_open_the_conversation_and_can_be_changed(advanced: AppTest, api: FakeApi) -> None:
    answer_from(api)
    ask(advanced, "first")
    click(advanced, "new-chat")
    mine = api.library.default()
    reports = api.library.add_collection("Reports")
    advanced.session_state["collections_read"] = None
    advanced.run()
    look_in(advanced, [reports["id"]])
    ask(advanced, "second")
    second = list(api.chats.values())[1]
    assert second["collections"] == [reports["id"]]
    look_in(advanced, [reports["id"], mine["id"]])
    assert api.conversations[second["conversation"]]["collections"] == [reports["id"], mine["id"]]


def test_a_model_that_cannot_see_is_said_before_anything_is_sent(advanced: AppTest, api: FakeApi) -> None:
    advanced.chat_input[0].upload("sun.png", ONE_PIXEL, "image/png").set_value("What is it?").run()
    assert "cannot see pictures. llava can" in notices(advanced)[0]
    assert not api.chats and not api.library.attachments
    assert advanced.chat_input[0].proto.value == "What is it?"


def test_pictures_go_ahead_of_their_question_once(advanced: AppTest, api: FakeApi) -> None:
    advanced.radio[0].set_value("cited/ollama/llava").run()
    api.lose_next_reply = True
    advanced.chat_input[0].upload("sun.png", ONE_PIXEL, "image/png").set_value("What is it?").run()
    if "retry-pending" in buttons(advanced):
        click(advanced, "retry-pending")
    (chat,) = api.chats.values()
    assert chat["model"] == "cited/ollama/llava"
    assert [each["id"] for each in chat["attachments"]] == api.library.attachments
    assert len(api.library.attachments) == 1
    assert len(advanced.image) == 1, "the bubble shows it"
    click(advanced, f"edit-{chat['question_id']}")
    advanced.text_area(key=f"edited-{chat['question_id']}").set_value("What is it really?")
    click(advanced, f"send-edit-{chat['question_id']}")
    edited = list(api.chats.values())[1]
    assert edited["attachments"] == chat["attachments"], "an edited question keeps its pictures"


def test_what_the_search_found_is_known_before_the_first_word() -> None:
    from api_types import AnswerEvent, Place
    from conversation.following import Growing

    found = [{"data_id": 1, "score": 2.0, "title": "handbook", "heading": "Leave", "page": 3, "document": "d"}]
    event = {"type": "passages", "question_id": "q", "epoch": 1, "id": "1-1", "passages": found}
    growing = Growing("q").take(AnswerEvent.read(event))
    assert growing.passages == (Place("handbook", "Leave", 3),)
    anew = growing.take(AnswerEvent.read({"type": "status", "question_id": "q", "epoch": 2, "id": "2-0"}))
    assert anew.passages is None, "another worker searches anew"


@pytest.mark.parametrize(
    ("text", "sentence", "drawn"),
    [
        ("- One. Two.\n", "- One. Two.", "- :violet-background[One. Two.]\n"),
        ("A [1] b.", "A [1] b.", ":violet-background[A [1] b.]"),
        ("```\ncode here\n```", "code here", "```\ncode here\n```"),
        ("A **bold. Text** b.", "A **bold.", "A **bold. Text** b."),
        ("| a | b |", "| a | b |", "| a | b |"),
    ],
)
def test_only_whole_sentences_are_marked(text: str, sentence: str, drawn: str) -> None:
    from components.unsupported import drawn_marks, with_marks

    start = text.index(sentence)
    assert drawn_marks(with_marks(text, [(start, start + len(sentence))])) == drawn
