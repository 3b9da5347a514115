"""Moments of a shared budget, leased from a server and kept until they have come.

Nothing here asks the server; moments are seconds, on its clock where a name says so, else on ours.
"""

import math
from collections import deque
from collections.abc import Callable
from typing import Final

__all__ = ["ServerTime", "Slots"]

_DRIFT: Final = 1e-4
"""Seconds by which two clocks part in a second, at worst."""
_MARGIN: Final = 0.025
"""The part of a budget that is left unused, so that a moment may be used late by as much."""
_AHEAD: Final = 0.2
"""Seconds of the whole budget that all workers lease ahead."""
_GRAIN: Final = 1e-6


class ServerTime:
    """The server's clock, read through replies that took unknown ways."""

    __slots__ = ("_doubt", "_offset", "_read_at")

    def __init__(self) -> None:
        """Start without any idea."""
        self._offset = 0.0
        self._doubt = math.inf
        self._read_at = 0.0

    def note(self, server: float, *, sent: float, received: float) -> None:
        """Take in a moment that the server told between a request and its reply.

        The reply that came fastest is believed, until drift has made it doubtful or a later one
        contradicts it, as it does when the server's clock was set.
        """
        doubt = (received - sent) / 2
        offset = server - (sent + received) / 2
        aged = self._doubt + (received - self._read_at) * _DRIFT
        if doubt <= aged or abs(offset - self._offset) > doubt + aged:
            self._offset, self._doubt, self._read_at = offset, doubt, received

    def local(self, server: float) -> float:
        """Return a moment of the server on our clock."""
        return server - self._offset


class Slots:
    """The moments leased by one worker.

    The server hands each moment out once, evenly spaced, so all workers together keep the rate
    whatever each does with its own. One that is missed by more than the margin is let go.

    Attributes:
        gap: Seconds from one moment of the budget to the next.
    """

    __slots__ = ("_moments", "_rate", "_slack", "gap")

    def __init__(self, rate: float) -> None:
        """Start with none.

        Args:
            rate: Permits per second for all workers; no second holds more, the next whole number
                where the rate has a fraction.
        """
        self.gap: float = 1 / (rate * (1 - _MARGIN))
        self._rate = rate
        self._slack = _MARGIN * math.ceil(rate) / rate
        self._moments: deque[float] = deque()

    def __len__(self) -> int:
        """How many are left."""
        return len(self._moments)

    def take(self, now: float) -> float | None:
        """Take a moment that has come and return 0.0.

        Returns:
            The seconds until the next one comes; `None` when there is none.
        """
        while self._moments and self._moments[0] < now - self._slack:
            self._moments.popleft()
        if not self._moments:
            return None
        if self._moments[0] > now:
            return self._moments[0] - now + _GRAIN
        self._moments.popleft()
        return 0.0

    def wanted(self, backlog: Callable[[], int], *, workers: int) -> int:
        """Return how many more to lease.

        Args:
            backlog: Tells how many permits could be used now, since nothing is leased on a guess;
                not asked while there are enough.
            workers: How many share the budget; a worker leases its part of a fifth of a second.
        """
        share = max(1, int(self._rate * _AHEAD / workers))
        if len(self._moments) > share // 2:
            return 0
        return max(0, min(max(1, backlog()), share) - len(self._moments))

    def deposit(self, first: float, count: int) -> None:
        """Add consecutive moments."""
        self._moments.extend(first + self.gap * place for place in range(count))

    def clear(self) -> None:
        """Let all moments go."""
        self._moments.clear()
