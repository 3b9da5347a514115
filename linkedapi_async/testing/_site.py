"""The public web site: what changed at the service, week by week.

The releases are the sandbox's own. One is out when its week is over, and weeks begin on Mondays.
"""

from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

from linkedapi_async._types import Json, JsonObject

from ._envelopes import Answer, dump

__all__ = ["tell_changes"]

_WEEK: Final = timedelta(days=7)
_DAY: Final = len("2026-01-05")
_RELEASES: Final[dict[date, tuple[tuple[str, str, str], ...]]] = {
    date(2026, 1, 5): (
        ("Working hours", "Accounts rest at night.", "/docs/working-hours"),
    ),
    date(2025, 12, 29): (
        ("Network monitoring", "Connections are watched.", "/docs/network"),
        ("Inbox by person", "One poll tells all of an exchange.", "/docs/inbox"),
    ),
    date(2025, 12, 15): (
        ("Reactions to comments", "Comments can be reacted to.", "/docs/comments"),
    ),
}  # fmt: skip


def tell_changes(target: str, today: date) -> Answer:
    """Return the releases that are out.

    Args:
        target: Path and query of the request.
        today: The current day, in UTC.
    """
    since = dict(parse_qsl(target.partition("?")[2])).get("since")
    try:
        first = date.min if since is None else _day_of(since)
    except ValueError:
        return _refuse("since must be an ISO 8601 date or a zoned instant")
    entries: list[Json] = [
        _entry(monday, items)
        for monday, items in _RELEASES.items()
        if monday + _WEEK <= today and monday + _WEEK > first
    ]
    return Answer(dump({"since": since, "count": len(entries), "entries": entries}))


def _day_of(since: str) -> date:
    """Return the day of a date or a zoned instant.

    Raises:
        ValueError: It is neither.
    """
    if len(since) == _DAY:
        return date.fromisoformat(since)
    at = datetime.fromisoformat(since)
    if at.tzinfo is None:
        raise ValueError(since)
    return at.date()


def _entry(monday: date, items: tuple[tuple[str, str, str], ...]) -> JsonObject:
    told = [{"title": title, "body": body, "docs": docs} for title, body, docs in items]
    return {"date": monday.isoformat(), "items": told}


def _refuse(message: str) -> Answer:
    return Answer(dump({"error": message}), 400, error=message)
