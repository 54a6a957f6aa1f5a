"""Documents from the visitor's side: files, their progress, what can be done with them, the sample."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend.conftest import FRONTEND
from tests.frontend.fake_api import FakeApi, wait_until
from tests.frontend.fake_library import SAMPLE
from tests.frontend.tab import answers, buttons, click, html, notices, questions

PICTURE = "/api/document-images/5b0d2c1a-4e6f-4a7b-8c9d-0e1f2a3b4c77/"


@pytest.fixture
def library(page: AppTest, api: FakeApi) -> AppTest:
    """A visitor's tab with the Documents page open."""
    page.run()
    return page.switch_page(str(FRONTEND / "pages" / "documents.py")).run()


def drop(tab: AppTest, *files: tuple[str, bytes]) -> AppTest:
    for name, content in files:
        tab.file_uploader[0].upload(name, content)
    return tab.run()


def signed_in(tab: AppTest, api: FakeApi) -> AppTest:
    """Somebody who has one document already."""
    drop(tab, ("first.txt", b"first"))
    assert wait_until(lambda: len(api.library.documents) == 1, 10)
    return tab.run()


def rows(tab: AppTest) -> list[str]:
    """The states under the titles of the list, from the top."""
    found = (re.search(r'<p class="tc-document[^"]*">(.*)</p>', body, re.DOTALL) for body in html(tab))
    return [re.sub("<[^>]+>", "", match[1]) for match in found if match]


def act(tab: AppTest, document: str, option: int) -> AppTest:
    menu = next(each for each in tab.menu_button if each.key == f"document-menu-{document}")
    return menu.click_index(option).run()


def test_files_are_sent_one_by_one_and_a_refusal_stops_nothing(library: AppTest, api: FakeApi) -> None:
    api.library.refused["bad.hwp"] = "document_hwp"
    api.refuse("POST documents/", 503, "unavailable")
    large = bytes(range(256)) * 2000
    assert "20 MB" in library.file_uploader[0].label
    drop(library, ("away.txt", b"x"), ("bad.hwp", b"y"), ('a "good" 파일.txt', large))
    assert wait_until(lambda: len(api.library.files) == 2, 10)
    library.run()
    assert len(api.tokens) == 1, "the first file has made the guest"
    assert api.library.files[1][1] == large
    assert [row["title"] for row in api.library.documents.values()] == ["a %22good%22 파일"]
    refused = [each.value for each in library.markdown if ":material/block:" in each.value]
    assert len(refused) == 2
    assert "The server is busy" in refused[0]
    assert "bad\\.hwp" in refused[1] and "HWPX or PDF" in refused[1]
    click(library, "forget-refusals")
    assert not [each for each in library.markdown if ":material/block:" in each.value]


def test_the_list_tells_how_far_the_reading_is(library: AppTest, api: FakeApi) -> None:
    api.library.reads = False
    signed_in(library, api)
    assert rows(library) == ["Waiting to be read"]
    (document,) = api.library.documents.values()
    document.update(status="reading", progress=40)
    assert rows(library.run()) == ["Reading, 40 %"]
    document.update(status="failed", error={"code": "document_encrypted", "message": "raw"})
    assert "protected with a password" in rows(library.run())[0]
    click(library, f"read-again-{document['id']}")
    assert document["status"] == "queued"
    click(library, f"cancel-{document['id']}")
    assert document["status"] == "cancelled"
    document.update(status="done", passage_count=12)
    assert rows(library.run()) == ["TXT · 3 pages · 12 passages · 1.2 kB"]


def test_a_document_is_renamed_moved_deleted_and_brought_back(library: AppTest, api: FakeApi) -> None:
    signed_in(library, api)
    (document,) = api.library.documents.values()
    act(library, document["id"], 0)
    library.text_input[-1].set_value("Better name")
    next(each for each in library.button if each.label == "Save").click().run()
    assert document["title"] == "Better name"
    click(library, "new-collection")
    library.text_input[-1].set_value("Reports")
    next(each for each in library.button if each.label == "Save").click().run()
    reports = next(row for row in api.library.collections.values() if row["name"] == "Reports")
    assert library.selectbox[0].value == reports["id"], "a new collection is shown"
    assert rows(library) == []
    library.selectbox[0].set_value("").run()
    act(library, document["id"], 1)
    next(each for each in library.button if each.label == "Move to another collection").click().run()
    assert document["collection"] == reports["id"]
    act(library, document["id"], 2)
    assert document["deleted"]
    assert rows(library) == []
    click(library, "undo-deleted")
    assert not document["deleted"]
    assert len(rows(library)) == 1


def test_files_go_into_the_collection_on_screen(library: AppTest, api: FakeApi) -> None:
    signed_in(library, api)
    reports = api.library.add_collection("Reports")
    api.library.add_collection("Handbook", shared=True, mine=False)
    del library.session_state["collections_read"]
    library.run()
    library.selectbox[0].set_value(reports["id"]).run()
    drop(library, ("second.txt", b"second"))
    assert wait_until(lambda: len(api.library.documents) == 2, 10)
    assert list(api.library.documents.values())[1]["collection"] == reports["id"]


def test_a_search_marks_its_words_and_opens_the_place(library: AppTest, api: FakeApi) -> None:
    signed_in(library, api)
    document = api.library.add_document("tower.pdf")
    for number in range(45):
        api.library.add_passage(document, f"Stone {number} of the tower.", page=number + 1, heading="tower > Stones")
    wanted = api.library.add_passage(document, "Lighthouse & keeper.", page=46, image_urls=[PICTURE, "http://x/y.png"])
    library.text_input(key="library_search").set_value("Lighthouse").run()
    assert any("<mark>Lighthouse</mark> &amp; keeper." in body for body in html(library))
    assert next(each for each in library.button if "open-found" in str(each.key)).label == "tower · page 46"
    library.run()
    assert len(api.library.searches) == 1, "the same search leaves one trace"
    api.library.pictures[PICTURE.removeprefix("/api/")] = ONE_PIXEL
    click(library, f"open-found-{wanted['data_id']}")
    shown = [body for body in html(library) if "tc-passage-text" in body]
    assert "Lighthouse" in shown[-1] and "page 46" in shown[-1]
    assert "Stone 40 " in shown[0], "the third screenful"
    assert len(library.image) == 1, "only ours is drawn"


def test_the_sample_is_one_click_and_its_questions_ask_in_its_collection(library: AppTest, api: FakeApi) -> None:
    click(library, "add-sample")
    assert len(api.tokens) == 1
    library.run()
    assert library.button(key="suggestion-0").label == "How many days\\?"
    click(library, "suggestion-0")
    assert questions(library) == [SAMPLE["questions"][0]]
    assert len(answers(library)) == 1
    (chat,) = api.chats.values()
    assert chat["mode"] == "advanced"
    assert chat["collections"] == [api.library.default()["id"]]


def test_a_document_that_is_gone_says_so(library: AppTest, api: FakeApi) -> None:
    signed_in(library, api)
    library.query_params["d"] = "11111111-1111-1111-1111-111111111111"
    library.run()
    assert notices(library) == ["This document does not exist or has been deleted."]
    assert "d" not in library.query_params


def test_new_chat_leaves_the_page(library: AppTest) -> None:
    click(library, "new-chat")
    assert library.chat_input
    assert "suggestion-0" in buttons(library)


def test_the_page_waits_for_a_server_that_is_away(library: AppTest, api: FakeApi) -> None:
    signed_in(library, api)
    api.down = True
    library.run()
    assert not library.exception
    assert "cannot be reached" in notices(library)[0]


ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e366"
    "0000000049454e44ae426082"
)
