"""An account that needs a person, or rests, steps aside, and nobody else does."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from linkedapi_async import (
    AccountPool,
    Call,
    ClientClosed,
    Disposition,
    FatalError,
    Policy,
    TransientError,
    UserActionRequired,
)
from linkedapi_async.events import (
    AccountParked,
    AccountResumed,
    ActionNeeded,
    ActionResolved,
    BackingOff,
    Event,
    Held,
    Raised,
)
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import FakeClock, ReplySent, RequestReceived, Sandbox
from linkedapi_async.testing.faults import Close, Delay

Open = Callable[..., AccountPool]
Gather = Callable[..., Awaitable[list[Any]]]
Widest = Callable[[Sandbox], dict[str, int]]

SIGNED_OUT = "linkedinAccountSignedOut"
CLOSED = "outsideWorkingHours"


def count(told: list[Event], kind: type[Event]) -> int:
    return sum(isinstance(event, kind) for event in told)


# ── raise ──


async def test_first_verdict_ends_what_waits(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, told: list[Event], reading: FetchPerson
) -> None:
    """The first verdict ends every waiting call of the account, without a request for them."""
    sandbox.sign_out(account="anna")
    pool = open_pool()

    outcomes = await all_of(
        *(pool.run(Call(name, reading)) for name in ("anna",) * 50 + ("ben", "cleo"))
    )

    errors = outcomes[:50]
    assert {type(error) for error in errors} == {UserActionRequired}
    assert {error.code for error in errors} == {SIGNED_OUT}
    assert {bool(error.hint) for error in errors} == {True}
    assert {error.account for error in errors} == {"anna"}
    unsent = [error for error in errors if error.certainty == "not_sent"]
    assert len(unsent) == 48
    assert {error.attempts for error in unsent} == {0}
    assert [result.errors for result in outcomes[50:]] == [(), ()]
    assert len(sandbox.log.requests("start", "anna")) == 2
    assert (count(told, ActionNeeded), count(told, Raised)) == (1, 50)


async def test_new_call_fails_at_once_until_the_pause_is_over(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, reading: FetchPerson
) -> None:
    """New calls end unsent; after the pause the next one looks, and all goes on once that works."""
    sandbox.sign_out(account="anna")
    pool = open_pool()
    call = Call("anna", reading)
    await all_of(pool.run(call))
    (early,) = await all_of(pool.run(call))
    await clock.sleep(6.0)
    (second,) = await all_of(pool.run(call))
    (third,) = await all_of(pool.run(call))
    sandbox.sign_in(account="anna")
    await clock.sleep(11.0)

    healed = await all_of(*(pool.run(call) for _ in range(3)))

    assert (early.attempts, second.attempts, third.attempts) == (0, 1, 0)
    refused = [one for one in healed if isinstance(one, UserActionRequired)]
    assert len(refused) == 2, "one looks, the others do not wait for it"
    assert len(sandbox.log.requests("start", "anna")) == 3
    assert pool.stats().parked == ()
    assert (await pool.run(call)).data is not None


async def test_pauses_between_looks_grow(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, reading: FetchPerson
) -> None:
    """Handed in every second for an hour, calls look rarely: pauses double up to five minutes."""
    sandbox.sign_out(account="anna")
    pool = open_pool()
    for _ in range(3600):
        await all_of(pool.run(Call("anna", reading)))
        await clock.sleep(1.0)

    moments = [one.at for one in sandbox.log.requests("start", "anna")]
    pauses = [b - a for a, b in itertools.pairwise(moments)]
    assert len(moments) <= 30
    assert 2.5 <= pauses[0] <= 6.5
    assert 150 <= pauses[-1] <= 302
    parked = pool.stats().accounts["anna"].parked
    assert parked is not None
    assert parked.probes == len(pauses)


async def test_call_scope_parks_nobody(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, reading: FetchPerson
) -> None:
    """A cause that stops single calls lets the account's others go on."""
    sandbox.inject("plusSeatRequired")
    pool = open_pool()

    outcomes = await all_of(*(pool.run(Call("anna", reading)) for _ in range(5)))

    assert sum(isinstance(one, UserActionRequired) for one in outcomes) == 1
    assert len(sandbox.log.requests("start")) == 5
    assert pool.stats().parked == ()


@pytest.mark.parametrize("fault", [429, 503])
async def test_passing_failure_parks_nobody(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, reading: FetchPerson, fault: int
) -> None:
    """The network and the service's moods are the retry policy's business."""
    sandbox.inject(fault, times=3)
    pool = open_pool()

    outcomes = await all_of(*(pool.run(Call("anna", reading)) for _ in range(3)))

    assert all(one.data is not None for one in outcomes)
    assert pool.stats().parked == ()


async def test_client_scope_parks_all(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, told: list[Event], reading: FetchPerson
) -> None:
    """What concerns the main token parks every account, with one announcement."""
    sandbox.inject("trialLimitReached", times=None)
    pool = open_pool()
    names = ("anna", "ben", "cleo")

    outcomes = await all_of(*(pool.run(Call(name, reading)) for name in names * 20))

    assert {error.code for error in outcomes} == {"trialLimitReached"}
    assert len(sandbox.log.requests("start")) <= 6
    assert pool.stats().parked == names
    assert count(told, ActionNeeded) == 1
    parked = pool.stats().accounts["ben"].parked
    assert parked is not None
    assert parked.scope == "client"


async def test_fatal_account_cause_fails_what_waits(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, told: list[Event], reading: FetchPerson
) -> None:
    """An account-scoped cause that no one heals ends what waits, also where calls are held."""
    policy = Policy.batch().override(SIGNED_OUT, Disposition.FATAL)
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=attrs.evolve(policy, on_user_action="hold"))

    outcomes = await all_of(*(pool.run(Call("anna", reading)) for _ in range(9)))

    assert {type(one) for one in outcomes} == {FatalError}
    assert len(sandbox.log.requests("start")) == 2
    assert (count(told, AccountParked), count(told, ActionNeeded)) == (1, 0)


# ── hold ──


async def test_held_calls_wait_and_one_looks(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    holding: Policy,
    writing: SendMessage,
    widest: Widest,
) -> None:
    """Held calls stay in the queue; one at a time looks; healed, each runs exactly once."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding)
    waiting = asyncio.gather(*(pool.run(Call("anna", writing)) for _ in range(40)))
    await clock.sleep(2.0)
    met = len(sandbox.log)
    await clock.sleep(2 * 3600)
    in_flight, worst = 0, 0
    for record in sandbox.log[met:]:
        in_flight += isinstance(record, RequestReceived) - isinstance(record, ReplySent)
        worst = max(worst, in_flight)
    looks = len(sandbox.log.requests("start"))

    sandbox.sign_in(account="anna")
    results = await waiting

    assert worst == 1
    assert 20 <= looks <= 60
    assert [result.errors for result in results] == [()] * 40
    assert len(sandbox.log.effects()) == len(sandbox.log.workflows()) == 40
    assert widest(sandbox) == {"anna": 2}
    assert [count(told, kind) for kind in (ActionNeeded, ActionResolved, Raised)] == [1, 1, 0]
    assert count(told, Held) <= 3


async def test_reading_call_looks_first(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    holding: Policy,
    writing: SendMessage,
    reading: FetchPerson,
) -> None:
    """Of those that wait, the oldest that only reads looks, whatever its priority."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding, lane_width=1)
    calls = [Call("anna", writing, priority=9)] * 4 + [Call("anna", reading)] * 2
    waiting = asyncio.gather(*(pool.run(call) for call in calls))
    await clock.sleep(3600)

    sandbox.sign_in(account="anna")
    await waiting

    bodies = [str(one.body) for one in sandbox.log.requests("start")]
    assert "sendMessage" in bodies[0]
    looks = bodies[1 : len(bodies) - 5]
    assert len(looks) > 5
    assert not [body for body in looks if "sendMessage" in body]


async def test_resume_opens_at_once(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    holding: Policy,
    reading: FetchPerson,
) -> None:
    """A person who has mended it need not wait for the next look."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding)
    waiting = asyncio.gather(*(pool.run(Call("anna", reading)) for _ in range(5)))
    await clock.sleep(3600)
    sandbox.sign_in(account="anna")
    told.clear()
    mended_at = clock.now()

    pool.resume("anna")
    await waiting

    assert sandbox.log.workflows()[0].at == pytest.approx(mended_at, abs=0.01)
    assert count(told, ActionResolved) == 1


async def test_deadline_while_held(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    all_of: Gather,
    holding: Policy,
    reading: FetchPerson,
) -> None:
    """A call whose deadline comes while its account is parked ends in what parks it."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding, deadline=500.0)

    outcomes = await all_of(*(pool.run(Call("anna", reading)) for _ in range(10)))

    assert clock.now() == pytest.approx(500.0, abs=0.1)
    assert {type(one) for one in outcomes} == {UserActionRequired}
    assert {one.code for one in outcomes} == {SIGNED_OUT}
    assert {one.certainty for one in outcomes} == {"not_sent", "rejected"}


async def test_cancelled_probe_lets_the_next_look(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, holding: Policy, reading: FetchPerson
) -> None:
    """However a call that looks is cancelled, another one looks later."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding, lane_width=1, doubt=10.0)
    tasks = [asyncio.create_task(pool.run(Call("anna", reading))) for _ in range(4)]
    await clock.sleep(300)
    for task in tasks[:3]:
        task.cancel()
        await clock.sleep(300)
    sandbox.sign_in(account="anna")

    result = await tasks[3]

    assert result.data is not None
    assert len(sandbox.log.workflows()) == 1


async def test_network_failure_of_a_look(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, holding: Policy, reading: FetchPerson
) -> None:
    """A look that meets a broken network tells nothing; its call goes back to its place."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding, lane_width=1, doubt=5.0)
    waiting = asyncio.gather(*(pool.run(Call("anna", reading)) for _ in range(3)))
    await clock.sleep(60)
    sandbox.inject(503, times=3)
    await clock.sleep(1800)
    sandbox.inject(Close(side="request"), times=3)
    await clock.sleep(1800)

    sandbox.sign_in(account="anna")
    results = await waiting

    assert all(result.data is not None for result in results)


async def test_other_failure_of_a_look(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    all_of: Gather,
    holding: Policy,
    reading: FetchPerson,
    writing: SendMessage,
) -> None:
    """A look that meets what stops it alone ends its call; the others go on waiting."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding, lane_width=1)
    tasks = [asyncio.create_task(pool.run(Call("anna", reading))) for _ in range(2)]
    await clock.sleep(60)
    sandbox.inject("invalidWorkflow")
    await clock.sleep(600)
    assert [task.done() for task in tasks] == [True, False]

    sandbox.sign_in(account="anna")
    await tasks[1]

    assert isinstance(tasks[0].exception(), FatalError)


async def test_failed_read_is_held_in_its_place(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    holding: Policy,
    reading: FetchPerson,
) -> None:
    """A reading workflow that fails for a person's cause looks for all, and starts again."""
    sandbox.inject(SIGNED_OUT, on="failure")
    pool = open_pool(policy=holding, lane_width=2)
    waiting = asyncio.gather(*(pool.run(Call("anna", reading)) for _ in range(4)))
    await clock.sleep(11)
    sandbox.sign_out(account="anna")
    await clock.sleep(3600)
    sandbox.sign_in(account="anna")

    results = await waiting

    assert all(result.data is not None for result in results)
    assert count(told, ActionNeeded) == 1
    assert sandbox.log.max_overlap() == 1


async def test_client_scope_held(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    holding: Policy,
    reading: FetchPerson,
) -> None:
    """One call of all accounts looks for all; healed, every account goes on."""
    injection = sandbox.inject("trialLimitReached", times=None)
    pool = open_pool(policy=holding)
    names = ("anna", "ben", "cleo")
    waiting = asyncio.gather(*(pool.run(Call(name, reading)) for name in names * 5))
    await clock.sleep(10)
    met = len(sandbox.log.requests("start"))
    await clock.sleep(3600)
    looks = len(sandbox.log.requests("start")) - met

    injection.remove()
    results = await waiting

    assert all(result.data is not None for result in results)
    assert met <= 8
    assert 10 <= looks <= 30
    assert count(told, ActionNeeded) == count(told, ActionResolved) == 1


# ── rest ──


@pytest.mark.parametrize(
    "said",
    [
        {"message": "The account's working hours open at Mon, Jan 5, 13:00 (UTC)."},
        {"headers": {"Retry-After": "14400"}},
    ],
    ids=["text", "header"],
)
async def test_closed_hours_are_waited_out(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    writing: SendMessage,
    said: dict[str, Any],
) -> None:
    """A refusal for closed hours rests the account until they open; its calls keep their places."""
    sandbox.inject(CLOSED, times=2, account="anna", **said)
    pool = open_pool()
    waiting = asyncio.gather(*(pool.run(Call("anna", writing)) for _ in range(6)))
    other = await pool.run(Call("ben", writing))

    results = await waiting

    assert other.errors == ()
    assert [result.errors for result in results] == [()] * 6
    starts = [one.at for one in sandbox.log.requests("start", "anna")]
    assert len(starts) == 8
    assert starts[2] >= 4 * 3600
    assert (count(told, AccountParked), count(told, AccountResumed)) == (1, 1)
    assert count(told, Raised) == 0
    (parked,) = [event for event in told if isinstance(event, AccountParked)]
    assert parked.rest == pytest.approx(4 * 3600, abs=60)
    assert {e.code for e in told if isinstance(e, BackingOff)} == {CLOSED}


async def test_rest_beyond_the_deadline(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, writing: SendMessage
) -> None:
    """A call whose deadline lies before the opening ends at once and says when to come back."""
    sandbox.inject(CLOSED, times=None, headers={"Retry-After": "14400"})
    pool = open_pool(deadline=600.0)

    outcomes = await all_of(*(pool.run(Call("anna", writing)) for _ in range(6)))
    (late,) = await all_of(pool.run(Call("anna", writing)))

    errors = [*outcomes, late]
    assert clock.now() < 10
    assert {type(one) for one in errors} == {TransientError}
    assert {one.code for one in errors} == {CLOSED}
    assert late.retry_after == pytest.approx(4 * 3600, abs=60)
    assert len(sandbox.log.requests("start")) == 2


async def test_rest_without_a_known_end(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """Where nobody says when hours open, one call looks now and then, slowly."""
    injection = sandbox.inject(CLOSED, times=None)
    pool = open_pool()
    waiting = asyncio.gather(*(pool.run(Call("anna", reading)) for _ in range(5)))
    await clock.sleep(6 * 3600)
    looks = len(sandbox.log.requests("start"))

    injection.remove()
    await waiting

    assert 6 <= looks <= 20


# ── the application's own hand ──


async def test_pause_and_resume(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """Paused by hand, an account sends nothing; resumed, it goes on where it was."""
    pool = open_pool()
    pool.pause("anna")
    waiting = asyncio.gather(*(pool.run(Call("anna", reading)) for _ in range(3)))
    await clock.sleep(600)
    assert not sandbox.log
    assert pool.stats().accounts["anna"].is_paused

    pool.resume()
    await waiting

    assert len(sandbox.log.workflows()) == 3


async def test_resume_of_a_rest(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, told: list[Event], reading: FetchPerson
) -> None:
    """Whoever knows better ends a rest by hand; one event tells that it is over."""
    sandbox.close_hours(4 * 3600, account="anna", refuses=True)
    pool = open_pool()
    waiting = asyncio.ensure_future(pool.run(Call("anna", reading)))
    await clock.sleep(600)
    sandbox.open_hours(account="anna")

    pool.resume("anna")
    await waiting

    assert clock.now() < 1000
    assert count(told, AccountResumed) == 1


# ── what else may happen ──


async def test_accepted_before_it_was_parked(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, reading: FetchPerson
) -> None:
    """A start that was sent before the verdict proves nothing by being accepted after it."""
    sandbox.inject(SIGNED_OUT, skip=1)
    sandbox.inject(Delay(5.0))
    pool = open_pool()
    early = asyncio.create_task(pool.run(Call("anna", reading)))
    await clock.sleep(1.0)

    (second,) = await all_of(pool.run(Call("anna", reading)))
    first = await early

    assert first.data is not None
    assert isinstance(second, UserActionRequired)
    assert pool.stats().parked == ("anna",)


async def test_given_up(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    all_of: Gather,
    holding: Policy,
    reading: FetchPerson,
) -> None:
    """When a remedy gives a cause up, what waits ends with the reason; the next call is sent."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding)
    tasks = [asyncio.create_task(pool.run(Call("anna", reading))) for _ in range(5)]
    await clock.sleep(1.0)
    desk = pool._house.desk
    assert desk is not None
    (episode,) = desk.core.episodes._open.values()

    desk.trunk.executor.give_up(episode, "the link expired")
    errors = await all_of(*tasks)

    assert {type(error) for error in errors} == {UserActionRequired}
    assert all("(the link expired)" in error.message for error in errors)
    assert pool.stats().parked == ()
    sandbox.sign_in(account="anna")
    assert (await pool.run(Call("anna", reading))).data is not None


async def test_other_accounts_episodes(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, holding: Policy, reading: FetchPerson
) -> None:
    """Causes of single calls, and of accounts that were removed, park nobody and open nobody."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding)
    api = pool["anna"]
    pool.remove_account("anna")
    sandbox.inject("plusSeatRequired", account="ben", times=2)
    direct = asyncio.create_task(api.run(reading))
    held = asyncio.create_task(pool["ben"].run(reading))
    await clock.sleep(60)

    assert pool.stats().parked == ()
    sandbox.sign_in(account="anna")
    await asyncio.gather(direct, held)


async def test_limits_keep_all_from_looking(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, holding: Policy, writing: SendMessage
) -> None:
    """Where limits let no call of a parked account go, one looks when the next day begins."""
    pool = open_pool(
        policy=attrs.evolve(holding, deadline=None), limits={"stMessages": 1}, lane_width=1
    )
    await pool.run(Call("anna", writing))
    sandbox.sign_out(account="anna")
    direct = asyncio.create_task(pool["anna"].run(writing))
    waiting = asyncio.create_task(pool.run(Call("anna", writing)))
    await clock.sleep(60)
    assert pool.stats().parked == ("anna",)
    direct.cancel()
    await clock.sleep(3600)
    before = len(sandbox.log.requests("start"))
    await clock.sleep(10 * 3600)
    assert len(sandbox.log.requests("start")) == before
    await clock.sleep(6 * 3600)

    sandbox.sign_in(account="anna")
    assert (await waiting).errors == ()
    assert len(sandbox.log.effects()) == 2


async def test_held_in_a_map(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, holding: Policy, reading: FetchPerson
) -> None:
    """Calls of a map go back to their places like any other."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding)
    outcomes = pool.map([Call("anna", reading)] * 6)
    taking = asyncio.create_task(anext(outcomes))
    await clock.sleep(1800)

    sandbox.sign_in(account="anna")
    first = await taking
    others = [one async for one in outcomes]

    assert all(one.result is not None for one in (first, *others))
    assert len(others) == 5


async def test_closed_while_it_looks(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    all_of: Gather,
    holding: Policy,
    reading: FetchPerson,
) -> None:
    """A pool that is closed while calls are held ends them all."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding)
    tasks = [asyncio.create_task(pool.run(Call("anna", reading))) for _ in range(5)]
    await clock.sleep(100)

    await pool.aclose()

    assert {type(error) for error in await all_of(*tasks)} == {ClientClosed}
