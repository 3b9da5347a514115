import gzip
import random
import tracemalloc
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from linkedapi_async import Certainty, FatalError, LinkedApi, LinkedApiError, OutcomeUnknown, Result
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import (
    Body,
    Delay,
    Drop,
    FakeClock,
    Html,
    Null,
    Redirect,
    Sandbox,
    Slow,
    Truncate,
)

Connect = Callable[..., LinkedApi]
Catch = Callable[[Awaitable[Any]], Awaitable[Any]]
Listen = Callable[..., Awaitable[Any]]

REPLY_LIMIT = 100_000

NO_ANSWERS: dict[str, Any] = {
    "dropped": Drop(),
    "late": Delay(seconds=100_000),
    "too slow": Slow(bytes_per_second=0.01),
    "nothing": Truncate(0),
    "ten bytes": Truncate(10),
    "all but one": Truncate(10_000),
    "html": Html(),
    "null": Null(),
    "empty": Body(b""),
    "array": Body(b"[]"),
    "object": Body(b"{}"),
    "text": Body(b'"ok"'),
    "no result": Body(b'{"success":true,"result":null}'),
    "odd id": Body(b'{"success":true,"result":{"workflowId":7}}'),
    "no utf-8": Body(b"\xff\xfe\x00"),
    "deep": Body(b"[" * 50_000),
    "long number": Body(b'{"status":' + b"9" * 5_000 + b"}"),
    "too large": Body(b'{"success":true' + b" " * REPLY_LIMIT + b"}"),
}
"""What may come in the place of an answer, and proves nothing about the request."""


@pytest.mark.parametrize("fault", NO_ANSWERS.values(), ids=NO_ANSWERS)
@pytest.mark.parametrize("runs", [True, False])
async def test_write_without_a_readable_reply_is_in_doubt(
    *,
    fault: Any,
    wire: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    message: SendMessage,
    runs: bool,
) -> None:
    """Whatever unreadable thing answers a write, it is not sent again, and nobody knows."""
    sandbox.inject(fault, runs=runs)

    with pytest.raises(OutcomeUnknown) as error:
        await connect(sandbox, wire, max_reply_bytes=REPLY_LIMIT).run(message)
    await clock.sleep(60)

    assert error.value.certainty is Certainty.MAYBE_ACCEPTED
    assert error.value.hint.startswith("The workflow may run all the same")
    assert len(sandbox.log.requests("start")) == 1
    assert len(sandbox.log.effects()) <= 1


@pytest.mark.parametrize("fault", NO_ANSWERS.values(), ids=NO_ANSWERS)
async def test_reading_workflow_outlives_an_unreadable_reply(
    fault: Any, sandbox: Sandbox, connect: Connect, reading: FetchPerson
) -> None:
    """The same on a workflow that only reads: sent once more, and completed.

    A reply beyond the limit is the exception: the next one would be as large.
    """
    sandbox.inject(fault)
    api = connect(sandbox, max_reply_bytes=REPLY_LIMIT)

    if isinstance(fault, Body) and len(fault.content) > REPLY_LIMIT:
        with pytest.raises(FatalError, match=str(REPLY_LIMIT)) as error:
            await api.run(reading)
        assert error.value.code == "replyTooLarge"
    else:
        result = await api.run(reading)
        assert result.unwrap().name
        assert len(sandbox.log.requests("start")) == 2


@pytest.mark.parametrize("name", sorted(NO_ANSWERS.keys() - {"too large"}))
async def test_unreadable_poll_is_asked_again(
    name: str, wire: str, sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """An accepted workflow is not given up because one piece of news was unreadable."""
    sandbox.inject(NO_ANSWERS[name], on="poll")

    result = await connect(sandbox, wire).run(message)

    assert result.errors == ()
    assert len(sandbox.log.effects()) == 1
    assert len(sandbox.log.requests("poll")) > 1


async def test_slow_reply_within_the_bound_is_read(
    wire: str, sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """A reply that trickles in within the read timeout is as good as any."""
    injection = sandbox.inject(Slow(bytes_per_second=100))

    result = await connect(sandbox, wire).run(message)

    assert result.errors == ()
    assert injection.hits == 1
    assert len(sandbox.log.effects()) == len(sandbox.log.requests("start")) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("on", ["start", "poll", "cancel"])
async def test_redirect_is_refused_and_named(
    *,
    status: int,
    on: Any,
    sandbox: Sandbox,
    connect: Connect,
    listen: Listen,
    message: SendMessage,
) -> None:
    """No redirect is followed, on any request; the error names the address, without its query."""
    elsewhere = await listen()
    sandbox.inject(Redirect(f"{elsewhere.url}/workflows?key=1", status), on=on)
    api = connect(sandbox)

    async def use() -> None:
        handle = await api.start(message)
        await (handle.cancel() if on == "cancel" else handle.result())

    with pytest.raises(OutcomeUnknown if on == "start" else FatalError) as error:
        await use()

    assert error.value.code == "redirectRefused"
    assert f"{elsewhere.url}/workflows" in error.value.message
    assert "key=1" not in str(error.value)
    assert elsewhere.connections == 0
    assert len(sandbox.log.requests("start")) == 1
    assert len(sandbox.log.requests(on)) == 1


@pytest.mark.parametrize("link", ["http://{other}/r/1", "http://{here}@{other}/r/1", "//{other}/r"])
async def test_result_link_elsewhere_is_not_followed(
    link: str, sandbox: Sandbox, connect: Connect, listen: Listen, message: SendMessage
) -> None:
    """A result link on another origin gets no request, so no tokens."""
    elsewhere = await listen()
    other, here = (url.removeprefix("http://") for url in (elsewhere.url, sandbox.base_url))
    address = link.format(other=other, here=here)
    body = f'{{"status":"running","process":{{"resultLink":"{address}"}}}}'
    sandbox.inject(Body(body.encode()))

    with pytest.raises(LinkedApiError) as error:
        await connect(sandbox, "account_api").run(message)

    assert error.value.code == "foreignResultLink"
    assert error.value.certainty is Certainty.ACCEPTED
    assert elsewhere.connections == 0
    assert len(sandbox.log.requests()) == 1


async def test_compressed_bomb_is_not_unpacked(
    sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """The limit counts unpacked bytes, and unpacking stops there."""
    bomb = gzip.compress(bytes(64 << 20), 1)
    sandbox.inject(Body(bomb), headers={"Content-Encoding": "gzip"})
    api = connect(sandbox, max_reply_bytes=1 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(OutcomeUnknown, match="larger than 1048576 bytes"):
            await api.run(message)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # Before 3.14 aiohttp unpacks whatever one read of the socket brought, all at once.
    older = tuple(map(int, aiohttp.__version__.split(".")[:2])) < (3, 14)
    assert peak < (80 if older else 16) << 20


RAW = {
    "nonsense": b"hello\r\n\r\n",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
    "endless length": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
    "long header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    "no gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "no length": b"HTTP/1.1 200 OK\r\n\r\nx",
    "odd status": b"HTTP/1.1 999 What\r\nContent-Length: 2\r\n\r\n{}",
    "text status": b"HTTP/1.1 abc\r\n\r\n",
    "other protocol": b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n",
    "only continue": b"HTTP/1.1 100 Continue\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "bad cookie": b"HTTP/1.1 200 OK\r\nSet-Cookie: \x00\xff=;;\r\nContent-Length: 0\r\n\r\n",
    "other charset": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=nope\r\nContent-Length: 1\r\n\r\n\xff"
    ),
    "nowhere": b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
    "bad location": b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n",
    "ssh": b"SSH-2.0-OpenSSH_9.6\r\n",
    "tls": b"\x15\x03\x01\x00\x02\x02\x46",
    "bad retry": (
        b"HTTP/1.1 503 No\r\nRetry-After: -1e99\r\nRetry-After-Ms: nan\r\nContent-Length: 0\r\n\r\n"
    ),
}


@pytest.mark.parametrize("reply", RAW.values(), ids=RAW)
async def test_reply_that_is_hardly_http_leaves_a_write_in_doubt(
    reply: bytes, sandbox: Sandbox, connect: Connect, listen: Listen, message: SendMessage
) -> None:
    """Bytes that break HTTP end in the same family, once, and in no error of another library."""
    strange = await listen(reply)

    with pytest.raises(OutcomeUnknown) as error:
        await connect(sandbox, base_url=strange.url).run(message)

    assert error.value.certainty is Certainty.MAYBE_ACCEPTED
    assert error.value.__cause__ is None
    assert strange.connections == 1


@pytest.mark.soak
async def test_random_replies_end_in_our_own_errors(
    *,
    sandbox: Sandbox,
    connect: Connect,
    caught: Catch,
    listen: Listen,
    message: SendMessage,
    soaking: bool,
) -> None:
    """However a true reply is garbled, the call ends in our own words, and is posted once."""
    chance = random.Random(7)
    true = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 77\r\n\r\n"
        b'{"success":true,"result":{"workflowId":"wf-1","workflowStatus":"completed"}}\n'
    )
    wrong: list[object] = []

    for _ in range(3_000 if soaking else 60):
        garbled = bytearray(true)
        for _ in range(chance.randint(1, 4)):
            garbled[chance.randrange(len(garbled))] = chance.randrange(256)
        strange = await listen(bytes(garbled))
        async with connect(sandbox, base_url=strange.url, deadline=100.0) as api:
            outcome = await caught(api.run(message))
        starts = sum(seen.startswith(b"POST") for seen in strange.received)
        is_ours = issubclass(type(outcome), (LinkedApiError, Result))
        if not is_ours or starts != 1 or getattr(outcome, "certainty", None) == "not_sent":
            wrong.append((bytes(garbled), starts, repr(outcome)))

    assert wrong == []
