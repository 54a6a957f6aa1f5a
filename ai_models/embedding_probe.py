"""What an embedding model is worth in Korean and in English, found out before it is trusted.

A model that was trained on English alone ranks Korean passages nearly at random, and would
spoil a good ranking by words. So it is given questions and the sentences that answer them,
which share hardly a word, and must tell which belongs to which.
"""

from collections.abc import Sequence

from ai_models.embeddings import Vector
from ai_models.text import Language

PAIRS: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        ("How do I get my money back?", "Refunds are paid to the card within five working days."),
        ("Who painted it?", "The portrait is the work of a Dutch master of the 17th century."),
        ("When does the shop open?", "Business hours are nine to six, Monday through Friday."),
        ("What does a whale eat?", "The giant mammal of the sea lives on krill and small fish."),
        ("Why is the sky blue?", "Air scatters short wavelengths of sunlight more than long ones."),
        ("How tall is the mountain?", "Its summit rises 2,744 metres above sea level."),
        ("My laptop will not switch on.", "If the computer does not start, charge the battery first."),
        ("Is smoking allowed here?", "Cigarettes are prohibited in the whole building."),
        ("Where do penguins live?", "These flightless birds breed on the coasts of Antarctica."),
        ("How many people live in the city?", "The metropolis has a population of ten million inhabitants."),
        ("What causes a cold?", "The illness is an infection of the nose by viruses."),
        ("Can I work from home?", "Employees may do their job remotely two days a week."),
    ),
    "ko": (
        ("돈을 돌려받으려면 어떻게 하나요?", "환불은 영업일 기준 닷새 안에 카드로 처리됩니다."),
        ("누가 그렸나요?", "이 초상화는 17세기 네덜란드 거장의 작품이다."),
        ("가게는 언제 여나요?", "영업시간은 평일 오전 9시부터 오후 6시까지입니다."),
        ("고래는 무엇을 먹나요?", "바다의 거대한 포유류는 크릴과 작은 물고기를 주식으로 삼는다."),
        ("하늘은 왜 파란가요?", "대기는 햇빛 가운데 짧은 파장을 더 많이 산란시킨다."),
        ("산의 높이는 얼마인가요?", "정상은 해발 2,744미터에 이른다."),
        ("노트북이 켜지지 않아요.", "컴퓨터 전원이 들어오지 않으면 먼저 배터리를 충전하십시오."),
        ("여기서 담배를 피워도 되나요?", "건물 전체가 금연 구역입니다."),
        ("펭귄은 어디에 사나요?", "날지 못하는 이 새는 남극 해안에서 번식한다."),
        ("도시에는 몇 명이 사나요?", "수도의 인구는 약 천만 명에 달한다."),
        ("감기는 왜 걸리나요?", "이 질환은 바이러스가 코와 목에 감염되어 생긴다."),
        ("집에서 일해도 되나요?", "직원은 일주일에 이틀 재택근무를 할 수 있다."),
    ),
}

# A model that finds fewer than so many of the answers is not asked at all; by chance it finds one of twelve.
_FLOOR = 0.6
# The share of a model that finds all of them (docs/decisions/library-search.md).
_MOST = 0.65


def probe_texts(language: Language) -> list[str]:
    """The texts to embed: first the questions, then the answers."""
    return [*(question for question, _ in PAIRS[language]), *(answer for _, answer in PAIRS[language])]


def weight_of(vectors: Sequence[Vector]) -> float:
    """Return the weight (0 to 1) in a mixed score, from the vectors of `probe_texts`."""
    questions, answers = vectors[: len(vectors) // 2], vectors[len(vectors) // 2 :]
    hits = sum(_nearest(question, answers) == place for place, question in enumerate(questions))
    found = hits / len(questions)
    return round(_MOST * found, 3) if found >= _FLOOR else 0.0


def _nearest(vector: Vector, others: Sequence[Vector]) -> int:
    closeness = [sum(one * two for one, two in zip(vector, other, strict=True)) for other in others]
    return closeness.index(max(closeness))
