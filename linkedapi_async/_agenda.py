"""A heap of things that are due at moments, where changing one's mind costs nothing."""

from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

__all__ = ["Agenda"]

T = TypeVar("T")

_SLACK = 16


class Agenda(Generic[T]):
    """Entries that may turn stale: whoever changes an item's moment just enters it again.

    Stale entries are skipped, and swept out once they outnumber the others, as are repeated ones,
    so that memory follows what is really planned.
    """

    __slots__ = ("_heap", "_is_current")

    def __init__(self, is_current: Callable[[T, float], bool]) -> None:
        """Start empty.

        Args:
            is_current: Whether an entry still says when its item is due.
        """
        self._heap: list[tuple[float, T]] = []
        self._is_current = is_current

    def __len__(self) -> int:
        """Return the number of entries, stale ones included."""
        return len(self._heap)

    def __iter__(self) -> Iterator[T]:
        """Return everything entered, in no order."""
        return (item for at, item in self._heap if self._is_current(item, at))

    def put(self, item: T, at: float, *, live: int) -> None:
        """Enter an item; of equal moments no order is kept.

        Args:
            item: What is due. Items have to be hashable, and comparable by `<`, however they
                answer.
            at: When, in monotonic seconds.
            live: How many entries can be current at most.
        """
        heappush(self._heap, (at, item))
        self.trim(live=live)

    def trim(self, *, live: int) -> None:
        """Sweep out stale and repeated entries if there are many.

        Call it where items are done with.

        Args:
            live: How many entries can be current at most.
        """
        if len(self._heap) > (2 * live + _SLACK if live else 0):
            current = (entry for entry in self._heap if self._is_current(entry[1], entry[0]))
            self._heap = list(dict.fromkeys(current))
            heapify(self._heap)

    def due(self, now: float) -> Iterator[T]:
        """Take out what is due, earliest first."""
        while self._heap and self._heap[0][0] <= now:
            at, item = heappop(self._heap)
            if self._is_current(item, at):
                yield item

    def next_at(self) -> float | None:
        """Return the moment of the earliest current entry; `None` where there is none."""
        while self._heap:
            at, item = self._heap[0]
            if self._is_current(item, at):
                return at
            heappop(self._heap)
        return None
