"""How long a model on a server is waited for, and when it is asked once more."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from ai_models.basic.refusals import read_retry_after
from ai_models.contract import (
    AnswerRequest,
    Delta,
    Message,
    ModelBadAnswer,
    ModelCut,
    ModelError,
    ModelFailed,
    ModelRateLimited,
    ModelTimeout,
    ModelUnreachable,
)
from tests.ai_models.conftest import QUICK, eventually
from tests.ai_models.contract_check import text_of

REQUEST = AnswerRequest((Message("user", "one two"),))


async def ask_in_vain(model) -> tuple[str, ModelError]:
    """The text that came, and the error that ended it, well before any limit but the one under test."""
    text = ""
    with pytest.raises(ModelError) as caught:
        async with asyncio.timeout(5):
            async for event in model.answer(REQUEST):
                text += event.text if isinstance(event, Delta) else ""
    return text, caught.value


@pytest.mark.parametrize("scenario", ["stall_head", "stall", "pings"])
@pytest.mark.asyncio
async def test_the_first_token_is_not_waited_for_without_end(make_model, upstream, scenario):
    model = make_model(scenario, replace(QUICK, first_token=1.0))
    text, error = await ask_in_vain(model)
    assert isinstance(error, ModelTimeout) and text == ""
    assert len(upstream.chat_requests) == 1, "a slow server is not asked twice"
    await eventually(lambda: upstream.open_connections == 0)


@pytest.mark.parametrize("scenario", ["stall:2", "pings:2"])
@pytest.mark.asyncio
async def test_the_next_token_is_not_waited_for_without_end(make_model, scenario):
    text, error = await ask_in_vain(make_model(scenario, replace(QUICK, between_tokens=1.0)))
    assert isinstance(error, ModelTimeout) and text == "w0 w1 "


@pytest.mark.asyncio
async def test_the_gap_is_counted_between_tokens_not_over_the_answer(make_model):
    model = make_model("slow:5/s:8", replace(QUICK, between_tokens=1.2))
    assert text_of([event async for event in model.answer(REQUEST)]).split()[-1] == "w7"


@pytest.mark.asyncio
async def test_the_whole_answer_has_a_limit(make_model):
    text, error = await ask_in_vain(make_model("slow:20/s:1000", replace(QUICK, total=1.5)))
    assert isinstance(error, ModelTimeout) and text.startswith("w0 ")


@pytest.mark.asyncio
async def test_a_slow_reader_is_not_taken_for_a_slow_model(make_model):
    model = make_model("slow:20/s:4", replace(QUICK, between_tokens=0.4))
    text = ""
    async for event in model.answer(REQUEST):
        text += event.text if isinstance(event, Delta) else ""
        await asyncio.sleep(0.45)
    assert text == "w0 w1 w2 w3 "


@pytest.mark.parametrize("scenario", ["flaky:500:1", "flaky:503:1", "flaky:0:1", "flaky:429:1", "flaky:429:1:0"])
@pytest.mark.asyncio
async def test_a_passing_fault_is_tried_once_more(make_model, upstream, scenario):
    events = [event async for event in make_model(scenario).answer(REQUEST)]
    assert text_of(events) == "one two"
    assert len(upstream.chat_requests) == 2


@pytest.mark.parametrize(
    ("scenario", "error", "requests"),
    [
        ("flaky:500:2", ModelFailed, 2),
        ("flaky:429:2", ModelRateLimited, 2),
        ("status:429:61", ModelRateLimited, 1),
        ("html", ModelBadAnswer, 1),
        ("cut:1", ModelCut, 1),
        ("cut_thought", ModelUnreachable, 1),
    ],
)
@pytest.mark.asyncio
async def test_no_more_than_one_retry_and_none_after_the_first_token(make_model, upstream, scenario, error, requests):
    _, raised = await ask_in_vain(make_model(scenario))
    assert type(raised) is error
    assert len(upstream.chat_requests) == requests


@pytest.mark.asyncio
async def test_the_wish_to_wait_is_honoured(make_model, upstream):
    start = asyncio.get_running_loop().time()
    events = [event async for event in make_model("flaky:429:1:1").answer(REQUEST)]
    assert text_of(events) == "one two"
    assert asyncio.get_running_loop().time() - start >= 1.0


@pytest.mark.asyncio
async def test_a_long_wish_to_wait_is_passed_on(make_model):
    _, raised = await ask_in_vain(make_model("status:429:120"))
    assert raised.retry_after == 120.0


def test_both_forms_of_retry_after():
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 55 <= (read_retry_after(in_a_minute) or 0) <= 60
    assert read_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert read_retry_after("Wed, 21 Oct 2015 07:28:00 -0000") == 0.0
    assert read_retry_after("2.5") == 2.5
    assert read_retry_after("soon") is read_retry_after("") is None
