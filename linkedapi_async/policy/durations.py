"""What a client has learned about how long its operations take, and what it makes of it."""

from array import array
from typing import Final

from .survival import Span, survival
from .timetable import Timetable
from .waiting import Waiting

__all__ = ["Durations", "Rhythm"]

_REMEMBERED: Final = 256
_GROWTH: Final = 4
_TASTES: Final = 4


class Durations:
    """How long workflows take, by operation, learned from their ends.

    An operation's memory holds its last 256 ends, in 4 KiB: a change is followed within as many,
    and nothing grows with time.
    """

    def __init__(self) -> None:
        """Start with what the documentation tells."""
        self._memories: dict[str, _Memory] = {}

    def rhythm(self, operation: str, *, waiting: Waiting, base: float, cap: float) -> "Rhythm":
        """Return what all waits for one operation share.

        Args:
            operation: Its name.
            waiting: How many polls a workflow may cost on average.
            base: The shortest pause between polls, in seconds.
            cap: The longest pause, in seconds.
        """
        memory = self._memories.get(operation)
        if memory is None:
            memory = self._memories[operation] = _Memory()
        taste = (waiting, base, cap)
        rhythm = memory.rhythms.get(taste)
        if rhythm is None:
            if len(memory.rhythms) == _TASTES:  # waits that hold the oldest one keep it alive
                del memory.rhythms[next(iter(memory.rhythms))]
            rhythm = memory.rhythms[taste] = Rhythm(memory, *taste)
        return rhythm


class Rhythm:
    """The polls of one operation under one taste, as they are best made by what is known.

    Attributes:
        base: The shortest pause, in seconds.
        cap: The longest pause, in seconds.
    """

    __slots__ = ("_memory", "_plan_at", "_timetable", "_waiting", "base", "cap")

    def __init__(self, memory: "_Memory", waiting: Waiting, base: float, cap: float) -> None:
        """Share a memory; use `Durations.rhythm`."""
        self._memory = memory
        self._waiting = waiting
        self.base: float = base
        self.cap: float = cap
        self._timetable: Timetable | None = None
        self._plan_at = 0

    @property
    def timetable(self) -> Timetable:
        """The plan of the moment; made anew, in about a millisecond, after a quarter more ends."""
        known = self._memory.count
        if self._timetable is None or known >= self._plan_at:
            curve = survival(self._memory.spans())
            self._timetable = Timetable.plan(
                curve, polls=self._waiting.polls, base=self.base, cap=self.cap
            )
            self._plan_at = known + max(1, min(known, _REMEMBERED) // _GROWTH)
        return self._timetable

    def note(self, low: float, high: float) -> None:
        """Learn from an end.

        Args:
            low: Seconds the workflow ran, at least.
            high: At most; the same where an event has told the end.
        """
        self._memory.note(low, high)


class _Memory:
    """The last ends of one operation.

    Attributes:
        count: How many there have been.
        rhythms: What was made of them, by taste.
    """

    __slots__ = ("_highs", "_lows", "count", "rhythms")

    def __init__(self) -> None:
        self._lows = array("d")
        self._highs = array("d")
        self.count = 0
        self.rhythms: dict[tuple[Waiting, float, float], Rhythm] = {}

    def note(self, low: float, high: float) -> None:
        place = self.count % _REMEMBERED
        self._lows[place : place + 1] = array("d", [low])
        self._highs[place : place + 1] = array("d", [high])
        self.count += 1

    def spans(self) -> list[Span]:
        return list(zip(self._lows, self._highs, strict=True))
