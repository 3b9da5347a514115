"""Serves `limits.*`: how often accounts may do what, and how often they have.

Source: https://linkedapi.io/docs/admin-limits
"""

from linkedapi_async._types import Json

from ._admin_calls import Call, method
from ._directory import categories
from ._limits import Limit, LimitKey, Period

__all__ = [
    "delete_limits",
    "get_defaults",
    "get_limits",
    "get_usage",
    "reset_limits",
    "set_limits",
]


@method("limits.getDefaults")
def get_defaults(call: Call) -> dict[str, Json]:
    """List what holds where an account has no limit of its own."""
    return {"limits": [one.told() for one in call.office.directory.default_limits.values()]}


@method("limits.get")
def get_limits(call: Call) -> dict[str, Json]:
    """List what holds for an account."""
    return {"limits": [one.told() for one in call.account().limits.in_force]}


@method("limits.getUsage")
def get_usage(call: Call) -> dict[str, Json]:
    """List what holds for an account, and how much of it is used up."""
    limits, today = call.account().limits, call.office.clock.wall().date()
    return {
        "usage": [
            {**one.told(), "currentUsage": limits.used(one.category, one.period, today)}
            for one in limits.in_force
        ]
    }


@method("limits.set")
def set_limits(call: Call) -> dict[str, Json]:
    """Give an account limits of its own; what is not named stays as it is."""
    account = call.account()
    limits = [
        Limit(
            *_key(entry),
            entry.number("maxValue", 0),
            "isEnabled" not in entry.params or entry.flag("isEnabled"),
        )
        for entry in call.entries("limits")
    ]
    for limit in limits:
        account.limits.set(limit)
    return {}


@method("limits.delete")
def delete_limits(call: Call) -> dict[str, Json]:
    """Take some of an account's own limits away."""
    account = call.account()
    for category, period in [_key(entry) for entry in call.entries("limits")]:
        account.limits.delete(category, period)
    return {}


@method("limits.resetToDefaults")
def reset_limits(call: Call) -> dict[str, Json]:
    """Take all of an account's own limits away."""
    call.account().limits.reset()
    return {}


def _key(entry: Call) -> LimitKey:
    category = entry.choice("category", sorted(categories()))
    return category, Period(entry.choice("period", list(Period)))
