"""The words of the search: how they are cut, hashed and shown."""

from __future__ import annotations

import unicodedata
from uuid import UUID

import pytest

from chat.search.snippets import SNIPPET_CHARACTERS, Snippet, make_snippet
from chat.search.terms import hash_term, stored_tokens, terms_to_find, terms_to_store, wanted_tokens

KIM = UUID("5f0e8a52-6f43-4f0b-9b0e-3b8f6f0c7a11")
LEE = UUID("0b9b4a5e-8d0f-4a55-9f5c-0a3b8a0e7c22")


def found(query: str, text: str) -> bool:
    wanted = wanted_tokens(query)
    return bool(wanted) and set(wanted) <= stored_tokens(text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("connect", "Connecting two computers"),
        ("the CONNECTIONS", "it was connected"),
        ("데이터베이스", "데이터베이스를 옮긴다"),
        ("이터베이", "데이터베이스를 옮긴다"),
        ("밥", "밥을 먹었다"),
        ("데이ㅌ", "데이터베이스"),
        ("한글", unicodedata.normalize("NFD", "한글 이름의 파일")),
        ("ＧＰＴ", "gpt4로 썼다"),
        ("3.14", "π는 3.14이다"),
        ("café", "Le Café noir"),
    ],
)
def test_text_is_found(query: str, text: str) -> None:
    assert found(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("connect disk", "Connecting two computers"),
        ("데이트", "데이터베이스"),
        ("을", "밥을 먹었다"),
        ("the", "the one and the other"),
        ("ㅋㅋ", "ㅋㅋㅋ"),
        ("?!", "What?!"),
    ],
)
def test_text_is_not_found(query: str, text: str) -> None:
    assert not found(query, text)


def test_term_is_the_same_in_every_process_and_version() -> None:
    # Rows that were stored long ago must stay findable.
    assert hash_term(UUID(int=7), "서울") == 4150224386743735689


def test_terms_fit_the_column_and_tell_users_apart() -> None:
    text = "Seoul in spring 서울의 봄 " + " ".join(str(number) for number in range(2000))
    scopes = [KIM, LEE, *(UUID(int=number) for number in range(20))]
    stored = {scope: terms_to_store(scope, text) for scope in scopes}
    everybodys = [term for terms in stored.values() for term in terms]
    assert min(everybodys) < 0 < max(everybodys)
    assert all(-(2**63) <= term < 2**63 for term in everybodys)
    assert len(set(everybodys)) == len(everybodys) == len(stored_tokens(text)) * len(scopes)
    assert set(terms_to_find(KIM, "seoul 서울")) <= set(stored[KIM])


def test_terms_of_one_user_lie_side_by_side() -> None:
    """Storing a turn touches a few pages of the index only because they do."""
    text = " ".join(str(number) for number in range(500))
    by_value = sorted((term, user) for user in (KIM, LEE) for term in terms_to_store(user, text))
    owners = [user for _, user in by_value]
    assert owners in ([KIM] * 500 + [LEE] * 500, [LEE] * 500 + [KIM] * 500)


def test_question_and_answer_are_found_together() -> None:
    terms = terms_to_store(KIM, "Where is Kyoto?", "In Japan.")
    assert set(terms_to_find(KIM, "japan kyoto")) <= set(terms)


# --- What is shown ------------------------------------------------------------------


def snippet(query: str, *texts: str) -> Snippet:
    return make_snippet(wanted_tokens(query), texts)


def marked(shown: Snippet) -> list[str]:
    return [shown.text[start:end] for start, end in shown.marks]


def test_short_text_is_shown_whole() -> None:
    assert snippet("connect", "How do I\nconnect  a model?") == Snippet("How do I connect a model?", ((9, 16),))


def test_other_forms_of_a_word_are_marked_whole_and_korean_as_far_as_it_was_asked() -> None:
    assert marked(snippet("connect", "Connections, connected; disconnect")) == ["Connections", "connected"]
    assert marked(snippet("이터베이", "새 데이터베이스를")) == ["이터베이"]
    assert marked(snippet("밥", "밥을 김밥")) == ["밥"]
    assert marked(snippet("gpt 모델", "GPT모델")) == ["GPT모델"]


def test_long_text_is_cut_around_the_words_between_other_words() -> None:
    text = f"{'alpha beta ' * 50}the needle lies here {'gamma delta ' * 50}"
    shown = snippet("needle", text)
    assert len(shown.text) <= SNIPPET_CHARACTERS + 2
    assert marked(shown) == ["needle"]
    assert shown.text[0] == shown.text[-1] == "…"
    assert set(shown.text.strip("…").split()) <= set(text.split())
    assert shown.marks[0][0] < SNIPPET_CHARACTERS // 2


def test_word_at_the_very_end_is_shown() -> None:
    shown = snippet("needle", f"{'x' * 500} needle")
    assert marked(shown) == ["needle"]
    assert len(shown.text) <= SNIPPET_CHARACTERS + 1
    assert not shown.text.endswith("…")


def test_place_with_more_of_the_words_wins() -> None:
    filler = "lorem ipsum " * 40
    shown = snippet("red apple", f"An apple. {filler} A red apple. {filler} red")
    assert marked(shown) == ["red", "apple"]


def test_answer_is_shown_when_it_has_more_of_the_words_and_else_the_question() -> None:
    assert snippet("kyoto", "Where is Kyoto?", "Kyoto is in Japan.").text == "Where is Kyoto?"
    assert snippet("kyoto japan", "Where is Kyoto?", "Kyoto is in Japan.").text == "Kyoto is in Japan."


def test_words_far_from_one_another_still_show_one_of_them() -> None:
    assert marked(snippet("first last", f"first {'filler ' * 100} last")) == ["first"]


def test_text_without_the_words_is_shown_from_its_beginning() -> None:
    shown = snippet("absent", "Where " * 100, "an answer")
    assert shown.text.startswith("Where Where")
    assert shown.marks == ()


def test_very_long_word_is_cut() -> None:
    shown = snippet("데이", "데이터" * 10_000)
    assert len(shown.text) <= SNIPPET_CHARACTERS + 2
    assert marked(shown)
