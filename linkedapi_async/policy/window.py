"""So many requests in so many seconds, kept by whoever sends them."""

from collections import deque
from typing import Final

__all__ = ["Window"]

_GRAIN: Final = 1e-3  # sums of floats are not exact: nobody may find the span a hair too short


class Window:
    """A sliding window over requests, counted so that the other side cannot count more.

    The service counts a request somewhere between its sending and its reply, so a place is free
    again only a whole span after the reply.

    Attributes:
        limit: Requests allowed in one span.
        span: Seconds.
    """

    __slots__ = ("_settled", "_under_way", "limit", "span")

    def __init__(self, limit: int, span: float) -> None:
        """Start with every place free."""
        self.limit: Final = limit
        self.span: Final = span
        self._settled: deque[float] = deque()
        self._under_way = 0

    def pause(self, now: float) -> float:
        """Return the seconds until a place may be free; 0.0 when one is."""
        while self._settled and now - self._settled[0] >= self.span:
            self._settled.popleft()
        if self._under_way + len(self._settled) < self.limit:
            return 0.0
        oldest = self._settled[0] if self._settled else now
        return max(0.0, oldest + self.span - now) + _GRAIN

    def take(self) -> None:
        """Occupy a place; only right after `pause` has returned 0.0."""
        self._under_way += 1

    def settle(self, now: float) -> None:
        """Note that a request has been answered, or has failed."""
        self._under_way -= 1
        self._settled.append(now)
