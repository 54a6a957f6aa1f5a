"""Rankings from choices: what counts, whose, and the mathematics behind the scores."""

from __future__ import annotations

import random
from math import exp, log

import pytest

from chat.comparisons.bradley_terry import rate
from models.models import User
from tests.accounts import row_of
from tests.cast import Person, new_guest, nobody
from tests.chat.test_comparisons import choose, compare, ids
from tests.system import LiveSystem


@pytest.fixture
def system(live_system: LiveSystem) -> LiveSystem:
    live_system.upstream.reset()
    return live_system


def ranking(person: Person, **wanted: str) -> dict[str, tuple[int, int, int]]:
    rows = person.get("comparisons/ranking/", params=wanted).json()["results"]
    return {row["model"]: (row["wins"], row["losses"], row["ties"]) for row in rows}


def test_choices_are_counted_and_changed_ones_once(system: LiveSystem) -> None:
    person = new_guest(system.api_url)
    red, blue, dead = "fake/says:red", "fake/says:blue", "fake/status:500"
    first = compare(person, models=[red, blue, dead])["group"]
    assert ranking(person) == {}
    choose(person, first, ids(first)[0])
    # A model that failed has not lost.
    assert ranking(person) == {red: (1, 0, 0), blue: (0, 1, 0)}
    choose(person, first, ids(first)[1])
    assert ranking(person) == {blue: (1, 0, 0), red: (0, 1, 0)}
    choose(person, first, "none")
    assert ranking(person) == {}
    choose(person, first, "tie")
    assert ranking(person) == {red: (0, 0, 1), blue: (0, 0, 1)}


def test_staff_sees_everybodys_with_scores_and_others_their_own(system: LiveSystem, database: None) -> None:
    person, other = new_guest(system.api_url), new_guest(system.api_url)
    good, bad = "fake/says:good", "fake/says:bad"
    for chooser in (person, other):
        group = compare(chooser, models=[good, bad])["group"]
        choose(chooser, group, ids(group)[0])
    assert ranking(person, all="true") == ranking(person) == {good: (1, 0, 0), bad: (0, 1, 0)}
    assert nobody(system.api_url).get("comparisons/ranking/").status_code == 401
    User.objects.filter(uuid=row_of(person).user_id).update(is_staff=True)
    try:
        rows = person.get("comparisons/ranking/", params={"all": "true"}).json()["results"]
    finally:
        User.objects.filter(uuid=row_of(person).user_id).update(is_staff=False)
    scores = {row["model"]: row for row in rows}
    assert scores[good]["wins"] >= 2
    assert scores[good]["score"] > scores[bad]["score"]
    assert scores[good]["low"] < scores[good]["score"] < scores[good]["high"]


def test_two_models_have_the_odds_of_their_games() -> None:
    strengths = rate({("a", "b"): 3000.0, ("b", "a"): 1000.0})
    difference = strengths["a"].score - strengths["b"].score
    assert difference == pytest.approx(400 * log(3) / log(10), rel=1e-2)
    mean = (strengths["a"].score + strengths["b"].score) / 2
    assert mean == pytest.approx(1000)


def test_strengths_are_found_again_and_their_intervals_hold() -> None:
    truth = {"a": 1.0, "b": 0.3, "c": -0.4, "d": -0.9}
    dice, held, all_of_them = random.Random(7), 0, 0
    for _ in range(60):
        wins: dict[tuple[str, str], float] = {}
        for _ in range(400):
            first, second = dice.sample(sorted(truth), 2)
            is_better = dice.random() < 1 / (1 + exp(truth[second] - truth[first]))
            pair = (first, second) if is_better else (second, first)
            wins[pair] = wins.get(pair, 0) + 1
        for model, strength in rate(wins).items():
            all_of_them += 1
            held += strength.low <= 1000 + 400 / log(10) * truth[model] <= strength.high
    # The prior's pull lets the intervals be a little wider than games alone would make them.
    assert held / all_of_them > 0.9


def test_winner_of_everything_has_a_finite_score_and_unconnected_models_are_rated() -> None:
    strengths = rate({("a", "b"): 5.0, ("x", "y"): 5.0})
    assert strengths["a"].score == pytest.approx(strengths["x"].score)
    assert 1000 < strengths["a"].score < strengths["a"].high < 3000
    assert rate({}) == {}
