"""A night outside working hours: asked hardly ever, told once, gone on with in the morning."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from linkedapi_async import LinkedApi, Policy
from linkedapi_async.events import Event, WorkflowParked
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import FakeClock, RequestReceived, Sandbox, WorkflowStarted

pytestmark = pytest.mark.usefixtures("unhandled")

Serve = Callable[..., Awaitable[Sandbox]]
Connect = Callable[..., list[LinkedApi]]
Reading = Callable[[int], FetchPerson]
Gather = Callable[..., Awaitable[list[Any]]]

NIGHT: Final = 14 * 3_600.0
ACCOUNTS: Final = 10


def before_its_turn(sandbox: Sandbox) -> list[RequestReceived]:
    """Return the polls for workflows that had not begun, at night or in the morning's queue."""
    begun = {r.workflow_id: r.at for r in sandbox.log if isinstance(r, WorkflowStarted)}
    return [poll for poll in sandbox.log.requests("poll") if poll.at < begun[str(poll.workflow_id)]]


def most_of(polls: list[RequestReceived]) -> int:
    """Return how many polls the one asked about most had."""
    return max(Counter(poll.workflow_id for poll in polls).values(), default=0)


@pytest.mark.soak
@pytest.mark.parametrize("duration", [0.02, 45.0])
@pytest.mark.parametrize("is_readable", [True, False], ids=["readable", "unreadable"])
async def test_a_night(
    *,
    serve: Serve,
    connect: Connect,
    reading: Reading,
    all_of: Gather,
    told: list[Event],
    duration: float,
    is_readable: bool,
    soaking: bool,
) -> None:
    """Until the hours open: two polls for a workflow where the time can be read, else five.

    Where it cannot, one wait of an account asks for all, and they hear of the opening through it.
    """
    count = 1_000 if soaking else 200
    sandbox = await serve(ACCOUNTS, duration=duration)
    sandbox.close_hours(NIGHT)
    for account in sandbox.accounts:
        assert account.hours is not None
        if not is_readable:
            account.hours.message = "Back soon!"
    apis = connect(sandbox)
    handles = await all_of(
        *(apis[number % ACCOUNTS].start(reading(number)) for number in range(count))
    )

    results = await all_of(*(handle.result() for handle in handles))

    assert all(result.errors == () for result in results)
    polls = sandbox.log.requests("poll")
    night = [poll for poll in polls if poll.at < NIGHT]
    early = before_its_turn(sandbox)
    assert most_of(night) <= (0 if is_readable else 5)
    assert most_of(early) <= (2 if is_readable and count == 200 else 5)  # some queue for an hour
    assert len(night) <= (0 if is_readable else 5 * ACCOUNTS)
    scouts = {(poll.account, poll.workflow_id) for poll in night}
    assert len(scouts) == (0 if is_readable else ACCOUNTS)
    parked = [event for event in told if isinstance(event, WorkflowParked)]
    assert len(parked) == len({event.workflow_id for event in parked}) == count


async def test_mornings_go_on_at_the_usual_pace(
    serve: Serve, connect: Connect, clock: FakeClock, reading: Reading, all_of: Gather
) -> None:
    """Once the hours are open, a queue of parked workflows is followed as any other."""
    sandbox = await serve(duration=45.0)
    sandbox.close_hours(NIGHT)
    (api,) = connect(sandbox)
    handles = await all_of(*(api.start(reading(number)) for number in range(20)))

    await all_of(*(handle.result() for handle in handles))

    assert clock.now() <= NIGHT + 20 * 45.0 + 120.0
    assert len(sandbox.log.requests("poll")) <= 20 * 8


async def test_the_scout_leaves(
    serve: Serve, connect: Connect, clock: FakeClock, reading: Reading, all_of: Gather
) -> None:
    """Whoever looked for the account gives up: another of its waits looks from then on."""
    sandbox = await serve(duration=1.0)
    sandbox.close_hours(None)
    (api,) = connect(sandbox, policy=Policy.batch(), deadline=10 * 86_400.0)
    handles = await all_of(*(api.start(reading(number)) for number in range(30)))
    waits = {one.workflow_id: asyncio.ensure_future(one.result()) for one in handles}
    await clock.sleep(20 * 3_600.0)
    (scout,) = {poll.workflow_id for poll in sandbox.log.requests("poll")}
    waits.pop(scout).cancel()
    sandbox.log.clear()
    await clock.sleep(20 * 3_600.0)

    polls = sandbox.log.requests("poll")
    assert scout not in {poll.workflow_id for poll in polls}
    assert len({poll.workflow_id for poll in polls}) == 1
    assert 3 <= len(polls) <= 6
    sandbox.open_hours()
    results = await all_of(*waits.values())
    assert all(result.errors == () for result in results)
    assert clock.now() <= 46 * 3_600.0


async def test_a_status_that_tells_the_opening(
    serve: Serve, connect: Connect, clock: FakeClock, reading: Reading
) -> None:
    """Whoever learns by `status` that a parked workflow runs has its wait follow at once."""
    sandbox = await serve(duration=60.0)
    sandbox.close_hours(None)
    (api,) = connect(sandbox)
    handle = await api.start(reading(1))
    waiting = asyncio.ensure_future(handle.result())
    await clock.sleep(600.0)
    assert (await handle.status()).pending_reason == "outsideWorkingHours"
    sandbox.open_hours()
    assert (await handle.status()).state == "running"

    await waiting

    assert clock.now() <= 600.0 + 60.0 + 60.0


async def test_attached_waits_have_one_scout_too(
    serve: Serve, connect: Connect, clock: FakeClock, reading: Reading, all_of: Gather
) -> None:
    """Attached in the middle of a night, each asks once; from then on one asks for all."""
    sandbox = await serve(duration=0.02)
    sandbox.close_hours(NIGHT)
    (account,) = sandbox.accounts
    assert account.hours is not None
    account.hours.message = "Back soon!"
    (api,) = connect(sandbox)
    handles = await all_of(*(api.start(reading(number)) for number in range(60)))
    again = [api.attach(FetchPerson, str(handle.workflow_id)) for handle in handles]

    results = await all_of(*(handle.result() for handle in again))

    assert all(result.errors == () for result in results)
    night = [poll for poll in sandbox.log.requests("poll") if poll.at < NIGHT]
    assert len([poll for poll in night if poll.at < 1.0]) == 60
    assert len(night) <= 60 + 5
