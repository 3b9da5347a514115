"""The periods that limits count in: the day, the week from Monday, the month, of the calendar.

Inferred: no source says when one begins.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import TypeAlias, assert_never

__all__ = ["LimitKey", "Period"]


class Period(StrEnum):
    """How long a limit counts.

    Source: https://linkedapi.io/docs/admin-limits
    """

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    def begin(self, day: date) -> date:
        """Return the first day of the period that a day belongs to."""
        match self:
            case Period.DAILY:
                return day
            case Period.WEEKLY:
                return day - timedelta(days=day.weekday())
            case Period.MONTHLY:
                return day.replace(day=1)
            case _:
                assert_never(self)

    def end(self, day: date) -> date:
        """Return the first day of the period after the one that a day belongs to."""
        match self:
            case Period.DAILY:
                return day + timedelta(days=1)
            case Period.WEEKLY:
                return self.begin(day) + timedelta(days=7)
            case Period.MONTHLY:
                return self.begin(self.begin(day) + timedelta(days=31))
            case _:
                assert_never(self)


LimitKey: TypeAlias = tuple[str, Period]
"""What there is one limit for: a category and a period."""
