import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from linkedapi_async import Certainty, LinkedApi, OutcomeUnknown, Policy, TransientError
from linkedapi_async._clock import Clock
from linkedapi_async.events import BackingOff, Event
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import Delay, FakeClock, Sandbox, Stall

Connect = Callable[..., LinkedApi]
Catch = Callable[[Awaitable[Any]], Awaitable[Any]]
Listen = Callable[..., Awaitable[Any]]
Step = Callable[[int], Awaitable[None]]

EAGER = Policy(base_delay=0.0)
"""Repeats at once: these tests live in real time, where names are resolved."""


def assert_not_sent(
    error: TransientError, *, attempts: int, code: str = "connectionFailed"
) -> None:
    """Hold what every failure before the first byte promises."""
    assert error.certainty is Certainty.NOT_SENT
    assert error.code == code
    assert error.attempts == attempts
    assert error.workflow_id is None
    assert error.__cause__ is None


async def test_refused_connection_is_proof_that_nothing_was_sent(
    *,
    wire: str,
    sandbox: Sandbox,
    connect: Connect,
    dead_port: int,
    message: SendMessage,
    told: list[Event],
) -> None:
    """Where nobody listens, even a write is tried again, and the error says where that was."""
    api = connect(sandbox, wire, base_url=f"http://127.0.0.1:{dead_port}")

    with pytest.raises(TransientError, match=f"127.0.0.1:{dead_port}") as error:
        await api.run(message)

    assert_not_sent(error.value, attempts=3)
    pauses = [event for event in told if isinstance(event, BackingOff)]
    assert [event.certainty for event in pauses] == [Certainty.NOT_SENT] * 2


async def test_write_goes_on_once_the_service_is_back(
    sandbox: Sandbox, clock: FakeClock, connect: Connect, dead_port: int, message: SendMessage
) -> None:
    """A service that comes up between two attempts gets the write, once."""
    policy = Policy(base_delay=10.0, max_delay=10.0, max_attempts=50)
    back: list[Sandbox] = []

    async with Sandbox(clock=clock, port=dead_port) as later:  # only for its tokens and port
        tokens = later.tokens
    api = connect(sandbox, base_url=f"http://127.0.0.1:{dead_port}", policy=policy, **tokens)

    async def come_up() -> None:
        await clock.sleep(3)
        back.append(await Sandbox(clock=clock, port=dead_port).__aenter__())

    coming = asyncio.ensure_future(come_up())
    try:
        result = await api.run(message)
    finally:
        await coming
        await back[0].__aexit__(None, None, None)

    assert result.errors == ()
    assert len(back[0].log.effects()) == len(back[0].log.requests("start")) == 1


async def test_unknown_name_is_proof_that_nothing_was_sent(
    sandbox: Sandbox, connect: Connect, real_clock: Clock, message: SendMessage
) -> None:
    """A name nobody knows is named, after every attempt."""
    api = connect(
        sandbox, base_url="http://nonexistent.invalid", policy=EAGER, clock=real_clock, deadline=30
    )

    with pytest.raises(TransientError, match=r"nonexistent\.invalid cannot be resolved") as error:
        await api.run(message)

    assert_not_sent(error.value, attempts=3)


async def test_tls_to_a_plain_port_sends_no_request(
    sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """A port that speaks no TLS gets a greeting and no request, however often it is tried."""
    address = sandbox.base_url.replace("http:", "https:")

    with pytest.raises(TransientError, match="a connection within 5 s") as error:
        await connect(sandbox, base_url=address).run(message)  # the sandbox waits for a head

    assert_not_sent(error.value, attempts=3, code="requestTimeout")
    assert sandbox.log.workflows() == ()
    assert sandbox.log.requests("start") == ()


async def test_certificate_that_signs_itself_is_not_trusted(
    sandbox: Sandbox, connect: Connect, listen: Listen, certificate: Any, message: SendMessage
) -> None:
    """An untrusted certificate ends the connection before the request, and is called by name."""
    liar = await listen(b"", tls=certificate.server)

    with pytest.raises(TransientError, match="not trusted: self-signed") as error:
        await connect(sandbox, base_url=liar.url).run(message)

    assert_not_sent(error.value, attempts=3)
    assert [bytes(seen) for seen in liar.received] == [b""] * len(liar.received)


async def test_certificate_for_another_name_is_not_trusted(
    *,
    sandbox: Sandbox,
    connect: Connect,
    listen: Listen,
    certificate: Any,
    real_clock: Clock,
    message: SendMessage,
) -> None:
    """A trusted certificate of somebody else is as bad as none."""
    liar = await listen(b"", tls=certificate.server)
    api = connect(
        sandbox,
        base_url=f"https://localhost:{liar.port}",
        ssl=certificate.trusting,
        policy=EAGER,
        clock=real_clock,
    )

    with pytest.raises(TransientError, match=r"not trusted: .*localhost") as error:
        await api.run(message)

    assert_not_sent(error.value, attempts=3)
    assert all(not seen for seen in liar.received)


@pytest.mark.parametrize("talks", [True, False])
async def test_tls_handshake_that_never_ends_is_bounded(
    *,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    listen: Listen,
    message: SendMessage,
    talks: bool,
) -> None:
    """A handshake that hangs or breaks costs the connect timeout at most, and sends nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        if not talks:
            await reader.read()

    mute = await listen(serve=serve)
    policy = Policy(connect_timeout=2.0, max_attempts=1)
    api = connect(sandbox, base_url=mute.url.replace("http:", "https:"), policy=policy)

    with pytest.raises(TransientError) as error:
        await api.run(message)

    assert error.value.certainty is Certainty.NOT_SENT
    assert error.value.code == ("connectionFailed" if talks else "requestTimeout")
    assert clock.now() <= 2.5


async def test_queue_for_a_connection_ends_at_the_deadline(
    *,
    wire: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    message: SendMessage,
    step: Step,
) -> None:
    """Behind a stalled request of a client with one slot, a call ends unsent at its deadline."""
    sandbox.inject(Stall("request", 0))
    api = connect(sandbox, wire, max_connections=1, policy=Policy(read_timeout=500.0))
    stalled = asyncio.ensure_future(api.run(message))
    await step(20)
    began_at = clock.now()

    with pytest.raises(TransientError) as error:
        await api.with_options(deadline=1.0).run(message)

    assert error.value.certainty is Certainty.NOT_SENT
    assert error.value.code == "requestTimeout"
    assert error.value.attempts <= 1  # it queued at the door, or for a connection
    assert clock.now() - began_at == pytest.approx(1.0)
    assert len(sandbox.log.requests("start")) == 1
    with pytest.raises(OutcomeUnknown):
        await stalled


async def test_queue_is_served_when_the_slot_is_free_again(
    sandbox: Sandbox, connect: Connect, message: SendMessage, caught: Catch
) -> None:
    """A hundred calls over one slot all complete; the queue is no failure and no attempt."""
    sandbox.inject(Delay(seconds=2.0), times=None, on="poll")
    api = connect(sandbox, max_connections=1, policy=Policy(deadline=100_000.0))

    results = await asyncio.gather(*(api.run(message) for _ in range(100)))

    assert [result.errors for result in results] == [()] * 100
    assert len(sandbox.log.effects()) == 100
    assert sandbox.log.connections == 1


async def test_connect_timeout_bounds_connecting_only(
    sandbox: Sandbox, connect: Connect, reading: FetchPerson
) -> None:
    """A reply slower than the connect timeout is waited for."""
    sandbox.inject(Delay(seconds=9.0))
    policy = attrs.evolve(Policy.service(), connect_timeout=1.0, read_timeout=10.0)

    result = await connect(sandbox, policy=policy).run(reading)

    assert result.unwrap().name
    assert len(sandbox.log.requests("start")) == 1


async def test_encrypted_connection_with_a_private_authority_works(
    connect: Connect,
    sandbox: Sandbox,
    certificate: Any,
    listen: Listen,
    message: SendMessage,
) -> None:
    """With its authority in the `ssl` option, a private server is talked to; the effect is one."""
    front = await listen(serve=relay_to(sandbox), tls=certificate.server)

    result = await connect(sandbox, base_url=front.url, ssl=certificate.trusting).run(message)

    assert result.errors == ()
    assert len(sandbox.log.effects()) == 1
    assert isinstance(certificate.trusting, ssl.SSLContext)


@pytest.mark.parametrize("option", [False])
async def test_certificates_are_unchecked_only_on_demand(
    *,
    connect: Connect,
    sandbox: Sandbox,
    certificate: Any,
    listen: Listen,
    message: SendMessage,
    option: bool,
) -> None:
    """`ssl=False` talks to anybody."""
    front = await listen(serve=relay_to(sandbox), tls=certificate.server)

    result = await connect(sandbox, base_url=front.url, ssl=option).run(message)

    assert result.errors == ()


def relay_to(sandbox: Sandbox) -> Callable[..., Awaitable[None]]:
    """Pass bytes on to a sandbox, both ways."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = sandbox.base_url.removeprefix("http://").split(":")
        back, onward = await asyncio.open_connection(host, int(port))

        async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(1 << 16):
                sink.write(data)
            sink.close()

        try:
            await asyncio.gather(pipe(reader, onward), pipe(back, writer))
        finally:
            onward.close()

    return serve
