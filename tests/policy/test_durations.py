"""What a client learns of its operations, and when it plans anew."""

from itertools import pairwise
from random import Random

import pytest

from linkedapi_async.policy import Durations, Rhythm, Waiting

REMEMBERED = 256


def rhythm(durations: Durations, operation: str = "fetchPerson", **taste: float) -> Rhythm:
    given = {"base": 2.0, "cap": 300.0, **taste}
    return durations.rhythm(operation, waiting=Waiting.BALANCED, **given)


def test_waits_for_the_same_share_all() -> None:
    """One operation under one taste has one rhythm, and one timetable."""
    durations = Durations()
    ours = rhythm(durations)

    assert rhythm(durations) is ours
    assert ours.timetable is ours.timetable
    assert rhythm(durations, cap=400.0) is not ours
    assert rhythm(durations, "sendMessage") is not ours
    assert (ours.base, ours.cap) == (2.0, 300.0)


def test_what_is_learned_concerns_one_operation_and_all_tastes() -> None:
    """Ends of one operation tell every taste of it, and nothing of the others."""
    durations = Durations()
    for _ in range(40):
        rhythm(durations).note(900.0, 920.0)

    assert rhythm(durations, cap=400.0).timetable.expected > 600.0
    assert rhythm(durations, "sendMessage").timetable.expected < 300.0


def test_tastes_are_bounded() -> None:
    """A client that is given ever new numbers keeps the last few; who waits by an older goes on."""
    durations = Durations()
    oldest = rhythm(durations)
    for cap in range(301, 305):
        rhythm(durations, cap=float(cap))

    again = rhythm(durations)
    again.note(900.0, 900.0)

    assert again is not oldest
    assert oldest.timetable.expected == again.timetable.expected


def test_it_is_planned_anew_when_a_quarter_more_is_known() -> None:
    """The first ends count at once, later ones by the quarter."""
    ours = rhythm(Durations())
    planned: list[int] = []
    before = ours.timetable
    for count in range(1, 1001):
        ours.note(50.0, 60.0)
        if ours.timetable is not before:
            planned.append(count)
            before = ours.timetable

    assert planned[:6] == [1, 2, 3, 4, 5, 6]
    assert all(b - a == max(1, min(a, REMEMBERED) // 4) for a, b in pairwise(planned))
    assert planned[-1] - planned[-2] == REMEMBERED // 4


@pytest.mark.parametrize("seconds", [5.0, 2000.0])
def test_a_change_is_followed_soon(seconds: float) -> None:
    """Forty ends that do not fit outweigh thousands; later nothing is left of those."""
    ours = rhythm(Durations())
    for _ in range(5000):
        ours.note(100.0, 110.0)
    before = ours.timetable.expected
    assert before == pytest.approx(105.0, rel=0.15)

    for _ in range(40):
        ours.note(seconds, seconds)
    assert abs(ours.timetable.expected - seconds) < 0.6 * abs(before - seconds)

    for _ in range(REMEMBERED):
        ours.note(seconds, seconds)
    assert ours.timetable.expected == pytest.approx(seconds, rel=0.35, abs=5.0)


def test_chance_is_no_change() -> None:
    """Durations that merely vary are all remembered: plans are made by the quarter only."""
    random, ours = Random(0), rhythm(Durations())
    plans: set[int] = set()
    for _ in range(20 * REMEMBERED):
        duration = random.lognormvariate(4.0, 1.3)
        ours.note(0.8 * duration, 1.1 * duration)
        plans.add(id(ours.timetable.marks))

    assert len(plans) <= 20 * 4 + 30


@pytest.mark.parametrize(
    ("waiting", "most"), [(Waiting.EAGER, 200), (Waiting.BALANCED, 100), (Waiting.THRIFTY, 60)]
)
def test_what_outlives_all_that_is_known_is_not_polled_hot(waiting: Waiting, most: int) -> None:
    """Where all took 20 s, one that takes ten minutes is not asked for every few seconds."""
    ours = Durations().rhythm("fetchPerson", waiting=waiting, base=1.0, cap=300.0)
    for _ in range(REMEMBERED):
        ours.note(19.0, 21.0)

    elapsed, polls = 0.0, 0
    while elapsed < 600.0:
        elapsed += ours.timetable.pause(elapsed)
        polls += 1

    assert polls <= most
