"""The real clock: it moves by itself, forwards, and its bounds fire."""

import asyncio
from datetime import UTC

import pytest

from linkedapi_async._clock import Clock, SystemClock, Timer
from linkedapi_async.testing import FakeClock

SOON = 0.001


@pytest.fixture
def system() -> SystemClock:
    """The system's clock."""
    return SystemClock()


async def test_both_clocks_are_clocks(system: SystemClock, clock: FakeClock) -> None:
    """The real and the fake one fit the protocol, and so do their timers."""
    for each in (system, clock):
        assert isinstance(each, Clock)
        assert isinstance(each.timer(None), Timer)


async def test_time_moves_forwards(system: SystemClock) -> None:
    """Sleeping lasts at least as long as asked, on the monotonic clock."""
    before, started = system.now(), system.wall()

    await system.sleep(SOON)

    assert system.now() - before >= SOON * 0.9
    assert system.wall() >= started
    assert started.tzinfo is UTC


def test_chance_lies_between_nought_and_one(system: SystemClock) -> None:
    """Draws differ and stay in their range."""
    draws = [system.draw() for _ in range(100)]

    assert all(0 <= draw < 1 for draw in draws)
    assert len(set(draws)) > 1


async def test_a_timer_ends_a_block(system: SystemClock) -> None:
    """Behind its bound a block ends in `TimeoutError`, and the timer knows why."""
    timer = system.timer(SOON)

    with pytest.raises(TimeoutError):
        async with timer:
            await asyncio.get_running_loop().create_future()

    assert timer.expired()


async def test_a_timer_without_bound_lets_a_block_be(system: SystemClock) -> None:
    """No bound, or one that was lifted in time, changes nothing."""
    async with system.timer(None) as unbound, system.timer(3600) as lifted:
        lifted.restart(None)
        await system.sleep(0)

    assert not unbound.expired()
    assert not lifted.expired()


@pytest.mark.parametrize("first", [None, 3600.0, 0.0], ids=["unset", "later", "earlier"])
async def test_a_timer_can_be_set_anew(system: SystemClock, first: float | None) -> None:
    """A restart counts from now, whatever the bound was before."""
    timer = system.timer(first)

    with pytest.raises(TimeoutError):  # noqa: PT012 - the bound moves within its block
        async with timer:
            timer.restart(SOON)
            await asyncio.get_running_loop().create_future()

    assert timer.expired()


async def test_a_bound_put_off_is_kept(system: SystemClock) -> None:
    """A bound that was moved fires at its new moment, not at the old one."""
    timer = system.timer(SOON)
    ends: list[float] = []

    with pytest.raises(TimeoutError):  # noqa: PT012 - the bound moves within its block
        async with timer:
            ends.append(system.now())
            timer.restart(5 * SOON)
            await asyncio.get_running_loop().create_future()
    ends.append(system.now())

    assert ends[1] - ends[0] >= 5 * SOON * 0.9


async def test_a_lifted_bound_lets_its_moment_pass(system: SystemClock) -> None:
    """A bound that was lifted does not fire when its old moment comes; set again, it does."""
    lifted, revived = system.timer(SOON), system.timer(SOON)

    async with lifted:
        lifted.restart(None)
        await system.sleep(3 * SOON)
    with pytest.raises(TimeoutError):  # noqa: PT012 - the bound moves within its block
        async with revived:
            revived.restart(None)
            await system.sleep(3 * SOON)
            revived.restart(SOON)
            await asyncio.get_running_loop().create_future()

    assert not lifted.expired()
    assert revived.expired()
