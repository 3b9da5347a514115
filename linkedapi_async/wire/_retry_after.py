"""Reads how long a service asks to wait (seconds, an HTTP date, milliseconds), and its clock."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

__all__ = ["read_date", "read_retry_after"]

_LONGEST: Final = 32


def read_retry_after(headers: Mapping[str, str], received_at: datetime) -> float | None:
    """Return the seconds asked for, `None` where nothing usable was said.

    Args:
        headers: Reply headers; look-ups ignore case.
        received_at: When the reply came, used where it has no `Date` of its own. A date is
            compared with the server's clock, so a skewed clock here does no harm.

    Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    milliseconds = _number(headers.get("Retry-After-Ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("Retry-After")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    moment = read_date(text)
    if moment is None:
        return None
    answered_at = read_date(headers.get("Date")) or received_at
    return max(0.0, (moment - answered_at).total_seconds())


def _number(text: str | None) -> float | None:
    """Digits with an optional fraction only: `float` would take `nan`, `inf` and `1_0`."""
    if text is None or len(text) > _LONGEST:
        return None
    whole, _, fraction = text.strip().partition(".")
    if not (whole.isascii() and whole.isdigit()):
        return None
    if fraction and not (fraction.isascii() and fraction.isdigit()):
        return None
    return float(text)


def read_date(text: str | None) -> datetime | None:
    """Return an HTTP date as an aware moment, `None` where it is none."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
