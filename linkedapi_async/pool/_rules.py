"""What accounts may do by the application's own rules: limits, hours and pauses."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, TypeVar, cast

from linkedapi_async.errors import ConfigurationError
from linkedapi_async.models.limits import Limit
from linkedapi_async.quotas import Pacing, Quotas, WorkingHours

__all__ = ["Hours", "Limits", "Rules"]

T = TypeVar("T")

Limits: TypeAlias = Mapping[str, int] | Iterable[Limit]
"""Limits by hand: `{"stMessages": 50}` is per day; models name their period."""

Hours: TypeAlias = WorkingHours | Iterable[WorkingHours]
"""When to start anything: in any of these hours."""


class Rules:
    """Limits, hours and pauses, for every account or for each."""

    def __init__(
        self,
        *,
        limits: Limits | Mapping[str, Limits] | None,
        hours: Hours | Mapping[str, Hours] | None,
        pacing: Pacing | Mapping[str, Pacing] | None,
        is_told: bool,
    ) -> None:
        """Keep what was given.

        Args:
            limits: Limits for every account, or by alias.
            hours: Hours for every account, or by alias.
            pacing: Pauses for every account, or by alias.
            is_told: Whether the service's own limits will be told.
        """
        is_for_all = isinstance(limits, Mapping) and all(
            isinstance(value, int) for value in cast("Mapping[str, object]", limits).values()
        )
        self._limits = cast("Any", {None: limits} if is_for_all else limits)
        self._hours = cast("Any", hours)
        self._pacing = cast("Any", pacing)
        self._is_told = is_told

    def check(self, aliases: Iterable[str]) -> None:
        """Refuse rules for accounts that nobody knows: they would silently not hold.

        Raises:
            ConfigurationError: A rule names another account.
        """
        known = {None, *aliases}
        for option, rules in (
            ("limits", self._limits),
            ("hours", self._hours),
            ("pacing", self._pacing),
        ):
            is_by_alias = isinstance(rules, Mapping)
            named = set(cast("Mapping[str | None, object]", rules if is_by_alias else {}))
            for stray in sorted(named - known, key=str):
                msg = f"{option} names {stray!r}, and the pool has no such account"
                raise ConfigurationError(msg)

    def quotas(self, alias: str) -> Quotas | None:
        """Return what an account may do, with nothing done yet; `None` where no rule holds for it.

        Raises:
            ConfigurationError: A rule is unusable.
        """
        limits, hours, pacing = (
            _of(alias, rules) for rules in (self._limits, self._hours, self._pacing)
        )
        if limits is hours is pacing is None and not self._is_told:
            return None
        try:
            return Quotas(limits or (), hours=hours, pacing=pacing)
        except ConfigurationError as error:
            msg = f"limits, hours or pacing of {alias!r}: {error.message}"
            raise ConfigurationError(msg) from None


def _of(alias: str, rules: Any) -> Any:
    """Return the rule for an account: one of its own, or the one for all."""
    if isinstance(rules, Mapping):
        by_alias = cast("Mapping[str | None, Any]", rules)
        return by_alias.get(alias, by_alias.get(None))
    return rules
