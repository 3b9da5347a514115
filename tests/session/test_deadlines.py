import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from linkedapi_async import (
    Certainty,
    LinkedApi,
    OutcomeUnknown,
    Policy,
    TransientError,
    UserActionRequired,
    WorkflowTimeout,
)
from linkedapi_async.events import Event, Raised
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import (
    Close,
    Delay,
    Drop,
    FakeClock,
    Reset,
    Sandbox,
    Slow,
    Stall,
    Status,
)

Connect = Callable[..., LinkedApi]
Catch = Callable[[Awaitable[Any]], Awaitable[Any]]
Forward = Callable[..., Awaitable[Any]]
Listen = Callable[..., Awaitable[Any]]
Step = Callable[[int], Awaitable[None]]

PATIENT = Policy.batch()
"""Would wait much longer than any deadline here."""


ON_TIME = pytest.approx(1.0, abs=0.001)
"""The second is over, and not more."""


@pytest.mark.parametrize(
    "fault", [Stall("reply", 0), Stall("reply", 60), Drop(), Slow(1.0), Delay(9.0)]
)
async def test_deadline_while_waiting_for_the_reply_of_a_write(
    *,
    fault: Any,
    wire: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    message: SendMessage,
    told: list[Event],
) -> None:
    """A start that was written and not answered by the deadline is in doubt."""
    sandbox.inject(fault)

    with pytest.raises(OutcomeUnknown) as error:
        await connect(sandbox, wire, policy=PATIENT, deadline=1.0).run(message)

    assert clock.now() == ON_TIME
    assert error.value.elapsed == ON_TIME
    assert error.value.certainty is Certainty.MAYBE_ACCEPTED
    assert error.value.workflow_id is None
    assert error.value.attempts == 1
    assert len(sandbox.log.requests("start")) == 1
    assert [type(event) for event in told] == [Raised]


async def test_deadline_while_waiting_for_the_reply_of_a_reading_start(
    wire: str, sandbox: Sandbox, clock: FakeClock, connect: Connect, reading: FetchPerson
) -> None:
    """The same for a workflow that only reads: nothing is at stake, so it is just late."""
    sandbox.inject(Stall("reply", 0), times=None)

    with pytest.raises(TransientError) as error:
        await connect(sandbox, wire, policy=PATIENT, deadline=1.0).run(reading)

    assert clock.now() == ON_TIME
    assert error.value.certainty is Certainty.MAYBE_ACCEPTED


async def test_deadline_in_the_queue(
    sandbox: Sandbox, clock: FakeClock, connect: Connect, message: SendMessage, step: Step
) -> None:
    """Behind other requests of a full client, a call ends unsent."""
    sandbox.inject(Stall("reply", 0))
    api = connect(sandbox, max_connections=1, policy=PATIENT)
    first = asyncio.ensure_future(api.run(message))
    await step(20)

    with pytest.raises(TransientError) as error:
        await api.with_options(deadline=1.0).run(message)

    assert clock.now() == ON_TIME
    assert error.value.certainty is Certainty.NOT_SENT
    assert len(sandbox.log.requests("start")) == 1
    with pytest.raises(OutcomeUnknown):
        await first


async def test_deadline_counts_the_time_in_the_queue(
    sandbox: Sandbox, clock: FakeClock, connect: Connect, message: SendMessage, step: Step
) -> None:
    """What the queue took is not given again to connecting and to the reply."""
    sandbox.inject(Delay(0.8))
    sandbox.inject(Stall("reply", 0), times=None)
    api = connect(sandbox, max_connections=1, policy=PATIENT)
    first = asyncio.ensure_future(api.start(message))
    await step(20)

    with pytest.raises(OutcomeUnknown):
        await api.with_options(deadline=1.0).run(message)

    assert clock.now() == ON_TIME
    assert len(sandbox.log.requests("start")) == 2
    assert (await first).workflow_id is not None


async def test_deadline_while_connecting(
    sandbox: Sandbox, clock: FakeClock, connect: Connect, listen: Listen, message: SendMessage
) -> None:
    """A handshake that never ends is ended by the deadline, and nothing was sent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    mute = await listen(serve=serve)
    address = mute.url.replace("http:", "https:")

    with pytest.raises(TransientError) as error:
        await connect(sandbox, base_url=address, policy=PATIENT, deadline=1.0).run(message)

    assert clock.now() == ON_TIME
    assert error.value.certainty is Certainty.NOT_SENT
    assert error.value.elapsed == ON_TIME


async def test_deadline_counts_the_time_of_connecting(
    *,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    forward: Forward,
    listen: Listen,
    certificate: Any,
    message: SendMessage,
) -> None:
    """What connecting took is not given again to the reply."""

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def dawdle() -> None:
        await clock.sleep(0.8)

    mute = await listen(serve=swallow, tls=certificate.server)
    proxy = await forward(mute.port, waits=dawdle)
    api = connect(
        sandbox,
        base_url=f"https://127.0.0.1:{mute.port}",
        proxy=proxy.url,
        ssl=certificate.trusting,
        policy=PATIENT,
        deadline=1.0,
    )

    with pytest.raises(OutcomeUnknown) as error:
        await api.run(message)

    assert clock.now() == ON_TIME
    assert error.value.elapsed == ON_TIME


@pytest.mark.parametrize("option", ["linked_api_token", "identification_token"])
async def test_deadline_in_a_token_callable(
    option: str, sandbox: Sandbox, clock: FakeClock, connect: Connect, message: SendMessage
) -> None:
    """A token that does not come in time ends the call unsent."""

    async def source() -> str:
        await clock.sleep(100)
        return "never"

    api = connect(sandbox, policy=PATIENT, deadline=1.0, **{option: source})

    with pytest.raises(TransientError) as error:
        await api.run(message)

    assert clock.now() == ON_TIME
    assert error.value.certainty is Certainty.NOT_SENT
    assert sandbox.log.connections == 0


async def test_deadline_counts_the_time_of_a_token_callable(
    sandbox: Sandbox, clock: FakeClock, connect: Connect, message: SendMessage
) -> None:
    """What the token took is not given again to the request."""
    token = sandbox.tokens.linked_api_token

    async def source() -> str:
        await clock.sleep(0.8)
        return token

    sandbox.inject(Stall("reply", 0))
    api = connect(sandbox, policy=PATIENT, deadline=1.0, linked_api_token=source)

    with pytest.raises(OutcomeUnknown):
        await api.run(message)

    assert clock.now() == ON_TIME


@pytest.mark.parametrize("fault", [429, Status(503), Reset("request", 0)])
async def test_deadline_during_back_off(
    *,
    fault: Any,
    wire: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    reading: FetchPerson,
) -> None:
    """A pause that would end too late is not begun; what was refused or only reads is transient."""
    sandbox.inject(fault, times=None)
    policy = attrs.evolve(PATIENT, max_attempts=1_000, base_delay=0.4)

    with pytest.raises(TransientError) as error:
        await connect(sandbox, wire, policy=policy, deadline=1.0).run(reading)

    assert clock.now() <= 1.0
    assert error.value.elapsed == pytest.approx(clock.now())
    assert len(sandbox.log.requests("start")) == error.value.attempts


async def test_deadline_during_the_back_off_of_a_refused_write(
    wire: str, sandbox: Sandbox, clock: FakeClock, connect: Connect, message: SendMessage
) -> None:
    """A write refused by a 429 that asks for more than is left ends at once, proved not to run."""
    sandbox.inject(429, headers={"Retry-After": "5"}, times=None)

    with pytest.raises(TransientError, match="come back in 5 s") as error:
        await connect(sandbox, wire, policy=PATIENT, deadline=1.0).run(message)

    assert clock.now() < 0.1
    assert error.value.certainty is Certainty.REJECTED
    assert error.value.retry_after == 5.0
    assert sandbox.log.workflows() == ()


async def test_deadline_in_a_hold(
    sandbox: Sandbox, clock: FakeClock, connect: Connect, message: SendMessage
) -> None:
    """A held call that nobody helps ends at its deadline in what holds it."""
    sandbox.sign_out()
    policy = attrs.evolve(PATIENT, on_user_action="hold")
    for deadline in (1.0, 500.0):
        began_at = clock.now()
        sandbox.log.clear()

        with pytest.raises(UserActionRequired) as error:
            await connect(sandbox, policy=policy, deadline=deadline).run(message)

        assert clock.now() - began_at == pytest.approx(deadline, abs=0.001)
        assert error.value.elapsed == pytest.approx(deadline, abs=0.001)
        assert error.value.code == "linkedinAccountSignedOut"
        assert error.value.certainty is Certainty.REJECTED
        assert len(sandbox.log.requests("start")) == error.value.attempts
        assert sandbox.log.workflows() == ()


async def test_many_held_calls_end_at_their_deadlines(
    sandbox: Sandbox, clock: FakeClock, connect: Connect, caught: Catch, message: SendMessage
) -> None:
    """Also those that do not look themselves while another one does."""
    sandbox.sign_out()
    policy = attrs.evolve(PATIENT, on_user_action="hold")
    api = connect(sandbox, policy=policy)
    calls = (api.with_options(deadline=1.0 + n).run(message) for n in range(20))

    outcomes = await asyncio.gather(*(caught(call) for call in calls))

    assert {type(outcome) for outcome in outcomes} == {UserActionRequired}
    for n, outcome in enumerate(outcomes):
        assert outcome.elapsed == pytest.approx(1.0 + n, abs=0.001)
    assert sandbox.log.workflows() == ()


@pytest.mark.parametrize(
    "fault", [None, Stall("reply", 0), Stall("request", 0), Slow(1.0), Delay(9.0), 503, Close()]
)
async def test_deadline_while_polling(
    fault: Any, wire: str, clock: FakeClock, connect: Connect, message: SendMessage
) -> None:
    """After acceptance the deadline ends the wait alone: the id is told, the workflow runs on."""
    async with Sandbox(clock=clock, duration=300.0) as sandbox:
        if fault is not None:
            sandbox.inject(fault, on="poll", times=None)
        policy = attrs.evolve(PATIENT, poll_base=0.3)
        api = connect(sandbox, wire, policy=policy, deadline=1.0)

        with pytest.raises(WorkflowTimeout) as error:
            await api.run(message)

        (accepted,) = sandbox.log.workflows()
        assert isinstance(error.value, TimeoutError)
        assert clock.now() == ON_TIME
        assert error.value.certainty is Certainty.ACCEPTED
        assert str(error.value.workflow_id).endswith(accepted.workflow_id)
        sandbox.clear_faults()
        handle = api.with_options(deadline=1_000.0).attach(message, str(error.value.workflow_id))
        assert (await handle.result()).errors == ()
        assert len(sandbox.log.effects()) == 1


async def test_deadline_bounds_status_and_cancel(
    clock: FakeClock, connect: Connect, message: SendMessage
) -> None:
    """Questions beside the wait have the deadline too, each from its own beginning."""
    async with Sandbox(clock=clock, duration=300.0) as sandbox:
        handle = await connect(sandbox, policy=PATIENT, deadline=1.0).start(message)
        await clock.sleep(50)
        for ask, on in ((handle.status, "poll"), (handle.cancel, "cancel")):
            sandbox.inject(Stall("reply", 0), on=on, times=None)  # type: ignore[arg-type]  # a moment
            began_at = clock.now()
            with pytest.raises((TransientError, OutcomeUnknown)) as error:
                await ask()
            assert clock.now() - began_at == ON_TIME
            assert error.value.workflow_id == handle.workflow_id
            assert error.value.certainty is not Certainty.NOT_SENT


class Laggard(FakeClock):
    """A clock on a busy machine: what sleeps wakes up late.

    Attributes:
        lag: How late, in seconds.
    """

    lag = 0.0

    async def sleep(self, delay: float) -> None:
        """Wait for longer than asked."""
        await super().sleep(delay + self.lag if delay > 0 else delay)


async def test_start_is_not_sent_after_its_deadline(connect: Connect, message: SendMessage) -> None:
    """A back-off that a busy machine overslept ends in the refusal, not in a late write."""
    clock = Laggard()
    async with Sandbox(clock=clock) as sandbox:
        sandbox.inject(429, headers={"Retry-After": "0.5"})
        policy = attrs.evolve(PATIENT, base_delay=0.0)
        api = connect(sandbox, policy=policy, deadline=1.0, clock=clock)
        clock.lag = 2.0

        with pytest.raises(TransientError) as error:
            await api.run(message)
        clock.lag = 0.0
        await clock.sleep(60)

        assert error.value.certainty in {Certainty.REJECTED, Certainty.NOT_SENT}
        assert len(sandbox.log.requests("start")) == 1
        assert sandbox.log.effects() == ()
