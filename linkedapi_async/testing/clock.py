"""A clock for tests: time moves when told to, or when nothing else can happen.

Give one `FakeClock` to the client and to the sandbox and hours pass in milliseconds. Sockets stay
real: the clock only jumps after the event loop has gone round many times with nothing to run and
nobody touching the clock, which is longer than a request needs on loopback.
"""

import asyncio
import heapq
import itertools
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self
from weakref import WeakKeyDictionary

from linkedapi_async._clock import is_waited_elsewhere

__all__ = ["FakeClock"]

_IDLE_TURNS = 60
_BUSY_TURN = 0.15
_WATCHERS: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()
_EPOCH = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class _Alarm:
    """Something due at a moment, unless it was called off."""

    __slots__ = ("due_at", "is_off", "ring")

    def __init__(self, due_at: float, ring: Callable[[], object]) -> None:
        self.due_at: float = due_at
        self.ring: Callable[[], object] = ring
        self.is_off: bool = False

    def cancel(self) -> None:
        """Call it off."""
        self.is_off = True


class FakeClock:
    """Time in the hands of a test.

    It moves when told to by `advance`, and otherwise, unless `auto_jump` is off, leaps to the next
    thing due once nothing else can happen.
    """

    def __init__(self, *, seed: int = 0, start: datetime = _EPOCH, auto_jump: bool = True) -> None:
        """Start at a moment, with a seeded series of chances."""
        self._auto_jump = auto_jump
        self._is_led = False
        self._start = start
        self._random = random.Random(seed)  # noqa: S311 - reproducible chance is the point
        self._now = 0.0
        self._alarms: list[tuple[float, int, _Alarm]] = []
        self._order = itertools.count()
        self._touches = 0
        self._watcher: asyncio.Handle | None = None
        self._watched: asyncio.AbstractEventLoop | None = None

    @property
    def auto_jump(self) -> bool:
        """Whether time leaps by itself; it may be switched at any time."""
        return self._auto_jump

    @auto_jump.setter
    def auto_jump(self, value: bool) -> None:
        self._auto_jump = value
        if self._alarms:
            self._watch()

    def now(self) -> float:
        """Return seconds since this clock was made."""
        self._touches += 1
        return self._now

    def wall(self) -> datetime:
        """Return the fake moment, in UTC."""
        self._touches += 1
        return self._start + timedelta(seconds=self._now)

    def draw(self) -> float:
        """Return the next number of the seeded series."""
        return self._random.random()

    async def sleep(self, delay: float) -> None:
        """Wait until time has moved by `delay` seconds."""
        self._touches += 1
        if delay <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        alarm = self._set(delay, wake)
        try:
            await woken
        finally:
            alarm.cancel()

    def call_later(self, delay: float, ring: Callable[[], object]) -> _Alarm:
        """Call something once when fake time has moved by `delay` seconds."""
        self._touches += 1
        return self._set(max(0.0, delay), ring)

    def timer(self, timeout: float | None) -> "_FakeTimer":
        """Return a bound that fires when fake time reaches it."""
        return _FakeTimer(self, timeout)

    @property
    def next_due(self) -> float | None:
        """Seconds until the next sleeper or timer, `None` when nothing waits."""
        self._drop_called_off()
        return self._alarms[0][0] - self._now if self._alarms else None

    async def advance(self, seconds: float) -> None:
        """Move time, waking everything due on the way in its order.

        Between two moments the loop gets the turns it needs to react, so that a chain of waits
        (poll, sleep, poll) runs through as it would have.
        """
        loop = asyncio.get_running_loop()
        self._is_led = True
        _WATCHERS[loop] = _WATCHERS.get(loop, 0) + 1
        try:
            await self._settle(loop)
            target = self._now + seconds
            while (due := self.next_due) is not None and self._now + due <= target:
                self._jump(self._now + due)
                await self._settle(loop)
            self._now = target
            await self._settle(loop)
        finally:
            _WATCHERS[loop] -= 1
            self._is_led = False
            if self._alarms:
                self._watch()

    async def _settle(self, loop: asyncio.AbstractEventLoop) -> None:
        quiet, seen = 0.0, self._touches
        while quiet < _IDLE_TURNS:
            await asyncio.sleep(0)
            quiet = self._count(loop, quiet, seen)
            seen = self._touches

    def _count(self, loop: asyncio.AbstractEventLoop, quiet: float, seen: int) -> float:
        """Return how many turns have been quiet, counting the one that just ended.

        A turn in which others run without touching the clock counts little. What is ready to run,
        clocks that watch the loop apart, shows on loops of the standard library only.
        """
        if seen != self._touches or is_waited_elsewhere(loop):
            return 0
        others = _WATCHERS.get(loop, 1) - 1
        is_idle = len(getattr(loop, "_ready", ())) <= others
        return quiet + (1 if is_idle else _BUSY_TURN)

    def _set(self, delay: float, ring: Callable[[], object]) -> _Alarm:
        alarm = _Alarm(self._now + delay, ring)
        heapq.heappush(self._alarms, (alarm.due_at, next(self._order), alarm))
        self._watch()
        return alarm

    def _drop_called_off(self) -> None:
        while self._alarms and self._alarms[0][2].is_off:
            heapq.heappop(self._alarms)

    def _jump(self, moment: float) -> None:
        self._now = max(self._now, moment)
        self._touches += 1
        while self._alarms and self._alarms[0][0] <= self._now:
            alarm = heapq.heappop(self._alarms)[2]
            if not alarm.is_off:
                alarm.ring()

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        is_watched = self._watcher is not None and self._watched is loop
        if is_watched or self._is_led or not self._auto_jump:
            return
        self._watched = loop
        _WATCHERS[loop] = _WATCHERS.get(loop, 0) + 1
        self._watcher = loop.call_soon(self._look, loop, 0, self._touches)

    def _look(self, loop: asyncio.AbstractEventLoop, quiet: float, seen: int) -> None:
        self._drop_called_off()
        if self._is_led or not self._auto_jump or not self._alarms:
            self._watcher = None
            _WATCHERS[loop] -= 1
            return
        quiet = self._count(loop, quiet, seen)
        if quiet >= _IDLE_TURNS:
            self._jump(self._alarms[0][0])
            quiet = 0
        self._watcher = loop.call_soon(self._look, loop, quiet, self._touches)


class _FakeTimer:
    """`asyncio.timeout`, fired by fake time."""

    __slots__ = ("_alarm", "_clock", "_delay", "_timeout")

    def __init__(self, clock: FakeClock, delay: float | None) -> None:
        self._clock = clock
        self._delay = delay
        self._timeout = asyncio.timeout(None)
        self._alarm: _Alarm | None = None

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
        self._call_off()
        await self._timeout.__aexit__(kind, error, trace)

    def restart(self, timeout: float | None) -> None:
        self._call_off()
        if timeout is not None:
            self._alarm = self._clock.call_later(timeout, self._fire)

    def expired(self) -> bool:
        return self._timeout.expired()

    def _fire(self) -> None:
        self._timeout.reschedule(asyncio.get_running_loop().time())

    def _call_off(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
