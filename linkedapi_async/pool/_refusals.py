"""Errors of calls that a pool did not send, for reasons of its own."""

from datetime import datetime
from typing import Final

from linkedapi_async.errors import FatalError, LinkedApiError, TransientError

from ._lane import Entry

__all__ = ["removed", "shortage", "too_late", "until_allowed"]

_NEVER: Final = float("inf")


def until_allowed(entry: Entry, wall: datetime) -> float:
    """Return the seconds until limits, hours and pauses let a call start; infinite for never.

    Args:
        entry: The call.
        wall: The current moment.
    """
    quotas = entry.lane.quotas
    if quotas is None:
        return 0.0
    moment = quotas.feasible_at(entry.costs, wall)
    return _NEVER if moment is None else max(0.0, (moment - wall).total_seconds())


def shortage(entry: Entry, *, now: float, wall: datetime) -> LinkedApiError | None:
    """Return the error for a call that may not start before its deadline; `None` if it may.

    Args:
        entry: The call.
        now: The current moment, in monotonic seconds.
        wall: The same, aware.
    """
    quotas, record = entry.lane.quotas, entry.record
    if quotas is None:
        return None
    hopeless = quotas.refusal(entry.costs)
    if hopeless is not None:
        hopeless.account = entry.lane.alias
        return hopeless
    delay = until_allowed(entry, wall)
    if delay <= 0 or now + delay < entry.deadline_at:
        return None
    obstacles = "; ".join(map(str, quotas.blocked_by(entry.costs, wall)))
    return TransientError(
        f"Not sent: {obstacles}",
        code="limitReached",
        certainty=entry.certainty,
        attempts=record.attempts,
        elapsed=now - record.started_at,
        retry_after=None if delay == _NEVER else delay,
        account=entry.lane.alias,
    )


def too_late(entry: Entry, *, now: float) -> TransientError:
    """Return the error for a call whose deadline has come before its turn."""
    record, lane = entry.record, entry.lane
    return TransientError(
        f"The deadline came after {now - record.started_at:.1f} s in the queue of {lane.alias}, "
        f"where {len(lane.queue)} calls wait",
        code="queueTimeout",
        certainty=entry.certainty,
        attempts=record.attempts,
        elapsed=now - record.started_at,
        account=lane.alias,
    )


def removed(entry: Entry, *, now: float) -> FatalError:
    """Return the error for a call whose account was taken out of the pool."""
    record, lane = entry.record, entry.lane
    return FatalError(
        f"The account {lane.alias!r} was taken out of the pool before the call's turn came",
        code="accountRemoved",
        certainty=entry.certainty,
        attempts=record.attempts,
        elapsed=now - record.started_at,
        account=lane.alias,
    )
