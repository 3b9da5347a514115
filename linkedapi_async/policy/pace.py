"""So many requests per second, spread evenly over it."""

import math
from collections import deque
from typing import Final

from linkedapi_async.errors import ConfigurationError

__all__ = ["Pace"]

_CATCH_UP: Final = 0.05
_GRAIN: Final = (
    1e-6  # sums of floats are not exact: a pause has to end behind the moment it aims at
)


class Pace:
    """A rate that no second exceeds, and that waking up late hardly lowers.

    Permits come evenly spaced. One that is taken late, by up to 50 ms, does not put off the next.
    Moments are monotonic seconds.

    Attributes:
        rate: Permits per second in the long run. Any second holds at most as many, the next whole
            number where the rate has a fraction.
    """

    __slots__ = ("_due_at", "_gap", "_span", "_taken", "rate")

    def __init__(self, rate: float) -> None:
        """Start rested.

        Raises:
            ConfigurationError: The rate is no finite number above 0.
        """
        if not (math.isfinite(rate) and rate > 0):
            msg = f"rate={rate!r} has to be a finite number above 0"
            raise ConfigurationError(msg)
        self.rate: float = rate
        places = math.ceil(rate)
        self._gap = 1 / rate
        self._span = places / rate
        self._taken: deque[float] = deque(maxlen=places)
        self._due_at = -math.inf

    def take(self, now: float) -> float:
        """Take a permit and return 0.0, or return the seconds until asking again makes sense."""
        ready_at = self._due_at
        if len(self._taken) == self._taken.maxlen:
            ready_at = max(ready_at, self._taken[0] + self._span)
        if now < ready_at:
            return ready_at - now + _GRAIN
        is_punctual = now - self._due_at <= _CATCH_UP
        self._due_at = (self._due_at if is_punctual else now) + self._gap
        self._taken.append(now)
        return 0.0
