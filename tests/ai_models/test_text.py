"""Tokens, sentences and the language of a text."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ai_models import bm25, text


@pytest.mark.parametrize(
    ("given", "tokens"),
    [
        ("연결하기", ["연결", "결하", "하기", "^연결"]),
        ("키", ["키"]),
        ("The models were Connecting", ["model", "connect"]),
        ("1,234.5 and 3.11", ["1,234.5", "3.11"]),
        ("ＡＰＩ 키", ["api", "키"]),
        ("한글", ["한글", "^한글"]),
        ("AI_ENDPOINTS를", ["ai", "endpoint", "를"]),
        ("Qualität 東京", ["qualität", "東京"]),
        ("?!", []),
    ],
)
def test_tokens(given, tokens):
    assert text.tokens(given) == tokens


@pytest.mark.parametrize(
    ("question", "same_as"),
    [
        ("언어 모델은 어떻게 연결하나요?", "언어 모델은 연결"),
        ("수도는 어디인가요?", "수도는"),
        ("Ollama는 어떻게 써요?", "ollama"),
        ("포트를 바꾸려면?", "포트를 바꾸"),
        ("왜가리는 누구인가", "왜가리는"),
        ("키는 어디에 넣나요?", "키는"),
    ],
)
def test_questions_lose_what_only_asks(question, same_as):
    assert text.query_tokens(question) == text.tokens(same_as)


def test_a_question_of_question_words_has_no_tokens():
    assert text.query_tokens("누구인가요?") == text.query_tokens("Who are you?") == []


def test_each_token_of_a_question_once():
    assert text.query_tokens("model models model") == ["model"]


MARKDOWN = """## Heading

Hello there. It needs 3.11 or newer (e.g. this one). J. Smith said "yes." Then
it went on. Write:

```
A = 1.

B
```

- one item. Two.
1. first
> quoted

| a | b |
모델을 연결합니다. "끝났다." 다음?"""


def test_sentences():
    assert [MARKDOWN[start:end] for start, end in text.sentence_spans(MARKDOWN)] == [
        *("Heading", "Hello there.", "It needs 3.11 or newer (e.g. this one).", 'J. Smith said "yes."'),
        *("Then\nit went on.", "Write:", "```\nA = 1.\n\nB\n```", "one item.", "Two.", "first", "quoted"),
        *("| a | b |\n모델을 연결합니다.", '"끝났다."', "다음?"),
    ]


@pytest.mark.parametrize(
    "hard", ["a" + " " * 50_000 + "b", "#" * 50_000, "> " * 20_000, "```\n" * 20_000, "가" * 50_000]
)
def test_no_text_takes_long_to_cut(hard):
    start = time.process_time()
    text.sentence_spans(hard)
    text.tokens(hard)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("given", "language"),
    [
        *(("안녕하세요", "ko"), ("hello", "en"), ("OPENAI_API_KEY와 OPENAI_BASE_URL은?", "ko"), ("ㅎㅇ", "ko")),
        *(("How do I write 안녕?", "en"), ("", "en"), ("123", "en"), ("Docker compose로 실행", "ko")),
    ],
)
def test_language(given, language):
    assert text.language_of(given) == language


def test_stemming_in_many_threads():
    words = [
        word for number in range(300) for word in (f"{'abc'[number % 3]}nn{'x' * number}ations", f"q{'u' * number}ied")
    ]
    text._word_tokens.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(text.tokens, words))
    text._word_tokens.cache_clear()
    assert together == [text.tokens(word) for word in words]


def test_bm25_prefers_rare_words_and_short_texts():
    texts = ["the common word and a rare gem", "a common word", "a common word " + "filler " * 50, "nothing else"]
    ranking = bm25.rank("common gem", texts)
    assert ranking.scores[0] > ranking.scores[1] > ranking.scores[2] > ranking.scores[3] == 0
    assert ranking.term_weights["gem"] > ranking.term_weights["common"] > 0


def test_bm25_by_hand():
    # N=2, n=1: idf = ln(1 + 1.5/1.5) = ln 2; tf=1, both lengths are average: 1.9 / 1.9 = 1.
    ranking = bm25.rank("gem", ["gem stone", "wood stone"])
    assert ranking.scores == pytest.approx((0.6931, 0.0), abs=1e-4)


def test_bm25_of_nothing():
    assert bm25.rank("gem", []).scores == ()
    assert bm25.rank("", ["gem"]).scores == (0,)
    assert bm25.rank("gem", ["", "?"]).scores == (0, 0)
