"""How the fake model server can answer a chat completion, well and badly.

A scenario is named by the model of the request (`"slow:20:100"`), or by a marker in the last
message (`"Hello {fake:cut:3}"`), which wins. No sockets here: a scenario writes to a `Reply`.

Requests for a title are told apart, so that they disturb no test of answers: they get an empty
reply, unless a marker of their own names a scenario (`"Hello {title:says:Greetings}"`).
"""

import asyncio
import itertools
import json
import re
import zlib
from collections.abc import Awaitable, Callable

from tests.fakes.replies import DONE, Body, Reply, event, frame, number, refuse, send_end, send_tokens, words

_MARKER = re.compile(r"\{fake:([^}]+)\}")
_TITLE_MARKER = re.compile(r"\{title:([^}]+)\}")
_TITLE_INSTRUCTION = "You name conversations."


Scenario = Callable[[Reply, Body, list[str]], Awaitable[None]]


def scenario_of(body: Body) -> tuple[str, list[str]]:
    """The scenario's name and arguments, as the request asks for them."""
    titling = wants_title(body)
    marker = (_TITLE_MARKER if titling else _MARKER).search(last_message(body))
    otherwise = "empty" if titling else str(body.get("model", ""))
    name, *arguments = (marker[1] if marker else otherwise).split(":")
    return (name, arguments) if name in SCENARIOS else ("echo", [])


def wants_title(body: Body) -> bool:
    first = (body.get("messages") or [{}])[0].get("content")
    return isinstance(first, str) and first.startswith(_TITLE_INSTRUCTION)


def last_message(body: Body) -> str:
    messages = body.get("messages") or [{}]
    content = messages[-1].get("content")
    return content if isinstance(content, str) else json.dumps(content)


async def echo(reply: Reply, body: Body, arguments: list[str]) -> None:
    """The last message, a word at a time; as one object when no stream was asked for."""
    pieces = re.findall(r"\s*\S+", _MARKER.sub("", last_message(body))) or ["..."]
    if not body.get("stream"):
        await whole_object(reply, body, arguments)
        return
    await reply.head()
    await reply.write(frame({"role": "assistant", "content": ""}))
    for piece in pieces:
        await reply.write(frame({"content": piece}))
    await send_end(reply, body, len(pieces))


async def whole_object(reply: Reply, body: Body, arguments: list[str]) -> None:
    """An answer in one piece, also to those who asked for a stream."""
    message = {"role": "assistant", "content": _MARKER.sub("", last_message(body))}
    usage = {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    await reply.head(200, "application/json")
    await reply.write(json.dumps({"object": "chat.completion", "choices": [choice], "usage": usage}).encode())
    await reply.end()


async def says(reply: Reply, body: Body, arguments: list[str]) -> None:
    """says:TEXT: just that."""
    await reply.head()
    await reply.write(frame({"content": ":".join(arguments)}))
    await send_end(reply, body, 1)


async def spells(reply: Reply, body: Body, arguments: list[str]) -> None:
    """spells:TEXT: just that, a letter at a time."""
    text = ":".join(arguments)
    await reply.head()
    for letter in text:
        await reply.write(frame({"content": letter}))
    await send_end(reply, body, len(text))


async def paced(reply: Reply, body: Body, arguments: list[str]) -> None:
    """slow:RATE/s[:COUNT] and words:COUNT (at once)."""
    count, rate = int(number(arguments, 1, 100)), number(arguments, 0, 20)
    await reply.head()
    await send_tokens(reply, count, rate)
    await send_end(reply, body, count)


async def at_once(reply: Reply, body: Body, arguments: list[str]) -> None:
    await paced(reply, body, ["0", *arguments])


async def chunks(reply: Reply, body: Body, arguments: list[str]) -> None:
    """chunks:SIZE:COUNT:RATE/s: COUNT tokens, each of SIZE Korean letters."""
    size, count, rate = (int(number(arguments, place, 1)) for place in range(3))
    await reply.head()
    for _ in range(count):
        await reply.write(frame({"content": "가" * size}))
        await asyncio.sleep(1 / rate)
    await send_end(reply, body, count)


async def held(reply: Reply, body: Body, arguments: list[str]) -> None:
    """held[:COUNT]: COUNT tokens, then the echo once the test releases it."""
    await reply.head()
    await send_tokens(reply, int(number(arguments, 0, 0)))
    await reply.released()
    await reply.write(frame({"content": _MARKER.sub("", last_message(body))}))
    await send_end(reply, body, 1)


async def stall_head(reply: Reply, body: Body, arguments: list[str]) -> None:
    """Not even a status line."""
    await reply.released()
    reply.cut()


async def stall(reply: Reply, body: Body, arguments: list[str]) -> None:
    """stall[:COUNT]: COUNT tokens, then silence."""
    await reply.head()
    await send_tokens(reply, int(number(arguments, 0, 0)))
    await reply.released()
    reply.cut()


async def pings(reply: Reply, body: Body, arguments: list[str]) -> None:
    """pings[:COUNT]: COUNT tokens, then only comments, for ever."""
    await reply.head()
    await send_tokens(reply, int(number(arguments, 0, 0)))
    while True:
        await reply.write(b": ping\n\n")
        await asyncio.sleep(0.02)


async def cut(reply: Reply, body: Body, arguments: list[str]) -> None:
    """cut[:COUNT]: the connection breaks after COUNT tokens."""
    await reply.head()
    await send_tokens(reply, int(number(arguments, 0, 0)))
    reply.cut()


async def no_finish(reply: Reply, body: Body, arguments: list[str]) -> None:
    """no_finish[:COUNT]: COUNT tokens, [DONE] and a proper end, but no finish_reason."""
    await reply.head()
    await send_tokens(reply, int(number(arguments, 0, 0)))
    await reply.write(DONE)
    await reply.end()


async def half_json(reply: Reply, body: Body, arguments: list[str]) -> None:
    await reply.head()
    await send_tokens(reply, int(number(arguments, 0, 0)))
    await reply.write(b'data: {"choices": [{"delta": {"conte\n\n')
    await send_end(reply, body, 0)


async def html(reply: Reply, body: Body, arguments: list[str]) -> None:
    """A web page with status 200, as a wrong address or a portal gives it."""
    await reply.head(200, "text/html")
    await reply.write(b"<!doctype html><title>Welcome</title><p>Sign in to the network.")
    await reply.end()


async def status(reply: Reply, body: Body, arguments: list[str]) -> None:
    """status:CODE[:RETRY_AFTER]; the words hold a secret that must not be passed on."""
    headers = {"retry_after": arguments[1]} if len(arguments) > 1 else {}
    await refuse(reply, int(arguments[0]), "PROVIDER SECRET WORDS", **headers)


async def flaky(reply: Reply, body: Body, arguments: list[str]) -> None:
    """flaky:CODE:TIMES[:RETRY_AFTER]: refuses TIMES times, then echoes. CODE 0 cuts."""
    if reply.times_seen(":".join(["flaky", *arguments, last_message(body)])) >= int(arguments[1]):
        await echo(reply, body, [])
    elif arguments[0] == "0":
        reply.cut()
    else:
        await status(reply, body, [arguments[0], *arguments[2:]])


async def context_too_long(reply: Reply, body: Body, arguments: list[str]) -> None:
    await refuse(reply, 400, "This model's maximum context length is 8 tokens.")


async def room_for(reply: Reply, body: Body, arguments: list[str]) -> None:
    """room_for:COUNT: a context of COUNT messages, too long beyond, else the echo."""
    room = int(number(arguments, 0, 1))
    await (context_too_long if len(body["messages"]) > room else echo)(reply, body, [])


async def bytes_for(reply: Reply, body: Body, arguments: list[str]) -> None:
    """bytes_for:COUNT: a context of COUNT bytes of messages, too long beyond, else the echo."""
    size = sum(len(str(message["content"]).encode()) for message in body["messages"])
    await (context_too_long if size > int(arguments[0]) else echo)(reply, body, [])


async def redirect(reply: Reply, body: Body, arguments: list[str]) -> None:
    await reply.head(307, "text/plain", location="/v1/elsewhere/chat/completions")
    await reply.end()


async def endless_line(reply: Reply, body: Body, arguments: list[str]) -> None:
    """endless_line[:COUNT]: COUNT tokens, then a line without an end."""
    await reply.head()
    await send_tokens(reply, int(number(arguments, 0, 0)))
    await reply.write(b"data: ")
    while True:
        await reply.write(b"x" * 65536)


async def endless_answer(reply: Reply, body: Body, arguments: list[str]) -> None:
    await reply.head()
    long = frame({"content": "x" * 50_000})
    while True:
        await reply.write(long)


async def split(reply: Reply, body: Body, arguments: list[str]) -> None:
    """Korean, one byte at a time."""
    await reply.head()
    for byte in frame({"content": "안녕하세요 😀"}):
        await reply.write(bytes([byte]))
        await asyncio.sleep(0)
    await send_end(reply, body, 1)


async def crlf(reply: Reply, body: Body, arguments: list[str]) -> None:
    """Windows line ends, comments, other fields, and no space after the colon."""
    await reply.head(200, "text/event-stream; charset=utf-8")
    await reply.write(b": ping\r\n\r\nevent: message\r\nid: 1\r\nretry: 10\r\n")
    for word in words(3):
        await reply.write(frame({"content": word}).replace(b"data: ", b"data:").replace(b"\n", b"\r\n"))
    await reply.write(frame(finish_reason="stop").replace(b"\n", b"\r\n") + b"data: [DONE]\r\n\r\n")
    await reply.end()


async def no_last_newline(reply: Reply, body: Body, arguments: list[str]) -> None:
    await reply.head()
    await reply.write(frame({"content": "whole"}) + frame(finish_reason="stop").rstrip())
    await reply.end()


async def compressed(reply: Reply, body: Body, arguments: list[str]) -> None:
    """As a proxy before the model may send it, whatever was asked for."""
    gzip = zlib.compressobj(wbits=31)
    await reply.head(content_encoding="gzip")
    for word in words(20):
        await reply.write(gzip.compress(frame({"content": word})) + gzip.flush(zlib.Z_SYNC_FLUSH))
        await asyncio.sleep(0.005)
    await reply.write(gzip.compress(frame(finish_reason="stop") + DONE) + gzip.flush())
    await reply.end()


async def many_lines(reply: Reply, body: Body, arguments: list[str]) -> None:
    """One object over several data lines, as server-sent events allow."""
    await reply.head()
    await reply.write(b'data: {"choices": [\ndata: {"delta": {"content": "whole"}}\ndata: ]}\n\n')
    await send_end(reply, body, 1)


async def empty_choices(reply: Reply, body: Body, arguments: list[str]) -> None:
    """Chunks that choose nothing, as Azure's filter results and vLLM's usage."""
    await reply.head()
    for word in words(2):
        await reply.write(event({"choices": []}) + event({"choices": None}) + frame({"content": word}))
    await send_end(reply, body, 2)


async def finished_by(reply: Reply, body: Body, arguments: list[str]) -> None:
    """finished_by:REASON: two tokens and that finish_reason."""
    await reply.head()
    await send_tokens(reply, 2)
    await send_end(reply, body, 2, arguments[0])


async def reasoning(reply: Reply, body: Body, arguments: list[str]) -> None:
    """reasoning[:FIELD]: thoughts in `reasoning_content` or in FIELD, then the answer."""
    await reply.head()
    for thought in ("Let me ", "think."):
        await reply.write(frame({(arguments or ["reasoning_content"])[0]: thought, "content": None}))
    await reply.write(frame({"content": "42"}))
    await send_end(reply, body, 3)


async def cut_thought(reply: Reply, body: Body, arguments: list[str]) -> None:
    """The connection breaks before the first word of the answer, but after a thought."""
    await reply.head()
    await reply.write(frame({"reasoning_content": "Let me"}))
    reply.cut()


async def thinks_held(reply: Reply, body: Body, arguments: list[str]) -> None:
    """Thoughts at once, the answer when the test releases it."""
    await reply.head()
    await reply.write(frame({"reasoning_content": "Let me think.", "content": None}))
    await reply.released()
    await reply.write(frame({"content": "42"}))
    await send_end(reply, body, 2)


async def empty(reply: Reply, body: Body, arguments: list[str]) -> None:
    await reply.head()
    await send_end(reply, body, 0)


async def error_in_stream(reply: Reply, body: Body, arguments: list[str]) -> None:
    """error_in_stream:CODE[:COUNT]: COUNT tokens, then an error object with status 200."""
    await reply.head()
    await send_tokens(reply, int(number(arguments, 1, 0)))
    await reply.write(
        b"data: " + json.dumps({"error": {"message": "PROVIDER SECRET WORDS", "code": int(arguments[0])}}).encode()
    )
    await reply.write(b"\n\n")
    await reply.end()


async def no_usage_option(reply: Reply, body: Body, arguments: list[str]) -> None:
    """Refuses `stream_options`, as older servers do."""
    if "stream_options" in body:
        await refuse(reply, 400, "Unknown parameter: stream_options")
    else:
        await echo(reply, body, [])


async def silent_after_finish(reply: Reply, body: Body, arguments: list[str]) -> None:
    """A whole answer, but the connection breaks before the token counts."""
    await reply.head()
    await send_tokens(reply, 2)
    await reply.write(frame(finish_reason="stop"))
    reply.cut()


SCENARIOS: dict[str, Scenario] = {
    "slow": paced,
    "words": at_once,
    **{
        scenario.__name__: scenario
        for scenario in itertools.chain(
            (
                echo,
                whole_object,
                says,
                spells,
                held,
                stall_head,
                stall,
                pings,
                cut,
                no_finish,
                half_json,
                html,
                status,
                flaky,
            ),
            (
                chunks,
                thinks_held,
                room_for,
                bytes_for,
                context_too_long,
                redirect,
                endless_line,
                endless_answer,
                split,
                crlf,
                no_last_newline,
                compressed,
                many_lines,
            ),
            (
                empty_choices,
                finished_by,
                reasoning,
                cut_thought,
                empty,
                error_in_stream,
                no_usage_option,
                silent_after_finish,
            ),
        )
    },
}
