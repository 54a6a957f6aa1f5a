"""A model that repeats the question, word by word."""

import asyncio
from collections.abc import AsyncGenerator

from ai_models.contract import AnswerRequest, ChatModel, Delta, Event, Finished, Option


class EchoModel(ChatModel):
    id = "echo"
    name = "Echo"
    options = (Option("shout", bool),)

    async def check(self) -> None:
        """It is part of this process, so it always answers."""

    async def answer(self, request: AnswerRequest) -> AsyncGenerator[Event, None]:
        options = self.validate_options(request.options)
        words = request.question.split()
        yield Delta(f"You asked {len(words)} words: ")
        for word in words:
            yield Delta(f"{word.upper() if options.get('shout') else word} ")
            await asyncio.sleep(0.05)  # where a real model waits for its next word
        yield Finished("stop")
