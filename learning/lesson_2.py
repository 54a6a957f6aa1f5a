"""Lesson 2: a model that repeats the question word by word, as a plug-in."""

from __future__ import annotations

import asyncio
from typing import Any

from ai_models.contract import AnswerRequest, ChatModel, Delta, Finished, Message, ModelInvalidOption
from learning.checking import Missing, Place, Step, load, package_is_installed, package_is_there
from learning.live import Guest, is_running

MODELS = "triple_chat.models"
_QUESTION = "How many words are these?"


def own_model(place: Place) -> ChatModel:
    model = load(place, MODELS)()
    if not isinstance(model, ChatModel):
        raise Missing("no_chat_model", found=type(model).__name__)
    return model


def model_streams(place: Place) -> None:
    model = own_model(place)
    events = asyncio.run(_events(model, {}))
    words = _QUESTION.split()
    deltas = [event.text for event in events if isinstance(event, Delta)]
    if len(deltas) < len(words):
        raise Missing("not_streamed", deltas=len(deltas), words=len(words))
    if lacking := [word for word in words if word not in "".join(deltas)]:
        raise Missing("words_missing", words=" ".join(lacking), answer="".join(deltas)[:200])
    if not events or not isinstance(events[-1], Finished):
        raise Missing("not_finished")


def model_has_its_option(place: Place) -> None:
    model = own_model(place)
    if "shout" not in {option.name for option in model.options}:
        raise Missing("no_option")
    shouted = "".join(event.text for event in asyncio.run(_events(model, {"shout": True})) if isinstance(event, Delta))
    if "WORDS" not in shouted:
        raise Missing("option_without_effect", answer=shouted[:200])
    try:
        asyncio.run(_events(model, {"no_such_option": 1}))
    except ModelInvalidOption:
        return
    raise Missing("option_unchecked")


def model_can_be_stopped(place: Place) -> None:
    if not asyncio.run(_stops(own_model(place))):
        raise Missing("not_stoppable")


async def _events(model: ChatModel, options: dict[str, Any]) -> list[Any]:
    async with asyncio.timeout(30):
        return [event async for event in model.answer(_request(options))]


async def _stops(model: ChatModel) -> bool:
    events = model.answer(_request({}))
    await anext(events)
    try:
        async with asyncio.timeout(3):
            await events.aclose()
    except (TimeoutError, RuntimeError):
        return False
    return True


def _request(options: dict[str, Any]) -> AnswerRequest:
    return AnswerRequest((Message("user", _QUESTION),), options=options)


def model_is_offered(place: Place) -> None:
    guest, model = Guest(place), own_model(place)
    try:
        offered = {each["id"]: each for each in guest.post("models/check/").json()["results"]}
        if model.id not in offered:
            raise Missing("model_not_offered", id=model.id)
        if not offered[model.id]["available"]:
            raise Missing("model_not_available", id=model.id, reason=offered[model.id]["reason"])
    finally:
        guest.leave()


def model_answers(place: Place) -> None:
    guest, model = Guest(place), own_model(place)
    try:
        chat = guest.ask(_QUESTION, mode="ai", model=model.id)
        if chat["status"] != "done" or "words" not in chat["response_text"]:
            raise Missing("model_fails", status=chat["status"], error=chat.get("error"))
    finally:
        guest.leave()


STEPS = (
    Step("step_model_package", package_is_there(MODELS)),
    Step("step_model_installed", package_is_installed(MODELS)),
    Step("step_streams", model_streams),
    Step("step_option", model_has_its_option),
    Step("step_stops", model_can_be_stopped),
    Step("step_running", is_running),
    Step("step_offered", model_is_offered),
    Step("step_answers", model_answers),
)
