"""One alarm for all that a pool waits for: deadlines of calls, and moments to look at a lane."""

from collections.abc import Callable
from typing import Final

from linkedapi_async._agenda import Agenda
from linkedapi_async._clock import Clock, Earliest

from ._lane import Entry, Lane

__all__ = ["Bell"]

_NEVER: Final = float("inf")
_CLOSE: Final = 1e-6
"""Moments closer than this are one: sums of floats miss each other by less."""


class Bell:
    """Rings when the earliest of many moments comes; while no call waits it is silent."""

    def __init__(
        self, clock: Clock, *, expire: Callable[[Entry], object], look: Callable[[Lane], object]
    ) -> None:
        """Be silent.

        Args:
            clock: What it is set with.
            expire: Called with a call that waits, when its deadline has come.
            look: Called with a lane that was to be looked at.
        """
        self._clock = clock
        self._expire = expire
        self._look = look
        self._deadlines: Agenda[Entry] = Agenda(
            lambda entry, at: entry.is_waiting and entry.deadline_at == at
        )
        self._looks: Agenda[Lane] = Agenda(lambda lane, at: lane.look_at == at)
        self._waiting = 0
        self._alarm = Earliest(clock, self._ring)

    def join(self) -> None:
        """Take in that one more call waits."""
        self._waiting += 1

    def leave(self) -> None:
        """Take in that one less waits."""
        self._waiting -= 1
        self._deadlines.trim(live=self._waiting)
        if not self._waiting:
            self.silence()

    def mind(self, entry: Entry) -> None:
        """Ring when a waiting call has to end."""
        at = entry.deadline_at
        if at < _NEVER:
            self._deadlines.put(entry, at, live=self._waiting)
            self._alarm.ring_at(at)

    def look_in(self, lane: Lane, delay: float, *, lanes: int) -> None:
        """Ring after a while to look at a lane, unless it is looked at before.

        Args:
            lane: The lane.
            delay: Seconds; infinite is never.
            lanes: How many lanes there are.
        """
        now = self._clock.now()
        at = now + max(delay, _CLOSE)
        if not now < lane.look_at <= at:
            lane.look_at = at
            self._looks.put(lane, at, live=lanes)
        self._alarm.ring_at(lane.look_at)

    def silence(self) -> None:
        """Ring no more, until somebody wants it again."""
        self._alarm.silence()

    def _ring(self) -> None:
        now = self._clock.now() + _CLOSE
        for entry in list(self._deadlines.due(now)):
            if entry.is_waiting:
                self._expire(entry)
        for lane in list(self._looks.due(now)):
            lane.look_at = _NEVER
            self._look(lane)
        for at in (self._deadlines.next_at(), self._looks.next_at()):
            if at is not None and self._waiting:
                self._alarm.ring_at(at)
