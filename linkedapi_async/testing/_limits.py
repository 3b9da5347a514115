"""How often an account may do what, and how often it has.

Periods are those of the calendar in UTC: the day, the week from Monday, the month. Inferred: no
source says when one begins.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import attrs

from linkedapi_async._types import JsonObject

__all__ = ["DEFAULTS", "Limit", "LimitKey", "Limits", "Period"]


class Period(StrEnum):
    """How long a limit counts."""

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


LimitKey: TypeAlias = tuple[str, Period]
"""What there is one limit for: a category and a period."""


@attrs.frozen
class Limit:
    """How often actions of a category may happen in a period.

    Attributes:
        category: As the action tables name it, such as `stMessages`.
        period: How long it counts.
        max_value: How many actions.
        is_enabled: Whether it is enforced.
    """

    category: str
    period: Period
    max_value: int
    is_enabled: bool = True

    @property
    def key(self) -> LimitKey:
        """Return what it is the limit for."""
        return self.category, self.period

    def told(self) -> JsonObject:
        """Return it as the Admin API writes it."""
        return {
            "category": self.category,
            "period": self.period.value,
            "maxValue": self.max_value,
            "isEnabled": self.is_enabled,
        }


DEFAULTS: Final = (
    Limit("stMessages", Period.DAILY, 50, is_enabled=False),
    Limit("stConnectionRequests", Period.DAILY, 10, is_enabled=False),
)
"""The documented examples, not enforced, so that a test may send a fifty-first message.

Source: https://linkedapi.io/docs/admin-limits
"""


class Limits:
    """The limits of one account and what counts against them."""

    def __init__(
        self,
        daily: Mapping[str, int] | None = None,
        *,
        defaults: Mapping[LimitKey, Limit] | None = None,
    ) -> None:
        """Start with nothing spent.

        Args:
            daily: The account's own limits per category and UTC day.
            defaults: What holds where the account has no limit of its own; read anew each time.
        """
        self._defaults: Mapping[LimitKey, Limit] = {} if defaults is None else defaults
        self._own: dict[LimitKey, Limit] = {}
        self._spent: Counter[tuple[str, Period, date]] = Counter()
        for category, max_value in (daily or {}).items():
            self.set(Limit(category, Period.DAILY, max_value))

    @property
    def in_force(self) -> tuple[Limit, ...]:
        """The limits that hold: the account's own, and the defaults it has none for."""
        return tuple({**self._defaults, **self._own}.values())

    def set(self, limit: Limit) -> None:
        """Give the account a limit of its own."""
        self._own[limit.key] = limit

    def delete(self, category: str, period: Period) -> None:
        """Take one of the account's own limits away: the default holds again."""
        self._own.pop((category, period), None)

    def reset(self) -> None:
        """Take all of the account's own limits away."""
        self._own.clear()

    def used(self, category: str, period: Period, day: date) -> int:
        """Return how many actions have happened in the period that a day belongs to."""
        return self._spent[category, period, period.begin(day)]

    def allow(self, category: str, day: date) -> bool:
        """Return whether every limit of a category still lets an action happen."""
        return all(
            self.used(category, limit.period, day) < limit.max_value
            for limit in self.in_force
            if limit.category == category and limit.is_enabled
        )

    def spend(self, category: str, day: date) -> None:
        """Count one action that happened."""
        for period in Period:
            self._spent[category, period, period.begin(day)] += 1

    def __repr__(self) -> str:
        held = (f"{one.category}/{one.period}={one.max_value}" for one in self._own.values())
        return f"Limits({', '.join(held)})"
