"""Timestamps as the service writes them."""

from datetime import UTC, datetime

__all__ = ["moment"]


def moment(text: str | None) -> datetime | None:
    """Return a timestamp as an aware datetime, or `None` where it cannot be read.

    Args:
        text: ISO 8601, as `2025-01-31T12:00:00.000Z`; without a zone it is read as UTC.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
