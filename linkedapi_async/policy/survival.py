"""How long workflows of one kind take: from what was seen of their ends to the share still running.

An end is seen by a poll that comes after it, so it is known only to lie between two polls. Its
weight is spread evenly over that span: taking the poll for the end would let schedules chase their
own polls.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import attrs

__all__ = ["Span", "Survival", "survival"]

Span: TypeAlias = tuple[float, float]
"""Seconds a workflow ran, at least and at most."""

_Bar: TypeAlias = tuple[float, float, float]
"""From, to, and the weight spread evenly between."""

# "A visit and a like" takes about 20 s, heavier reads take minutes. So half of all workflows are
# presumed to lie between 20 s and 2 min, and the rest widely around.
_GUESSED_CENTRE: Final = math.log(math.sqrt(20.0 * 120.0))
_GUESSED_WIDTH: Final = 1.5
_GUESS_WEIGHT: Final = 4.0
"""So many ends seen weigh as much as the guess."""
_SMOOTHING: Final = 0.2
"""The part of the evidence that is spread over its own log-normal shape, against chance."""
_NARROWEST: Final = 0.05
"""The least width of that shape, in units of the logarithm."""
_BLUR: Final = 0.02
"""The least width of a span, as a part of its end: two durations are never quite the same."""
_INSTANT: Final = 1e-3

_CELLS: Final = 24
_REST: Final = 0.004
_SHARES: Final = tuple((1 - i / _CELLS * (1 - math.sqrt(_REST))) ** 2 for i in range(1, _CELLS + 1))
"""Where the curve has its points: closer in the tail, where most of the waiting is done."""
_SIGMAS: Final = tuple(i / 5 for i in range(-13, 14))
_NORMAL: Final = tuple((sigma, math.erfc(sigma / math.sqrt(2)) / 2) for sigma in _SIGMAS)
"""The bell curve: widths from its centre, and the share that lies farther out."""
_BEYOND: Final = 4.0
"""How much later than its last point the log-normal ends."""


@attrs.frozen
class Survival:
    """The share of workflows that still run as time passes, straight between its points.

    Attributes:
        moments: Seconds, rising from 0.0.
        shares: The share still running then, falling from 1.0 to 0.0.
    """

    moments: Sequence[float]
    shares: Sequence[float]

    def share(self, moment: float) -> float:
        """Return the share that still runs at a moment."""
        if moment >= self.moments[-1]:
            return 0.0
        i = bisect_right(self.moments, moment)
        at, after = self.moments[i - 1], self.moments[i]
        part = (moment - at) / (after - at)
        return self.shares[i - 1] + part * (self.shares[i] - self.shares[i - 1])

    @property
    def mean(self) -> float:
        """Seconds a workflow runs, in the mean."""
        steps = zip(self.moments, self.moments[1:], self.shares, self.shares[1:], strict=False)
        return sum((after - at) * (share + left) / 2 for at, after, share, left in steps)


def survival(spans: Sequence[Span]) -> Survival:
    """Return what is to be expected after some ends; without any, what the documentation lets hope.

    A log-normal fitted to guess and evidence together fills what the evidence leaves open.

    Source: https://linkedapi.io/docs/executing-workflows (how long workflows take)
    """
    weight = _GUESS_WEIGHT + _SMOOTHING * len(spans)
    bars = [_bar(low, high) for low, high in spans]
    return _curve([*bars, *_shape(bars, weight)], len(spans) + weight)


def _bar(low: float, high: float) -> _Bar:
    width = max(high - low, _BLUR * high, _INSTANT)
    low = max(0.0, (low + high - width) / 2)
    return low, low + width, 1.0


def _shape(bars: Sequence[_Bar], weight: float) -> Iterable[_Bar]:
    """Return a log-normal around guess and evidence."""
    logs = [math.log((low + high) / 2) for low, high, _ in bars]
    count = _GUESS_WEIGHT + len(logs)
    centre = (_GUESS_WEIGHT * _GUESSED_CENTRE + sum(logs)) / count
    guessed = _GUESSED_WIDTH**2 + (_GUESSED_CENTRE - centre) ** 2
    seen = sum((log - centre) ** 2 for log in logs)
    width = max(_NARROWEST, math.sqrt((_GUESS_WEIGHT * guessed + seen) / count))
    at, share = 0.0, 1.0
    for sigma, left in _NORMAL:
        after = math.exp(centre + width * sigma)
        yield at, after, weight * (share - left)
        at, share = after, left
    yield at, at * _BEYOND, weight * share


def _curve(bars: Iterable[_Bar], total: float) -> Survival:
    """Return the curve of a sum of bars, with points at the chosen shares."""
    turns: list[tuple[float, float]] = []
    for low, high, weight in bars:
        slope = weight / (high - low) / total
        turns += ((low, slope), (high, -slope))
    turns.sort()
    moments, shares = [0.0], [1.0]
    wanted = iter(_SHARES)
    goal = next(wanted)
    at, share, slope = 0.0, 1.0, 0.0
    for turn, change in turns:
        left = share - slope * (turn - at)
        while left <= goal:
            moments.append(min(turn, at + (share - goal) / slope))
            shares.append(goal)
            goal = next(wanted, -1.0)
        at, share, slope = turn, left, max(0.0, slope + change)
    return Survival((*moments, at), (*shares, 0.0))
