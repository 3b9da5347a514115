"""What a client learns of its operations, and when it plans anew."""

from itertools import pairwise

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
def test_what_is_long_past_is_forgotten(seconds: float) -> None:
    """After a change the old durations count for nothing as soon as they are outnumbered."""
    ours = rhythm(Durations())
    for _ in range(5000):
        ours.note(100.0, 110.0)
    assert ours.timetable.expected == pytest.approx(105.0, rel=0.15)

    for _ in range(REMEMBERED):
        ours.note(seconds, seconds)

    assert ours.timetable.expected == pytest.approx(seconds, rel=0.35)
