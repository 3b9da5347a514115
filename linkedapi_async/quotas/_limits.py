"""The limits that hold for an account: those set by hand, and those the service enforces."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast, get_args

from linkedapi_async.errors._exceptions import ConfigurationError
from linkedapi_async.models.limits import Limit, LimitCategory, LimitUsage

from ._periods import LimitKey, Period

__all__ = ["KEYS", "Limits", "key_of"]

_CATEGORIES: Final[tuple[str, ...]] = get_args(LimitCategory)
_PERIODS: Final = tuple(Period)

KEYS: Final = tuple((category, period) for category in _CATEGORIES for period in Period)
"""Everything that this version knows a limit for."""


class Limits:
    """How many actions a period allows; of two limits for the same, the lower one holds.

    Iterating yields what each is for, and its number.
    """

    __slots__ = ("_by_category", "_own")

    def __init__(self, own: Mapping[str, int] | Iterable[Limit]) -> None:
        """Begin with limits that are set by hand.

        Args:
            own: Models, or a mapping of categories to what a day allows.

        Raises:
            ConfigurationError: A limit is unusable, or counts what no action does.
        """
        self._own = dict(map(_set_by_hand, _models(own)))
        self._by_category: dict[str, tuple[tuple[Period, int], ...]] = {}
        self.take_in(())

    def take_in(self, told: Iterable[Limit | LimitUsage]) -> None:
        """Replace what the service enforces; of two rows for the same, the later one counts.

        Limits that are not enforced do not hold; words this version does not know are left alone.
        """
        theirs: dict[LimitKey, int] = {}
        for row in told:
            key = key_of(row)
            if key is not None and row.max_value is not None:
                theirs[key] = row.max_value
                if row.is_enabled is False:
                    del theirs[key]
        found: dict[str, tuple[tuple[Period, int], ...]] = {}
        for category, period in {**self._own, **theirs}:
            key = category, period
            limit = min(held[key] for held in (self._own, theirs) if key in held)
            found[category] = (*found.get(category, ()), (period, max(0, limit)))
        self._by_category = found

    def of(self, category: str) -> tuple[tuple[Period, int], ...]:
        """Return the limits of a category: how long each counts, and its number."""
        return self._by_category.get(category, ())

    def __iter__(self) -> Iterator[tuple[LimitKey, int]]:
        for category, limits in self._by_category.items():
            for period, limit in limits:
                yield (category, period), limit


def key_of(row: Limit | LimitUsage) -> LimitKey | None:
    """Return what a limit is for; `None` where it does not say, or in unknown words."""
    if row.category is None or row.period not in _PERIODS:
        return None
    return row.category, Period(row.period)


def _models(limits: Mapping[str, int] | Iterable[Limit]) -> Iterator[Limit]:
    if isinstance(limits, Mapping):
        for name, most in cast("Mapping[str, int]", limits).items():
            yield Limit(category=name, period=Period.DAILY.value, max_value=most)
    else:
        yield from (row for row in limits if row.is_enabled is not False)


def _set_by_hand(row: Limit) -> tuple[LimitKey, int]:
    key = key_of(row)
    if key not in KEYS:
        msg = (
            f"no limit counts {row.category!r} per period {row.period!r}; categories are "
            f"{', '.join(_CATEGORIES)}, periods {', '.join(_PERIODS)}"
        )
        raise ConfigurationError(msg)
    most: Any = row.max_value
    if not isinstance(most, int) or isinstance(most, bool) or most < 0:
        msg = f"{row.category}={most!r} has to be a whole number, 0 or more"
        raise ConfigurationError(msg)
    return key, most
