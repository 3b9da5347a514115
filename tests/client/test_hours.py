"""Closed working hours: parked, refused or given up, and never asked about all night."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from linkedapi_async import LinkedApi, Policy, TransientError
from linkedapi_async.events import Event, WorkflowParked
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import FakeClock, Sandbox

NIGHT = 14 * 3600.0
PATIENT = attrs.evolve(Policy.service(), deadline=2 * 86400.0)


def mislead(sandbox: Sandbox, message: str) -> None:
    hours = sandbox.account().hours
    assert hours is not None
    hours.message = message


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
async def test_parked_until_the_hours_named(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    writing: SendMessage,
    zone: str,
) -> None:
    """A night until the opening time in the message costs two polls, and is told once."""
    sandbox.close_hours(NIGHT, zone=zone)

    result = await connect(policy=PATIENT).run(writing)

    assert result.errors == ()
    assert len(sandbox.log.requests("poll")) <= 2
    assert NIGHT <= clock.now() <= NIGHT + 180
    (parked,) = [e for e in told if isinstance(e, WorkflowParked)]
    assert parked.opens_in == pytest.approx(NIGHT, abs=60)
    assert parked.workflow_id == result.workflow_id


async def test_parked_without_a_readable_time(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    writing: SendMessage,
) -> None:
    """A night with a message nobody can read costs at most five polls."""
    sandbox.close_hours(NIGHT)
    mislead(sandbox, "Back soon!")

    result = await connect(policy=PATIENT).run(writing)

    assert result.errors == ()
    while_closed = [r for r in sandbox.log.requests("poll") if r.at < NIGHT]
    assert len(while_closed) <= 5
    assert len([e for e in told if isinstance(e, WorkflowParked)]) == 1


@pytest.mark.parametrize("ahead", [-60, 0, 60, 3600])
async def test_parked_by_a_message_that_lies(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    writing: SendMessage,
    ahead: int,
) -> None:
    """An opening that comes and goes without opening anything does not make polling hot."""
    sandbox.close_hours(NIGHT)
    opening = clock.wall() + timedelta(seconds=ahead)
    mislead(sandbox, f"Will open at {opening:%a, %b} {opening.day}, {opening:%H:%M} (UTC).")

    result = await connect(policy=PATIENT).run(writing)

    assert result.errors == ()
    assert len(sandbox.log.requests("poll")) <= 8


async def test_always_about_to_open(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    writing: SendMessage,
) -> None:
    """A message that promises the next minute again and again is believed once."""
    sandbox.close_hours(NIGHT)
    task = asyncio.create_task(connect(policy=PATIENT).run(writing))
    while not task.done() and sandbox.account().hours is not None:
        opening = clock.wall() + timedelta(seconds=90)
        mislead(sandbox, f"Will open at {opening:%a, %b} {opening.day}, {opening:%H:%M} (UTC).")
        await clock.sleep(60)

    await task

    assert len(sandbox.log.requests("poll")) <= 8


async def test_pace_returns_after_opening(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, clock: FakeClock, writing: SendMessage
) -> None:
    """Once the hours are open, polling is quick again."""
    async with Sandbox(clock=clock, duration=300.0) as slow:
        slow.close_hours(3600)
        api = connect(policy=PATIENT, base_url=slow.base_url, **slow.tokens)

        await api.run(writing)

        completed = 3600 + 300
        assert clock.now() <= completed + 20


async def test_parked_is_told_again_after_a_working_day(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    writing: SendMessage,
) -> None:
    """Every caller's workflow that parks is announced, each once."""
    sandbox.close_hours(3600)
    api = connect(policy=PATIENT)

    await asyncio.gather(api.run(writing), api.run(writing))

    assert len({e.workflow_id for e in told if isinstance(e, WorkflowParked)}) == 2
    assert len([e for e in told if isinstance(e, WorkflowParked)]) == 2


async def test_refused_outside_working_hours(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, clock: FakeClock, writing: SendMessage
) -> None:
    """A start refused by closed hours backs off at the slow pace and runs once they open."""
    sandbox.close_hours(300, refuses=True)

    result = await connect(policy=Policy.batch()).run(writing)

    assert result.errors == ()
    assert clock.now() >= 300
    assert len(sandbox.log.effects()) == 1
    assert 2 <= len(sandbox.log.requests("start")) <= 4


async def test_refusal_that_names_the_opening(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    reading: FetchPerson,
    writing: SendMessage,
) -> None:
    """A refusal that names the opening time is not asked again before it."""
    text = "The account rests; its working hours open at Mon, Jan 5, 12:00 (UTC)."
    sandbox.inject("outsideWorkingHours", message=text)

    await connect(policy=Policy.batch()).run(writing)

    first, second = sandbox.log.requests("start")
    assert 3 * 3600 <= second.at - first.at <= 3 * 3600 + Policy.batch().slow_base_delay


async def test_opening_after_the_deadline(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, clock: FakeClock, writing: SendMessage
) -> None:
    """An opening that the deadline does not reach is raised at once, with the moment."""
    text = "The account rests; its working hours open at Mon, Jan 5, 12:00 (UTC)."
    sandbox.inject("outsideWorkingHours", message=text)

    with pytest.raises(TransientError, match="2026-01-05 12:00:00 UTC") as caught:
        await connect().run(writing)

    assert clock.now() == 0.0
    assert caught.value.retry_after == 3 * 3600


async def test_expired_wait_is_raised(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, writing: SendMessage
) -> None:
    """A workflow given up before it ran is raised, unless the policy starts it again."""
    sandbox.close_hours(NIGHT, expires_after=3600)

    with pytest.raises(TransientError) as caught:
        await connect(policy=PATIENT).run(writing)

    assert caught.value.code == "workingHoursWaitExpired"
    assert len(sandbox.log.requests("start")) == 1
    assert not sandbox.log.effects()


async def test_expired_wait_is_started_again(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, writing: SendMessage
) -> None:
    """With `restart_expired` a workflow that never ran is started again, and runs once."""
    sandbox.close_hours(NIGHT, expires_after=3600)
    api = connect(policy=attrs.evolve(PATIENT, restart_expired=True))
    handle = await api.start(writing)
    first = handle.workflow_id

    result = await handle.result()

    assert result.errors == ()
    assert result.workflow_id == handle.workflow_id != first
    assert len(sandbox.log.workflows()) == 2
    assert len(sandbox.log.effects()) == 1


async def test_restarts_end_with_the_attempts(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, writing: SendMessage
) -> None:
    """A workflow that expires again and again is given up after the policy's attempts."""
    sandbox.close_hours(None, expires_after=60)
    api = connect(policy=attrs.evolve(PATIENT, restart_expired=True, max_attempts=3))

    with pytest.raises(TransientError) as caught:
        await api.run(writing)

    assert caught.value.code == "workingHoursWaitExpired"
    assert len(sandbox.log.workflows()) == 3
    assert not sandbox.log.effects()


async def test_attached_workflow_is_not_started_again(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, writing: SendMessage
) -> None:
    """An attached handle does not know the tree, so an expired workflow is raised."""
    sandbox.close_hours(None, expires_after=60)
    api = connect(policy=attrs.evolve(PATIENT, restart_expired=True))
    handle = await api.start(writing)

    with pytest.raises(TransientError) as caught:
        await api.attach(SendMessage, handle.workflow_id or "").result()

    assert caught.value.code == "workingHoursWaitExpired"
    assert len(sandbox.log.requests("start")) == 1
