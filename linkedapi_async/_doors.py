"""So many starts at once: the rest of a burst waits outside, where waiting costs next to nothing.

Everything a start needs (the workflow, its request, the frames that carry it out) is made only once
it is let in, so ten thousand calls at once do not hold ten thousand of each.
"""

import asyncio
from collections import deque
from typing import Final

from ._agenda import Agenda
from ._clock import Clock, Earliest

__all__ = ["Doors", "Place"]

_NEVER: Final = float("inf")
_SLACK: Final = 64


class Place:
    """Where one start stands.

    Attributes:
        told: What to await before going on; `None` for one that was let in at once.
        deadline_at: When it gives up, in monotonic seconds.
        is_inside: Whether it may send.
    """

    __slots__ = ("_doors", "deadline_at", "is_inside", "told")

    def __init__(
        self, doors: "Doors", deadline_at: float, told: "asyncio.Future[None] | None"
    ) -> None:
        self._doors = doors
        self.told: asyncio.Future[None] | None = told
        self.deadline_at: float = deadline_at
        self.is_inside: bool = told is None

    def __lt__(self, other: "Place") -> bool:
        """Break ties of equal moments, in no order."""
        return False

    @property
    def is_waiting(self) -> bool:
        """Whether it stands outside."""
        return self.told is not None and not self.told.done()

    def decide(self, *, is_inside: bool) -> None:
        """Let it in, or send it away."""
        assert self.told is not None  # noqa: S101 - only those outside are decided upon
        self.is_inside = is_inside
        self.told.set_result(None)

    def leave(self) -> None:
        """Give the place back, if it had one."""
        if self.is_inside:
            self.is_inside = False
            self._doors.release()


class Doors:
    """Lets starts in, in the order of arrival."""

    def __init__(self, clock: Clock, width: int) -> None:
        """Have room for so many at once."""
        self._clock = clock
        self._free = width
        self._queue: deque[Place] = deque()
        self._sweep_at = _SLACK
        self._deadlines: Agenda[Place] = Agenda(lambda place, _: place.is_waiting)
        self._alarm = Earliest(clock, self._ring)

    def enter(self, deadline_at: float | None) -> Place:
        """Return a place, inside or outside."""
        ends_at = _NEVER if deadline_at is None else deadline_at
        if self._free > 0:
            self._free -= 1
            return Place(self, ends_at, None)
        place = Place(self, ends_at, asyncio.get_running_loop().create_future())
        self._queue.append(place)
        if len(self._queue) > self._sweep_at:  # those who gave up stand in it until their turn
            self._queue = deque(one for one in self._queue if one.is_waiting)
            self._sweep_at = 2 * len(self._queue) + _SLACK
        if ends_at < _NEVER:
            self._deadlines.put(place, ends_at, live=len(self._queue))
            self._alarm.ring_at(ends_at)
        return place

    def release(self) -> None:
        """Let the next one in."""
        while self._queue:
            place = self._queue.popleft()
            if place.is_waiting:
                place.decide(is_inside=True)
                self._deadlines.trim(live=len(self._queue))
                return
        self._free += 1

    def shut(self) -> None:
        """Send away whoever waits."""
        self._alarm.silence()
        queue, self._queue = self._queue, deque()
        for place in queue:
            if place.is_waiting:
                place.decide(is_inside=False)

    def _ring(self) -> None:
        for place in self._deadlines.due(self._clock.now()):
            place.decide(is_inside=False)
        moment = self._deadlines.next_at()
        if moment is not None:
            self._alarm.ring_at(moment)
