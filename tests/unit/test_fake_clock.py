"""The clock tests hold in their hands."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from linkedapi_async._clock import elsewhere
from linkedapi_async.testing import FakeClock

DAY = 86_400.0

Turns = Callable[[int], Awaitable[None]]


async def forever() -> None:
    await asyncio.get_running_loop().create_future()


async def test_time_stands_still_until_it_is_advanced(still: FakeClock) -> None:
    """Without jumps, sleepers wait for the test."""
    sleeper = asyncio.ensure_future(still.sleep(5))
    await still.advance(0)

    await still.advance(4.9)
    before = sleeper.done()
    await still.advance(0.1)

    assert not before
    assert sleeper.done()
    assert still.now() == pytest.approx(5.0)


async def test_sleepers_wake_in_order_at_their_moments(still: FakeClock) -> None:
    """One long advance passes every moment on its way; equals wake as they came."""
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, delay: float) -> None:
        await still.sleep(delay)
        woken.append((name, still.now()))

    tasks = [
        asyncio.ensure_future(sleeper(name, delay))
        for name, delay in [("c", 3), ("a", 1), ("b", 2), ("b2", 2), ("late", 9)]
    ]
    await still.advance(0)

    await still.advance(5)

    assert woken == [("a", 1), ("b", 2), ("b2", 2), ("c", 3)]
    assert still.now() == 5
    assert still.next_due == 4
    tasks[-1].cancel()


async def test_a_chain_of_waits_runs_through(still: FakeClock) -> None:
    """Whoever sleeps again on waking is woken again within the same advance."""
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            await still.sleep(10)
            ticks.append(still.now())

    ticking = asyncio.ensure_future(tick())
    await still.advance(0)
    await still.advance(35)
    ticking.cancel()

    assert ticks == [10, 20, 30]


async def test_time_leaps_when_nothing_else_can_happen(clock: FakeClock) -> None:
    """A day's sleep is over at once, and the wall has moved with it."""
    started = clock.wall()

    await clock.sleep(DAY)

    assert clock.now() == DAY
    assert clock.wall() - started == timedelta(days=1)


async def test_leaps_keep_the_order(clock: FakeClock) -> None:
    """The earliest sleeper is woken first, and time is then exactly its moment."""
    woken: list[float] = []

    async def sleeper(delay: float) -> None:
        await clock.sleep(delay)
        woken.append(clock.now())

    await asyncio.gather(*(sleeper(delay) for delay in (300, 1, 20)))

    assert woken == [1, 20, 300]


async def test_time_does_not_leap_while_work_goes_on(clock: FakeClock) -> None:
    """As long as somebody is busy with the clock, a far sleeper stays asleep."""
    far = asyncio.ensure_future(clock.sleep(DAY))

    for _ in range(500):
        await clock.sleep(0)
    asleep = not far.done()
    await far

    assert asleep
    assert clock.now() == DAY


async def test_time_does_not_leap_while_another_thread_works(
    clock: FakeClock, turns: Turns
) -> None:
    """A loop that waits for a thread is busy, however many such waits there are."""
    far = asyncio.ensure_future(clock.sleep(DAY))
    asleep: list[bool] = []

    with elsewhere():
        with pytest.raises(ZeroDivisionError), elsewhere():
            raise ZeroDivisionError
        await turns(1_000)
        asleep.append(not far.done())
    await far

    assert asleep == [True]
    assert clock.now() == DAY


@pytest.mark.parametrize("delay", [0, -1])
async def test_no_delay_only_gives_way(still: FakeClock, delay: float) -> None:
    """A sleep of nothing lets others run once and moves no time."""
    ran: list[int] = []
    asyncio.get_running_loop().call_soon(ran.append, 1)

    await still.sleep(delay)

    assert ran == [1]
    assert still.now() == 0


async def test_a_cancelled_sleeper_is_forgotten(still: FakeClock) -> None:
    """It is neither woken nor waited for."""
    sleeper = asyncio.ensure_future(still.sleep(5))
    await still.advance(0)
    due = still.next_due

    sleeper.cancel()
    await still.advance(0)

    assert due == 5
    assert still.next_due is None
    await still.advance(10)
    assert sleeper.cancelled()


async def test_a_sleeper_cancelled_behind_another_is_passed_over(still: FakeClock) -> None:
    """Calling off an alarm that is not the next one harms none."""
    first, second, third = (asyncio.ensure_future(still.sleep(2)) for _ in range(3))
    await still.advance(0)

    second.cancel()
    await still.advance(0)
    await still.advance(2)

    assert first.done()
    assert second.cancelled()
    assert third.done()


async def test_a_sleeper_cancelled_at_its_moment_is_cancelled(still: FakeClock) -> None:
    """Waking and cancelling at once is a cancellation, and nothing breaks."""
    one = asyncio.ensure_future(still.sleep(1))
    still_asleep = asyncio.ensure_future(still.sleep(1))
    one.add_done_callback(lambda _: still_asleep.cancel())
    await still.advance(0)

    await still.advance(1)

    assert one.done()
    assert still_asleep.done()


async def test_a_timer_fires_in_fake_time(clock: FakeClock) -> None:
    """A block of an hour is cut off after a minute, at once."""
    timer = clock.timer(60)

    with pytest.raises(TimeoutError):
        async with timer:
            await clock.sleep(3600)

    assert timer.expired()
    assert clock.now() == 60


async def test_a_timer_that_is_left_in_time_is_called_off(clock: FakeClock) -> None:
    """Nothing is left behind that could move time."""
    async with clock.timer(60) as timer:
        await clock.sleep(1)

    assert not timer.expired()
    assert clock.next_due is None


@pytest.mark.parametrize("bound", [0.0, -5.0])
async def test_a_bound_that_has_passed_fires_at_once(clock: FakeClock, bound: float) -> None:
    """A deadline in the past ends the block without moving time."""
    with pytest.raises(TimeoutError):
        async with clock.timer(bound):
            await forever()

    assert clock.now() == 0


async def test_nested_timers_end_their_own_block(clock: FakeClock) -> None:
    """The inner bound ends the inner block, the outer one everything."""
    inner, outer = clock.timer(5), clock.timer(8)

    ends: list[float] = []
    with pytest.raises(TimeoutError):  # noqa: PT012 - blocks within blocks are what is tested
        async with outer:
            with pytest.raises(TimeoutError):
                async with inner:
                    await forever()
            ends.append(clock.now())
            await forever()
    ends.append(clock.now())

    assert ends == [5, 8]
    assert inner.expired()
    assert outer.expired()


async def test_the_outer_timer_passes_through_the_inner(clock: FakeClock) -> None:
    """An inner block cut off from outside did not expire itself."""
    inner, outer = clock.timer(8), clock.timer(5)

    with pytest.raises(TimeoutError):
        async with outer, inner:
            await forever()

    assert not inner.expired()
    assert outer.expired()


async def test_a_timer_can_be_set_anew_or_lifted(clock: FakeClock) -> None:
    """A restart counts from now, and `None` lifts the bound."""
    moved, lifted = clock.timer(5), clock.timer(5)

    with pytest.raises(TimeoutError):  # noqa: PT012 - the bound moves within its block
        async with moved:
            await clock.sleep(4)
            moved.restart(10)
            await forever()
    async with lifted:
        lifted.restart(None)
        await clock.sleep(100)

    assert clock.now() == 114
    assert moved.expired()
    assert not lifted.expired()


async def test_advancing_a_clock_that_leaps_comes_to_an_end(clock: FakeClock, turns: Turns) -> None:
    """Moving time by hand works beside leaping, also while somebody sleeps."""
    sleeper = asyncio.ensure_future(clock.sleep(100))
    await turns(1)

    advancing = asyncio.ensure_future(clock.advance(5))
    await turns(2_000)
    ended = advancing.done()
    advancing.cancel()
    sleeper.cancel()

    assert ended


async def test_time_never_runs_backwards(clock: FakeClock, turns: Turns) -> None:
    """Advancing a clock that also leaps keeps every later moment later."""
    seen: list[float] = []

    async def sleeper(delay: float) -> None:
        await clock.sleep(delay)
        seen.append(clock.now())

    tasks = [asyncio.ensure_future(sleeper(delay)) for delay in (3, 100)]
    await turns(1)
    tasks.append(asyncio.ensure_future(clock.advance(5)))
    await turns(2_000)
    seen.append(clock.now())
    for task in tasks:
        task.cancel()

    assert seen[0] == 3
    assert seen == sorted(seen)


async def test_two_clocks_on_one_loop_both_leap(turns: Turns) -> None:
    """A clock does not take another one's watching for work."""
    sleepers = [asyncio.ensure_future(FakeClock().sleep(5)) for _ in range(2)]

    await turns(2_000)
    done = [sleeper.done() for sleeper in sleepers]
    for sleeper in sleepers:
        sleeper.cancel()

    assert done == [True, True]


async def test_leaping_can_be_switched_on_later(still: FakeClock, turns: Turns) -> None:
    """Once leaping is allowed, whoever sleeps already is woken too."""
    sleeper = asyncio.ensure_future(still.sleep(5))
    await turns(1)

    still.auto_jump = True
    await turns(1_000)
    done = sleeper.done()
    sleeper.cancel()

    assert done


async def test_leaping_can_be_switched_off(clock: FakeClock, turns: Turns) -> None:
    """From then on only `advance` moves time."""
    sleeper = asyncio.ensure_future(clock.sleep(5))
    await turns(1)

    clock.auto_jump = False
    await clock.advance(1)
    await clock.advance(1)

    assert not sleeper.done()
    assert clock.now() == 2
    sleeper.cancel()


def test_one_clock_serves_several_loops(clock: FakeClock) -> None:
    """Time goes on where the last loop left it."""
    for _ in range(3):
        asyncio.run(clock.sleep(10))

    assert clock.now() == 30


def test_chance_is_a_seeded_series() -> None:
    """Equal seeds draw equal numbers, others do not."""
    series = [[FakeClock(seed=seed).draw() for _ in range(1)] for seed in (1, 1, 2)]

    assert series[0] == series[1] != series[2]
    assert all(0 <= draw < 1 for draws in series for draw in draws)


def test_the_calendar_starts_where_the_test_wants() -> None:
    """The first moment is given or a working Monday, always in UTC."""
    start = datetime(2030, 1, 1, tzinfo=UTC)

    assert FakeClock(start=start).wall() == start
    assert FakeClock().wall().strftime("%a %H %Z") == "Mon 09 UTC"
