"""Insights: the right numbers on the right days, for whom they are, also once they are counted by the hour."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chat.insights.bins import bin_of, percentile
from chat.insights.rollup import count_hours
from models.models import Chat, Conversation, InsightHour, InsightProgress, InsightTime, SearchLog, User
from tests.accounts import row_of
from tests.cast import Person, new_guest, nobody
from tests.chat.test_comparisons import choose, compare
from tests.system import LiveSystem

# Long before anything that other tests ask; late in the evening of the 9th in London, the 10th in Seoul.
EVENING = datetime(2021, 3, 9, 22, 30, tzinfo=UTC)
DAYS = {"from": "2021-03-09", "to": "2021-03-11"}


@pytest.fixture(autouse=True)
def rows(database: None) -> None:
    """Chats of long ago are made through the rows."""


@pytest.fixture
def owner(live_system: LiveSystem) -> Person:
    return new_guest(live_system.api_url)


@pytest.fixture
def staff(live_system: LiveSystem) -> Iterator[Person]:
    person = new_guest(live_system.api_url)
    ranks = User.objects.filter(uuid=row_of(person).user_id)
    ranks.update(is_staff=True)
    yield person
    ranks.update(is_staff=False)


@pytest.fixture
def history(owner: Person) -> Iterator[list[Chat]]:
    user = row_of(owner).user
    conversation = Conversation.objects.create(user=user, mode="ai", title="Long ago")

    def asked(hours: int, seconds: float, **fields: Any) -> Chat:
        began = EVENING + timedelta(hours=hours)
        times = {"first_token_datetime": began + timedelta(seconds=seconds / 10), "started_datetime": began}
        whole = {
            "status": "done",
            "attempts": 1,
            "finished_datetime": began + timedelta(seconds=seconds),
            **times,
            **fields,
        }
        return Chat(
            user=user, conversation=conversation, mode="ai", question_text="?", question_created_datetime=began, **whole
        )

    yield Chat.objects.bulk_create(
        [
            *(asked(0, 10, model="bench/a", input_tokens=10, output_tokens=20, rating=1) for _ in range(19)),
            asked(1, 100, model="bench/a", input_tokens=10, output_tokens=20),
            asked(24, 1, model="bench/b", status="failed", error_code="model_timeout", rating=-1),
        ]
    )
    Conversation.objects.filter(pk=conversation.pk).delete()
    for counted in (InsightHour, InsightTime):
        counted.objects.filter(hour__lt=EVENING + timedelta(days=3)).delete()


@pytest.fixture
def counted(history: list[Chat]) -> Iterator[None]:
    """All hours since then are in the hourly counts."""
    InsightProgress.objects.update_or_create(pk=1, defaults={"until": EVENING.replace(minute=0)})
    count_hours()
    yield
    InsightProgress.objects.all().delete()
    InsightHour.objects.all().delete()
    InsightTime.objects.all().delete()


def insights(person: Person, **wanted: str) -> dict[str, Any]:
    reply = person.get("insights/", params={**DAYS, **wanted})
    assert reply.status_code == 200, reply.text
    figures: dict[str, Any] = reply.json()
    return figures


def test_own_figures(owner: Person, history: list[Chat]) -> None:
    figures = insights(owner)
    assert [(day["day"], day["questions"], day["failed"]) for day in figures["days"]] == [
        ("2021-03-09", 20, 0),
        ("2021-03-10", 1, 1),
        ("2021-03-11", 0, 0),
    ]
    assert [day["questions"] for day in insights(owner, zone="Asia/Seoul")["days"]] == [0, 20, 1]
    totals = figures["totals"]
    assert (totals["input_tokens"], totals["output_tokens"], totals["good"], totals["bad"]) == (200, 400, 19, 1)
    assert (figures["modes"], figures["failures"]) == ({"ai": 21}, {"model_timeout": 1})
    first, second = figures["models"]
    assert (first["model"], first["questions"], first["good"]) == ("bench/a", 20, 19)
    assert first["total"]["p50"] == pytest.approx(10_000, rel=0.12)
    assert first["total"]["p95"] == pytest.approx(10_000, rel=0.2)
    assert first["first_token"]["p50"] == pytest.approx(1_000, rel=0.12)
    assert (second["model"], second["total"]) == ("bench/b", {"p50": None, "p95": None})


def test_counted_hours_tell_the_same_however_often_they_are_counted(
    owner: Person, staff: Person, counted: None
) -> None:
    mine, everybodys = insights(owner), insights(staff, all="true")
    parts = ("totals", "days", "models", "modes", "failures")
    assert {part: everybodys[part] for part in parts} == {part: mine[part] for part in parts}
    InsightProgress.objects.update(until=EVENING + timedelta(hours=12))
    assert count_hours() > 0
    assert insights(staff, all="true")["days"] == mine["days"]
    # What is asked after the last counted hour is in the numbers at once.
    InsightProgress.objects.update(until=EVENING + timedelta(hours=12))
    InsightHour.objects.filter(hour__gte=EVENING + timedelta(hours=12)).delete()
    assert insights(staff, all="true")["days"] == mine["days"]
    Chat.objects.filter(user=row_of(owner).user).delete()
    assert [day["questions"] for day in insights(staff, all="true")["days"]] == [20, 0, 0]
    assert insights(owner)["totals"]["questions"] == 0


def test_everybodys_figures_are_for_staff(owner: Person, staff: Person, history: list[Chat]) -> None:
    stranger = new_guest(owner.api_url)
    for person in (stranger, staff):
        assert insights(person)["totals"]["questions"] == 0
    refused = insights(stranger, all="true")
    assert (refused["all"], refused["totals"]["questions"]) == (False, 0)
    for path in ("insights/", "insights/csv/"):
        assert nobody(owner.api_url).get(path).status_code == 401


def test_searches_and_what_found_nothing(owner: Person) -> None:
    user = row_of(owner).user
    log = {"user": user, "duration_ms": 1.0, "searching_time": EVENING}
    SearchLog.objects.bulk_create(
        [
            *(SearchLog(**log, query=query, rank=1) for query in ("Battery", "battery", "price")),
            SearchLog(**log, query="battery", rank=2),
            *(SearchLog(**log, query="보증") for _ in range(2)),
        ]
    )
    searches = insights(owner)["searches"]
    assert (searches["counted"], searches["empty"]) == (5, 2)
    assert [(each["query"], each["searches"]) for each in searches["top"]] == [
        ("battery", 2),
        ("보증", 2),
        ("price", 1),
    ]
    assert searches["top_empty"] == [{"query": "보증", "searches": 2, "empty": 2}]


def test_table_opens_in_a_spreadsheet(owner: Person, history: list[Chat]) -> None:
    Chat.objects.filter(user=row_of(owner).user, model="bench/b").update(model="=HYPERLINK(한글)")
    reply = owner.get("insights/csv/", params={**DAYS, "part": "models"}, headers={"Accept": "text/csv"})
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert reply.content.startswith(b"\xef\xbb\xbf")
    assert 'filename="triple-chat-models-2021-03-09-2021-03-11.csv"' in reply.headers["Content-Disposition"]
    table = list(csv.DictReader(reply.content.decode("utf-8-sig").splitlines()))
    assert [(row["model"], row["questions"]) for row in table] == [("bench/a", "20"), ("'=HYPERLINK(한글)", "1")]
    for part in ("days", "queries", "ranking"):
        assert owner.get("insights/csv/", params={**DAYS, "part": part}).text.count("\r\n") >= 1


def test_hidden_models_stay_hidden(owner: Person, live_system: LiveSystem) -> None:
    live_system.upstream.reset()
    group = compare(owner, models=["fake/says:red", "fake/says:blue"], blind=True)["group"]
    pages = [
        owner.get("insights/"),
        *(owner.get("insights/csv/", params={"part": part}) for part in ("days", "models")),
    ]
    assert "fake/says" not in "".join(page.text for page in pages)
    assert owner.get("insights/").json()["totals"]["questions"] == 2
    choose(owner, group, "tie")
    shown = owner.get("insights/").json()
    assert sorted(each["model"] for each in shown["models"]) == ["fake/says:blue", "fake/says:red"]
    assert [each["ties"] for each in shown["ranking"]] == [1, 1]


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"from": "2021-03-12"}, "from"),
        ({"from": "2001-03-12"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"days": "3"}, "days"),
    ],
)
def test_what_makes_no_sense_is_refused(owner: Person, wanted: dict[str, str], wrong: str) -> None:
    reply = owner.get("insights/", params={**DAYS, **wanted})
    assert (reply.status_code, list(reply.json()["error"]["details"])) == (400, [wrong])


def test_percentiles_are_right_to_a_tenth() -> None:
    times = [3.0 * 1.01**number for number in range(1000)]
    bins: dict[int, int] = {}
    for time in times:
        bins[bin_of(time)] = bins.get(bin_of(time), 0) + 1
    for percent in (5, 50, 95):
        assert percentile(bins, percent) == pytest.approx(times[percent * 10], rel=0.1)
    assert percentile({}, 50) is None
