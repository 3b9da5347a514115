"""Parameters of an operation in a row: judged and built, spelled as in Python or as on the wire."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, Final, TypeAlias, cast

import attrs

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.errors._problem import Breach
from linkedapi_async.models._rules import Param, camel
from linkedapi_async.operations import Operation
from linkedapi_async.operations._examples import parameters
from linkedapi_async.workflows._validate import Problem, check, check_params, shown

from ._positions import Step, steps_of

__all__ = ["Finding", "OperationClass", "built", "judge", "listed", "path_in", "stranger"]

_NAMED: Final = 5

_Steps: TypeAlias = tuple[Step, ...]
OperationClass: TypeAlias = type[Operation[Any]]
"""What a row names."""


@attrs.frozen
class Finding:
    """Something wrong in a row.

    Attributes:
        steps: To it; of what is not there, to what is around it.
        rule: What is broken, a stable word.
        message: What stands there, and what would be right.
    """

    steps: _Steps
    rule: str
    message: str


def judge(cls: OperationClass, given: JsonObject) -> Iterator[Finding]:
    """Yield what is wrong with the parameters of an operation."""
    table = _table(cls)
    strangers = list(_strangers(table, given, f"parameter of {cls.name}"))
    for steps, message in strangers:
        yield Finding(("parameters", *steps), "unknown", message)
    spelled = cast("JsonObject", _respelled(given))
    problems = check_params(table, spelled)
    if not problems and not strangers:
        problems = check(built(cls, given).workflow())
    names = _names(given)
    for problem in problems:
        steps = tuple(names.get(step, step) for step in steps_of(problem.path))
        missing = problem.rule is Breach.MISSING
        yield Finding(
            ("parameters", *(steps[:-1] if missing else steps)),
            problem.rule,
            f"{path_in(problem)}{problem.message}",
        )


def path_in(problem: Problem) -> str:
    """Return the path of a problem in front of its message; nothing for the whole."""
    path = problem.path.removeprefix("$").removeprefix(".")
    return f"{path} " if path else ""


@cache
def _table(cls: OperationClass) -> tuple[Param, ...]:
    """Return the parameters of an operation, all of which have a name on the wire."""
    return tuple(map(_named, parameters(cls)))


def _named(param: Param) -> Param:
    return attrs.evolve(param, wire=camel(param.name), fields=tuple(map(_named, param.fields)))


def _respelled(value: Json) -> Json:
    """Return parameters whose names are those of the wire, all through."""
    if isinstance(value, dict):
        return {camel(key): _respelled(item) for key, item in value.items()}
    return [_respelled(item) for item in value] if isinstance(value, list) else value


def _names(value: Json) -> dict[Step, str]:
    """Return how names of the wire are spelled in some parameters."""
    found: dict[Step, str] = {}
    inner: list[Json] = [value]
    while inner:
        one = inner.pop()
        if isinstance(one, dict):
            found |= {camel(key): key for key in one}
            inner += one.values()
        elif isinstance(one, list):
            inner += one
    return found


def _strangers(
    table: Sequence[Param], given: JsonObject, what: str
) -> Iterator[tuple[_Steps, str]]:
    """Yield the names that a table does not have, and those that stand there in both spellings."""
    known = {param.wire: param for param in table}
    seen: set[str] = set()
    for key, value in given.items():
        wire = camel(key)
        param = known.get(wire)
        if param is None:
            yield (key,), stranger(key, known, what)
        elif wire in seen:
            yield (key,), f"{shown(key)} is given in both spellings; keep one"
        elif param.model is not None:
            entries = enumerate(value) if isinstance(value, list) else [(None, value)]
            for index, entry in entries:
                steps = (key,) if index is None else (key, index)
                if isinstance(entry, dict):
                    for inner, message in _strangers(param.fields, entry, f"part of {key}"):
                        yield (*steps, *inner), message
        seen.add(wire)


def stranger(key: str, known: Collection[str], what: str) -> str:
    """Return what to say about a name that nobody knows, with the likest known one."""
    near = get_close_matches(camel(key), known, n=1)
    told = f"did you mean {near[0]!r}?" if near else f"there is {listed(known)}"
    return f"{shown(key)} is no {what}; {told}"


def listed(names: Collection[str]) -> str:
    """Return some names for people."""
    shown = [repr(name) for name in names][:_NAMED]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "") if shown else "none"


def built(cls: OperationClass, given: Mapping[str, Json]) -> Operation[Any]:
    """Return an operation with its parameters."""
    known = {param.wire: param.name for param in _table(cls)}
    named = {known[camel(key)]: value for key, value in given.items() if value is not None}
    made: Operation[Any] = cast("Any", cls)(**named)
    return made
