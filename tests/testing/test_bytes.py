"""Faults that strike at an exact byte."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from linkedapi_async.testing import (
    Close,
    Delay,
    Drop,
    FakeClock,
    Fault,
    Reset,
    Sandbox,
    Slow,
    Stall,
    Truncate,
)

if TYPE_CHECKING:
    from tests.testing.conftest import Wire

SEND = {
    "actionType": "st.sendMessage",
    "personUrl": "https://www.linkedin.com/in/person1",
    "text": "Hi",
}
ENDINGS = [(Reset, "rst"), (Close, "fin"), (Stall, "open")]


async def replied(line: "Wire") -> bytes:
    """Return an undisturbed reply; they are all equally long, ids included."""
    line.send(line.request(body=SEND))
    came, how = await line.read()
    assert how == "open"
    return came


@pytest.mark.parametrize("after", [0, 1, 10, 120, 200, -10, -1])
@pytest.mark.parametrize(("kind", "ending"), ENDINGS)
async def test_a_request_is_cut_at_the_byte(
    line: "Wire", sandbox: Sandbox, kind: type[Reset], ending: str, after: int
) -> None:
    """Cut short of its end, wherever that is, a request never runs and nothing comes back."""
    request = line.request(body=SEND)
    cut = after if after >= 0 else len(request) + after
    sandbox.inject(kind("request", cut))

    line.send(request)

    assert await line.read() == (b"", ending)
    (noted,) = sandbox.log.requests()
    assert (noted.size, noted.is_complete, noted.purpose) == (cut, False, "start")
    assert sandbox.log.replies() == ()
    assert sandbox.log.workflows() == ()


@pytest.mark.parametrize(("kind", "ending"), ENDINGS)
async def test_a_request_that_came_whole_runs(
    line: "Wire", sandbox: Sandbox, kind: type[Reset], ending: str
) -> None:
    """Cut behind its last byte, a request runs, and no byte of a reply comes."""
    request = line.request(body=SEND)
    sandbox.inject(kind("request", len(request)))

    line.send(request)

    assert await line.read() == (b"", ending)
    assert sandbox.log.requests()[0].is_complete
    assert len(sandbox.log.workflows()) == 1


@pytest.mark.parametrize("after", [0, 1, 9, 17, 150, -10, -1])
@pytest.mark.parametrize(("kind", "ending"), ENDINGS)
async def test_a_reply_is_cut_at_the_byte(
    line: "Wire", sandbox: Sandbox, kind: type[Reset], ending: str, after: int
) -> None:
    """Exactly so many bytes of the reply arrive, and the workflow was accepted once."""
    whole = len(await replied(line))
    sandbox.log.clear()
    cut = after if after >= 0 else whole + after + len(b',"pendingReason":"queued"')
    sandbox.inject(kind("reply", cut))

    line.send(line.request(body=SEND))
    came, how = await line.read()

    assert (len(came), how) == (cut, ending)
    (noted,) = sandbox.log.replies()
    assert (noted.size, noted.is_complete) == (cut, False)
    assert len(sandbox.log.workflows()) == 1


@pytest.mark.parametrize(("kind", "ending"), ENDINGS)
async def test_a_reply_may_come_whole_before_the_end(
    line: "Wire", sandbox: Sandbox, kind: type[Reset], ending: str
) -> None:
    """A ceiling above the reply's length lets all of it pass, then strikes."""
    sandbox.inject(kind("reply", 100_000))

    line.send(line.request(body=SEND))
    came, how = await line.read()

    assert came.endswith(b"}")
    assert how == ending
    assert sandbox.log.replies()[0].is_complete


@pytest.mark.parametrize("after", [0, 1, 20, 5000])
async def test_a_truncated_reply_promises_more(line: "Wire", sandbox: Sandbox, after: int) -> None:
    """`Content-Length` is larger than what comes before the end."""
    sandbox.inject(Truncate(after))

    line.send(line.request(body=SEND))
    came, how = await line.read()

    head, _, body = came.partition(b"\r\n\r\n")
    promised = int(head.partition(b"Content-Length: ")[2].split()[0])
    assert how == "fin"
    assert len(body) == min(after, promised - 1)
    assert promised > len(body)
    assert not sandbox.log.replies()[0].is_complete


async def test_a_dropped_request_runs(line: "Wire", sandbox: Sandbox) -> None:
    """It is taken, run, and never answered; the connection stays."""
    sandbox.inject(Drop())

    line.send(line.request(body=SEND))

    assert await line.read() == (b"", "open")
    assert len(sandbox.log.workflows()) == 1


async def test_a_slow_reply_trickles(line: "Wire", sandbox: Sandbox, clock: FakeClock) -> None:
    """It comes whole, at the pace that was asked for."""
    clock.auto_jump = False
    sandbox.inject(Slow(64), on="account")

    line.send(line.request("GET", "/account"))
    first, _ = await line.read()
    await clock.advance(1.0)
    second, _ = await line.read()
    await clock.advance(10.0)
    rest, how = await line.read()

    assert (len(first), len(second)) == (3, 63)
    assert (first + second + rest).endswith(b"}}")
    assert how == "open"


async def test_a_late_reply_is_late(line: "Wire", sandbox: Sandbox, clock: FakeClock) -> None:
    """The request runs at once, the reply waits."""
    clock.auto_jump = False
    sandbox.inject(Delay(30))

    line.send(line.request(body=SEND))

    assert await line.read() == (b"", "open")
    assert len(sandbox.log.workflows()) == 1
    await clock.advance(30)
    assert (await line.read())[0].startswith(b"HTTP/1.1 200")


async def test_the_connection_serves_on_after_gentle_faults(
    line: "Wire", sandbox: Sandbox, clock: FakeClock
) -> None:
    """Errors, delays and trickles leave the kept-alive connection as it was."""
    faults: list[Fault | int | str] = [503, "tooManyRequests", Slow(1e6), Delay(1)]
    for fault in faults:
        sandbox.inject(fault)
        line.send(line.request(body=SEND))
        await clock.sleep(5)
        came, how = await line.read()
        assert (came[:8], how) == (b"HTTP/1.1", "open")
    line.send(line.request(body=SEND))

    assert (await line.read())[0].startswith(b"HTTP/1.1 200")
    assert sandbox.log.connections == 1


async def test_requests_in_a_row_are_answered_in_order(line: "Wire", sandbox: Sandbox) -> None:
    """Several requests in one segment, and one in single bytes, are told apart."""
    line.send(line.request("GET", "/account") + line.request("GET", "/nothing"))
    both, _ = await line.read()
    for byte in line.request("GET", "/account"):
        line.send(bytes([byte]))
        await sandbox.clock.sleep(0)
    third, _ = await line.read()

    assert both.count(b"HTTP/1.1 ") == 2
    assert both.index(b" 200 OK") < both.index(b" 404 Not Found")
    assert third.startswith(b"HTTP/1.1 200")
    assert [one.path for one in sandbox.log.requests()] == ["/account", "/nothing", "/account"]


async def test_chunks_are_a_body_too(line: "Wire", sandbox: Sandbox) -> None:
    """A chunked request is put together, and cut when told."""
    head, _, body = line.request(body=SEND).partition(b"\r\n\r\n")
    lines = [one for one in head.split(b"\r\n") if not one.startswith(b"Content-Length")]
    whole = b"\r\n".join([*lines, b"Transfer-Encoding: chunked", b"", b""])
    whole += b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:7], body[7:]))

    line.send(whole[:-5])
    assert await line.read() == (b"", "open")
    line.send(whole[-5:] + b"0")
    assert await line.read() == (b"", "open")
    line.send(b"\r\n\r\n")

    assert (await line.read())[0].startswith(b"HTTP/1.1 200")
    assert sandbox.log.requests()[0].body == SEND


async def test_a_stale_connection_is_reset(line: "Wire", sandbox: Sandbox) -> None:
    """Idle connections can be dropped, and only those."""
    line.send(line.request("GET", "/account"))
    await line.read()

    assert sandbox.drop_idle_connections() == 1
    assert await line.read() == (b"", "rst")
    assert sandbox.drop_idle_connections() == 0


async def test_a_client_that_gives_up_is_noted(line: "Wire", sandbox: Sandbox) -> None:
    """Half a request, then the end: incomplete in the log, and never run."""
    line.send(line.request(body=SEND)[:-1])
    await line.read()
    line.channel.close()
    while not sandbox.log.requests():
        await sandbox.clock.sleep(0)

    (noted,) = sandbox.log.requests()
    assert (noted.is_complete, noted.purpose) == (False, "start")
    assert sandbox.log.workflows() == ()


async def test_a_reset_waits_until_the_bytes_are_out(line: "Wire", sandbox: Sandbox) -> None:
    """Bytes a slow reader has not taken yet still come, to the last one before the reset."""
    tree = [{"actionType": "st.retrieveSSI", "label": "x" * 1_000_000}] * 14
    await asyncio.get_running_loop().sock_sendall(line.channel, line.request(body=tree))
    head, _ = await line.read()
    workflow_id = head.partition(b'"workflowId":"')[2].partition(b'"')[0].decode()
    await sandbox.clock.sleep(1)
    cut = 13_000_000
    sandbox.inject(Reset(after=cut), on="poll")

    line.send(line.request("GET", f"/workflows/{workflow_id}"))
    while not sandbox.log.replies()[1:]:
        await sandbox.clock.sleep(0)
    came, how = await line.read()
    while how == "open":
        piece, how = await line.read()
        came += piece

    assert (len(came), how) == (cut, "rst")


async def test_an_endless_head_is_cut_off(line: "Wire", sandbox: Sandbox) -> None:
    """Noise without an end is not collected for ever."""
    line.send(b"x" * 70_000)

    assert (await line.read())[1] in {"fin", "rst"}
    assert sandbox.log.workflows() == ()


async def test_broken_chunks_are_refused(line: "Wire") -> None:
    """A chunk without a size is answered 400."""
    line.send(b"POST /workflows HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")

    assert b" 400 " in (await line.read())[0]


@pytest.mark.parametrize("noise", [b"\x16\x03\x01 no http\r\n\r\n", b"GET\r\n\r\n", b"\r\n\r\n"])
async def test_noise_is_refused(line: "Wire", sandbox: Sandbox, noise: bytes) -> None:
    """What is no HTTP request is answered 400 and harms nobody."""
    line.send(noise)

    came, _ = await line.read()

    assert came.startswith(b"HTTP/1.0 400") or came == b""
    assert sandbox.log.workflows() == ()
