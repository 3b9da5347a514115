"""A clock that runs faster than life, so that a demo of minutes takes seconds."""

from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from random import Random
from types import TracebackType
from typing import Self

from linkedapi_async._clock import Alarm, SystemClock, Timer

__all__ = ["BriskClock"]


class BriskClock:
    """The system's clock, sped up; give the same one to client and sandbox."""

    def __init__(self, *, speed: float, start: datetime) -> None:
        """Begin at zero seconds.

        Args:
            speed: Seconds that pass here in one second of real time.
            start: What a calendar here shows at the beginning; aware.
        """
        self._real = SystemClock()
        self._speed = speed
        self._start = start
        self._began_at = self._real.now()
        self._random = Random(0)  # noqa: S311 - back-off needs spread, not secrecy

    def with_chance(self, seed: int) -> Self:
        """Return a clock of the same time whose chance is its own, so that one story repeats."""
        twin = copy(self)
        twin._random = Random(seed)  # noqa: S311, SLF001 - as above; a copy of this one
        return twin

    def now(self) -> float:
        """Return seconds since the beginning, as they pass here."""
        return (self._real.now() - self._began_at) * self._speed

    def wall(self) -> datetime:
        """Return what a calendar here shows, in the zone of the start."""
        return self._start + timedelta(seconds=self.now())

    def draw(self) -> float:
        """Return the next number of the seeded series."""
        return self._random.random()

    async def sleep(self, delay: float) -> None:
        """Wait for seconds as they pass here."""
        await self._real.sleep(delay / self._speed)

    def call_later(self, delay: float, ring: Callable[[], object]) -> Alarm:
        """Call something once, after seconds as they pass here."""
        return self._real.call_later(delay / self._speed, ring)

    def timer(self, timeout: float | None) -> Timer:
        """Return a bound in seconds as they pass here."""
        return _BriskTimer(self._real, timeout, self._speed)


class _BriskTimer:
    """The system's timer, for shorter seconds."""

    __slots__ = ("_speed", "_timer")

    def __init__(self, clock: SystemClock, timeout: float | None, speed: float) -> None:
        self._speed = speed
        self._timer = clock.timer(None if timeout is None else timeout / speed)

    async def __aenter__(self) -> Self:
        await self._timer.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._timer.__aexit__(kind, error, trace)

    def restart(self, timeout: float | None) -> None:
        self._timer.restart(None if timeout is None else timeout / self._speed)

    def expired(self) -> bool:
        return self._timer.expired()
