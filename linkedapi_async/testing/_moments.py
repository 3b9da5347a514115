"""How moments are told: as the service writes them, and as LinkedIn shows their age."""

from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["ago", "read", "stamp"]

_UNITS: Final = (
    ("year", timedelta(days=365)),
    ("month", timedelta(days=30)),
    ("week", timedelta(days=7)),
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)


def stamp(moment: datetime) -> str:
    """Return a moment in UTC, such as `2026-01-05T09:00:00Z`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def read(text: str) -> datetime:
    """Return the moment of an ISO 8601 text; without a zone it is read as UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def ago(age: timedelta) -> tuple[str, timedelta]:
    """Return an age as LinkedIn shows it, such as `2 weeks ago`, and the age this stands for."""
    for name, unit in _UNITS:
        count = age // unit
        if count > 0:
            return f"{count} {name}{'' if count == 1 else 's'} ago", count * unit
    return "just now", timedelta()
