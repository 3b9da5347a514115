"""Moments to poll at: close where ends are likely, and neither too often nor too seldom."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.policy import Timetable
from linkedapi_async.policy.survival import Survival, survival

EVENLY = Survival((0.0, 100.0), (1.0, 0.0))
LATE = Survival((0.0, 200.0, 220.0, 400.0), (1.0, 0.99, 0.01, 0.0))


def plan(curve: Survival, polls: float = 8.0, base: float = 0.01, cap: float = 1e6) -> Timetable:
    return Timetable.plan(curve, polls=polls, base=base, cap=cap)


def drawn(curve: Survival, random: Random) -> float:
    """Return a duration of this kind."""
    left = random.random()
    for i in range(len(curve.shares) - 1):
        if curve.shares[i + 1] <= left:
            here, there = curve.shares[i], curve.shares[i + 1]
            part = (here - left) / (here - there)
            return curve.moments[i] + part * (curve.moments[i + 1] - curve.moments[i])
    return curve.moments[-1]


def polls_made(made: Timetable, duration: float, random: Random) -> int:
    elapsed, polls = 0.0, 0
    while elapsed < duration or not polls:
        elapsed += made.pause(elapsed, steps=0.85 + 0.3 * random.random())
        polls += 1
    return polls


@pytest.mark.parametrize("polls", [3.0, 5.0, 20.0])
@pytest.mark.parametrize("curve", [EVENLY, LATE, survival([])], ids=["even", "late", "guess"])
def test_polls_cost_what_was_asked_for(curve: Survival, polls: float) -> None:
    """In the mean a workflow costs as many polls as aimed at."""
    random = Random(1)
    made = plan(curve, polls)

    spent = [polls_made(made, drawn(curve, random), random) for _ in range(4000)]

    assert sum(spent) / len(spent) == pytest.approx(polls, rel=0.06)


def test_polls_stand_close_where_ends_are_likely() -> None:
    """The first poll comes when ends do; there pauses are short, and then they are long again."""
    made = plan(LATE)

    assert made.pause(0.0) > 40.0
    assert made.pause(210.0) < 5.0
    assert made.pause(230.0) > made.pause(210.0)


def test_pauses_go_on_growing_behind_the_last_moment() -> None:
    """What runs longer than anything known is asked for ever less often, up to the bound."""
    made = plan(EVENLY, cap=900.0)

    pauses = [made.pause(elapsed) for elapsed in (99.0, 100.0, 200.0, 2_000.0, 1e6)]

    assert pauses == sorted(pauses)
    assert pauses[2] == pytest.approx(2 * pauses[1])
    assert pauses[-1] == 900.0


@given(
    elapsed=st.floats(0.0, 1e6),
    steps=st.floats(0.85, 1.15),
    base=st.floats(0.01, 60.0),
    cap=st.floats(60.0, 1e4),
    polls=st.floats(2.0, 50.0),
)
def test_bounds_hold(
    *, elapsed: float, steps: float, base: float, cap: float, polls: float
) -> None:
    """No pause is shorter or longer than allowed, but for the jitter."""
    made = plan(LATE, polls, base, cap)

    assert base * steps <= made.pause(elapsed, steps=steps) <= cap * steps


def test_bounds_that_clash() -> None:
    """Where the shortest pause is above the longest, the longest prevails."""
    assert plan(EVENLY, base=50.0, cap=2.0).pause(0.0) == 2.0


def test_polls_that_cannot_be_made() -> None:
    """Where the shortest pause forbids as many polls, it is what remains."""
    made = plan(EVENLY, polls=1000.0, base=2.0)

    assert [made.pause(elapsed) for elapsed in (0.0, 50.0, 90.0)] == pytest.approx([2.0] * 3)


def test_polls_that_the_longest_pause_forces() -> None:
    """Where the longest pause alone costs more, one poll on top still goes to the likely ends."""
    made = plan(LATE, polls=5.0, cap=20.0)

    assert made.pause(0.0) == pytest.approx(20.0)
    assert made.pause(205.0) < 10.0


def test_the_mean_is_known() -> None:
    """A timetable tells how long a workflow takes."""
    assert plan(EVENLY).expected == pytest.approx(50.0)
