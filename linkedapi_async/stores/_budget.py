"""A budget of requests per second that all workers share, or this one's part of it."""

import math
from collections.abc import Callable
from typing import Final

from linkedapi_async.policy import Pace

from ._slots import Slots

__all__ = ["Budget", "SharedPace"]

_RECHECK: Final = 0.002
"""Seconds until a lease that was asked for may have come."""


class SharedPace:
    """A pacer that lives on leased moments while the others can be reached, else on its share.

    Attributes:
        slots: The moments leased.
        want: How many moments to lease now; 0 when none are wanted.
    """

    __slots__ = ("_alone", "_ask", "_backlog", "_rate", "_taken_at", "_workers", "slots", "want")

    def __init__(self, rate: float, *, backlog: Callable[[], int]) -> None:
        """Start alone, with the whole budget.

        Args:
            rate: Permits per second for all workers.
            backlog: Tells how many permits could be used now.

        Raises:
            ConfigurationError: The rate is no finite number above 0.
        """
        self._alone = Pace(rate)
        self._rate = rate
        self._workers = 1
        self._backlog = backlog
        self._ask: Callable[[], object] | None = None
        self._taken_at = -math.inf
        self.slots: Slots = Slots(rate)
        self.want: int = 0

    def share_out(self, workers: int) -> None:
        """Live on an even share of the budget."""
        if self._ask is None and workers == self._workers:
            return
        self._ask = None
        self._workers = workers
        self._alone = Pace(self._rate / workers)
        self._alone.take(self._taken_at)
        self.slots.clear()
        self.want = 0

    def lease(self, workers: int, *, ask: Callable[[], object]) -> None:
        """Live on leased moments.

        Args:
            workers: How many lease them.
            ask: Called when some are wanted.
        """
        self._ask = ask
        self._workers = workers

    def deposit(self, first: float) -> None:
        """Take in the moments that were wanted, the first at `first` seconds."""
        self.slots.deposit(first, self.want)
        self.want = 0

    def take(self, now: float) -> float:
        """Take a permit and return 0.0, or return the seconds until asking again makes sense."""
        wait = self._alone.take(now) if self._ask is None else self.slots.take(now)
        if wait == 0.0:
            self._taken_at = now
            return 0.0
        if self._ask is not None and not self.want:
            self.want = self.slots.wanted(self._backlog, workers=self._workers)
            if self.want:
                self._ask()
        return _RECHECK if wait is None else wait


class Budget:
    """All pacers of one worker; what they share with the others is up to its membership.

    Attributes:
        workers: How many share the budget, as far as known.
        pacers: Those that live on it.
    """

    def __init__(self) -> None:
        """Start alone."""
        self.workers: int = 1
        self.pacers: list[SharedPace] = []
        self._ask: Callable[[], object] | None = None

    def pace(self, rate: float, *, backlog: Callable[[], int]) -> SharedPace:
        """Return one more pacer, which lives as the others do.

        Raises:
            ConfigurationError: The rate is no finite number above 0.
        """
        pacer = SharedPace(rate, backlog=backlog)
        self.pacers.append(pacer)
        self._settle(pacer)
        return pacer

    def share_out(self, workers: int) -> None:
        """Have all live on an even share."""
        self._ask, self.workers = None, workers
        for pacer in self.pacers:
            self._settle(pacer)

    def lease(self, workers: int, *, ask: Callable[[], object]) -> None:
        """Have all live on leased moments; `ask` is called when some are wanted."""
        self._ask, self.workers = ask, workers
        for pacer in self.pacers:
            self._settle(pacer)

    def _settle(self, pacer: SharedPace) -> None:
        if self._ask is None:
            pacer.share_out(self.workers)
        else:
            pacer.lease(self.workers, ask=self._ask)
