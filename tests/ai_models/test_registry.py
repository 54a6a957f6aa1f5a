"""Which models are on offer, and what is said of those that are not."""

import asyncio
import socket
import threading

import pytest
import pytest_asyncio

from ai_models.basic.connection import Timeouts
from ai_models.contract import ModelNotFound, ModelRefusedKey, ModelTimeout, ModelUnreachable
from ai_models.endpoints import Endpoint
from ai_models.registry import ENDPOINT_HAS_NO_LIST, OLLAMA_NOT_FOUND, PLUGIN_BROKEN, Registry
from tests.ai_models.example_plugin import install
from tests.fakes.upstream import Upstream

NOBODY = "http://127.0.0.1:9/v1"
QUICK = Timeouts(check=2.0)


@pytest_asyncio.fixture
async def make_registry():
    registries: list[Registry] = []

    def make(*endpoints: Endpoint, load=None) -> Registry:
        registries.append(Registry(load or (lambda: endpoints), timeouts=QUICK))
        return registries[-1]

    yield make
    for registry in registries:
        await registry.aclose()


def offered(registry: Registry) -> dict[str, str | None]:
    """Model ids but for the twins and, for those that are not available, why; each language model has its twin."""
    twins = {entry.model.id: entry.reason_code for entry in registry.list() if entry.model.id.startswith("cited/")}
    own = [entry for entry in registry.list() if entry.model.id not in twins]
    writers = [entry for entry in own if entry.model.is_language_model and entry.model.kind == "basic"]
    assert twins == {"cited/builtin": None} | {f"cited/{each.model.id}": each.reason_code for each in writers}
    assert all(entry.available == (entry.reason_code is None) for entry in registry.list())
    return {entry.model.id: entry.reason_code for entry in own}


@pytest.mark.asyncio
async def test_with_nothing_configured_the_built_in_model_answers(make_registry):
    registry = make_registry()
    assert offered(registry) == {"builtin": None}, "before anybody was asked"
    await registry.refresh()
    assert offered(registry) == {"builtin": None}
    assert registry.endpoints() == ()
    assert (registry.default("basic").id, registry.default("advanced").id) == ("builtin", "cited/builtin")
    assert (await registry.get("builtin")).id == "builtin"


@pytest.mark.asyncio
async def test_an_endpoint_is_asked_for_its_chat_models(make_registry, upstream):
    upstream.behaviour.models = (
        *("echo", "vendor/llama-3:8b", "text-embedding-3-small", "nomic-embed-text:latest", "bge-m3:latest"),
        *("whisper-1", "tts-1", "dall-e-3", "omni-moderation-latest", "all-minilm:l6"),
    )
    registry = make_registry(Endpoint("lab", upstream.url))
    await registry.refresh()
    assert offered(registry) == {"builtin": None, "lab/echo": None, "lab/vendor/llama-3:8b": None}
    state = registry.endpoints()[0]
    assert (state.name, state.base_url, state.found_by, state.ok) == ("lab", upstream.url, "settings", True)
    assert state.models == ("echo", "vendor/llama-3:8b")
    assert (registry.default("basic").id, registry.default("advanced").id) == ("lab/echo", "cited/lab/echo")
    assert (await registry.get("lab/vendor/llama-3:8b")).name == "vendor/llama-3:8b"
    twin = await registry.get("cited/lab/vendor/llama-3:8b")
    assert (twin.kind, twin.name) == ("advanced", "vendor/llama-3:8b")


@pytest.mark.asyncio
async def test_configured_models_are_honoured(make_registry, upstream):
    registry = make_registry(Endpoint("lab", upstream.url, models=("text-embedding-mine", "b")))
    await registry.refresh()
    assert offered(registry) == {"builtin": None, "lab/text-embedding-mine": None, "lab/b": None}
    assert [request.path for request in upstream.requests] == ["/v1/models"], "whether it answers is still asked"
    with pytest.raises(ModelNotFound):
        await registry.get("lab/echo")


@pytest.mark.asyncio
async def test_one_endpoint_that_is_down_does_not_hide_the_others(make_registry, upstream):
    silent = [f"hangs-{number}" for number in range(6)]
    with Upstream() as hanging:
        hanging.behaviour.models_hang = True
        registry = make_registry(
            Endpoint("down", NOBODY, models=("a",)),
            *(Endpoint(each, hanging.url, models=("b",)) for each in silent),
            Endpoint("lab", upstream.url, models=("c",)),
            Endpoint("ollama", NOBODY, found_by="ollama"),
        )
        start = asyncio.get_running_loop().time()
        await registry.refresh()
        assert asyncio.get_running_loop().time() - start < 10, "all are asked at the same time"
    down, slow = ModelUnreachable.code, ModelTimeout.code
    assert offered(registry) == {
        "builtin": None,
        "down/a": down,
        **{f"{each}/b": slow for each in silent},
        "lab/c": None,
    }
    assert [state.reason_code for state in registry.endpoints()] == [
        down,
        *(slow for _ in silent),
        None,
        OLLAMA_NOT_FOUND,
    ]
    assert registry.default("basic").id == "lab/c"
    assert (await registry.get("down/a")).id == "down/a", "its answer says that it is away"


@pytest.mark.parametrize(
    ("status", "body", "models", "reason"),
    [
        (404, None, (), ENDPOINT_HAS_NO_LIST),
        (404, None, ("m",), None),
        (500, None, ("m",), "model_failed"),
        (200, b"<html>", ("m",), "model_bad_answer"),
        (200, b'{"data": "x"}', (), "model_bad_answer"),
        (200, b'[{"id": "m"}, {"id": 5}, "x"]', (), None),
    ],
)
@pytest.mark.asyncio
async def test_what_a_strange_list_means(make_registry, upstream, status, body, models, reason):
    upstream.behaviour.models_status, upstream.behaviour.models_body = status, body
    registry = make_registry(Endpoint("lab", upstream.url, models=models))
    await registry.refresh()
    assert registry.endpoints()[0].reason_code == reason
    assert offered(registry).get("lab/m", reason) == reason


@pytest.mark.asyncio
async def test_a_refused_key_is_told_and_edited_settings_count_at_the_next_check(make_registry, upstream):
    upstream.behaviour.key = "right"
    settings = [Endpoint("lab", upstream.url, "wrong")]
    registry = make_registry(load=lambda: tuple(settings))
    await registry.refresh()
    assert registry.endpoints()[0].reason_code == ModelRefusedKey.code
    settings[:] = [Endpoint("lab", upstream.url, "right")]
    await registry.refresh(force=True)
    assert registry.endpoints()[0].ok
    await (await registry.get("lab/echo")).check()


@pytest.mark.asyncio
async def test_the_models_of_an_endpoint_that_went_down_stay_on_the_list(make_registry):
    with Upstream() as server:
        registry = make_registry(Endpoint("lab", server.url))
        await registry.refresh()
    assert offered(registry)["lab/echo"] is None
    await registry.refresh(force=True)
    assert offered(registry)["lab/echo"] == ModelUnreachable.code


@pytest.mark.asyncio
async def test_an_endpoint_is_asked_once_in_a_while(make_registry, upstream):
    registry = make_registry(Endpoint("lab", upstream.url))
    await asyncio.gather(*(registry.refresh() for _ in range(10)))
    await registry.refresh()
    assert len(upstream.requests) == 1
    assert "lab/echo" in offered(registry), "those who came later waited for the result"
    await registry.refresh(force=True)
    assert len(upstream.requests) == 2


@pytest.mark.asyncio
async def test_a_round_that_was_overtaken_does_not_undo_what_a_newer_one_learnt(make_registry):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoints = [Endpoint("lab", f"http://127.0.0.1:{silent.getsockname()[1]}/v1", models=("a",))]
        registry = make_registry(load=lambda: tuple(endpoints))
        overtaken = asyncio.create_task(registry.refresh())
        await asyncio.sleep(0)  # it has read the settings
        endpoints.clear()
        await registry.refresh(force=True)
        await overtaken
    assert offered(registry) == {"builtin": None}


@pytest.mark.asyncio
async def test_threads_with_event_loops_of_their_own_may_ask(make_registry, upstream):
    registry = make_registry(Endpoint("lab", upstream.url))
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            asyncio.run(registry.refresh())
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join, 10)
    await registry.refresh(force=True)
    assert not failed
    assert "lab/echo" in offered(registry)


@pytest.mark.asyncio
async def test_settings_that_cannot_be_read_leave_the_knowledge_as_it_was(make_registry, upstream):
    answers = iter([(Endpoint("lab", upstream.url),), ValueError("broken")])

    def load():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    registry = make_registry(load=load)
    await registry.refresh()
    with pytest.raises(ValueError, match="broken"):
        await registry.refresh(force=True)
    assert "lab/echo" in offered(registry)


@pytest.mark.parametrize("model_id", ["", "nobody", "lab", "lab/", "other/echo"])
@pytest.mark.asyncio
async def test_an_unknown_model(make_registry, upstream, model_id):
    registry = make_registry(Endpoint("lab", upstream.url))
    with pytest.raises(ModelNotFound):
        await registry.get(model_id)


@pytest.mark.asyncio
async def test_plug_ins_are_offered_and_broken_ones_are_reported(make_registry, tmp_path, monkeypatch):
    install(
        tmp_path,
        monkeypatch,
        a_good="example_plugin:WordCounter",
        b_advanced="example_plugin:advanced",
        c_away="example_plugin:Away",
        d_confused="example_plugin:Confused",
        e_taken="example_plugin:TakesABuiltinId",
        f_raises="example_plugin:raises",
        g_no_model="example_plugin:gives_no_model",
        h_missing="no_such_module:x",
    )
    registry = make_registry()
    await registry.refresh()
    assert offered(registry) == {
        "builtin": None,
        "word-counter": None,
        "thinker": None,
        "away": "model_unreachable",
        "confused": "model_failed",
    }
    broken = [state.name for state in registry.endpoints() if state.reason_code == PLUGIN_BROKEN]
    assert broken == ["e_taken", "f_raises", "g_no_model", "h_missing"]
    assert {state.found_by for state in registry.endpoints()} == {"plugin"}
    assert registry.default("basic").id == "builtin", "a model that writes nothing is no default"
    assert registry.default("advanced").id == "thinker"
    assert (await registry.get("word-counter")).name == "Word counter"
