"""How much an account has used of each category: counted, corrected, never guessed too low."""

from collections import Counter, deque
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

import attrs

from ._costs import Costs
from ._periods import LimitKey, Period

__all__ = ["Book", "Spent"]

_LATE: Final = timedelta(minutes=10)
_KEPT: Final = 3
"""Periods remembered: the present one, and what a clock that was wrong may come back to."""


@attrs.frozen(eq=False)
class Spent:
    """A start that was counted, until it is settled or refunded.

    Attributes:
        costs: How many actions of each category it may do.
        at: When it was started.
    """

    costs: Costs
    at: datetime


class Book:
    """What one account has used. What is under way counts in whichever period is asked about."""

    __slots__ = ("_done", "_open", "_settled", "_under_way", "_zone")

    def __init__(self, zone: tzinfo) -> None:
        """Begin with nothing used.

        Args:
            zone: Whose calendar the periods are those of.
        """
        self._zone = zone
        self._done: dict[LimitKey, dict[date, int]] = {}
        self._under_way: Counter[str] = Counter()
        self._open: set[Spent] = set()
        self._settled: deque[tuple[datetime, Costs]] = deque()

    def spend(self, costs: Costs, at: datetime) -> Spent:
        """Count a start."""
        spent = Spent(costs, at)
        self._open.add(spent)
        self._under_way.update(costs)
        return spent

    def refund(self, spent: Spent) -> bool:
        """Forget a start; return whether it was still counted as under way."""
        if spent not in self._open:
            return False
        self._open.remove(spent)
        self._under_way.subtract(spent.costs)
        return True

    def settle(self, spent: Spent, at: datetime, actual: Costs) -> None:
        """Count what a start really did, and no longer what it might."""
        if not self.refund(spent):
            return
        for category, count in actual.items():
            for period in Period:
                key = category, period
                self._write(key, at, self.done(key, at) + count)
        self._settled.append((at, actual))
        while at - self._settled[0][0] > _LATE:
            self._settled.popleft()

    def take_in(self, counts: Mapping[LimitKey, int], at: datetime) -> None:
        """Believe what the service counted, but for what was settled since it was asked."""
        since: Counter[str] = Counter()
        for settled_at, actual in self._settled:
            if settled_at >= at:
                since.update(actual)
        for key, count in counts.items():
            self._write(key, at, count + since[key[0]])

    def done(self, key: LimitKey, at: datetime) -> int:
        """Return how many actions have happened in the period of a moment."""
        return self._done.get(key, {}).get(self._begin(key, at), 0)

    def under_way(self, category: str) -> int:
        """Return how many actions may still happen: what was started is not settled yet."""
        return self._under_way[category]

    def _begin(self, key: LimitKey, at: datetime) -> date:
        return key[1].begin(at.astimezone(self._zone).date())

    def _write(self, key: LimitKey, at: datetime, count: int) -> None:
        counts = self._done.setdefault(key, {})
        counts[self._begin(key, at)] = count
        if len(counts) > _KEPT:
            del counts[min(counts)]
