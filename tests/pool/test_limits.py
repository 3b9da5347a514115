"""Limits, hours and pauses at home: what cannot run today is not sent today."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from linkedapi_async import (
    AccountPool,
    Call,
    ConfigurationError,
    FatalError,
    LinkedApiAdmin,
    Policy,
    TransientError,
)
from linkedapi_async.events import Event, LimitsUnread
from linkedapi_async.models.limits import SetLimitEntry
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.quotas import Pacing, WorkingHours
from linkedapi_async.testing import FakeClock, Sandbox

Open = Callable[..., AccountPool]
Gather = Callable[..., Awaitable[list[Any]]]

DAY = 86400.0
MIDNIGHT = 15 * 3600.0  # seconds from the clock's first moment, nine o'clock in UTC
LONG = Policy.batch()


@pytest.fixture
async def admin(sandbox: Sandbox, clock: FakeClock) -> AsyncIterator[LinkedApiAdmin]:
    """Manages the sandbox's accounts."""
    async with LinkedApiAdmin(
        linked_api_token=sandbox.tokens.linked_api_token, base_url=sandbox.base_url, clock=clock
    ) as client:
        yield client


async def test_rest_of_the_day(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, writing: SendMessage, reading: FetchPerson
) -> None:
    """What is above a limit waits for the next day; what does not count goes on meanwhile."""
    pool = open_pool(limits={"stMessages": 3}, deadline=3 * DAY)
    messages = asyncio.gather(*(pool.run(Call("anna", writing)) for _ in range(5)))
    await clock.sleep(3600)
    visit = await pool.run(Call("anna", reading))
    assert clock.now() < 7200

    results = await messages

    assert visit.data is not None
    assert [result.errors for result in results] == [()] * 5
    sent = [action.at for action in sandbox.log.effects("st.sendMessage")]
    assert [at > MIDNIGHT for at in sent] == [False] * 3 + [True] * 2


async def test_limit_beyond_the_deadline(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, writing: SendMessage
) -> None:
    """A call that limits keep from starting in time ends at once, and says until when."""
    pool = open_pool(limits={"stMessages": 2}, deadline=3600.0)

    outcomes = await all_of(*(pool.run(Call("anna", writing)) for _ in range(4)))
    (late,) = await all_of(pool.run(Call("anna", writing)))

    errors = [one for one in outcomes if isinstance(one, TransientError)]
    assert {error.code for error in (*errors, late)} == {"limitReached"}
    assert len(errors) == 2
    assert late.retry_after == pytest.approx(MIDNIGHT - clock.now(), abs=1)
    assert late.certainty == "not_sent"
    assert "stMessages: 2 of 2 (daily) are used" in late.message
    assert len(sandbox.log.workflows()) == 2


async def test_limit_too_small(
    open_pool: Open, sandbox: Sandbox, told: list[Event], writing: SendMessage
) -> None:
    """A call that needs more than a whole limit ends at once, for good."""
    pool = open_pool(limits={"anna": {"stMessages": 0}})

    with pytest.raises(FatalError) as caught:
        await pool.run(Call("anna", writing))

    assert (caught.value.code, caught.value.account) == ("limitTooSmall", "anna")
    assert not sandbox.log
    assert (await pool.run(Call("ben", writing))).errors == ()


async def test_refused_start_costs_nothing(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, writing: SendMessage
) -> None:
    """A start that was proved not to run gives back what it had counted."""
    sandbox.inject("invalidWorkflow")
    pool = open_pool(limits={"stMessages": 1}, deadline=3600.0)

    (first,) = await all_of(pool.run(Call("anna", writing)))
    (second,) = await all_of(pool.run(Call("anna", writing)))

    assert isinstance(first, FatalError)
    assert second.errors == ()


async def test_failed_actions(open_pool: Open, sandbox: Sandbox) -> None:
    """What failed was not done, and costs nothing; other failures close no limit."""
    nobody = FetchPerson(person_url="https://www.linkedin.com/in/nobody")
    pool = open_pool(limits={"stPersonProfileViews": 1}, deadline=3600.0)

    errors = [(await pool.run(Call("anna", nobody))).errors for _ in range(3)]

    assert all(errors)
    assert len(sandbox.log.workflows()) == 3


async def test_hours(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, reading: FetchPerson
) -> None:
    """Outside its hours an account starts nothing; others have their own."""
    hours = WorkingHours(zone="UTC", opens="10:30", closes="18:00")
    pool = open_pool(hours={"anna": hours})

    await all_of(pool.run(Call("anna", reading)), pool.run(Call("ben", reading)))

    (start,) = [one.at for one in sandbox.log.requests("start", "anna")]
    assert 5400 <= start <= 5401
    assert sandbox.log.requests("start", "ben")[0].at < 1


async def test_pauses(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, reading: FetchPerson
) -> None:
    """Starts of one account keep a pause between them, no two alike."""
    pool = open_pool(pacing=Pacing(shortest=30.0, spread=20.0))

    await all_of(*(pool.run(Call("anna", reading)) for _ in range(8)))

    starts = [one.at for one in sandbox.log.requests("start", "anna")]
    pauses = [b - a for a, b in itertools.pairwise(starts)]
    assert all(30.0 <= pause <= 51.0 for pause in pauses)
    assert len({round(pause, 3) for pause in pauses}) == 7


async def test_service_says_used_up(
    clock: FakeClock, open_pool: Open, all_of: Gather, writing: SendMessage
) -> None:
    """When the service reports a limit as used up, nothing more of it is sent that day."""
    async with Sandbox(clock=clock, duration=10.0, limits={"stMessages": 2}) as service:
        pool = open_pool(service, limits={"stMessages": 9}, lane_width=1, deadline=3600.0)
        account = service.account().alias

        outcomes = await all_of(*(pool.run(Call(account, writing)) for _ in range(9)))

        done = [one for one in outcomes if not isinstance(one, Exception)]
        assert [bool(one.errors) for one in done] == [False, False, True]
        assert {one.code for one in outcomes if isinstance(one, TransientError)} == {"limitReached"}
        assert len(service.log.workflows()) == 3


async def test_limits_of_the_admin_api(
    *,
    clock: FakeClock,
    open_pool: Open,
    all_of: Gather,
    writing: SendMessage,
) -> None:
    """With an admin client the service's own limits hold, and what was used before the pool."""
    async with (
        Sandbox(clock=clock, duration=10.0, limits={"stMessages": 4}) as service,
        LinkedApiAdmin(
            linked_api_token=service.tokens.linked_api_token, base_url=service.base_url, clock=clock
        ) as admin,
    ):
        account = service.account().alias
        first = open_pool(service)
        await all_of(*(first.run(Call(account, writing)) for _ in range(3)))
        pool = open_pool(service, admin=admin, deadline=600.0)  # in which usage keeps fresh

        outcomes = await all_of(*(pool.run(Call(account, writing)) for _ in range(3)))

        assert sum(isinstance(one, TransientError) for one in outcomes) == 2
        assert len(service.log.workflows()) == 4
        assert len(service.log.requests("admin")) == 2, "one list, one look at the usage"


async def test_limits_are_read_anew(
    *,
    clock: FakeClock,
    open_pool: Open,
    all_of: Gather,
    writing: SendMessage,
) -> None:
    """A limit that is raised in the course of the day lets waiting calls go on."""
    async with (
        Sandbox(clock=clock, duration=10.0, limits={"stMessages": 1}) as service,
        LinkedApiAdmin(
            linked_api_token=service.tokens.linked_api_token, base_url=service.base_url, clock=clock
        ) as admin,
    ):
        account = service.account()
        pool = open_pool(service, admin=admin)
        waiting = asyncio.gather(*(pool.run(Call(account.alias, writing)) for _ in range(3)))
        await clock.sleep(1200)
        (listed,) = (await admin.accounts.get_all()).accounts
        limit = SetLimitEntry(category="stMessages", period="daily", max_value=9)
        await admin.limits.set(account_id=listed.id or "", limits=[limit])
        later = asyncio.ensure_future(pool.run(Call(account.alias, writing)))

        await asyncio.gather(waiting, later)

        assert clock.now() < MIDNIGHT


async def test_limits_that_sink(
    *,
    clock: FakeClock,
    open_pool: Open,
    all_of: Gather,
    writing: SendMessage,
) -> None:
    """When a limit sinks below what waiting calls need, they end for good."""
    async with (
        Sandbox(clock=clock, duration=10.0, limits={"stMessages": 1}) as service,
        LinkedApiAdmin(
            linked_api_token=service.tokens.linked_api_token, base_url=service.base_url, clock=clock
        ) as admin,
    ):
        account = service.account()
        pool = open_pool(service, admin=admin)
        tasks = [asyncio.create_task(pool.run(Call(account.alias, writing))) for _ in range(3)]
        await clock.sleep(1200)
        (listed,) = (await admin.accounts.get_all()).accounts
        limit = SetLimitEntry(category="stMessages", period="daily", max_value=0)
        await admin.limits.set(account_id=listed.id or "", limits=[limit])
        tasks.append(asyncio.create_task(pool.run(Call(account.alias, writing))))

        done, *errors = await all_of(*tasks)

        assert done.errors == ()
        assert {error.code for error in errors} == {"limitTooSmall"}


async def test_limits_that_cannot_be_read(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    admin: LinkedApiAdmin,
    told: list[Event],
    all_of: Gather,
    writing: SendMessage,
) -> None:
    """Without an answer of the Admin API the application's own limits hold; one event says so."""
    sandbox.inject("invalidLinkedApiToken", on="admin", times=None)
    pool = open_pool(admin=admin, limits={"stMessages": 2}, deadline=3600.0)

    outcomes = await all_of(*(pool.run(Call("anna", writing)) for _ in range(4)))

    assert sum(isinstance(one, TransientError) for one in outcomes) == 2
    (event,) = [one for one in told if isinstance(one, LimitsUnread)]
    assert (event.account, event.code) == ("anna", "invalidLinkedApiToken")


async def test_account_the_admin_api_does_not_list(
    open_pool: Open, sandbox: Sandbox, admin: LinkedApiAdmin, reading: FetchPerson
) -> None:
    """An account that is not listed has no limits but those it was given."""
    token = sandbox.account("anna").identification_token
    async with LinkedApiAdmin(
        linked_api_token=sandbox.tokens.linked_api_token, base_url=sandbox.base_url
    ):
        pool = open_pool(admin=admin, accounts={"anna": token})
        sandbox.rotate_tokens("anna", main=False)
        pool.add_account("new", sandbox.account("anna").identification_token)
        pool.add_account("gone", "id_unlisted")

        assert (await pool.run(Call("new", reading))).data is not None
        with pytest.raises(Exception, match="identification token"):
            await pool.run(Call("gone", reading))


# ── before a batch ──


def test_when_a_batch_may_start(writing: SendMessage, reading: FetchPerson) -> None:
    """It says when the last call may start, over all accounts, without sending anything."""
    clock = FakeClock()
    pool = AccountPool(
        linked_api_token="linked_1",
        accounts={"a": "id_1", "b": "id_2", "c": "id_3"},
        limits={"a": {"stMessages": 5}, "b": {"stMessages": 0}},
        clock=clock,
    )
    now = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    tomorrow = datetime(2026, 1, 6, tzinfo=UTC)

    assert pool.earliest_feasible_at([]) == now
    assert pool.earliest_feasible_at([Call("c", writing)] * 100) == now
    assert pool.earliest_feasible_at([Call("a", writing)] * 5) == now
    assert pool.earliest_feasible_at([Call("a", writing)] * 6) == tomorrow
    assert pool.earliest_feasible_at([Call("a", writing)] * 11) == tomorrow + timedelta(days=1)
    assert pool.earliest_feasible_at([Call("a", writing), Call("b", reading)]) == now
    assert pool.earliest_feasible_at([Call("a", writing), Call("b", writing)]) is None
    with pytest.raises(ConfigurationError, match="no account 'd'"):
        pool.earliest_feasible_at([Call("d", writing)])


async def test_what_waits_counts_too(
    open_pool: Open, clock: FakeClock, writing: SendMessage
) -> None:
    """Calls that wait already stand before those that are planned."""
    pool = open_pool(limits={"stMessages": 5})
    pool.pause("anna")
    tasks = [asyncio.create_task(pool.run(Call("anna", writing))) for _ in range(4)]
    await clock.sleep(1.0)

    one, two = (pool.earliest_feasible_at([Call("anna", writing)] * n) for n in (1, 2))

    assert one is not None
    assert two is not None
    assert one.day == 5
    assert two.day == 6
    for task in tasks:
        task.cancel()
