"""Moments of the wall clock somewhere: which instants they are, in summer and in winter."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from linkedapi_async.errors._exceptions import ConfigurationError

__all__ = ["in_utc", "reached", "zone_of"]


@cache
def zone_of(name: str) -> tzinfo:
    """Return a time zone by its IANA name; `UTC` is there even where no zones are installed.

    Raises:
        ConfigurationError: No zone of this name is known on this machine.
    """
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (LookupError, OSError, TypeError, ValueError):
        msg = f"zone={name!r} is not known here; give an IANA name, such as 'Europe/Berlin'"
        raise ConfigurationError(msg) from None


def in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC, where differences are true seconds.

    Raises:
        ConfigurationError: The moment has no zone, so that nobody can tell when it is.
    """
    if moment.tzinfo is None:
        msg = f"the moment {moment} has no zone; give an aware one, such as datetime.now(UTC)"
        raise ConfigurationError(msg)
    return moment.astimezone(UTC)


def reached(local: datetime, zone: tzinfo) -> datetime:
    """Return when the clocks of a zone first show a local time or a later one, in UTC.

    Where clocks are put back, that is the first time they show it. Where they are put forward over
    it, it is the moment of that leap.

    Args:
        local: What the clocks show; naive.
        zone: Whose clocks.
    """
    found = local.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local:
        return found
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC).replace(microsecond=0)

    def is_past(seconds: int) -> bool:
        shown = (before + timedelta(seconds=seconds)).astimezone(zone)
        return shown.replace(tzinfo=None) >= local

    span = range(int((found - before).total_seconds()) + 1)
    return before + timedelta(seconds=bisect_left(span, x=True, key=is_past))
