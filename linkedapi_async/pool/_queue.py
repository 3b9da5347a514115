"""Calls that wait for their turn, in the order they will get it."""

from collections.abc import Hashable, Iterator
from heapq import heapify, heappop, heappush
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

__all__ = ["Queue", "Queued", "Shelf"]

Shelf: TypeAlias = Hashable
"""What items share that could start at the same moments."""

_SLACK: Final = 64


class Queued(Protocol):
    """What can wait in a queue.

    Attributes:
        rank: Its place: lower ones first, no two alike.
        shelf: Items that could start at the same moments stand on one shelf.
        ticket: Names its entry in the queue; 0 while it waits in none.
    """

    rank: tuple[int, int]
    shelf: Shelf
    ticket: int


Q = TypeVar("Q", bound=Queued)


class Queue(Generic[Q]):
    """Items by rank, on a shelf for each kind: what blocks one kind need not block the others.

    Taking an item out of the middle costs nothing: its entry turns stale, and is swept out once
    stale ones outnumber the others.
    """

    __slots__ = ("_count", "_heaps", "_tickets", "_total")

    def __init__(self) -> None:
        """Start empty."""
        self._heaps: dict[Shelf, list[tuple[tuple[int, int], int, Q]]] = {}
        self._tickets = 0
        self._count = 0
        self._total = 0

    def __len__(self) -> int:
        """Return how many items wait."""
        return self._count

    def __iter__(self) -> Iterator[Q]:
        """Yield every item that waits, in order of rank."""
        found = [item for heap in self._heaps.values() for _, t, item in heap if item.ticket == t]
        return iter(sorted(found, key=lambda item: item.rank))

    def put(self, item: Q) -> None:
        """Let an item wait at its rank."""
        self._tickets += 1
        item.ticket = self._tickets
        heappush(self._heaps.setdefault(item.shelf, []), (item.rank, item.ticket, item))
        self._count += 1
        self._total += 1

    def remove(self, item: Q) -> None:
        """Take out an item that waits."""
        item.ticket = 0
        self._count -= 1
        if self._total > 2 * self._count + _SLACK:
            self._sweep()

    def heads(self) -> list[Q]:
        """Return the first item of each shelf, in order of rank."""
        found: list[Q] = []
        for shelf in list(self._heaps):
            heap = self._heaps[shelf]
            self._uncover(heap)
            if heap:
                found.append(heap[0][2])
            else:
                del self._heaps[shelf]
        return sorted(found, key=lambda item: item.rank)

    def _uncover(self, heap: list[tuple[tuple[int, int], int, Q]]) -> None:
        """Drop the stale entries on top of a shelf."""
        while heap and heap[0][2].ticket != heap[0][1]:
            heappop(heap)
            self._total -= 1

    def _sweep(self) -> None:
        for shelf, heap in list(self._heaps.items()):
            kept = [entry for entry in heap if entry[2].ticket == entry[1]]
            if kept:
                heapify(kept)
                self._heaps[shelf] = kept
            else:
                del self._heaps[shelf]
        self._total = self._count
