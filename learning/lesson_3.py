"""Lesson 3: a retriever that knows abbreviations, two models that answer from what it finds, and their notifications."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from ai_models.retrieval import Candidate, Retriever
from learning.checking import Missing, Place, Step, load, package_is_installed, package_is_there
from learning.lesson_2 import MODELS, own_model
from learning.live import Guest, is_running

RETRIEVERS = "triple_chat.retrievers"
_PASSAGES = (
    "Remote work is allowed on two days a week, after a word with your team.",
    "The canteen opens at half past eleven.",
    "Paid leave is asked for two weeks before it begins.",
)
_ASKED = "WFH"
_FOUND = "Remote work is allowed"


class CountingSearch:
    """A search over three passages that finds by whole words and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, words: str, most: int) -> Sequence[Candidate]:
        self.asked.append(words)
        wanted = {word.strip("?.,!").lower() for word in words.split()}
        found = []
        for number, passage in enumerate(_PASSAGES, start=1):
            shared = wanted & {word.strip(".,").lower() for word in passage.split()}
            if shared:
                found.append(Candidate(number, passage, "", "", float(len(shared))))
        return sorted(found, key=lambda each: -each.score)[:most]


def _retriever(place: Place) -> Retriever:
    retriever = load(place, RETRIEVERS)()
    if not isinstance(retriever, Retriever):
        raise Missing("no_retriever", found=type(retriever).__name__)
    return retriever


def retriever_knows_abbreviations(place: Place) -> None:
    retriever = _retriever(place)
    for question, wanted in ((_ASKED, _FOUND), ("How do I ask for PTO?", "Paid leave"), ("canteen", "The canteen")):
        found = retriever.retrieve(question, CountingSearch(), 5)
        if not found or not found[0].text.startswith(wanted):
            raise Missing("not_found_by_retriever", question=question, wanted=wanted)
    if len(retriever.retrieve("WFH paid canteen", CountingSearch(), 2)) > 2:
        raise Missing("too_many_found")


def retriever_was_measured(place: Place) -> None:
    """Every search costs; what is not in the question need not be searched for."""
    retriever = _retriever(place)
    for question, most in (("canteen", 1), (_ASKED, 2)):
        search = CountingSearch()
        retriever.retrieve(question, search, 5)
        if len(search.asked) > most:
            raise Missing("too_many_searches", question=question, searches=len(search.asked), most=most)


def _reader(place: Place) -> Guest:
    guest = Guest(place)
    guest.post("rag-data/", [{"data_text": passage, "image_urls": []} for passage in _PASSAGES])
    return guest


def retriever_is_in_use(place: Place) -> None:
    guest = _reader(place)
    try:
        results = guest.post("search/", {"query": _ASKED}).json()["results"]
        if not results or not results[0]["data_text"].startswith(_FOUND):
            raise Missing("retriever_not_in_use")
    finally:
        guest.leave()


def two_models_answer(place: Place) -> None:
    own = f"cited/{own_model(place).id}"
    guest = _reader(place)
    try:
        answers = _ask_later(place)(
            place.api_url, guest.token, f"On how many days a week is {_ASKED} allowed?", ["cited/builtin", own]
        )
        if [answer.get("model") for answer in answers] != ["cited/builtin", own]:
            raise Missing("answers_incomplete", models=", ".join(str(answer.get("model")) for answer in answers))
        if any(answer.get("status") != "done" for answer in answers):
            raise Missing("answers_unfinished", statuses=", ".join(str(answer.get("status")) for answer in answers))
        if not any(_FOUND in cited["quote"] for cited in answers[0].get("citations", [])):
            raise Missing("answer_cites_nothing", answer=str(answers[0].get("response_text"))[:200])
        _require_one_comparison(guest, [answer["question_id"] for answer in answers])
        _require_notifications(guest, {answer["question_id"] for answer in answers})
    finally:
        guest.leave()


def _ask_later(place: Place) -> Any:
    path = place.folder / "ask_later.py"
    if not path.exists():
        raise Missing("no_ask_later", file=path)
    module = importlib.import_module("ask_later")
    if not callable(getattr(module, "ask_later", None)):
        raise Missing("no_ask_later", file=path)
    return module.ask_later


def _require_one_comparison(guest: Guest, questions: Sequence[str]) -> None:
    groups = [guest.get(f"chats/{question}/").json()["group"] for question in questions]
    if None in groups or len({group["id"] for group in groups}) > 1:
        raise Missing("not_side_by_side")


def _require_notifications(guest: Guest, questions: set[str]) -> None:
    news = guest.get("notifications/").json()["results"]
    told = {each["payload"]["question"]: each["read"] for each in news if each["kind"] == "answer_finished"}
    if not all(told.get(question) for question in questions):
        raise Missing("notifications_unread")


STEPS = (
    Step("step_retriever_package", package_is_there(RETRIEVERS)),
    Step("step_retriever_installed", package_is_installed(RETRIEVERS)),
    Step("step_abbreviations", retriever_knows_abbreviations),
    Step("step_measured", retriever_was_measured),
    Step("step_running", is_running),
    Step("step_in_use", retriever_is_in_use),
    Step("step_own_model", package_is_there(MODELS)),
    Step("step_two_models", two_models_answer),
)
