"""A model on an OpenAI-compatible server: whole answers, and what is not one."""

import asyncio
import json
import logging
from dataclasses import replace
from itertools import pairwise

import aiohttp
import pytest

from ai_models.basic.connection import Connection
from ai_models.basic.openai_compatible import OpenAICompatibleModel
from ai_models.basic.sse import EventReader
from ai_models.contract import (
    AnswerRequest,
    Delta,
    Event,
    Finished,
    Message,
    ModelBadAnswer,
    ModelContextTooLong,
    ModelCut,
    ModelError,
    ModelFailed,
    ModelNotFound,
    ModelRateLimited,
    ModelRefusedKey,
    ModelUnreachable,
    Reasoning,
    Usage,
)
from ai_models.endpoints import Endpoint
from ai_models.registry import Registry
from tests.ai_models.conftest import KEY, QUICK, eventually
from tests.ai_models.contract_check import text_of

SECRETS = ("PROVIDER", KEY, "127.0.0.1", "http")


async def ask(model, question="one two three", **options) -> list[Event]:
    request = AnswerRequest((Message("system", "Be brief."), Message("user", question)), options=options)
    return [event async for event in model.answer(request)]


async def ask_in_vain(model, question="one two three") -> tuple[str, ModelError]:
    """The text that came, and the error that ended it."""
    text = ""
    with pytest.raises(ModelError) as caught:
        async for event in model.answer(AnswerRequest((Message("user", question),))):
            assert not isinstance(event, Finished)
            text += event.text if isinstance(event, Delta) else ""
    return text, caught.value


@pytest.mark.asyncio
async def test_an_answer_streams_and_ends_once(make_model, upstream):
    events = await ask(make_model("echo"), temperature=1, max_tokens=9)
    assert [event.text for event in events if isinstance(event, Delta)] == ["one", " two", " three"]
    assert events[-2:] == [Usage(7, 3), Finished("stop")]
    sent = upstream.chat_requests[0]
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.body == {
        "model": "echo",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "one two three"}],
        "temperature": 1.0,
        "max_tokens": 9,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ("crlf", "w0 w1 w2 "),
        ("split", "안녕하세요 😀"),
        ("no_last_newline", "whole"),
        ("many_lines", "whole"),
        ("compressed", "".join(f"w{n} " for n in range(20))),
        ("empty_choices", "w0 w1 "),
        ("whole_object", "one two three"),
        ("silent_after_finish", "w0 w1 "),
        ("words:2000", "".join(f"w{n} " for n in range(2000))),
    ],
)
@pytest.mark.asyncio
async def test_odd_but_whole_answers_are_read(make_model, scenario, text):
    events = await ask(make_model(scenario))
    assert text_of(events) == text
    assert events[-1] == Finished("stop")


@pytest.mark.parametrize(
    ("given", "reason"),
    [("length", "length"), ("content_filter", "content_filter"), ("stop", "stop"), ("eos_token", "stop")],
)
@pytest.mark.asyncio
async def test_the_reason_of_the_end_is_told(make_model, given, reason):
    assert (await ask(make_model(f"finished_by:{given}")))[-1] == Finished(reason)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
@pytest.mark.asyncio
async def test_thinking_is_not_part_of_the_answer(make_model, field):
    events = await ask(make_model(f"reasoning:{field}"))
    assert [event.text for event in events if isinstance(event, Reasoning)] == ["Let me ", "think."]
    assert text_of(events) == "42"


@pytest.mark.parametrize(
    ("scenario", "error", "text"),
    [
        ("cut:3", ModelCut, "w0 w1 w2 "),
        ("cut", ModelUnreachable, ""),
        ("no_finish:3", ModelCut, "w0 w1 w2 "),
        ("no_finish", ModelBadAnswer, ""),
        ("half_json:2", ModelCut, "w0 w1 "),
        ("half_json", ModelBadAnswer, ""),
        ("html", ModelBadAnswer, ""),
        ("empty", ModelBadAnswer, ""),
        ("redirect", ModelBadAnswer, ""),
        ("endless_line", ModelBadAnswer, ""),
        ("endless_line:2", ModelCut, "w0 w1 "),
        ("status:401", ModelRefusedKey, ""),
        ("status:403", ModelRefusedKey, ""),
        ("status:404", ModelNotFound, ""),
        ("status:400", ModelFailed, ""),
        ("status:500", ModelFailed, ""),
        ("status:413", ModelContextTooLong, ""),
        ("context_too_long", ModelContextTooLong, ""),
        ("error_in_stream:429", ModelRateLimited, ""),
        ("error_in_stream:500:2", ModelCut, "w0 w1 "),
    ],
)
@pytest.mark.asyncio
async def test_faults_become_our_own_errors(make_model, caplog, scenario, error, text):
    caplog.set_level(logging.DEBUG, logger="ai_models")
    came, raised = await ask_in_vain(make_model(scenario))
    assert (type(raised), came) == (error, text)
    shown = f"{raised} {raised.text} {raised.__cause__} {raised!r}"
    assert not any(secret in shown for secret in SECRETS)
    assert raised.__suppress_context__ or raised.__context__ is None
    assert KEY not in caplog.text


@pytest.mark.asyncio
async def test_a_key_that_the_server_repeats_is_not_logged(make_model, upstream, caplog):
    upstream.behaviour.key = "another"
    caplog.set_level(logging.DEBUG, logger="ai_models")
    await ask_in_vain(make_model("echo"))
    assert "Incorrect API key" in caplog.text and "Bearer (key)" in caplog.text
    assert KEY not in caplog.text


def test_half_an_object_is_refused_at_once():
    """Or else it would be read again and again, longer each time."""
    with pytest.raises(ModelBadAnswer):
        EventReader().feed(b'data: {"half":\n\n')


def test_half_of_a_character_is_read_as_it_came():
    assert EventReader().feed(b'data: {"text": "\\ud83d"}\n\n') == [{"text": "\ud83d"}]


@pytest.mark.asyncio
async def test_an_answer_without_an_end_is_cut(make_model):
    text, error = await ask_in_vain(make_model("endless_answer"))
    assert isinstance(error, ModelCut)
    assert 900_000 < len(text) <= 1_000_000


@pytest.mark.asyncio
async def test_a_server_that_is_not_there(make_model):
    _, error = await ask_in_vain(make_model("echo", base_url="http://127.0.0.1:9/v1"))
    assert isinstance(error, ModelUnreachable)


@pytest.mark.asyncio
async def test_a_redirect_does_not_carry_the_key_elsewhere(make_model, upstream):
    await ask_in_vain(make_model("redirect"))
    assert {request.path for request in upstream.requests} == {"/v1/chat/completions"}


@pytest.mark.asyncio
async def test_a_server_that_minds_the_token_counts_is_asked_without(make_model, upstream):
    model = make_model("no_usage_option")
    for _ in range(2):
        events = await ask(model)
        assert text_of(events) == "one two three"
    asked = ["stream_options" in request.body for request in upstream.chat_requests]
    assert asked == [True, False, False], "learned from the first answer"


@pytest.mark.asyncio
async def test_no_key_sends_no_authorization(upstream, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody-else")
    registry = Registry(lambda: [Endpoint("open", upstream.url)])
    await registry.refresh()
    try:
        await ask(await registry.get("open/echo"))
    finally:
        await registry.aclose()
    assert not any("somebody-else" in json.dumps(vars(request)) for request in upstream.requests)
    assert not any("authorization" in request.headers for request in upstream.requests)


@pytest.mark.asyncio
async def test_a_proxy_for_the_outside_world_is_not_asked_for_this_computer(make_model, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert text_of(await ask(make_model("echo"))) == "one two three"


@pytest.mark.asyncio
async def test_a_server_elsewhere_is_asked_through_the_proxy_of_the_environment(monkeypatch):
    asked: list[bytes] = []

    async def serve(reader, writer):
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
    connection = Connection(Endpoint("far", "http://models.example/v1", KEY), QUICK)
    with pytest.raises(ModelFailed):
        await ask(OpenAICompatibleModel(connection, "echo"))
    assert asked[0].split()[:2] == [b"POST", b"http://models.example/v1/chat/completions"]
    await connection.aclose()
    proxy.close()


@pytest.mark.asyncio
async def test_the_connection_is_used_again(make_model, upstream):
    model = make_model("echo")
    for _ in range(3):
        await ask(model)
    assert upstream.connections == 1


@pytest.mark.asyncio
async def test_a_fast_stream_is_read_in_gulps_but_its_first_token_at_once(make_model, monkeypatch):
    read: list[float] = []
    take = aiohttp.StreamReader._read_nowait

    def noted(self, size):
        if data := take(self, size):
            read.append(asyncio.get_running_loop().time())
        return data

    monkeypatch.setattr(aiohttp.StreamReader, "_read_nowait", noted)
    model = make_model("slow:400/s:200", replace(QUICK, between_reads=0.05))
    for _ in range(2):
        read.clear()
        assert text_of(await ask(model)).split()[-1] == "w199"
        assert len(read) < 40, "200 tokens in half a second"
    # The end is read at once.
    gaps = [later - earlier for earlier, later in pairwise(read[1:-2])]
    assert min(gaps) >= 0.045


@pytest.mark.asyncio
async def test_stopping_closes_the_stream(make_model, upstream):
    model = make_model("held:2")
    events = model.answer(AnswerRequest((Message("user", "hi"),)))
    assert isinstance(await anext(events), Delta)
    await events.aclose()
    await eventually(lambda: upstream.open_connections == 0)


@pytest.mark.asyncio
async def test_each_of_many_answers_at_once_has_a_connection(upstream):
    connection = Connection(Endpoint("fake", upstream.url, KEY), QUICK)
    model = OpenAICompatibleModel(connection, "held:2")
    asking = [asyncio.create_task(ask(model)) for _ in range(120)]
    await eventually(lambda: len(upstream.chat_requests) == 120)
    upstream.release()
    assert {text_of(await each) for each in asking} == {"w0 w1 one two three"}
    assert upstream.open_connections > 0
    await connection.aclose()
    await eventually(lambda: upstream.open_connections == 0)
