"""Which of the calls that wait goes out to look whether a parked account works again."""

from collections.abc import Iterable
from datetime import datetime

from ._lane import Entry, Lane
from ._queue import Shelf
from ._refusals import until_allowed

__all__ = ["choose_scout"]


def choose_scout(
    lanes: Iterable[Lane], wall: datetime, *, is_whole: bool, is_outage: bool = False
) -> Entry | None:
    """Return the oldest call that only reads, else the oldest; `None` where none may be sent.

    Args:
        lanes: The lanes that are parked together.
        wall: The current moment.
        is_whole: Whether the whole client is parked: then a lane that is not parked for itself as
            well comes first.
        is_outage: Whether it may be the call that the service fails at: then those that were sent
            less often come first.
    """
    allowed: dict[tuple[Lane, Shelf], bool] = {}

    def may_start(entry: Entry) -> bool:
        key = entry.lane, entry.shelf
        if key not in allowed:
            allowed[key] = until_allowed(entry, wall) <= 0
        return allowed[key]

    waiting = (
        entry for lane in lanes if lane.has_place and not lane.is_paused for entry in lane.queue
    )
    return min(
        filter(may_start, waiting),
        key=lambda entry: (
            is_whole and entry.lane.circuit.is_parked,
            not entry.record.reads_only,
            is_outage and entry.record.attempts,
            entry.rank[1],
        ),
        default=None,
    )
