"""Documents through the API: added, read by the worker, listed, changed, deleted with undo."""

from __future__ import annotations

import unicodedata

import pytest

from tests.cast import Person, new_guest
from tests.fakes import documents as made
from tests.system import LiveSystem
from tests.uploads import add, add_one, image_of, passages_of, read_to_the_end, refusal_of

HANDBOOK = made.word(
    ("Title", "Handbook"),
    ("Heading 1", "The office"),
    ("Heading 2", "Meeting rooms"),
    ("Normal", "Rooms are booked in the portal. They are free for two weeks ahead."),
    ("table", [["room", "seats"], ["Pine", "8"], ["Birch", "20"]]),
    ("picture", made.image(size=(200, 100))),
    ("picture", made.image(size=(20, 20))),
    ("Heading 1", "Leave"),
    ("Normal", "Everybody has 26 days."),
)


def test_korean_pdf_is_read_page_by_page(owner: Person) -> None:
    pages = ["회의실은 사내 포털에서 예약한다.\n예약은 두 주 전부터 할 수 있다.", "휴가는 15일이다."]
    content = made.pdf(pages, picture=made.image("JPEG"), outline=["회의실", "휴가"])
    document = add_one(owner, "안내서 2026.pdf", content)
    assert document["title"] == "안내서 2026" and document["media_type"] == "application/pdf"
    assert (document["page_count"], document["passage_count"], document["language"]) == (2, 2, "ko")
    assert [(each["page"], each["heading"], each["data_text"]) for each in passages_of(owner, document)] == [
        (1, "회의실", pages[0]),
        (2, "휴가", pages[1]),
    ]
    assert image_of(owner, passages_of(owner, document)[1]).size == (120, 80)


def test_english_word_file_keeps_headings_tables_and_pictures(owner: Person) -> None:
    document = add_one(owner, "handbook.docx", HANDBOOK)
    rooms, leave = passages_of(owner, document)
    assert rooms["heading"] == "Handbook > The office > Meeting rooms"
    assert rooms["data_text"].startswith("Rooms are booked in the portal.")
    assert "room | seats\nPine | 8\nBirch | 20" in rooms["data_text"]
    # The smaller one is decoration.
    assert len(rooms["image_urls"]) == 1 and image_of(owner, rooms).size == (200, 100)
    assert (leave["heading"], leave["data_text"], leave["image_urls"]) == (
        "Handbook > Leave",
        "Everybody has 26 days.",
        [],
    )
    assert [rooms["position"], leave["position"]] == [0, 1]


def test_slides_are_pages_and_sheets_are_sections(owner: Person) -> None:
    slides = add_one(
        owner, "talk.pptx", made.slides(("Tides", "The water comes."), ("계획", "둘째"), picture=made.image())
    )
    assert [(each["page"], each["heading"], each["data_text"]) for each in passages_of(owner, slides)] == [
        (1, "Tides", "The water comes."),
        (2, "계획", "둘째"),
    ]
    assert image_of(owner, passages_of(owner, slides)[1]).size == (120, 80)
    rows = [["이름", "수량"], *([f"부품 {number}", number] for number in range(200))]
    sheet = passages_of(owner, add_one(owner, "parts.xlsx", made.sheet("재고", rows)))
    assert {each["heading"] for each in sheet} == {"재고"} and len(sheet) > 3
    # Every part can be understood by itself, and no row is lost.
    assert all(each["data_text"].startswith("이름 | 수량\n") for each in sheet)
    lines = [line for each in sheet for line in each["data_text"].splitlines()[1:]]
    assert lines == [f"부품 {number} | {number}" for number in range(200)]


def test_hangul_file_web_page_and_markdown_are_read_by_their_structure(owner: Person) -> None:
    hwpx = made.hwpx("휴가", "휴가는 팀장에게 신청한다.", [["종류", "일수"], ["연차", "15"]])
    (passage,) = passages_of(owner, add_one(owner, "규정.hwpx", hwpx))
    assert passage["heading"] == "휴가"
    assert passage["data_text"] == "휴가는 팀장에게 신청한다.\n\n종류 | 일수\n연차 | 15"

    page = b"""<html><head><title>t</title><style>p{}</style></head><body><nav>Menu</nav><h1>Rooms</h1>
        <p>Pine is <b>quiet</b>.</p><script>alert('no')</script><table><tr><th>a</th><th>b</th></tr>
        <tr><td>1</td><td>2</td></tr></table><img src="http://192.0.2.1/x.png"></body></html>"""
    (passage,) = passages_of(owner, add_one(owner, "rooms.html", page))
    assert (passage["heading"], passage["data_text"]) == ("Rooms", "Pine is quiet.\n\na | b\n1 | 2")

    text = "# 등불\n\n첫 문장이다.\n\n## 둘\n\n- 하나\n- 둘\n\n|a|b|\n|-|-|\n|1|2|\n"
    first, second = passages_of(owner, add_one(owner, "note.md", text.encode()))
    assert (first["heading"], first["data_text"]) == ("등불", "첫 문장이다.")
    assert (second["heading"], second["data_text"]) == ("등불 > 둘", "- 하나\n- 둘\n\na | b\n1 | 2")


@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "euc-kr", "utf-16", "utf-16-le", "utf-8-sig"])
def test_korean_text_in_every_encoding(owner: Person, encoding: str) -> None:
    text = "회의실은 사내 포털에서 예약한다.\r\n\r\n예약은 두 주 전부터 할 수 있다."
    (passage,) = passages_of(owner, add_one(owner, "text.txt", text.encode(encoding)))
    assert passage["data_text"] == text.replace("\r\n", "\n")
    (table,) = passages_of(owner, add_one(owner, "t.csv", "이름;수량\n나사;5\n".encode(encoding)))
    assert table["data_text"] == "이름 | 수량\n나사 | 5"


def test_picture_is_a_document_of_one_passage(owner: Person) -> None:
    document = add_one(owner, "항구.png", made.image(size=(300, 200)))
    (passage,) = passages_of(owner, document)
    assert passage["data_text"] == "항구.png\n300 × 200"
    assert image_of(owner, passage).size == (300, 200)


def test_long_text_is_cut_between_sentences(owner: Person) -> None:
    sentences = [f"This is sentence number {number} of a long paragraph." for number in range(200)]
    passages = passages_of(owner, add_one(owner, "long.txt", " ".join(sentences).encode()))
    assert 5 < len(passages) < 20
    assert " ".join(each["data_text"] for each in passages) == " ".join(sentences)
    assert all(each["data_text"].endswith("paragraph.") for each in passages)


def test_the_same_file_twice_is_one_document(owner: Person) -> None:
    first = add_one(owner, "a.md", b"# One\n\nText.")
    again = add(owner, ("other name.md", b"# One\n\nText."), ("b.md", b"# Two"))["documents"]
    assert again[0]["id"] == first["id"] and again[0]["status"] == "done" and len(again) == 2
    elsewhere = owner.post("collections/", {"name": "Other"}).json()["id"]
    assert add(owner, ("a.md", b"# One\n\nText."), collection=elsewhere)["documents"][0]["id"] != first["id"]
    # Somebody else's is somebody else's.
    assert add(new_guest(owner.api_url), ("a.md", b"# One\n\nText."))["documents"][0]["id"] != first["id"]


def test_bad_file_says_why_and_the_others_go_on(owner: Person) -> None:
    reply = add(
        owner, ("empty.txt", b""), ("good.txt", b"Good."), ("fake.png", b"<html><p>no</html>"), ("x.bin", b"\0\1")
    )
    assert [(each["file_name"], each["code"]) for each in reply["refused"]] == [
        ("empty.txt", "document_empty"),
        ("fake.png", "document_type_mismatch"),
        ("x.bin", "document_unsupported"),
    ]
    assert all(each["message"].endswith(".") for each in reply["refused"])
    assert read_to_the_end(owner, reply["documents"][0])["status"] == "done"


def test_name_is_only_shown(owner: Person, live_system: LiveSystem) -> None:
    (document,) = add(owner, ("../../../../tmp/ev\u202eil.txt", b"Harmless."))["documents"]
    assert document["file_name"] == "evil.txt"
    taken_apart = unicodedata.normalize("NFD", "한글.txt")
    assert add(owner, (taken_apart, b"Korean name."))["documents"][0]["file_name"] == "한글.txt"
    read_to_the_end(owner, document)
    reply = owner.get(f"documents/{document['id']}/file/")
    assert reply.content == b"Harmless."
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_deleting_takes_it_out_of_sight_and_can_be_undone(owner: Person) -> None:
    document = add_one(owner, "handbook.docx", HANDBOOK)
    picture = passages_of(owner, document)[0]["image_urls"][0].removeprefix("/api/")
    assert owner.call("DELETE", f"documents/{document['id']}/").status_code == 204
    for path in (f"documents/{document['id']}/", f"documents/{document['id']}/passages/", picture):
        assert owner.get(path).status_code == 404
    assert owner.get("documents/").json()["results"] == []
    assert owner.post(f"documents/{document['id']}/restore/").status_code == 200
    assert read_to_the_end(owner, document)["passage_count"] == 2
    assert len(passages_of(owner, document)) == 2


def test_adding_a_deleted_file_again_brings_it_back(owner: Person) -> None:
    document = add_one(owner, "a.txt", b"Once more.")
    owner.call("DELETE", f"documents/{document['id']}/")
    (again,) = add(owner, ("b.txt", b"Once more."))["documents"]
    assert again["id"] == document["id"]
    assert read_to_the_end(owner, again)["status"] == "done" and len(passages_of(owner, again)) == 1


def test_renaming_and_moving(owner: Person) -> None:
    document = add_one(owner, "a.txt", b"Text.")
    other = owner.post("collections/", {"name": "Other"}).json()["id"]
    address = f"documents/{document['id']}/"
    moved = owner.call("PATCH", address, json={"title": "Named", "collection": other}).json()
    assert (moved["title"], moved["collection"]) == ("Named", other)
    assert read_to_the_end(owner, moved)["passage_count"] == 1
    assert passages_of(owner, moved)[0]["collection"] == other
    assert [each["id"] for each in owner.get(f"documents/?collection={other}&search=name").json()["results"]] == [
        document["id"]
    ]
    assert owner.call("PATCH", address, json={"status": "done"}).status_code == 400
    # The same file cannot be in one collection twice.
    twin = add_one(owner, "a.txt", b"Text.")
    refused = owner.call("PATCH", f"documents/{twin['id']}/", json={"collection": other})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "document_there_already")


def test_list_has_pages_and_filters(owner: Person) -> None:
    for number in range(3):
        add_one(owner, f"file {number}.txt", f"Text {number}.".encode())
    add_one(owner, "broken.docx", HANDBOOK[:2000], status="failed")
    first = owner.get("documents/?page_size=2").json()
    assert [each["file_name"] for each in first["results"]] == ["broken.docx", "file 2.txt"]
    second = owner.get(first["next"].split("/api/", 1)[1]).json()
    assert [each["file_name"] for each in second["results"]] == ["file 1.txt", "file 0.txt"]
    assert [each["file_name"] for each in owner.get("documents/?status=failed").json()["results"]] == ["broken.docx"]
    assert owner.get("documents/?colour=red").status_code == 400


def test_passages_have_pages(owner: Person) -> None:
    text = "\n\n".join(f"# Part {number}\n\nText {number}." for number in range(5))
    document = add_one(owner, "parts.md", text.encode())
    first = owner.get(f"documents/{document['id']}/passages/?page_size=3").json()
    second = owner.get(first["next"].split("/api/", 1)[1]).json()
    found = [each["heading"] for each in first["results"] + second["results"]]
    assert found == [f"Part {number}" for number in range(5)]


def test_failed_document_can_be_read_again_and_a_good_one_need_not(owner: Person) -> None:
    broken = add_one(owner, "broken.docx", HANDBOOK[:2000], status="failed")
    assert refusal_of(broken) == "document_damaged"
    again = owner.post(f"documents/{broken['id']}/retry/")
    assert (again.status_code, again.json()["status"], again.json()["error"]) == (202, "queued", None)
    assert read_to_the_end(owner, broken)["status"] == "failed"
    good = add_one(owner, "a.txt", b"Text.")
    assert owner.post(f"documents/{good['id']}/retry/").json()["error"]["code"] == "document_not_failed"
    assert owner.post(f"documents/{good['id']}/cancel/").json()["error"]["code"] == "document_not_being_read"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_sample_document(owner: Person, language: str) -> None:
    offered = {each["language"]: each for each in owner.get("documents/sample/").json()}
    assert len(offered[language]["questions"]) == 3
    reply = owner.post("documents/sample/", {"language": language})
    assert reply.status_code == 202
    document = read_to_the_end(owner, reply.json())
    assert (document["status"], document["language"], document["title"]) == (
        "done",
        language,
        offered[language]["title"],
    )
    assert owner.post("documents/sample/", {"language": language}).json()["id"] == document["id"]
    assert owner.post("documents/sample/", {"language": "fr"}).status_code == 400


def test_nobody_else_sees_or_changes_it(owner: Person, system: LiveSystem) -> None:
    document = add_one(owner, "handbook.docx", HANDBOOK)
    picture = passages_of(owner, document)[0]["image_urls"][0].removeprefix("/api/")
    address = f"documents/{document['id']}/"
    for person, status in ((new_guest(system.api_url), 404), (Person(system.api_url, ""), 401)):
        for path in (address, f"{address}passages/", f"{address}file/", picture):
            assert person.get(path).status_code == status
        for path in (f"{address}restore/", f"{address}retry/", f"{address}cancel/"):
            assert person.post(path).status_code == status
        assert person.call("PATCH", address, json={"title": "Mine"}).status_code == status
        assert person.call("DELETE", address).status_code == status
        upload = {"files": ("a.txt", b"Text.")}
        asked = person.call("POST", "documents/", files=upload, data={"collection": document["collection"]})
        assert asked.status_code == status
    assert owner.get(address).json()["title"] == "handbook"
