"""When an account's working hours open, read from the service's display text."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

__all__ = ["opening_delay"]

_OPENING: Final = re.compile(
    r"open at (?P<weekday>[A-Z][a-z]{2}), (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}), "
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2}) \((?P<zone>[A-Za-z0-9_+\-/]{1,64})\)"
)
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FARTHEST: Final = timedelta(days=8)
_JUST_PASSED: Final = timedelta(minutes=5)


def opening_delay(message: str | None, now: datetime) -> float | None:
    """Return the seconds until the opening a text names, `None` where it cannot be believed.

    The text carries no year and is meant for people, so a moment counts only if its weekday fits,
    its zone exists and it lies within the coming eight days; one that has just passed gives 0.0.

    Args:
        message: As in `…when the account working hours open at Mon, Aug 10, 09:00 (Europe/Berlin).`
        now: Aware current moment.

    Source: https://linkedapi.io/docs/executing-workflows (the form of the text; observed only)
    """
    found = _OPENING.search(message or "")
    if found is None or found["month"] not in _MONTHS or found["weekday"] not in _WEEKDAYS:
        return None
    try:
        zone = UTC if found["zone"] == "UTC" else ZoneInfo(found["zone"])
    except (KeyError, ValueError, OSError):
        return None
    local_year = now.astimezone(zone).year
    for year in (local_year - 1, local_year, local_year + 1):
        try:
            opening = datetime(
                year,
                _MONTHS.index(found["month"]) + 1,
                int(found["day"]),
                int(found["hour"]),
                int(found["minute"]),
                tzinfo=zone,
            )
        except ValueError:
            continue
        ahead = opening - now
        if -_JUST_PASSED <= ahead <= _FARTHEST:
            fits = _WEEKDAYS[opening.weekday()] == found["weekday"]
            return max(0.0, ahead.total_seconds()) if fits else None
    return None
