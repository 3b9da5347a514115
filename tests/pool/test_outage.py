"""A service that cannot be reached, or refuses everybody: patient pools lose nothing to it."""

import asyncio
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any, Literal

import attrs
import pytest

from linkedapi_async import (
    AccountPool,
    Call,
    Certainty,
    LinkedApiAdmin,
    OutcomeUnknown,
    Policy,
    TransientError,
    UserActionRequired,
    single_attempt,
)
from linkedapi_async._sharing import LocalCoordinator, Parking
from linkedapi_async.events import AccountParked, AccountResumed, BackingOff, Event, LimitsUnread
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.quotas import WorkingHours
from linkedapi_async.testing import FakeClock, Sandbox

Open = Callable[..., AccountPool]
Gather = Callable[..., Awaitable[list[Any]]]

NAMES = ("anna", "ben", "cleo")
HOUR = 3600.0


@pytest.fixture
def port() -> Iterator[int]:
    """A port where nobody listens, and none but the test will."""
    with socket.socket() as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind(("127.0.0.1", 0))
        yield place.getsockname()[1]


@pytest.fixture
def nowhere(port: int) -> str:
    """The address of a service that nobody has started."""
    return f"http://127.0.0.1:{port}"


def letters(number: int) -> list[Call[None]]:
    """Return so many messages for each account, no two alike."""
    person = "https://www.linkedin.com/in/person5"
    return [
        Call(name, SendMessage(person_url=person, text=f"Hello {which}"))
        for which in range(number)
        for name in NAMES
    ]


def count(told: list[Event], kind: type[Event]) -> int:
    return sum(isinstance(event, kind) for event in told)


async def test_nobody_reached_for_hours(
    *,
    open_pool: Open,
    nowhere: str,
    port: int,
    clock: FakeClock,
    all_of: Gather,
    told: list[Event],
) -> None:
    """What has not left waits for the network; it is told once, and each letter goes out once."""
    pool = open_pool(base_url=nowhere)
    waiting = asyncio.ensure_future(all_of(*map(pool.run, letters(40))))
    await clock.sleep(6 * HOUR)

    assert not waiting.done()
    assert pool.stats().parked == NAMES
    assert count(told, AccountParked) == 1
    async with Sandbox(clock=clock, accounts=NAMES, duration=10.0, port=port) as begun:
        outcomes = await waiting

        assert all(one.data is None for one in outcomes)
        assert len(begun.log.effects()) == 120
        assert len(begun.log.requests("start")) == 120
    (parked,) = (event for event in told if isinstance(event, AccountParked))
    (resumed,) = (event for event in told if isinstance(event, AccountResumed))
    assert (resumed.account, resumed.code) == (parked.account, parked.code)
    assert pool.stats().parked == ()


async def test_everybody_refused_for_an_hour(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather
) -> None:
    """Instead of each call's retries, one call at a time asks whether it is over."""
    sandbox.inject("tooManyRequests", times=None)
    pool = open_pool()
    waiting = asyncio.ensure_future(all_of(*map(pool.run, letters(40))))
    await clock.sleep(HOUR)
    asked = len(sandbox.log.requests("start"))
    sandbox.clear_faults()
    outcomes = await waiting

    assert asked < 60
    assert all(one.data is None for one in outcomes)
    assert len(sandbox.log.effects()) == 120


@pytest.mark.parametrize(("on", "most"), [("any", 7), ("start", 30)])
async def test_gateway_that_loses_everything(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    all_of: Gather,
    on: Literal["any", "start"],
    most: int,
) -> None:
    """Writes whose reply says nothing stay in doubt, a few of them: the others are kept back.

    While not even a question is answered, no more of them are risked.
    """
    sandbox.inject(502, on=on, times=None)
    pool = open_pool(doubt=1.0)
    waiting = asyncio.ensure_future(all_of(*map(pool.run, letters(40))))
    await clock.sleep(HOUR)
    sandbox.clear_faults()
    outcomes = await waiting

    doubtful = sum(isinstance(one, OutcomeUnknown) for one in outcomes)
    assert 3 <= doubtful < most
    assert len(sandbox.log.effects()) == 120 - doubtful


@pytest.mark.parametrize("on_user_action", ["raise", "hold"])
async def test_call_that_is_always_refused(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, clock: FakeClock, on_user_action: str
) -> None:
    """Calls that the service fails at end after their attempts, and hold up nobody for long."""
    sandbox.inject("tooManyRequests", account="anna", times=None)
    policy = attrs.evolve(Policy.batch(), max_attempts=4, on_user_action=on_user_action)
    pool = open_pool(policy=policy)

    outcomes = await all_of(*map(pool.run, letters(10)))

    refused, sent = outcomes[::3], outcomes[1::3] + outcomes[2::3]
    assert {type(one) for one in refused} == {TransientError}
    assert max(one.attempts for one in refused) == 4
    assert all(one.data is None for one in sent)
    assert clock.now() < HOUR


async def test_any_answer_ends_an_outage(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, clock: FakeClock, told: list[Event]
) -> None:
    """A call that is refused for its own sake shows that the service is back."""
    sandbox.inject("tooManyRequests", times=4)
    sandbox.inject("invalidWorkflow")
    pool = open_pool(policy=attrs.evolve(Policy.batch(), max_attempts=20, base_delay=60.0))

    outcomes = await all_of(*map(pool.run, letters(1)))

    assert Counter(type(one).__name__ for one in outcomes) == {"FatalError": 1, "Result": 2}
    assert count(told, AccountResumed) == 1
    assert clock.now() < 300.0


async def test_deadline_in_an_outage(
    open_pool: Open, nowhere: str, all_of: Gather, clock: FakeClock
) -> None:
    """Patience ends with the deadline, and the error says what stood in the way."""
    began = clock.now()
    pool = open_pool(base_url=nowhere, deadline=90.0)

    outcomes = await all_of(*map(pool.run, letters(10)))

    assert {(type(one), one.code, one.certainty) for one in outcomes} == {
        (TransientError, "connectionFailed", Certainty.NOT_SENT)
    }
    assert clock.now() - began == pytest.approx(90.0, abs=1.0)


@pytest.mark.parametrize(
    "policy",
    [
        Policy.service(),
        attrs.evolve(Policy.batch(), outlast_outages=False),
        attrs.evolve(Policy.batch(), max_attempts=1),
    ],
    ids=["service", "outlast_outages=False", "max_attempts=1"],
)
async def test_impatient_pools(
    *,
    open_pool: Open,
    nowhere: str,
    all_of: Gather,
    clock: FakeClock,
    told: list[Event],
    policy: Policy,
) -> None:
    """Whoever has not asked for it waits for no service to come back."""
    began = clock.now()
    pool = open_pool(base_url=nowhere, policy=policy)

    outcomes = await all_of(*map(pool.run, letters(10)))

    assert {type(one) for one in outcomes} == {TransientError}
    assert count(told, AccountParked) == 0
    assert clock.now() - began < 60.0


@pytest.mark.parametrize("field", ["base_delay", "max_delay"])
async def test_policy_without_pauses(
    *, open_pool: Open, nowhere: str, all_of: Gather, told: list[Event], field: str
) -> None:
    """Who backs off for no time at all does not ask without end."""
    numbers: dict[str, Any] = {field: 0.0, "deadline": 60.0}
    pool = open_pool(base_url=nowhere, policy=attrs.evolve(Policy.bot(), **numbers))

    outcomes = await all_of(*map(pool.run, letters(3)))

    assert {type(one) for one in outcomes} == {TransientError}
    assert count(told, BackingOff) < 60


async def test_face_that_changes(
    *, open_pool: Open, nowhere: str, port: int, clock: FakeClock, all_of: Gather
) -> None:
    """What never reached the service is not held against a call that it then refuses."""
    pool = open_pool(base_url=nowhere)
    waiting = asyncio.ensure_future(all_of(*map(pool.run, letters(1))))
    await clock.sleep(3 * HOUR)

    async with Sandbox(clock=clock, accounts=NAMES, duration=10.0, port=port) as begun:
        begun.inject("tooManyRequests", times=6)
        outcomes = await waiting

        assert all(one.data is None for one in outcomes)
        assert len(begun.log.effects()) == 3


async def test_set_aside_in_an_outage(open_pool: Open, sandbox: Sandbox, clock: FakeClock) -> None:
    """Calls under way when the others are set aside join them instead of looking on."""
    sandbox.inject("tooManyRequests", times=None)
    pool = open_pool()
    outcomes = pool.map(letters(5))

    async def take() -> list[Any]:
        return [one async for one in outcomes]

    taken = asyncio.ensure_future(take())
    await clock.sleep(0.01)
    outcomes.set_aside()
    await clock.sleep(HOUR)  # what has a place makes its retries
    before = len(sandbox.log.requests("start"))
    await clock.sleep(HOUR)

    assert len(sandbox.log.requests("start")) == before
    assert len(outcomes.aside) == 15
    sandbox.clear_faults()
    outcomes.go_on()
    assert all(one.error is None for one in await taken)
    assert len(sandbox.log.effects()) == 15


async def test_outage_over_a_person_who_is_missing(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather
) -> None:
    """Calls that came during an outage end with it where their account waits for a person."""
    pool = open_pool()
    sandbox.inject("linkedinAccountSignedOut", account="anna", times=None)
    annas, bens = letters(10)[::3], letters(10)[1::3]
    await all_of(pool.run(annas[0]))
    limit = sandbox.inject("tooManyRequests", times=None)
    waiting = asyncio.ensure_future(all_of(*map(pool.run, bens)))
    await clock.sleep(20.0)
    held = asyncio.ensure_future(all_of(*map(pool.run, annas)))
    await clock.sleep(20.0)
    assert not held.done()
    limit.remove()

    outcomes = await held
    over = clock.now()

    assert {type(one) for one in outcomes} == {UserActionRequired}
    assert over < 120.0
    assert all(one.data is None for one in await waiting)


async def test_closed_for_the_night(nowhere: str, clock: FakeClock) -> None:
    """Accounts whose hours are over wait beside an outage at the price of one look each."""
    number, asked = 50, 0

    class Counted(WorkingHours):
        def window(self, moment: datetime) -> tuple[datetime, datetime]:
            nonlocal asked
            asked += 1
            return super().window(moment)

    async with AccountPool(
        linked_api_token="token",
        accounts={f"account{which}": f"token{which}" for which in range(number)},
        base_url=nowhere,
        clock=clock,
        policy=Policy.batch(),
        hours=Counted(zone="UTC", opens="09:00", closes="10:00"),
        deadline=48 * HOUR,
    ) as pool:
        person = "https://www.linkedin.com/in/person5"
        sending = SendMessage(person_url=person, text="Hello")
        waiting = [asyncio.ensure_future(pool.run(Call(one, sending))) for one in pool.accounts]
        await clock.sleep(HOUR)
        before = asked
        await clock.sleep(12 * HOUR)

        assert pool.stats().parked
        assert asked - before < 3 * number
        for one in waiting:
            one.cancel()


async def test_limits_in_an_outage(
    open_pool: Open, sandbox: Sandbox, nowhere: str, clock: FakeClock, told: list[Event]
) -> None:
    """Limits that nobody can read are asked for once, not every quarter of an hour."""
    token = sandbox.tokens.linked_api_token
    async with LinkedApiAdmin(linked_api_token=token, base_url=nowhere, clock=clock) as admin:
        pool = open_pool(base_url=nowhere, admin=admin)
        waiting = [asyncio.ensure_future(pool.run(one)) for one in letters(10)]
        await clock.sleep(12 * HOUR)

        assert pool.stats().parked == NAMES
        assert count(told, LimitsUnread) == len(NAMES)
        for one in waiting:
            one.cancel()


async def test_retries_of_somebody_else(open_pool: Open, nowhere: str) -> None:
    """Inside a retry loop of the application's own, failing is left to that."""
    pool = open_pool(base_url=nowhere)

    with single_attempt(), pytest.raises(TransientError) as caught:
        await pool.run(letters(1)[0])

    assert caught.value.attempts == 1


async def test_other_workers_are_not_told(
    open_pool: Open, nowhere: str, all_of: Gather, reading: FetchPerson
) -> None:
    """A network that is down here need not be down elsewhere."""

    class Watched(LocalCoordinator):
        parked: list[Parking]

        def park(self, parking: Parking) -> None:
            self.parked.append(parking)

    coordinator = Watched()
    coordinator.parked = []
    pool = open_pool(base_url=nowhere, coordinator=coordinator, deadline=300.0)

    await all_of(*(pool.run(Call(name, reading)) for name in NAMES * 5))

    assert coordinator.parked == []
