"""The model that needs nothing: it quotes the guide, greets, and knows what it does not know."""

import pytest

from ai_models.basic.quote import QuotingModel
from ai_models.basic.small_talk import recognise
from ai_models.basic.texts import TEXTS
from ai_models.contract import AnswerRequest, Message, Passage
from tests.ai_models.contract_check import check_contract, citations_of, text_of
from tests.ai_models.guide_questions import ANSWERED, NOT_ANSWERED

MODEL = QuotingModel()


async def ask(question: str, *passages: Passage):
    return await check_contract(MODEL, question, passages)


def answered(events) -> bool:
    return bool(citations_of(events))


@pytest.mark.asyncio
async def test_questions_in_the_guide_are_answered_and_others_are_not(ask_guide):
    wrong = []
    for question in (*ANSWERED, *NOT_ANSWERED):
        events = [event async for event in MODEL.answer(ask_guide(question))]
        if answered(events) != (question in ANSWERED):
            wrong.append(question)
    assert wrong == []


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How do I connect a language model?", ["Ollama", ".env", "Check again"]),
        ("언어 모델은 어떻게 연결하나요?", ["Ollama", ".env", "다시 확인"]),
        ("Where is my data stored?", [".data/"]),
        ("내 데이터는 어디에 저장되나요?", [".data/"]),
        ("How long does a guest session last?", ["30 days"]),
        ("게스트 세션은 얼마나 유지되나요?", ["30일"]),
        ("how to change the port", ["--frontend-port", "```"]),
    ],
)
@pytest.mark.asyncio
async def test_the_first_quote_answers(ask_guide, question, words):
    events = [event async for event in MODEL.answer(ask_guide(question))]
    quote = citations_of(events)[0].quote
    assert all(word in quote for word in words), quote


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.asyncio
async def test_every_suggested_question_surely_works(ask_guide, language):
    for question in TEXTS[language].suggestions:
        events = [event async for event in MODEL.answer(ask_guide(question))]
        assert answered(events), question
        assert text_of(events).startswith(TEXTS[language].found), "without doubt"
        assert citations_of(events)[0].passage_id.startswith(language)


@pytest.mark.parametrize(
    ("greeting", "language"),
    [
        ("안녕하세요", "ko"),
        ("안녕!", "ko"),
        ("hello", "en"),
        ("Hi there :)", "en"),
        ("Hello! How are you?", "en"),
        ("👋", "en"),
    ],
)
@pytest.mark.asyncio
async def test_a_greeting_gets_a_friendly_reply(ask_guide, greeting, language):
    text = text_of([event async for event in MODEL.answer(ask_guide(greeting))])
    texts = TEXTS[language]
    assert text.startswith(texts.greeting)
    assert all(question in text for question in texts.suggestions)
    assert texts.how_it_works in text


@pytest.mark.parametrize(("thanks", "language"), [("고마워", "ko"), ("감사합니다!", "ko"), ("Thanks!", "en")])
@pytest.mark.asyncio
async def test_thanks_are_answered(thanks, language):
    assert text_of(await ask(thanks)).startswith(TEXTS[language].thanks)


@pytest.mark.parametrize(
    "question", ["hello world in python?", "안녕 인사말의 유래는?", "Who thanks whom?", "hi, how do I stop it"]
)
def test_a_question_that_begins_politely_is_a_question(question):
    assert recognise(question) is None


@pytest.mark.parametrize(
    ("question", "language"), [("프랑스의 수도는 어디인가요?", "ko"), ("What is quantum physics?", "en")]
)
@pytest.mark.asyncio
async def test_what_it_does_not_know_it_says_with_three_questions(ask_guide, question, language):
    text = text_of([event async for event in MODEL.answer(ask_guide(question))])
    assert text.startswith(TEXTS[language].not_found)
    assert all(suggestion in text for suggestion in TEXTS[language].suggestions)


@pytest.mark.asyncio
async def test_every_answer_says_that_it_quotes_and_how_to_connect_a_model(ask_guide):
    for question in ("How do I stop it?", "언어를 바꾸려면?"):
        text = text_of([event async for event in MODEL.answer(ask_guide(question))])
        assert TEXTS["ko" if "언어" in question else "en"].how_it_works in text


@pytest.mark.asyncio
async def test_the_language_of_the_question_goes_first_and_the_other_is_better_than_nothing():
    korean = Passage("k", "Redis 주소는 설정에 있습니다.", score=1.0)
    english = Passage("e", "The Redis address is in the settings.", score=9.0)
    assert [each.passage_id for each in citations_of(await ask("Redis?", korean, english))] == ["e"]
    assert [each.passage_id for each in citations_of(await ask("Redis 주소는?", korean, english))] == ["k"]
    assert [each.passage_id for each in citations_of(await ask("Redis는?", english))] == ["e"]


@pytest.mark.asyncio
async def test_only_the_last_message_is_the_question(ask_guide):
    request = ask_guide("How do I make a backup?")
    history = (Message("system", "Be brief."), Message("user", "hello"), Message("assistant", "Hi! [7]"))
    events = [
        event
        async for event in MODEL.answer(
            AnswerRequest((*history, *request.messages), request.passages, term_weights=request.term_weights)
        )
    ]
    assert "backup" in citations_of(events)[0].quote


@pytest.mark.asyncio
async def test_the_weights_of_the_whole_collection_decide():
    """Seen from the passages alone, "zebra" is in all and says nothing; in the collection it is rare."""
    passages = tuple(Passage(str(n), f"The zebra number {n} eats grass.", score=1.0) for n in range(5))
    question = (Message("user", "zebra migration"),)
    weights = {"zebra": 9.0, "migrat": 1.0}
    knowing = [event async for event in MODEL.answer(AnswerRequest(question, passages, term_weights=weights))]
    guessing = [event async for event in MODEL.answer(AnswerRequest(question, passages))]
    assert answered(knowing) and not answered(guessing)


@pytest.mark.asyncio
async def test_a_quote_is_never_endless():
    passage = Passage("long", "The zebra " + "runs on and on " * 500)
    quote = citations_of(await ask("zebra", passage))[0].quote
    assert 100 < len(quote) <= 600


@pytest.mark.asyncio
async def test_no_passages_and_no_words():
    for question in ("zebra", "누구인가요?", "   ", "?"):
        assert not answered(await ask(question))
