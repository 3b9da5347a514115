"""When the next poll comes, whatever was told last."""

from datetime import UTC, datetime

import pytest

from linkedapi_async._messages import OUTSIDE_HOURS, Progress, State
from linkedapi_async.policy import PollSchedule

WALL = datetime(2026, 8, 10, 6, 0, tzinfo=UTC)
RUNNING = Progress(State.RUNNING)
TEXT = "It will start when the account working hours open at Mon, Aug 10, 09:00 (Europe/Berlin)."
PARKED = Progress(State.PENDING, pending_reason=OUTSIDE_HOURS, message=TEXT)
MUTE = Progress(State.PENDING, pending_reason=OUTSIDE_HOURS)


def schedule() -> PollSchedule:
    return PollSchedule(base=1.0, cap=15.0, now=100.0)


def due(made: PollSchedule, **given: float | None) -> float:
    return made.due_at(**{"safety_interval": None, "deadline_at": None, **given})


def test_pauses_grow_while_it_runs() -> None:
    """The first poll is due at once; the pauses grow by half up to their cap."""
    made = schedule()
    assert due(made) == 100.0

    pauses: list[float] = []
    for _ in range(9):
        made.count_poll()
        made.take_in(RUNNING, RUNNING, wall=WALL)
        made.plan(now=200.0, draw=0.5)
        pauses.append(due(made) - 200.0)

    assert pauses[:3] == pytest.approx([1.5, 2.25, 3.375])
    assert pauses[-1] == 15.0


def test_a_failed_poll_pauses_as_long_as_asked() -> None:
    """The longer of what was asked and what is usual."""
    made = schedule()

    assert made.plan_again(30.0, now=100.0, draw=0.5) == 30.0
    assert due(made) == 130.0
    assert made.plan_again(0.0, now=100.0, draw=0.5) == 1.0


def test_a_rest_is_waited_out() -> None:
    """The opening time counts twice; then pauses of hours grow. Coming out of it begins anew."""
    made = schedule()
    before = RUNNING
    dues: list[tuple[bool, float]] = []
    for _ in range(4):
        begins = made.take_in(before, PARKED, wall=WALL)
        made.plan(now=0.0, draw=0.5)
        dues.append((begins, due(made)))
        before = PARKED

    assert dues[:2] == [(True, 3600.0 + 60.0), (False, 3600.0 + 60.0)]
    assert dues[2:] == [(False, 3600.0 * 1.5**3), (False, 4 * 3600.0)]
    made.take_in(PARKED, RUNNING, wall=WALL)
    made.plan(now=0.0, draw=0.5)
    assert due(made) == 1.0


def test_a_rest_nobody_tells_the_end_of() -> None:
    """Without an opening time pauses are hours at once."""
    made = schedule()

    assert made.take_in(RUNNING, MUTE, wall=WALL)
    made.plan(now=0.0, draw=0.5)

    assert due(made) == 3600.0 * 1.5


def test_while_ends_are_told() -> None:
    """Polling is the safety net then, with a last look before the deadline."""
    made = schedule()
    made.plan(now=100.0, draw=0.5)

    assert due(made, safety_interval=300.0) == 400.0
    assert due(made, safety_interval=300.0, deadline_at=10_000.0) == 400.0
    assert due(made, safety_interval=300.0, deadline_at=200.0) == 195.0
    made.plan_again(500.0, now=100.0, draw=0.5)
    assert due(made, safety_interval=300.0) == 600.0


def test_an_end_that_was_told_hurries_until_a_poll_has_answered() -> None:
    """Failing polls do not fall back to the safety net; news do."""
    made = schedule()
    made.hurry(110.0)
    assert due(made, safety_interval=300.0) == 110.0

    made.plan_again(0.0, now=110.0, draw=0.5)
    assert due(made, safety_interval=300.0) == 111.0

    made.take_in(RUNNING, RUNNING, wall=WALL)
    made.plan(now=111.0, draw=0.5)
    assert due(made, safety_interval=300.0) == 411.0


def test_lost_deliveries_spread_the_polls() -> None:
    """Not all waits ask at once, and none asks earlier than it would have."""
    made = schedule()
    made.spread(100.0, 0.5)
    assert due(made) == 107.5

    made.plan_again(60.0, now=100.0, draw=0.5)
    made.spread(100.0, 0.5)
    assert due(made) == 160.0
