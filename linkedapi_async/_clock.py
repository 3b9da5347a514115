"""Time and chance, behind one small protocol, so that tests can hold both in their hands."""

import asyncio
import random
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

__all__ = ["Clock", "SystemClock", "Timer"]


@runtime_checkable
class Timer(Protocol):
    """A bound on a block of code: `async with clock.timer(5.0) as timer: …`.

    Leaving the block after the bound raises :class:`TimeoutError`, as `asyncio.timeout` does.
    """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def restart(self, timeout: float | None) -> None:
        """Bound the block anew, `timeout` seconds from now; `None` lifts the bound."""
        ...

    def expired(self) -> bool:
        """Return whether the bound was what ended the block."""
        ...


@runtime_checkable
class Clock(Protocol):
    """What the library asks of time and chance."""

    def now(self) -> float:
        """Return monotonic seconds; only differences mean anything."""
        ...

    def wall(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        ...

    def draw(self) -> float:
        """Return a random number, 0.0 <= draw < 1.0."""
        ...

    async def sleep(self, delay: float) -> None:
        """Wait; 0.0 or less still lets others run once."""

    def timer(self, timeout: float | None) -> Timer:
        """Return a bound for a block of code, in seconds; `None` is no bound yet."""
        ...


class _SystemTimer:
    """`asyncio.timeout` whose bound moves for the price of an assignment.

    A bound that moves away leaves its alarm where it is: when that rings too early, it is set anew.
    Requests move theirs twice and hardly ever meet it.
    """

    __slots__ = ("_alarm", "_delay", "_due_at", "_loop", "_timeout")

    def __init__(self, timeout: float | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._timeout = asyncio.timeout(None)
        self._delay = timeout
        self._due_at: float | None = None
        self._alarm: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        self.restart(self._delay)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        await self._timeout.__aexit__(kind, error, trace)

    def restart(self, timeout: float | None) -> None:
        self._due_at = None if timeout is None else self._loop.time() + timeout
        if self._alarm is not None:
            if self._due_at is None or self._alarm.when() <= self._due_at:
                return
            self._alarm.cancel()
        if self._due_at is not None:
            self._alarm = self._loop.call_at(self._due_at, self._ring)

    def expired(self) -> bool:
        return self._timeout.expired()

    def _ring(self) -> None:
        self._alarm = None
        if self._due_at is None:
            return
        if self._due_at > self._loop.time():
            self._alarm = self._loop.call_at(self._due_at, self._ring)
        else:
            self._timeout.reschedule(self._due_at)


class SystemClock:
    """The real thing: monotonic time, UTC, the event loop's sleep."""

    def now(self) -> float:
        """Return `time.monotonic()`."""
        return time.monotonic()

    def wall(self) -> datetime:
        """Return the system's idea of now, in UTC."""
        return datetime.now(UTC)

    def draw(self) -> float:
        """Return a pseudo-random number; back-off needs spread, not secrecy."""
        return random.random()  # noqa: S311

    async def sleep(self, delay: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(delay)

    def timer(self, timeout: float | None) -> Timer:
        """Return an `asyncio.timeout` on the running event loop."""
        return _SystemTimer(timeout)
