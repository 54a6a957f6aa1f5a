"""Every kind of registered model keeps the contract."""

import pytest

from ai_models.contract import AnswerRequest, ChatModel, Finished, Message, ModelInvalidOption, Option
from ai_models.endpoints import Endpoint
from ai_models.registry import Registry
from tests.ai_models.contract_check import check_contract
from tests.ai_models.example_plugin import install
from tests.fakes.upstream import Upstream


@pytest.mark.asyncio
async def test_every_registered_model_keeps_the_contract(upstream: Upstream, tmp_path, monkeypatch, ask_guide):
    install(tmp_path, monkeypatch, good="example_plugin:WordCounter")
    upstream.behaviour.models = ("echo", "reasoning", "slow:500/s:5")
    registry = Registry(lambda: [Endpoint("fake", upstream.url)])
    await registry.refresh()
    request = ask_guide("How do I connect a language model?")
    try:
        for entry in registry.list():
            assert entry.available, entry
            await check_contract(entry.model, request.question, request.passages)
        ids = [entry.model.id for entry in registry.list()]
        basic = ["builtin", "fake/echo", "fake/reasoning", "fake/slow:500/s:5"]
        # The word counter is no language model, so it has no twin.
        assert ids == [*basic, "word-counter", *(f"cited/{model_id}" for model_id in basic)]
    finally:
        await registry.aclose()


class _Sloppy(ChatModel):
    """Breaks the contract as told, so that the check itself is known to fail."""

    id = "sloppy"
    name = "Sloppy"

    def __init__(self, *events: object) -> None:
        self._events = events

    async def check(self) -> None:
        return

    async def answer(self, request: AnswerRequest):
        for event in self._events:
            yield event


@pytest.mark.parametrize(
    "events",
    [(), (Finished(),), ("text",), (Finished(), Finished())],
    ids=["nothing", "no text", "no event", "two ends"],
)
@pytest.mark.asyncio
async def test_the_check_finds_a_model_that_breaks_the_contract(events):
    with pytest.raises(AssertionError):
        await check_contract(_Sloppy(*events), "Hello")


@pytest.mark.parametrize(
    ("option", "good", "bad"),
    [
        (Option("n", int, 1, 5), [1, 5], [0, 6, 1.0, True, "1", None]),
        (Option("n", float, 0, 2), [0, 0.5, 2], [-0.1, 2.1, float("nan"), "1", True]),
        (Option("n", bool), [True, False], [1, "yes"]),
        (Option("n", str, choices=("a", "b")), ["a"], ["c", 1]),
    ],
)
def test_options_are_validated(option: Option, good, bad):
    for value in good:
        assert type(option.validate(value)) is option.kind
    for value in bad:
        with pytest.raises(ModelInvalidOption):
            option.validate(value)


def test_a_request_needs_a_question():
    with pytest.raises(ValueError, match="at least one message"):
        AnswerRequest(())
    assert AnswerRequest((Message("system", "s"), Message("user", "q"))).question == "q"
