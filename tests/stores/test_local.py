"""A worker that is alone decides at once."""

from collections.abc import Callable

import pytest

from linkedapi_async.stores import Coordinator, LocalCoordinator, Parking
from linkedapi_async.testing import FakeClock

CAUSE = "linkedinAccountSignedOut"


@pytest.fixture
async def alone(clock: FakeClock) -> Coordinator:
    """A worker that is alone, on the test's clock."""
    coordinator = LocalCoordinator(lease=30.0)
    await coordinator.open(
        clock=clock, emit=print, on_park=lambda _: True, on_resume=lambda _account, _cause: None
    )
    return coordinator


async def test_one_probe_at_a_time(alone: Coordinator, clock: FakeClock) -> None:
    """A turn is given once, and again when it is given back or its lease is over."""
    first = await alone.may_probe("acme", CAUSE)
    second = await alone.may_probe("acme", CAUSE)
    await clock.sleep(second.wait)
    third = await alone.may_probe("acme", CAUSE)
    alone.probed(third)
    fourth = await alone.may_probe("acme", CAUSE)

    assert [turn.wait for turn in (first, second, third, fourth)] == [0.0, 30.0, 0.0, 0.0]
    assert [turn.number for turn in (first, second, third, fourth)] == [1, 0, 2, 3]


async def test_nobody_probes_during_a_rest(alone: Coordinator, clock: FakeClock) -> None:
    """After a probe with a rest the next turn is given when the rest is over."""
    alone.probed(await alone.may_probe("acme", CAUSE), rest=5.0)

    assert (await alone.may_probe("acme", CAUSE)).wait == 5.0
    assert (await alone.may_probe("umbrella", CAUSE)).wait == 0.0
    await clock.sleep(5.0)
    assert (await alone.may_probe("acme", CAUSE)).wait == 0.0


async def test_a_turn_that_is_over_gives_nothing_back(alone: Coordinator, clock: FakeClock) -> None:
    """Whoever probed longer than the lease does not end the turn of the next."""
    late = await alone.may_probe("acme", CAUSE)
    await clock.sleep(30.0)
    await alone.may_probe("acme", CAUSE)

    alone.probed(late)

    assert (await alone.may_probe("acme", CAUSE)).wait == 30.0


async def test_a_new_parking_is_counted_anew(
    alone: Coordinator, signed_out: Callable[..., Parking]
) -> None:
    """Resuming ends turns and rests; the next parking's first probe is number one."""
    alone.probed(await alone.may_probe("acme", CAUSE), rest=100.0)
    alone.resume("acme", CAUSE)
    alone.park(signed_out("acme", CAUSE))

    turn = await alone.may_probe("acme", CAUSE)

    assert (turn.wait, turn.number) == (0.0, 1)


async def test_giving_back_after_closing_is_harmless(alone: Coordinator) -> None:
    """A probe may outlive the coordinator."""
    turn = await alone.may_probe("acme", CAUSE)
    await alone.close()

    alone.probed(turn)

    assert (await alone.may_probe("acme", CAUSE)).number == 1


def test_the_budget_is_its_own(alone: Coordinator) -> None:
    """It has the whole budget, and need not lease ahead."""
    pacer = alone.pace(2.0, backlog=lambda: 100)

    assert pacer.take(0.0) == 0.0
    assert pacer.take(0.0) == pytest.approx(0.5, abs=1e-3)
