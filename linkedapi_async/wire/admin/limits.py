"""`limits.*`: how often accounts may do what, and how often they have.

Source: https://linkedapi.io/docs/admin-limits
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar, cast, get_args

from linkedapi_async._convert import structure
from linkedapi_async._types import Json, JsonObject
from linkedapi_async.models._rules import meant
from linkedapi_async.models.limits import (
    DeleteLimitEntry,
    Limit,
    LimitPeriod,
    LimitUsage,
    SetLimitEntry,
)
from linkedapi_async.wire._query import Query

from . import _checks as checks
from ._base import Repeat, facts_of, member, nothing, query

__all__ = ["delete", "get", "get_defaults", "get_usage", "reset_to_defaults", "set_limits"]

E = TypeVar("E", SetLimitEntry, DeleteLimitEntry)


def get_defaults() -> Query[list[Limit]]:
    """Ask what holds where an account has no limit of its own."""
    return query("limits.getDefaults", None, member("limits", list[Limit]), Repeat.READS)


def get(account_id: str) -> Query[list[Limit]]:
    """Ask what holds for an account."""
    return query("limits.get", _account(account_id), member("limits", list[Limit]), Repeat.READS)


def get_usage(account_id: str) -> Query[list[LimitUsage]]:
    """Ask what holds for an account, and how much of it is used up."""
    return query("limits.getUsage", _account(account_id), _read_usage, Repeat.READS)


def set_limits(*, account_id: str, limits: Sequence[SetLimitEntry]) -> Query[None]:
    """Ask to set some limits of an account and to leave the others."""
    account = _account(account_id)
    entries: list[Json] = []
    seen: dict[tuple[str, str], int] = {}
    for index, entry in enumerate(_listed(limits, SetLimitEntry)):
        where = f"limits[{index}]"
        category, period = key = _key(where, entry)
        if seen.setdefault(key, index) != index:
            remedy = f"stands there twice: limits[{seen[key]}] is for the same category and period"
            checks.reject(where, entry, remedy)
        params: dict[str, Json] = {
            "category": category,
            "period": period,
            "maxValue": checks.number(f"{where}.max_value", entry.max_value, least=0),
        }
        if entry.is_enabled is not None:
            params["isEnabled"] = checks.flag(f"{where}.is_enabled", entry.is_enabled)
        entries.append(params)
    return query("limits.set", {**account, "limits": entries}, nothing, Repeat.SETTLES)


def delete(*, account_id: str, limits: Sequence[DeleteLimitEntry]) -> Query[None]:
    """Ask to take some limits of an account away."""
    account = _account(account_id)
    keys = [
        _key(f"limits[{index}]", entry)
        for index, entry in enumerate(_listed(limits, DeleteLimitEntry))
    ]
    entries = [{"category": category, "period": period} for category, period in keys]
    return query("limits.delete", {**account, "limits": entries}, nothing, Repeat.SETTLES)


def reset_to_defaults(account_id: str) -> Query[None]:
    """Ask to take all limits of an account away."""
    return query("limits.resetToDefaults", _account(account_id), nothing, Repeat.SETTLES)


def _account(account_id: object) -> JsonObject:
    return {"accountId": checks.text("account_id", account_id)}


def _listed(limits: object, kind: type[E]) -> list[E]:
    """Return the entries of a list, each of the class it has to be of, or a mapping like it."""
    if isinstance(limits, str) or not isinstance(limits, Sequence):
        checks.reject("limits", limits, f"has to be a list of {kind.__name__}")
    found: list[E] = []
    for index, given in enumerate(cast("Sequence[object]", limits)):
        entry = meant(given, kind)
        if not isinstance(entry, kind):
            checks.reject(f"limits[{index}]", entry, f"has to be a {kind.__name__}")
        found.append(entry)
    return found


def _key(where: str, entry: SetLimitEntry | DeleteLimitEntry) -> tuple[str, str]:
    return (
        checks.text(f"{where}.category", entry.category),
        checks.word(f"{where}.period", entry.period, get_args(LimitPeriod)),
    )


def _read_usage(result: Json) -> list[LimitUsage]:
    """Read the count under either of the names that sources give it."""
    usage = facts_of(result).get("usage")
    if isinstance(usage, Sequence) and not isinstance(usage, str):
        usage = [_with_usage(entry) for entry in usage]
    return structure(usage, list[LimitUsage], path="result.usage")


def _with_usage(entry: Json) -> Json:
    if not isinstance(entry, Mapping) or entry.get("currentUsage") is not None:
        return entry
    return {**entry, "currentUsage": entry.get("currentValue")}
