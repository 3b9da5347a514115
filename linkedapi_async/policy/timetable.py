"""When to look for an end: often where ends are likely, seldom where they are not.

With `h(t)` the chance that what still runs after `t` seconds ends in the next second, polls
stand closest where `h` is high. A density that goes by its square root makes the mean delay as
small as so many polls allow. The cube root costs hardly more and spares the late ones, because it
makes the mean *square* of the delay smallest.

Source: https://doi.org/10.1287/mnsc.21.3.256 (J. B. Keller on optimum checking schedules)
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Self

import attrs

from .survival import Survival

__all__ = ["Timetable"]

_ROOT: Final = 1 / 3
_FEW: Final = 0.01
_GROWTH: Final = 0.5
_ROUNDS: Final = 60
_PRECISION: Final = 0.002


@attrs.frozen(kw_only=True, eq=False)
class Timetable:
    """Moments to poll at, for any number of waits at once.

    A wait's marks grow with time, straight between the moments; it polls about once per mark.

    Attributes:
        moments: Seconds since a workflow began to run.
        marks: Polls made until then.
        base: The shortest pause, in seconds.
        cap: The longest pause, in seconds; where both clash it prevails.
        late_at: When one in a hundred still runs. What outlives that is a surprise, and nothing is
            known of its end: it is asked for ever less often, however close polls stood before.
        growth: The least pause from then on, as a part of the time since.
        expected: Seconds a workflow runs, in the mean.
    """

    moments: Sequence[float]
    marks: Sequence[float]
    base: float
    cap: float
    late_at: float
    growth: float
    expected: float

    @classmethod
    def plan(cls, curve: Survival, *, polls: float, base: float, cap: float) -> Self:
        """Return the timetable that makes ends known soonest.

        Args:
            curve: How long workflows run.
            polls: How many they may cost on average. Where the longest pause alone forces more,
                one more than that is spent, near the likely ends.
            base: The shortest pause, in seconds.
            cap: The longest pause, in seconds.
        """
        cells = _cells(curve)
        aim = max(polls, _cost(_marks(cells, 0.0, base, cap), curve.shares) + 1)
        # Outside these the bounds alone decide: with `many` every pause is the shortest, and for
        # workflows that take a moment even that costs less than it may.
        few = 1 / cap / max(closeness for _, closeness in cells)
        scale = many = 1 / base / min(closeness for _, closeness in cells)
        marks = _marks(cells, scale, base, cap)
        for _ in range(_ROUNDS):
            cost = _cost(marks, curve.shares)
            if abs(cost - aim) <= _PRECISION * aim or (scale == many and cost < aim):
                break
            few, many = (few, scale) if cost > aim else (scale, many)
            scale = (few * many) ** 0.5
            marks = _marks(cells, scale, base, cap)
        return cls(
            moments=curve.moments,
            marks=marks,
            base=base,
            cap=cap,
            late_at=curve.moments[sum(share > _FEW for share in curve.shares)],
            growth=_GROWTH / polls,
            expected=curve.mean,
        )

    def pause(self, elapsed: float, *, steps: float = 1.0) -> float:
        """Return the seconds from a poll to the next.

        Args:
            elapsed: Seconds since the workflow began to run.
            steps: About 1.0; who varies it keeps waits out of step. The bounds move along.
        """
        moments, marks = self.moments, self.marks
        gap = (moments[-1] - moments[-2]) / (marks[-1] - marks[-2])
        if elapsed >= moments[-1]:
            pause = steps * gap * elapsed / moments[-1]
        else:
            mark = _between(elapsed, moments, marks) + steps
            beyond = mark - marks[-1]
            moment = moments[-1] + beyond * gap if beyond >= 0 else _between(mark, marks, moments)
            pause = moment - elapsed
        pause = max(pause, steps * self.growth * (elapsed - self.late_at))
        return min(self.cap * steps, max(self.base * steps, pause))


def _between(value: float, given: Sequence[float], wanted: Sequence[float]) -> float:
    """Return what lies where a value lies, straight between two points."""
    i = bisect_right(given, value) - 1
    part = (value - given[i]) / (given[i + 1] - given[i])
    return wanted[i] + part * (wanted[i + 1] - wanted[i])


def _cells(curve: Survival) -> list[tuple[float, float]]:
    """Return the pieces of a curve: seconds, and how close polls stand in it."""
    points = pairwise(zip(curve.moments, curve.shares, strict=True))
    return [
        (after - at, (2 * (share - left) / (share + left) / (after - at)) ** _ROOT)
        for (at, share), (after, left) in points
    ]


def _marks(
    cells: Sequence[tuple[float, float]], scale: float, base: float, cap: float
) -> list[float]:
    """Return how many polls are made until the end of each cell, from 0.0."""
    least, most = 1 / cap, 1 / base
    mark = 0.0
    marks = [mark]
    for seconds, closeness in cells:
        mark += seconds * max(least, min(most, closeness * scale))
        marks.append(mark)
    return marks


def _cost(marks: Sequence[float], shares: Sequence[float]) -> float:
    """Return how many polls a workflow costs in the mean.

    One poll finds the end. Of those before it there are half a mark less than marks, because the
    first one comes about a whole mark after the beginning.
    """
    cost = 1.0
    for (mark, share), (after, left) in pairwise(zip(marks, shares, strict=True)):
        before, behind = max(0.0, mark - 0.5), max(0.0, after - 0.5)
        if behind > 0:
            part = (behind - before) / (after - mark)
            cost += (share - left) * part * (before + behind) / 2
    return cost
