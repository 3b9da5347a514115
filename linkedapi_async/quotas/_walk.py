"""From one start to the next that hours, limits and pauses allow, without looking back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from ._costs import Costs
from ._hours import WorkingHours

__all__ = ["Cell", "Term", "Walk", "next_window"]

_BEFORE: Final = datetime.min.replace(tzinfo=UTC)
_HORIZON: Final = datetime(9990, 1, 1, tzinfo=UTC)
"""What would start later never starts: calendars end soon after."""


class Term(NamedTuple):
    """One period of a limit, as it is known so far. Moments are in UTC.

    Attributes:
        used: How many actions are counted in it.
        begin: When it begins.
        late_from: From when on a start may have its actions counted in the next one.
        end: When it ends and the next one begins.
    """

    used: int
    begin: datetime
    late_from: datetime
    end: datetime


class Cell:
    """What is used of one limit, in the period that a walk has come to.

    Attributes:
        limit: How many actions a period allows.
        used: How many of them are used.
        end: When the period ends.
    """

    __slots__ = ("_late_from", "_late_use", "_look", "end", "limit", "used")

    def __init__(
        self, limit: int, at: datetime, *, under_way: int, look: Callable[[datetime], Term]
    ) -> None:
        """Begin in the period of a moment.

        Args:
            limit: How many actions a period allows.
            at: The moment.
            under_way: How many actions may still happen, whenever they were begun.
            look: Tells of the period that a moment lies in.
        """
        term = look(at)
        self.limit: Final = limit
        self.used: int = term.used + under_way
        self.end: datetime = term.end
        self._late_from = term.late_from
        self._late_use = under_way if at >= term.late_from else 0
        self._look = look

    def reach(self, at: datetime) -> None:
        """Come to the period of a moment, which is not before the last one."""
        if at < self.end:
            return
        term = self._look(at)
        self.used = term.used + (self._late_use if term.begin == self.end else 0)
        self.end = term.end
        self._late_from = term.late_from
        self._late_use = 0

    def spend(self, cost: int, at: datetime) -> None:
        """Use some of it, at a moment of this period."""
        self.used += cost
        if at >= self._late_from:
            self._late_use += cost


class Walk:
    """Starts of one account in order, each as soon as it may be."""

    __slots__ = ("_at", "_cells", "_closes", "_find", "_hours", "_opens", "_pause", "_shut")

    def __init__(
        self,
        at: datetime,
        *,
        hours: Sequence[WorkingHours],
        pause: float,
        find: Callable[[str], Sequence[Cell]],
        shut: Mapping[str, datetime],
    ) -> None:
        """Stand before the first start.

        Args:
            at: No start is before this moment; in UTC.
            hours: Starts lie in any of these; none are all hours.
            pause: Seconds from one start to the next.
            find: Makes the cells of a category's limits, as they are at `at`.
            shut: Until when a category may not be used at all.
        """
        self._at = at
        self._hours = hours
        self._pause = timedelta(seconds=pause)
        self._find = find
        self._shut = shut
        self._cells: dict[str, Sequence[Cell]] = {}
        self._opens = _BEFORE
        self._closes = _BEFORE if hours else _HORIZON

    def step(self, costs: Costs) -> datetime | None:
        """Return when a call starts, the ones before it having started; `None` is never."""
        wanted = [
            (cell, cost)
            for category, cost in costs.items()
            if cost > 0
            for cell in self._cells_of(category)
        ]
        if any(cost > cell.limit for cell, cost in wanted):
            return None
        at = max((self._at, *(self._shut[one] for one in costs if one in self._shut)))
        while (later := self._delayed(at, wanted)) > at:
            at = later
        if at >= _HORIZON:
            self._at = _HORIZON
            return None
        for cell, cost in wanted:
            cell.spend(cost, at)
        self._at = at + self._pause
        return at

    def _cells_of(self, category: str) -> Sequence[Cell]:
        cells = self._cells.get(category)
        if cells is None:
            cells = self._cells[category] = self._find(category)
        return cells

    def _delayed(self, at: datetime, wanted: Sequence[tuple[Cell, int]]) -> datetime:
        """Return the moment itself where nothing stands in the way, else a later one to try."""
        if at >= _HORIZON:
            return _HORIZON
        if not self._opens <= at < self._closes:
            self._opens, self._closes = next_window(self._hours, at)
            if at < self._opens:
                return self._opens
        later = at
        for cell, cost in wanted:
            cell.reach(at)
            if cell.used + cost > cell.limit:
                later = cell.end
        return later


def next_window(hours: Sequence[WorkingHours], at: datetime) -> tuple[datetime, datetime]:
    """Return the hours to work in at a moment, or next: those open, else those that open first."""
    windows = [one.window(at) for one in hours]
    return min(windows, key=lambda window: max(at, window[0]))
