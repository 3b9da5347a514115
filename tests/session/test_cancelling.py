import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from linkedapi_async import LinkedApi, Policy, Result, TransientError
from linkedapi_async._clock import Clock
from linkedapi_async.events import Event, WorkflowAbandoned, WorkflowStarted
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import (
    Delay,
    FakeClock,
    Reset,
    Sandbox,
    Slow,
    Stall,
    Status,
    WorkflowAccepted,
)

Connect = Callable[..., LinkedApi]
Catch = Callable[[Awaitable[Any]], Awaitable[Any]]
Step = Callable[[int], Awaitable[None]]
Tasks = Callable[[], list[str]]

HOLDING = Policy(on_user_action="hold", base_delay=2.0)


async def cancel_handle(api: LinkedApi, message: SendMessage) -> object:
    """Start a write and ask for its end."""
    handle = await api.start(message)
    return await handle.cancel()


def set_nothing(sandbox: Sandbox) -> None:
    """Let everything go well."""


def set_back_off(sandbox: Sandbox) -> None:
    """Refuse the first start, so that the client pauses."""
    sandbox.inject(429)


def set_lost_poll(sandbox: Sandbox) -> None:
    """Break the connection of a poll."""
    sandbox.inject(Reset("reply", 0), on="poll")


def set_hold(sandbox: Sandbox) -> None:
    """Refuse two starts for a cause that a person removes, then let the probe through."""
    sandbox.inject("linkedinAccountSignedOut", times=2, status=403)


def set_slow_reply(sandbox: Sandbox) -> None:
    """Let the reply to the start come late and in pieces."""
    sandbox.inject(Slow(bytes_per_second=400))


def set_parked(sandbox: Sandbox) -> None:
    """Close the working hours for a minute."""
    sandbox.close_hours(60.0)


SCENES = {
    "plain": set_nothing,
    "back-off": set_back_off,
    "lost poll": set_lost_poll,
    "hold": set_hold,
    "slow reply": set_slow_reply,
    "parked": set_parked,
}


@attrs.define
class Token:
    """An async callable that takes a moment."""

    clock: FakeClock
    value: str

    async def __call__(self) -> str:
        """Return the token, half a second later."""
        await self.clock.sleep(0.5)
        return self.value


@pytest.mark.soak
@pytest.mark.parametrize(
    ("wire_name", "act"), [("linked_api", "run"), ("linked_api", "cancel"), ("account_api", "run")]
)
@pytest.mark.parametrize("scene", SCENES)
async def test_cancellation_at_any_step_is_clean(
    *,
    scene: str,
    act: str,
    wire_name: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    step: Step,
    client_tasks: Tasks,
    message: SendMessage,
    reading: FetchPerson,
    told: list[Event],
    soaking: bool,
) -> None:
    """Cancelled after any turn of the loop, a call ends cancelled, and leaves nothing behind.

    Nothing is sent afterwards, no task or slot or socket is kept, the effect happens once at most,
    and the id of every workflow the service accepted was announced.
    """
    turns, cancelled, wrong = 0, 0, list[object]()
    tokens = sandbox.tokens
    while True:
        told.clear()
        sandbox.log.clear()
        sandbox.account().hours = None
        SCENES[scene](sandbox)
        main = "linked_api_token" if wire_name == "linked_api" else "account_api_token"
        api = connect(
            sandbox,
            wire_name,
            policy=HOLDING,
            max_connections=1,
            **{main: Token(clock, getattr(tokens, main))},
        )
        call = api.run(message) if act == "run" else cancel_handle(api, message)
        task = asyncio.ensure_future(call)
        await step(turns)
        if task.done():
            break
        task.cancel()
        outcome = await caught(task)
        await step(20)
        sent = len(sandbox.log.requests())
        await clock.sleep(200)
        cancelled += 1
        accepted = {record.workflow_id for record in sandbox.log.workflows()}
        announced = {
            str(event.workflow_id).rpartition("/")[2]
            for event in told
            if isinstance(event, WorkflowStarted)
        }
        facts = {
            "cancelled": isinstance(outcome, asyncio.CancelledError) and task.cancelled(),
            "quiet": len(sandbox.log.requests()) == sent,
            "once": len(sandbox.log.effects()) <= 1 and len(accepted) <= 1,
            "announced": accepted == announced,
            "no tasks": client_tasks() == [],
        }
        sandbox.clear_faults()
        sandbox.account().hours = None
        facts["slot free"] = isinstance(await caught(api.run(reading)), Result)
        await api.aclose()
        await clock.sleep(60)
        facts["sockets closed"] = not sandbox._server._gates
        if not all(facts.values()):
            wrong.append((turns, [name for name, holds in facts.items() if not holds]))
        turns += 1 if soaking or turns < 40 else 7

    await task
    assert cancelled > 40
    assert wrong == []


@pytest.mark.soak
@pytest.mark.parametrize("again_after", [1, 2, 5])
async def test_second_cancellation_ends_the_grace(
    *,
    again_after: int,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    step: Step,
    client_tasks: Tasks,
    message: SendMessage,
    told: list[Event],
) -> None:
    """A start cancelled twice gives up waiting for its id at once, and still leaves nothing."""
    sandbox.inject(Stall("reply", 0), times=None)
    api = connect(sandbox, max_connections=1)
    for turns in range(38):
        task = asyncio.ensure_future(api.run(message))
        await step(turns)
        began_at = clock.now()
        task.cancel()
        await step(again_after)
        task.cancel()
        outcome = await caught(task)
        assert isinstance(outcome, asyncio.CancelledError)
        assert clock.now() == began_at
        await step(5)
        assert client_tasks() == []
        await clock.sleep(60)
    assert sum(isinstance(event, WorkflowAbandoned) for event in told) > 1
    assert not any(isinstance(event, WorkflowStarted) for event in told)


async def test_grace_is_short(
    *,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    step: Step,
    message: SendMessage,
    told: list[Event],
) -> None:
    """A start that is never answered holds its cancellation up for two seconds, then says so."""
    sandbox.inject(Stall("reply", 0))
    task = asyncio.ensure_future(connect(sandbox).run(message))
    await step(20)
    began_at = clock.now()

    task.cancel()
    outcome = await caught(task)

    assert isinstance(outcome, asyncio.CancelledError)
    assert clock.now() - began_at == pytest.approx(2.0)
    (event,) = told
    assert isinstance(event, WorkflowAbandoned)
    assert event.workflow_id is None


async def test_id_that_comes_within_the_grace_is_told(
    *,
    wire: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    step: Step,
    message: SendMessage,
    told: list[Event],
) -> None:
    """A reply on its way when the start is cancelled is read for the id, and told as abandoned."""
    sandbox.inject(Delay(seconds=1.0))
    api = connect(sandbox, wire)
    task = asyncio.ensure_future(api.run(message))
    await step(20)

    task.cancel()
    outcome = await caught(task)

    (accepted,) = sandbox.log.workflows()
    assert isinstance(outcome, asyncio.CancelledError)
    assert [type(event) for event in told] == [WorkflowStarted, WorkflowAbandoned]
    assert {str(getattr(event, "workflow_id", "")).rpartition("/")[2] for event in told} == {
        accepted.workflow_id
    }


async def test_timeout_around_a_call_is_the_callers_own(
    connect: Connect, real_clock: Clock, message: SendMessage
) -> None:
    """`asyncio.timeout` around a call ends in its plain `TimeoutError`, and nothing is sent on."""
    async with Sandbox(clock=real_clock) as sandbox:
        sandbox.inject(Status(429), headers={"Retry-After": "20"})
        api = connect(sandbox, clock=real_clock)

        with pytest.raises(TimeoutError) as error:
            async with asyncio.timeout(0.1):  # noqa: TID251 - the caller's own bound is the subject
                await api.run(message)

        assert type(error.value) is TimeoutError
        assert len(sandbox.log.requests()) == 1


async def test_failing_sibling_cancels_the_call(
    *,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    step: Step,
    client_tasks: Tasks,
    message: SendMessage,
    told: list[Event],
) -> None:
    """In a `TaskGroup` the call is cancelled with its siblings, and only the culprit is raised."""
    api = connect(sandbox)

    async def fail() -> None:
        await step(30)
        msg = "sibling"
        raise KeyError(msg)

    async def together() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(api.run(message))
            group.create_task(fail())

    with pytest.raises(ExceptionGroup) as error:
        await together()

    assert [type(one) for one in error.value.exceptions] == [KeyError]
    await clock.sleep(100)
    assert client_tasks() == []
    accepted = [record for record in sandbox.log if isinstance(record, WorkflowAccepted)]
    started = [event for event in told if isinstance(event, WorkflowStarted)]
    assert len(accepted) == len(started) == 1


async def test_cancelled_wait_leaves_the_other_waiters_alone(
    clock: FakeClock, connect: Connect, caught: Catch, step: Step, message: SendMessage
) -> None:
    """Of ten waits for one workflow, any nine may be cancelled: the tenth gets the result."""
    async with Sandbox(clock=clock, duration=30.0) as sandbox:
        handle = await connect(sandbox).start(message)
        waits = [asyncio.ensure_future(handle.result()) for _ in range(10)]
        for wait in waits[:9]:
            await step(8)
            wait.cancel()
            assert isinstance(await caught(wait), asyncio.CancelledError)

        assert (await waits[9]).errors == ()
        assert len(sandbox.log.effects()) == 1


async def test_cancelled_owner_of_a_hold_hands_the_watch_on(
    sandbox: Sandbox, connect: Connect, caught: Catch, step: Step, message: SendMessage
) -> None:
    """When the held call that probes is cancelled, another one probes, and all others go on."""
    sandbox.sign_out()
    api = connect(sandbox, policy=HOLDING)
    calls = [asyncio.ensure_future(api.run(message)) for _ in range(5)]
    await step(70)
    calls[0].cancel()
    assert isinstance(await caught(calls[0]), asyncio.CancelledError)
    sandbox.sign_in()

    results = await asyncio.gather(*calls[1:])

    assert [result.errors for result in results] == [()] * 4
    assert len(sandbox.log.effects()) == 4


async def test_call_in_a_cancelled_queue_leaves_its_place(
    sandbox: Sandbox, connect: Connect, caught: Catch, step: Step, message: SendMessage
) -> None:
    """Calls cancelled while they queue for a slot send nothing, and the queue goes on."""
    sandbox.inject(Delay(seconds=5.0))
    api = connect(sandbox, max_connections=1)
    calls = [asyncio.ensure_future(api.run(message)) for _ in range(6)]
    await step(20)
    for call in calls[1:5]:
        call.cancel()
    outcomes = await asyncio.gather(*(caught(call) for call in calls))

    assert [type(outcome) for outcome in outcomes] == [
        Result, *[asyncio.CancelledError] * 4, Result,
    ]  # fmt: skip
    assert len(sandbox.log.effects()) == len(sandbox.log.requests("start")) == 2


async def test_cancelled_token_callable_is_asked_again(
    *,
    sandbox: Sandbox, clock: FakeClock, connect: Connect, caught: Catch, step: Step,
    message: SendMessage,
) -> None:  # fmt: skip
    """Cancelling the call that asks for the token leaves the others their token."""
    token = Token(clock, sandbox.tokens.linked_api_token)
    api = connect(sandbox, linked_api_token=token)
    calls = [asyncio.ensure_future(api.run(message)) for _ in range(4)]
    await step(10)
    calls[0].cancel()
    outcomes = await asyncio.gather(*(caught(call) for call in calls))

    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError, *[Result] * 3]
    assert not any(isinstance(outcome, TransientError) for outcome in outcomes)
