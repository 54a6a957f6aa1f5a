"""What a model is told: the conversation as far as it fits, the system prompt, the parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import Person
from tests.system import LiveSystem

# With its echo a turn of about 2,000 tokens; three of them fit beside the question, four do not.
LONG = "abcdefghi " * 300


class Talk:
    """One AI conversation, and what its model was sent for the last question."""

    def __init__(self, system: LiveSystem, owner: Person, **settings: Any) -> None:
        self._system = system
        self._owner = owner
        reply = owner.post("conversations/", {"mode": "ai", **settings})
        assert reply.status_code == 201, reply.text
        self.id: str = reply.json()["id"]

    def ask(self, text: str, **fields: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._owner.ask(text, conversation=self.id, mode="ai", **fields).json()
        assert answer["status"] not in ("queued", "streaming"), answer
        return answer

    @property
    def sent(self) -> dict[str, Any]:
        body: dict[str, Any] = self._system.upstream.chat_requests[-1].body
        return body

    @property
    def messages(self) -> list[tuple[str, str]]:
        return [(message["role"], message["content"]) for message in self.sent["messages"]]

    @property
    def earlier(self) -> list[tuple[str, str]]:
        """The messages between the system prompt and the question."""
        return self.messages[1:-1]


@pytest.fixture
def talk(system: LiveSystem, owner: Person) -> Iterator[Talk]:
    yield Talk(system, owner)


def test_model_is_told_the_conversation_in_its_order(talk: Talk) -> None:
    for text in ("first one", "second one", "third one"):
        talk.ask(text)
    (role, prompt), *rest = talk.messages
    assert role == "system" and "language of the question" in prompt
    assert rest == [
        ("user", "first one"),
        ("assistant", "first one"),
        ("user", "second one"),
        ("assistant", "second one"),
        ("user", "third one"),
    ]


def test_basic_chat_is_a_question_and_an_answer(system: LiveSystem, owner: Person) -> None:
    first = owner.ask("first one").json()
    owner.ask("second one", conversation=first["conversation"])
    roles = [message["role"] for message in system.upstream.chat_requests[-1].body["messages"]]
    assert roles == ["system", "user"]


def test_other_conversations_are_not_told(talk: Talk, system: LiveSystem, owner: Person) -> None:
    Talk(system, owner).ask("in another conversation")
    talk.ask("here")
    assert talk.earlier == []


def test_oldest_turns_are_dropped_first(talk: Talk) -> None:
    prompt = "Speak like a pirate."
    talk._owner.call("PATCH", f"conversations/{talk.id}/", json={"system_prompt": prompt})
    long = [f"{number} {LONG}" for number in range(5)]
    for text in long:
        talk.ask(text)
    talk.ask("and now?")
    assert talk.messages[0] == ("system", prompt)
    asked = [text[0] for role, text in talk.earlier if role == "user"]
    assert asked == ["3", "4"], "the newest that fit, in their order"
    assert [role for role, _ in talk.earlier] == ["user", "assistant"] * 2
    assert talk.messages[-1] == ("user", "and now?")


@pytest.mark.parametrize(("letters", "kept"), [("abcde ", ["0", "1"]), ("가나다라마 ", ["1"])])
def test_room_is_counted_in_bytes(talk: Talk, letters: str, kept: list[str]) -> None:
    """Korean text takes almost three times the tokens of as many Latin letters."""
    for number in range(2):
        talk.ask(f"{number} {letters * 500}")
    talk.ask("and now?")
    assert [text[0] for role, text in talk.earlier if role == "user"] == kept


def test_too_long_context_is_halved_once(talk: Talk, system: LiveSystem) -> None:
    for number in range(6):
        talk.ask(f"{number} " + "abc " * 100)
    system.upstream.reset()
    answer = talk.ask("and now?{fake:room_for:9}")
    assert (answer["status"], answer["response_text"]) == ("done", "and now?")
    whole, half = (request.body["messages"] for request in system.upstream.chat_requests)
    assert len(whole) == 14 and len(half) <= 9
    assert half[0] == whole[0] and half[1:] == whole[-len(half) + 1 :], "the newest turns are kept"


def test_context_that_is_still_too_long_is_not_tried_again(talk: Talk, system: LiveSystem) -> None:
    for number in range(3):
        talk.ask(f"turn {number}")
    system.upstream.reset()
    answer = talk.ask("and now?{fake:context_too_long}")
    assert (answer["status"], answer["error"]["code"]) == ("failed", "model_context_too_long")
    assert len(system.upstream.chat_requests) == 2
    system.upstream.reset()
    alone = Talk(system, talk._owner).ask("and now?{fake:context_too_long}")
    assert alone["error"]["code"] == "model_context_too_long"
    assert len(system.upstream.chat_requests) == 1, "a question without a context cannot be shortened"


def test_turns_without_an_answer_are_left_out_and_cut_ones_kept(talk: Talk) -> None:
    assert talk.ask("broken{fake:html}")["status"] == "failed"
    assert talk.ask("cut{fake:cut:3}")["status"] == "interrupted"
    talk.ask("and now?")
    assert talk.earlier == [("user", "cut{fake:cut:3}"), ("assistant", "w0 w1 w2 ")]


def test_system_prompt_and_parameters_are_the_conversations(talk: Talk, system: LiveSystem, owner: Person) -> None:
    chosen = Talk(system, owner, system_prompt="Be brief.", parameters={"temperature": 0.2, "max_tokens": 50})
    chosen.ask("one")
    assert chosen.messages[0] == ("system", "Be brief.")
    assert (chosen.sent["temperature"], chosen.sent["max_tokens"]) == (0.2, 50)
    assert "top_p" not in chosen.sent
    changed = owner.call("PATCH", f"conversations/{chosen.id}/", json={"system_prompt": "", "parameters": {"top_p": 1}})
    assert changed.json()["parameters"] == {"top_p": 1.0}
    chosen.ask("two")
    assert "language of the question" in chosen.messages[0][1]
    assert chosen.sent["top_p"] == 1 and "temperature" not in chosen.sent
    talk.ask("elsewhere")
    assert not {"temperature", "top_p", "max_tokens"} & talk.sent.keys()


def test_parameters_that_a_model_does_not_have_are_passed_over(system: LiveSystem, owner: Person) -> None:
    chosen = Talk(system, owner, parameters={"temperature": 0.2})
    assert chosen.ask("hello", model="builtin")["status"] == "done"


@pytest.mark.parametrize(
    "settings",
    [
        {"parameters": {"temperature": 3}},
        {"parameters": {"heat": 1}},
        {"parameters": {"max_tokens": 0}},
        {"parameters": "hot"},
        {"system_prompt": "x" * 8001},
    ],
)
def test_bad_settings_are_refused(talk: Talk, owner: Person, settings: dict[str, Any]) -> None:
    refused = owner.call("PATCH", f"conversations/{talk.id}/", json=settings)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid")
    assert next(iter(settings)) in refused.json()["error"]["details"]
