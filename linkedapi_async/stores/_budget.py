"""A budget of requests per second that all workers share, or this one's part of it."""

from collections.abc import Callable
from typing import Final

from linkedapi_async.policy import Pace

from ._slots import Slots

__all__ = ["SharedPace"]

_RECHECK: Final = 0.002
"""Seconds until a lease that was asked for may have come."""


class SharedPace:
    """A pacer that lives on leased moments while the others can be reached, else on its share.

    Attributes:
        slots: The moments leased.
        want: How many moments to lease now; 0 when none are wanted.
    """

    __slots__ = ("_alone", "_ask", "_backlog", "_rate", "_workers", "slots", "want")

    def __init__(
        self, rate: float, *, backlog: Callable[[], int], ask: Callable[[], object]
    ) -> None:
        """Start alone, with the whole budget.

        Args:
            rate: Permits per second for all workers.
            backlog: Tells how many permits could be used now.
            ask: Called when moments are wanted.

        Raises:
            ConfigurationError: The rate is no finite number above 0.
        """
        self._alone: Pace | None = Pace(rate)
        self._rate = rate
        self._workers = 1
        self._backlog = backlog
        self._ask = ask
        self.slots: Slots = Slots(rate)
        self.want: int = 0

    def go_alone(self, workers: int) -> None:
        """Live on an even share of the budget."""
        self._alone = Pace(self._rate / workers)
        self.slots.clear()
        self.want = 0

    def go_shared(self, workers: int) -> None:
        """Live on leased moments; so many workers lease them."""
        self._alone = None
        self._workers = workers

    def deposit(self, first: float) -> None:
        """Take in the moments that were wanted, the first at `first` seconds."""
        self.slots.deposit(first, self.want)
        self.want = 0

    def take(self, now: float) -> float:
        """Take a permit and return 0.0, or return the seconds until asking again makes sense."""
        if self._alone is not None:
            return self._alone.take(now)
        wait = self.slots.take(now)
        if wait == 0.0:
            return 0.0
        if not self.want:
            self.want = self.slots.wanted(max(1, self._backlog()), workers=self._workers)
            if self.want:
                self._ask()
        return _RECHECK if wait is None else wait
