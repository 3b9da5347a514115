"""Errors of calls that a pool did not send, for reasons of its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from linkedapi_async._types import Disposition
from linkedapi_async.errors import FatalError, LinkedApiError, TransientError, UserActionRequired
from linkedapi_async.policy import Stop

from ._lane import Entry

__all__ = ["parked", "removed", "shortage", "too_late", "until_allowed"]

_NEVER: Final = float("inf")
_FAMILIES: Final[Mapping[Disposition, type[LinkedApiError]]] = {
    Disposition.RETRYABLE: TransientError,
    Disposition.USER_ACTION: UserActionRequired,
    Disposition.FATAL: FatalError,
}


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


def parked(stop: Stop, entry: Entry, *, now: float, reason: str = "") -> LinkedApiError:
    """Return the error for a call that was kept from being sent.

    Args:
        stop: The cause.
        entry: The call.
        now: The current moment, in monotonic seconds.
        reason: Why it waits no longer, if it did.
    """
    record = entry.record
    rest = None if stop.until is None else max(0.0, stop.until - now)
    why = f" ({reason})" if reason else ""
    more = "" if rest is None else f" (come back in {rest:.0f} s)"
    return _FAMILIES[stop.disposition](
        f"Not sent, since {record.account} is parked: {stop.message}{why}{more}",
        code=stop.code,
        disposition=stop.disposition,
        scope=stop.scope,
        hint=stop.hint,
        certainty=entry.certainty,
        attempts=record.attempts,
        elapsed=now - record.started_at,
        retry_after=rest,
        account=record.account,
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
