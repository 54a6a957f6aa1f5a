"""Any model behind an OpenAI-compatible `/chat/completions`: OpenAI, Ollama, vLLM and the like.

Here stand the request, the waiting and the retry. How the server is reached is in
`connection.py`, how its body is read in `chunk_reader.py`, what that means in `stream_answer.py`.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import replace
from itertools import chain
from typing import Any, TypeVar

import httpx2

from ai_models.basic.breaker import Breaker
from ai_models.basic.chunk_reader import ChunkReader
from ai_models.basic.connection import Connection
from ai_models.basic.sight import sees
from ai_models.basic.stream_answer import StreamedAnswer
from ai_models.contract import (
    AnswerRequest,
    Capabilities,
    ChatModel,
    Event,
    Image,
    Message,
    ModelError,
    ModelFailed,
    ModelRateLimited,
    ModelTimeout,
    ModelUnreachable,
    Option,
)

T = TypeVar("T")

# After the end of an answer only its token counts may follow; nobody waits long for them.
_WAIT_FOR_USAGE = 5.0
_WAIT_FOR_CLOSE = 0.2
# Reading a token costs the HTTP stack several times what understanding it does, and it costs no more when others have
# come meanwhile: so the next read waits a little, unless so many came that the server is fast.
_MANY_CHUNKS = 32


class OpenAICompatibleModel(ChatModel):
    """One model of one endpoint; its id is `<endpoint>/<model>`."""

    kind = "basic"
    options = (
        Option("temperature", float, 0, 2),
        Option("top_p", float, 0, 1),
        Option("max_tokens", int, 1, 1_000_000),
    )

    def __init__(self, connection: Connection, model_name: str) -> None:
        self.id = f"{connection.endpoint.name}/{model_name}"
        self.name = model_name
        self._model_name = model_name
        told = connection.endpoint.images
        self.capabilities = Capabilities(streaming=True, images=sees(model_name) if told is None else told)
        self._connection = connection
        self._timeouts = connection.timeouts
        self._may_ask_usage = True
        self._breaker = Breaker(connection.timeouts.rest)

    async def check(self) -> None:
        await self._connection.check()

    async def answer(self, request: AnswerRequest) -> AsyncGenerator[Event, None]:
        """As the contract says; one further attempt is made as long as no token has come."""
        body = self._body(request)
        self._breaker.enter()
        end = _now() + self._timeouts.total
        started = retried = False
        while True:
            try:
                async with aclosing(self._attempt(body, end)) as events:
                    async for event in events:
                        if not started:
                            self._breaker.note_answer()
                        started = True
                        yield event
                return
            except ModelError as error:
                pause = None if started or retried else self._pause_before_retry(error)
                if pause is None:
                    if not started:
                        self._breaker.note_failure(error)
                    raise
            retried = True
            await asyncio.sleep(pause)

    def _body(self, request: AnswerRequest) -> dict[str, Any]:
        question = replace(request.messages[-1], images=request.messages[-1].images + request.images)
        return {
            "model": self._model_name,
            "messages": [*map(_as_json, request.messages[:-1]), _as_json(question)],
            **self.validate_options(request.options),
        }

    def _pause_before_retry(self, error: ModelError) -> float | None:
        if isinstance(error, ModelRateLimited) and error.retry_after is not None:
            return error.retry_after if error.retry_after <= self._timeouts.longest_retry_after else None
        passing = isinstance(error, (ModelUnreachable, ModelFailed, ModelRateLimited)) and error.retryable
        return self._timeouts.pause_before_retry if passing else None

    async def _attempt(self, body: Mapping[str, Any], end: float) -> AsyncGenerator[Event, None]:
        """One request and its events; `end` is the loop's time at which all must be over."""
        answer = StreamedAnswer()
        deadline = min(end, _now() + self._timeouts.first_token)
        async with AsyncExitStack() as stack:
            response = await _by(deadline, self._open(stack, body))
            reading = ChunkReader(response)
            while (chunks := await self._next(reading, answer, deadline)) is not None:
                talked = False
                for event in chain.from_iterable(map(answer.take, chunks)):
                    talked = True
                    yield event
                # Counted from here, because whoever reads may have taken its time.
                if talked:
                    deadline = min(end, _now() + self._timeouts.between_tokens)
                if answer.finish_reason is not None:
                    deadline = min(deadline, _now() + _WAIT_FOR_USAGE)
                elif talked and len(chunks) < _MANY_CHUNKS:
                    await asyncio.sleep(self._connection.pause_between_reads)
            for event in answer.end():
                yield event
            with suppress(ModelError):
                await _by(_now() + _WAIT_FOR_CLOSE, reading.read_to_the_end())

    async def _open(self, stack: AsyncExitStack, body: Mapping[str, Any]) -> httpx2.Response:
        if self._may_ask_usage:
            with_usage = {**body, "stream_options": {"include_usage": True}}
            try:
                return await self._enter(stack, with_usage)
            except ModelFailed as error:
                if error.retryable:
                    raise
        response = await self._enter(stack, body)
        # Only now is it certain that the server minded the question for the token counts.
        self._may_ask_usage = False
        return response

    async def _enter(self, stack: AsyncExitStack, body: Mapping[str, Any]) -> httpx2.Response:
        return await stack.enter_async_context(self._connection.stream(body))

    async def _next(self, reading: ChunkReader, answer: StreamedAnswer, deadline: float) -> list[dict[str, Any]] | None:
        """The next chunks; None when there are no more."""
        try:
            if chunks := reading.ready():
                return chunks
            return await _by(deadline, reading.next())
        except ModelError as error:
            if answer.finish_reason is not None:
                return None  # The answer is whole; only its token counts are lost.
            raise answer.when_broken_by(error) from None


def _as_json(message: Message) -> dict[str, Any]:
    """A message with pictures is a list of parts; without, plain text, which every server knows."""
    if not message.images:
        return {"role": message.role, "content": message.text}
    pictures = [{"type": "image_url", "image_url": {"url": _data_url(image)}} for image in message.images]
    return {"role": message.role, "content": [{"type": "text", "text": message.text}, *pictures]}


def _data_url(image: Image) -> str:
    return f"data:{image.media_type};base64,{b64encode(image.data).decode()}"


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _by(deadline: float, waiting: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout_at(deadline):
            return await waiting
    except TimeoutError:
        raise ModelTimeout from None
