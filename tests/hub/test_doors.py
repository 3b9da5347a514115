"""Bursts of starts: so many at once, in order, and nobody forgotten outside."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from linkedapi_async import ClientClosed, LinkedApi, Policy, TransientError
from linkedapi_async._doors import Doors, Place
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import Delay, FakeClock, Log, Sandbox, Stall

pytestmark = pytest.mark.usefixtures("unhandled")

Serve = Callable[..., Awaitable[Sandbox]]
Connect = Callable[..., list[LinkedApi]]
Reading = Callable[[int], FetchPerson]
Gather = Callable[..., Awaitable[list[Any]]]
Turns = Callable[[int], Awaitable[None]]

AT_ONCE: Final = 64


@pytest.fixture
def doors(still: FakeClock) -> Doors:
    """Doors with room for two."""
    return Doors(still, 2)


async def stand(place: Place, order: list[int], number: int) -> bool:
    """Wait for a place as a start does, and give it back; return whether it was had."""
    try:
        if place.told is not None:
            await place.told
        order.append(number)
        return place.is_inside
    finally:
        place.leave()


# ── the doors alone ──


async def test_in_order_of_arrival(doors: Doors) -> None:
    """Two go in at once, the others one by one as places come free, first come first."""
    order = list[int]()
    inside = [doors.enter(None), doors.enter(None)]
    outside = [doors.enter(None) for _ in range(20)]
    waiting = [asyncio.ensure_future(stand(one, order, i)) for i, one in enumerate(outside)]
    assert [one.told for one in inside] == [None, None]

    inside[0].leave()
    inside[0].leave()  # giving a place back twice gives back one

    assert await asyncio.gather(*waiting) == [True] * 20
    assert order == list(range(20))
    inside[1].leave()
    assert [doors.enter(None).told is None for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("steps", range(4))
async def test_cancelled_around_the_moment_of_being_let_in(
    doors: Doors, turns: Turns, steps: int
) -> None:
    """Whoever is cancelled before, at or after that moment loses no place for those behind."""
    order = list[int]()
    inside = [doors.enter(None), doors.enter(None)]
    waiting = [asyncio.ensure_future(stand(doors.enter(None), order, i)) for i in range(6)]
    await turns(2)

    if steps == 3:
        waiting[0].cancel()
    inside[0].leave()
    if steps < 3:
        await turns(steps)
        waiting[0].cancel()
    waiting[2].cancel()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert outcomes.count(True) >= 4
    inside[1].leave()
    assert [doors.enter(None).told is None for _ in range(3)] == [True, True, False]


async def test_deadlines_outside(doors: Doors, still: FakeClock) -> None:
    """Each is sent away at its own moment, in any order; those without one stay."""
    order = list[int]()
    inside = [doors.enter(None), doors.enter(None)]
    moments = [30.0, 10.0, None, 20.0, 10.0]
    waiting = [
        asyncio.ensure_future(stand(doors.enter(at), order, i)) for i, at in enumerate(moments)
    ]

    await still.advance(9.9)
    assert order == []
    await still.advance(0.1)
    assert sorted(order) == [1, 4]
    await still.advance(10.0)
    assert order[2:] == [3]
    inside[0].leave()
    await still.advance(60.0)

    assert order[3:] == [0, 2]
    assert [one.result() for one in waiting] == [True, False, True, False, False]
    inside[1].leave()


async def test_shut_sends_everybody_away(doors: Doors, still: FakeClock) -> None:
    """Once shut, whoever stands outside goes without a place, and no alarm is left."""
    order = list[int]()
    inside = [doors.enter(5.0), doors.enter(None)]
    waiting = [asyncio.ensure_future(stand(doors.enter(60.0), order, i)) for i in range(5)]
    await still.advance(1.0)
    waiting[1].cancel()

    doors.shut()
    doors.shut()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert [one is False for one in outcomes] == [True, False, True, True, True]
    assert still.next_due is None
    for place in inside:
        place.leave()


@pytest.mark.parametrize("deadline_at", [None, 1e6])
async def test_those_who_give_up_leave_nothing_behind(
    doors: Doors, turns: Turns, deadline_at: float | None
) -> None:
    """While those inside take long, thousands who come and give up outside do not pile up."""
    order = list[int]()
    inside = [doors.enter(None), doors.enter(None)]
    stays = asyncio.ensure_future(stand(doors.enter(deadline_at), order, 0))
    for _ in range(100):
        crowd = [
            asyncio.ensure_future(stand(doors.enter(deadline_at), order, 1)) for _ in range(50)
        ]
        await turns(1)
        for one in crowd:
            one.cancel()
        await turns(2)

    assert len(doors._queue) <= 2 * 51 + 64
    assert len(doors._deadlines) <= 2 * len(doors._queue) + 16
    for place in inside:
        place.leave()
    assert await stays
    assert order == [0]


# ── bursts on the sandbox ──


def under_way(log: Log) -> int:
    """Return how many starts were ever answered at once, by the moments of the log."""
    received = [(r.at, 1) for r in log.requests("start")]
    numbers = {r.number for r in log.requests("start")}
    answered = [(r.at, -1) for r in log.replies() if r.request in numbers]
    now = most = 0
    for _, change in sorted(received + answered):
        now += change
        most = max(most, now)
    return most


async def test_a_burst_of_starts(
    *,
    serve: Serve,
    connect: Connect,
    reading: Reading,
    all_of: Gather,
    soaking: bool,
) -> None:
    """Of a burst no more than 64 are under way at once; all are sent once, in order."""
    count = 1_000 if soaking else 400
    sandbox = await serve()
    sandbox.inject(Delay(seconds=2.0), times=None)
    (api,) = connect(sandbox)

    handles = await all_of(*(api.start(reading(number)) for number in range(count)))

    assert len({handle.workflow_id for handle in handles}) == count
    assert under_way(sandbox.log) == AT_ONCE
    asked = [str(r.body) for r in sandbox.log.requests("start")]
    wanted = [str(reading(number).workflow()) for number in range(count)]
    for first in range(0, count, AT_ONCE):
        last = first + AT_ONCE
        assert sorted(asked[first:last]) == sorted(wanted[first:last])


async def test_the_deadline_passes_outside(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
) -> None:
    """Those whose time is over outside are told on the moment, and nothing of theirs was sent."""
    sandbox = await serve()
    sandbox.inject(Stall("reply", 0), times=None)
    (api,) = connect(sandbox, policy=Policy.service())
    ended = list[float]()

    async def hurry(number: int) -> None:
        try:
            await api.with_options(deadline=5.0).run(reading(number))
        finally:
            ended.append(clock.now())

    slow = asyncio.gather(
        *(api.start(reading(number)) for number in range(AT_ONCE)), return_exceptions=True
    )
    outcomes = await all_of(*(hurry(number) for number in range(100)))

    assert {(type(one), one.code, one.certainty) for one in outcomes} == {
        (TransientError, "requestTimeout", "not_sent")
    }
    assert set(ended) == {5.0}
    assert len(sandbox.log.requests("start")) == AT_ONCE
    slow.cancel()
    assert len(await all_of(slow)) == 1


async def test_cancelling_outside_sends_nothing(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
) -> None:
    """Calls cancelled outside were never sent; those behind them move up."""
    sandbox = await serve()
    sandbox.inject(Delay(seconds=10.0), times=None)
    (api,) = connect(sandbox)
    calls = [asyncio.ensure_future(api.start(reading(number))) for number in range(160)]
    await clock.sleep(5.0)
    for call in calls[AT_ONCE:128]:
        call.cancel()

    outcomes = await all_of(*calls)

    sent = [r.at for r in sandbox.log.requests("start")]
    assert len(sent) == 160 - AT_ONCE
    assert sent[AT_ONCE:] == pytest.approx([10.0] * 32, abs=0.01)
    assert [isinstance(one, asyncio.CancelledError) for one in outcomes].count(True) == AT_ONCE


async def test_closing_with_hundreds_outside(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
) -> None:
    """Closing ends those outside with `ClientClosed` too, and nothing of theirs is sent."""
    sandbox = await serve()
    sandbox.inject(Delay(seconds=1.0), times=None)
    (api,) = connect(sandbox)
    calls = [asyncio.ensure_future(api.run(reading(number))) for number in range(500)]
    await clock.sleep(0.5)

    await api._line().close()
    outcomes = await all_of(*calls)

    assert {type(one) for one in outcomes} == {ClientClosed}
    assert len(sandbox.log.requests("start")) == AT_ONCE


async def test_held_replies_block_nobody(
    *,
    serve: Serve,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
) -> None:
    """Where replies are held open until the end, a hundred workflows of other accounts start."""
    sandbox = await serve(100, duration=60.0)
    sandbox.inject(Delay(seconds=60.0), times=None)
    tokens = [one.tokens for one in sandbox.accounts]
    apis = [
        LinkedApi(
            base_url=sandbox.base_url,
            clock=clock,
            account_api_token=one.account_api_token,
            identification_token=one.identification_token,
            wire="account_api",
        )
        for one in tokens
    ]
    first = apis[0]
    for api in apis[1:]:
        vars(api)["_shared_trunk"] = lambda: first._line().trunk

    results = await all_of(*(api.run(reading(i)) for i, api in enumerate(apis)))

    assert all(one.errors == () for one in results)
    assert {r.at for r in sandbox.log.requests("start")} == {0.0}
    numbers = {r.number for r in sandbox.log.requests("start")}
    assert {r.at for r in sandbox.log.replies() if r.request in numbers} == {60.0}
    await first.aclose()
