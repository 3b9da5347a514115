"""Runs errands: one of a lane at a time, in its order, and only so many lanes at once."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Generic, TypeVar

from linkedapi_async._clock import Alarm, Clock

__all__ = ["Lanes"]

T = TypeVar("T")


class Lanes(Generic[T]):
    """Errands waiting, under way and planned."""

    def __init__(
        self, run: Callable[[T], Coroutine[Any, Any, None]], *, clock: Clock, at_once: int
    ) -> None:
        """Take errands; none is run before `open`.

        Args:
            run: Carries out one.
            clock: What planned ones wait on.
            at_once: How many lanes may be busy.
        """
        self._run = run
        self._clock = clock
        self._at_once = at_once
        self._lanes: dict[str, deque[T]] = {}
        self._ready: deque[str] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarms: set[Alarm] = set()
        self._left = 0
        self._bell = asyncio.Event()
        self._is_open = False

    def put(self, lane: str, errand: T, *, delay: float = 0.0) -> None:
        """Run an errand behind the others of its lane, which it joins in `delay` seconds."""
        self._left += 1
        if delay <= 0 or not self._is_open:
            self._join(lane, errand)
            return

        def ring() -> None:
            self._alarms.discard(alarm)
            self._join(lane, errand)

        alarm = self._clock.call_later(delay, ring)
        self._alarms.add(alarm)

    async def wait_idle(self) -> None:
        """Wait until no errand is left."""
        while self._left:
            self._bell.clear()
            await self._bell.wait()

    def open(self) -> None:
        """Begin."""
        self._is_open = True
        self._pump()

    async def close(self) -> None:
        """Stop whatever is under way and forget the rest."""
        self._is_open = False
        for alarm in self._alarms:
            alarm.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _join(self, lane: str, errand: T) -> None:
        queue = self._lanes.setdefault(lane, deque())
        queue.append(errand)
        if len(queue) == 1:
            self._ready.append(lane)
        self._pump()

    def _pump(self) -> None:
        while self._is_open and self._ready and len(self._tasks) < self._at_once:
            lane = self._ready.popleft()
            task = asyncio.get_running_loop().create_task(self._run(self._lanes[lane][0]))
            self._tasks.add(task)
            task.add_done_callback(partial(self._leave, lane))

    def _leave(self, lane: str, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        queue = self._lanes[lane]
        queue.popleft()
        if queue:
            self._ready.append(lane)
        else:
            del self._lanes[lane]
        self._left -= 1
        if not self._left:
            self._bell.set()
        self._pump()
