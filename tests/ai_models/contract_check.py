"""What every model must do, whoever wrote it; `docs/add-a-model.md` points here."""

from ai_models.contract import (
    AnswerRequest,
    Assessed,
    Capabilities,
    ChatModel,
    Citation,
    Cited,
    Delta,
    Event,
    Finished,
    Message,
    ModelInvalidOption,
    Passage,
    Reasoning,
    Usage,
)


async def check_contract(model: ChatModel, question: str, passages: tuple[Passage, ...] = ()) -> list[Event]:
    """Ask the question and return the events; raise AssertionError where the model breaks the contract."""
    assert isinstance(model, ChatModel)
    assert isinstance(model.id, str) and model.id
    assert isinstance(model.name, str) and model.name
    assert model.kind in {"basic", "advanced"}
    assert isinstance(model.capabilities, Capabilities)
    assert isinstance(model.is_language_model, bool)
    await model.check()
    request = AnswerRequest((Message("user", question),), passages)
    events = [event async for event in model.answer(request)]
    _check_events(events, passages)
    await _check_unknown_option(model, request)
    await _check_stop(model, request)
    return events


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta))


def citations_of(events: list[Event]) -> list[Citation]:
    return [citation for event in events if isinstance(event, Cited) for citation in event.citations]


def _check_events(events: list[Event], passages: tuple[Passage, ...]) -> None:
    assert all(isinstance(event, Delta | Reasoning | Cited | Assessed | Usage | Finished) for event in events)
    assert [isinstance(event, Finished) for event in events].count(True) == 1, "exactly one Finished"
    assert isinstance(events[-1], Finished), "Finished comes last"
    assert text_of(events).strip(), "an answer has text"
    for event in events:
        if isinstance(event, Assessed):
            assert all(0 <= start < end <= len(text_of(events)) for start, end in event.unsupported)
    texts = {passage.passage_id: passage.text for passage in passages}
    for citation in citations_of(events):
        assert citation.passage_id in texts, "only given passages are cited"
        assert texts[citation.passage_id][citation.start : citation.end] == citation.quote != ""
        assert f"[{citation.rank}]" in text_of(events), "a citation is marked in the text"


async def _check_unknown_option(model: ChatModel, request: AnswerRequest) -> None:
    strange = AnswerRequest(request.messages, options={"no_such_option": 1})
    try:
        async for _ in model.answer(strange):
            raise AssertionError("an unknown option is refused before the first event")
    except ModelInvalidOption:
        return
    raise AssertionError("an unknown option is refused")


async def _check_stop(model: ChatModel, request: AnswerRequest) -> None:
    """Whoever reads may stop after the first event."""
    events = model.answer(request)
    await anext(events)
    await events.aclose()
