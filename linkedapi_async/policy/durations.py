"""What a client has learned about how long its operations take, and what it makes of it."""

from array import array
from typing import Final

from .survival import Survival, survival
from .timetable import Timetable
from .waiting import Waiting

__all__ = ["Durations", "Rhythm"]

_REMEMBERED: Final = 256
_LATEST: Final = 16
_OLD: Final = 16
_CHANGED: Final = 0.27
"""Five times what chance makes of the mean surprise of so few."""
_QUARTER: Final = 4
_MOMENT: Final = 2.0
_TASTES: Final = 4


class Durations:
    """How long workflows take, by operation, learned from their ends.

    An operation's memory holds its last 256 ends, in 4 KiB. When the latest do not fit the others
    any more, few of those are kept: a change is followed within some twenty workflows.
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

    __slots__ = ("_curve", "_memory", "_timetable", "_waiting", "base", "cap")

    def __init__(self, memory: "_Memory", waiting: Waiting, base: float, cap: float) -> None:
        """Share a memory; use `Durations.rhythm`."""
        self._memory = memory
        self._waiting = waiting
        self.base: float = base
        self.cap: float = cap
        self._curve = memory.curve
        self._timetable = self._plan()

    @property
    def timetable(self) -> Timetable:
        """The plan of the moment; made anew, in about a millisecond, now and then."""
        curve = self._memory.curve
        if curve is not self._curve:
            self._curve = curve
            self._timetable = self._plan()
        return self._timetable

    def try_early(self) -> bool:
        """Return whether a wait may poll early, to find out an operation that takes a moment.

        One wait of each operation may, and another one after each such end: where operations take
        longer, that costs one poll in all.
        """
        may, self._memory.is_untried = self._memory.is_untried, False
        return may

    def note(self, low: float, high: float) -> None:
        """Learn from an end.

        Args:
            low: Seconds the workflow ran, at least.
            high: At most; the same where an event has told the end.
        """
        self._memory.note(low, high)
        if high <= _MOMENT * self.base:
            self._memory.is_untried = True

    def _plan(self) -> Timetable:
        polls = self._waiting.polls
        return Timetable.plan(self._curve, polls=polls, base=self.base, cap=self.cap)


class _Memory:
    """The last ends of one operation.

    Attributes:
        rhythms: What is made of them, by taste.
        is_untried: Whether nobody has polled early yet, or the last one who did saw the end.
    """

    __slots__ = ("_bias", "_curve", "_ends", "_fresh", "_wanted", "is_untried", "rhythms")

    def __init__(self) -> None:
        self._ends = array("d")
        self._fresh = 0
        self._wanted = 1
        self._curve = survival(())
        self._bias = 0.0
        self.is_untried: bool = True
        self.rhythms: dict[tuple[Waiting, float, float], Rhythm] = {}

    @property
    def curve(self) -> Survival:
        """How long it takes; found anew after a quarter more ends, and when they do not fit."""
        if self._fresh >= self._wanted:
            lows, highs = self._ends[::2], self._ends[1::2]
            self._curve = survival(list(zip(lows, highs, strict=True)))
            self._fresh, self._wanted = 0, max(1, len(lows) // _QUARTER)
        return self._curve

    def note(self, low: float, high: float) -> None:
        """Keep an end.

        The share of its kind that would run longer is one half in the mean, unless durations have
        changed.
        """
        surprise = (self.curve.share(low) + self.curve.share(high) - 1) / 2
        self._bias += (surprise - self._bias) / _LATEST
        self._ends.extend((low, high))
        self._fresh += 1
        if abs(self._bias) > _CHANGED:
            self._ends = self._renewed()
            self._bias, self._wanted = 0.0, 1
        del self._ends[: -2 * _REMEMBERED]

    def _renewed(self) -> "array[float]":
        """Return the latest ends, and a few of those before, which may come again."""
        early, late = self._ends[: -2 * _LATEST], self._ends[-2 * _LATEST :]
        step = max(1, len(early) // 2 // _OLD)
        kept = array("d")
        for low, high in zip(early[:: 2 * step], early[1 :: 2 * step], strict=True):
            kept.extend((low, high))
        return kept + late
