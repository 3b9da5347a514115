"""`on_user_action="hold"`: refused calls wait for a person, and nothing is done twice."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from linkedapi_async import LinkedApi, Policy, UserActionRequired
from linkedapi_async.events import ActionNeeded, ActionResolved, Event, Held, WorkflowFinished
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import FakeClock, ReplySent, RequestReceived, Sandbox


async def test_failed_write_is_never_posted_again(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    writing: SendMessage,
    holding: Policy,
    wire: str,
) -> None:
    """A write that was accepted and failed raises: it may have done something."""
    sandbox.inject("linkedinAccountSignedOut", on="failure", runs=True)

    with pytest.raises(UserActionRequired) as caught:
        await connect(wire, policy=holding).run(writing)

    assert caught.value.certainty == "accepted"
    assert len(sandbox.log.requests("start")) == 1
    assert len(sandbox.log.effects()) == 1


async def test_failed_read_waits_and_starts_again(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    reading: FetchPerson,
    holding: Policy,
    wire: str,
) -> None:
    """A read-only workflow that failed is held, started again once healed, and completes."""
    sandbox.inject("linkedinAccountSignedOut", on="failure")
    handle = await connect(wire, policy=holding).start(reading)
    first = handle.workflow_id
    sandbox.sign_out()
    waiting = asyncio.create_task(handle.result())
    await clock.sleep(1800)
    assert not waiting.done()
    assert len(sandbox.log.workflows()) == 1

    sandbox.sign_in()
    result = await waiting

    assert result.data is not None
    assert result.workflow_id == handle.workflow_id != first
    assert len(sandbox.log.workflows()) == 2
    kinds = [type(e) for e in told if isinstance(e, (ActionNeeded, Held, ActionResolved))]
    assert kinds == [ActionNeeded, Held, ActionResolved]


async def test_refused_write_starts_once(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    writing: SendMessage,
    holding: Policy,
) -> None:
    """A write refused at its start is proved not to run: held, then started exactly once."""
    sandbox.sign_out()
    api = connect(policy=holding)
    waiting = asyncio.create_task(api.run(writing))
    await clock.sleep(3600)
    assert not waiting.done()

    sandbox.sign_in()
    result = await waiting

    assert result.errors == ()
    assert len(sandbox.log.workflows()) == len(sandbox.log.effects()) == 1
    assert len([e for e in told if isinstance(e, ActionNeeded)]) == 1
    assert len([e for e in told if isinstance(e, ActionResolved)]) == 1
    assert len(sandbox.log.requests("start")) < 40


async def test_many_held_calls_probe_one_at_a_time(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    all_of: Callable[..., Awaitable[list[Any]]],
    writing: SendMessage,
    holding: Policy,
    soaking: bool,
) -> None:
    """Of 200 held calls one looks at a time; healed, each starts exactly once."""
    calls = 1_000 if soaking else 200
    sandbox.sign_out()
    api = connect(policy=holding)
    waiting = asyncio.gather(*(api.run(writing) for _ in range(calls)))
    await clock.sleep(10)
    met = len(sandbox.log)
    await clock.sleep(4 * 3600)
    in_flight, worst = 0, 0
    for record in sandbox.log[met:]:
        in_flight += isinstance(record, RequestReceived) - isinstance(record, ReplySent)
        worst = max(worst, in_flight)
    probes = len(sandbox.log.requests("start")) - calls

    sandbox.sign_in()
    results = await waiting

    assert worst == 1
    assert 20 <= probes <= 120
    assert [result.errors for result in results] == [()] * calls
    assert len(sandbox.log.workflows()) == len(sandbox.log.effects()) == calls
    assert len([e for e in told if isinstance(e, ActionNeeded)]) == 1
    assert len([e for e in told if isinstance(e, ActionResolved)]) == 1
    assert len([e for e in told if isinstance(e, Held)]) == calls


async def test_hold_ends_at_the_deadline(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    all_of: Callable[..., Awaitable[list[Any]]],
    writing: SendMessage,
    holding: Policy,
) -> None:
    """A hold nobody heals ends at the deadline in the error that says what to do."""
    sandbox.sign_out()
    api = connect(policy=holding, deadline=900.0)

    outcomes = await all_of(*(api.run(writing) for _ in range(20)))

    assert {type(error) for error in outcomes} == {UserActionRequired}
    assert {error.code for error in outcomes} == {"linkedinAccountSignedOut"}
    assert all(error.hint for error in outcomes)
    assert clock.now() == pytest.approx(900.0)
    assert [error.elapsed for error in outcomes] == pytest.approx([900.0] * 20)
    assert not sandbox.log.workflows()


async def test_healed_by_another_call(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    writing: SendMessage,
    reading: FetchPerson,
    holding: Policy,
) -> None:
    """Any success of the account lets held calls go on at once, not at their next look."""
    sandbox.sign_out()
    api = connect(policy=holding)
    waiting = asyncio.create_task(api.run(writing))
    await clock.sleep(3600)
    sandbox.sign_in()

    await api.with_options(policy=Policy.service()).run(reading)
    healed_at = clock.now()
    await waiting

    starts = sandbox.log.requests("start")
    assert starts[-1].at <= healed_at
    assert len(sandbox.log.effects()) == 1


async def test_cancelled_probe_hands_over(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    writing: SendMessage,
    holding: Policy,
) -> None:
    """When the call that looks is cancelled, another one looks."""
    sandbox.sign_out()
    api = connect(policy=holding)
    first, second = (asyncio.create_task(api.run(writing)) for _ in range(2))
    await clock.sleep(600)
    first.cancel()
    await clock.sleep(600)

    sandbox.sign_in()
    result = await second

    assert result.errors == ()
    assert first.cancelled()
    assert len(sandbox.log.effects()) == 1


async def test_other_failure_while_held(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    writing: SendMessage,
    holding: Policy,
) -> None:
    """A probe that meets another cause is judged by that one."""
    sandbox.sign_out()
    api = connect(policy=attrs.evolve(holding, deadline=7200.0))
    waiting = asyncio.create_task(api.run(writing))
    await clock.sleep(600)
    sandbox.sign_in()
    sandbox.inject("invalidWorkflow")

    with pytest.raises(Exception, match="invalidWorkflow"):
        await waiting

    assert not sandbox.log.workflows()


@pytest.mark.parametrize("word", ["invalidIdentificationToken", "trialLimitReached"])
async def test_refused_poll_waits(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    told: list[Event],
    writing: SendMessage,
    holding: Policy,
    word: str,
) -> None:
    """A poll that a person has to unlock is held; the accepted write is not posted again."""
    sandbox.inject(word, on="poll", times=5)

    result = await connect(policy=holding).run(writing)

    assert result.errors == ()
    assert len(sandbox.log.requests("start")) == len(sandbox.log.effects()) == 1
    assert len([event for event in told if isinstance(event, ActionNeeded)]) == 1


async def test_next_waiter_goes_on_holding(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    reading: FetchPerson,
) -> None:
    """When the waiter that holds is cancelled the next one holds; the end is announced once."""
    holding = attrs.evolve(Policy.batch(), on_user_action="hold")
    sandbox.inject("linkedinAccountSignedOut", on="failure")
    handle = await connect(policy=holding).start(reading)
    sandbox.sign_out()
    first = asyncio.create_task(handle.result())
    second = asyncio.create_task(handle.result())
    await clock.sleep(600)
    first.cancel()
    await clock.sleep(600)

    sandbox.sign_in()
    result = await second

    assert result.data is not None
    assert len(sandbox.log.workflows()) == 2
    failed = [e for e in told if isinstance(e, WorkflowFinished) and not e.succeeded]
    assert len(failed) == 1
