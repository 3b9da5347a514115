"""Time and chance, behind one small protocol, so that tests can hold both in their hands."""

import asyncio
import math
import random
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable
from weakref import WeakKeyDictionary

__all__ = [
    "Alarm",
    "Clock",
    "Earliest",
    "SystemClock",
    "Timer",
    "elsewhere",
    "is_waited_elsewhere",
]

_ELSEWHERE: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()


class Alarm(Protocol):
    """Something that will be called, unless it is called off."""

    def cancel(self) -> None:
        """Call it off."""
        ...


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

    def call_later(self, delay: float, ring: Callable[[], object]) -> Alarm:
        """Call something once, on the running event loop, `delay` seconds from now."""
        ...

    def timer(self, timeout: float | None) -> Timer:
        """Return a bound for a block of code, in seconds; `None` is no bound yet."""
        ...


class _SystemTimer:
    """`asyncio.timeout` for a bound that moves with every request and is hardly ever met.

    A bound that moves away leaves its alarm where it is: when that rings too early, it is set anew.
    The rules of cancellation are those of `asyncio.timeout`.
    """

    __slots__ = ("_alarm", "_cancels_before", "_delay", "_due_at", "_is_expired", "_loop", "_task")

    def __init__(self, timeout: float | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._delay = timeout
        self._due_at = math.inf
        self._alarm: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[Any] | None = None
        self._cancels_before = 0
        self._is_expired = False

    async def __aenter__(self) -> Self:
        task = self._task = asyncio.current_task()
        assert task is not None  # noqa: S101 - coroutines of this library run in tasks
        self._cancels_before = task.cancelling()
        if self._delay is not None:
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
        task, self._task = self._task, None
        if (
            self._is_expired
            and task is not None
            and task.uncancel() <= self._cancels_before
            and kind is asyncio.CancelledError
        ):
            raise TimeoutError from error

    def restart(self, timeout: float | None) -> None:
        self._due_at = math.inf if timeout is None else self._loop.time() + timeout
        if self._alarm is not None:
            if self._alarm.when() <= self._due_at:
                return
            self._alarm.cancel()
        if timeout is not None:
            self._alarm = self._loop.call_at(self._due_at, self._ring)

    def expired(self) -> bool:
        return self._is_expired

    def _ring(self) -> None:
        self._alarm = None
        if self._due_at > self._loop.time():
            if self._due_at < math.inf:
                self._alarm = self._loop.call_at(self._due_at, self._ring)
        elif self._task is not None:
            self._is_expired = True
            self._task.cancel()


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
        return random.random()  # noqa: S311 - spread, not secrecy

    async def sleep(self, delay: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(delay)

    def call_later(self, delay: float, ring: Callable[[], object]) -> Alarm:
        """Return an alarm of the running event loop."""
        return asyncio.get_running_loop().call_later(delay, ring)

    def timer(self, timeout: float | None) -> Timer:
        """Return a bound on the running event loop."""
        return _SystemTimer(timeout)


class Earliest:
    """One alarm for any number of moments: it rings at the earliest, and is set anew after that."""

    __slots__ = ("_alarm", "_at", "_clock", "_ring")

    def __init__(self, clock: Clock, ring: Callable[[], object]) -> None:
        """Be silent.

        Args:
            clock: What it is set with.
            ring: Called at the earliest moment; it asks for the next one.
        """
        self._clock = clock
        self._ring = ring
        self._alarm: Alarm | None = None
        self._at = math.inf

    def ring_at(self, moment: float) -> None:
        """Ring at a moment, in monotonic seconds, unless it rings before that anyway."""
        if moment < self._at:
            self.silence()
            self._at = moment
            self._alarm = self._clock.call_later(moment - self._clock.now(), self._rings)

    def silence(self) -> None:
        """Ring no more, until a moment is asked for again."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm, self._at = None, math.inf

    def _rings(self) -> None:
        self._alarm, self._at = None, math.inf
        self._ring()


@contextmanager
def elsewhere() -> Generator[None]:
    """Let clocks know that what the running loop waits for goes on in another thread.

    A clock that leaps would take such a loop for one that has nothing to do.
    """
    loop = asyncio.get_running_loop()
    _ELSEWHERE[loop] = _ELSEWHERE.get(loop, 0) + 1
    try:
        yield
    finally:
        _ELSEWHERE[loop] -= 1


def is_waited_elsewhere(loop: asyncio.AbstractEventLoop) -> bool:
    """Return whether a loop waits for another thread."""
    return _ELSEWHERE.get(loop, 0) > 0
