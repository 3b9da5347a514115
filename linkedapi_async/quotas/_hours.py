"""When an account works, by the clocks of where it lives."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, Final, Literal, TypeAlias, get_args

import attrs

from linkedapi_async.errors._exceptions import ConfigurationError

from ._zones import in_utc, reached, zone_of

__all__ = ["Weekday", "WorkingHours"]

Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""A day of the week."""

_WEEK: Final[tuple[Weekday, ...]] = get_args(Weekday)
_WORKDAYS: Final[frozenset[Weekday]] = frozenset(_WEEK[:5])
_END_OF_DAY: Final = "24:00"


def _zone(_: object, __: object, name: str) -> None:
    zone_of(name)


def _time(value: time | str) -> time:
    if value == _END_OF_DAY:
        return time.max
    try:
        found = value if isinstance(value, time) else time.fromisoformat(value)
    except (TypeError, ValueError):
        msg = f"{value!r} is no time of day; give it as '09:00', or '24:00' for a day's end"
        raise ConfigurationError(msg) from None
    if found.tzinfo is not None:
        msg = f"{value!r} has a zone of its own; give the zone of the hours as zone='Europe/Berlin'"
        raise ConfigurationError(msg)
    return found


def _days(days: Iterable[Weekday]) -> frozenset[Weekday]:
    names = () if isinstance(days, str) else tuple(days)
    if not names or any(name not in _WEEK for name in names):
        msg = f"days={days!r} has to name one or more of {', '.join(_WEEK)}"
        raise ConfigurationError(msg)
    return frozenset(names)


def _not_alike(hours: "WorkingHours", _: "attrs.Attribute[Any]", closes: time) -> None:
    if closes == hours.opens:
        msg = f"opens and closes are both {closes}; for whole days give '00:00' and '24:00'"
        raise ConfigurationError(msg)


@attrs.frozen(kw_only=True)
class WorkingHours:
    """Hours of the day on days of the week, in one place of the world.

    Where clocks are put back, hours open and close the first time they show that time; where they
    are put forward over it, with that leap.

    Attributes:
        zone: IANA name of the place's time zone, such as `Europe/Berlin`.
        opens: When hours open, as `09:00` or a naive time.
        closes: When they close, `24:00` for the end of the day; a time before `opens` is one of
            the next day.
        days: On which days they open; Monday to Friday if not told.
    """

    zone: str = attrs.field(validator=_zone)
    opens: time = attrs.field(converter=_time)
    closes: time = attrs.field(converter=_time, validator=_not_alike)
    days: frozenset[Weekday] = attrs.field(default=_WORKDAYS, converter=_days)

    def opens_at(self, moment: datetime) -> datetime:
        """Return when work may begin: the moment itself in open hours, else the next opening.

        Args:
            moment: Aware. An opening comes back in UTC.
        """
        opening, _ = self.window(moment)
        return max(moment, opening)

    def closes_at(self, moment: datetime) -> datetime:
        """Return when the hours close that are open, or that open next; in UTC.

        Args:
            moment: Aware.
        """
        _, closing = self.window(moment)
        return closing

    def window(self, moment: datetime) -> tuple[datetime, datetime]:
        """Return when the hours that are open, or that open next, open and close; in UTC.

        Args:
            moment: Aware.
        """
        now = in_utc(moment)
        today = now.astimezone(zone_of(self.zone)).date()
        first = 0 if self.opens < self.closes else -1  # yesterday's hours may still be open
        near = (today + timedelta(days=ahead) for ahead in count(first))
        windows = (self._on(day) for day in near if _WEEK[day.weekday()] in self.days)
        return next(
            (opening, closing) for opening, closing in windows if max(now, opening) < closing
        )

    def _on(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.opens < self.closes else day + timedelta(days=1)
        zone = zone_of(self.zone)
        return (
            reached(datetime.combine(day, self.opens), zone),
            reached(datetime.combine(last, self.closes), zone),
        )
