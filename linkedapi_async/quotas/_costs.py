"""What calls count against the limits of an account, read off the tables of actions."""

import math
from collections import Counter
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias, get_origin

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.actions._base import spec
from linkedapi_async.operations._base import Operation, VoidOperation
from linkedapi_async.workflows.tree import reports

__all__ = ["Costs", "costs_in", "costs_of"]

Costs: TypeAlias = Mapping[str, int]
"""How many actions of each category, as `{"stMessages": 1}`; what counts against none is free."""

_USUAL: Final[Mapping[str, int]] = {
    "nv.retrieveCompanyDMs": 20,
    "nv.retrieveCompanyEmployees": 25,
    "nv.searchCompanies": 25,
    "nv.searchPeople": 25,
    "st.retrieveCompanyDMs": 20,
    "st.retrieveCompanyEmployees": 500,
    "st.retrieveCompanyPosts": 20,
    "st.retrieveFeed": 20,
    "st.retrievePersonComments": 20,
    "st.retrievePersonPosts": 20,
    "st.retrieveProfileViewers": 20,
}
"""How many entries the service lists where no limit is given, and not `_OTHERWISE`."""

_OTHERWISE: Final = 10
"""The same for other lists. For those without a limit (skills, invitations) it is our guess."""

_PLAIN: Final = VoidOperation.workflow
"""How operations of one action without children build their workflow."""


def costs_of(call: Operation[Any] | Json) -> Costs:
    """Return how many actions of each category a call does at most.

    What stands below a list counts once per entry that was asked for, or that the service lists
    where nobody says. A loop over named skills counts once per name.

    Args:
        call: An operation, or a workflow as it is posted. Actions that this version does not know
            count against nothing.
    """
    if not isinstance(call, Operation):
        return _count(call)
    fixed = _fixed(type(call))
    return _count(call.workflow()) if fixed is None else fixed


def costs_in(completion: Json) -> Costs:
    """Return how many actions of each category a finished workflow did.

    Failed actions do not count. Inferred: no source says whether they do.

    Args:
        completion: One report or a list of them, as `Result.completion` holds it.
    """
    done = (report for _, report in reports(completion) if report.get("success") is not False)
    return Counter(row[0] for report in done if (row := _row(report))[0] is not None)


@cache
def _fixed(kind: type[Operation[Any]]) -> Costs | None:
    """Return what each call of an operation costs; `None` where that depends on its parameters."""
    root = getattr(kind, "root", None)
    if root is None or kind.workflow is not _PLAIN:
        return None
    category, _ = _of(root.action_type)
    return MappingProxyType({} if category is None else {category: 1})


def _count(workflow: Json) -> Costs:
    found: Counter[str] = Counter()
    ahead: list[tuple[Json, int, int]] = [(workflow, 1, 1)]  # with how often its parent runs
    while ahead:
        part, runs, entries = ahead.pop()
        if isinstance(part, list):
            ahead += ((action, runs, entries) for action in part)
        elif isinstance(part, dict):
            category, usual = _row(part)
            times = runs * _chosen(part, entries)
            if category is not None:
                found[category] += times
            ahead.append((part.get("then"), times, _entries(part, usual)))
    return found


def _chosen(action: JsonObject, entries: int) -> int:
    """Return for how many entries of the list above an action runs; only loops choose."""
    names = action.get("skillNamePatterns")
    return len(names) if isinstance(names, list) else entries


def _entries(action: JsonObject, usual: int | None) -> int:
    """Return how often the children of an action run at most; `usual` is `None` for no list."""
    if usual is None:
        return 1
    limit = action.get("limit")
    if isinstance(limit, (int, float)) and 1 <= limit < math.inf:
        return int(limit)
    return usual


def _row(action: JsonObject) -> tuple[str | None, int | None]:
    kind = action.get("actionType")
    return _of(kind) if isinstance(kind, str) else (None, None)


def _of(action_type: str) -> tuple[str | None, int | None]:
    """Return the category of an action, and how many entries it usually lists if it is a list."""
    row = spec(action_type)
    if row is None:
        return None, None
    is_list = get_origin(row.result) is list
    return row.category, _USUAL.get(action_type, _OTHERWISE) if is_list else None
