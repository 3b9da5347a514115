"""Judges a posted tree by the action tables, as the service does before it accepts one."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, NoReturn, cast

import attrs

from linkedapi_async._types import Json, JsonObject, Plan
from linkedapi_async.actions._base import Spec
from linkedapi_async.models._rules import Param

from ._registry import actions, executors

__all__ = ["Objection", "Verdict", "check", "walk"]


class Objection(StrEnum):
    """What is wrong with a tree."""

    CONSTRAINTS = "constraints"
    """An unknown action, or one where it may not stand."""
    PARAMETERS = "parameters"
    """A parameter missing, misplaced, of the wrong type or out of range."""
    PLAN = "plan"
    """An action that needs a better seat."""
    NOT_BUILT = "not built"
    """An action the service knows and this sandbox cannot carry out."""


@attrs.frozen
class Verdict:
    """Why a tree is refused.

    Attributes:
        objection: The kind of fault.
        details: What and where.
    """

    objection: Objection
    details: str


class _Refused(Exception):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.details)
        self.verdict = verdict


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


_ALTERNATIVES: Final = re.compile(r"\|(?![^\[]*\])")
"""The bars of `list[A|B]|C` that stand outside brackets."""


def check(document: Json, plan: Plan) -> Verdict | None:
    """Return why a tree is refused, or `None` for one that will run.

    Args:
        document: The decoded body: one action or a list of them.
        plan: The seat of the account.
    """
    roots = document if isinstance(document, list) else [document]
    try:
        if not roots:
            _refuse(Objection.CONSTRAINTS, "the workflow holds no action")
        for index, action in enumerate(roots):
            where = f"[{index}]" if isinstance(document, list) else ""
            _check(action, None, f"${where}")
        _check_seat(document, plan)
    except _Refused as refused:
        return refused.verdict
    return None


def walk(document: Json) -> Iterator[JsonObject]:
    """Yield the actions of a tree, parents first."""
    if isinstance(document, list):
        for action in document:
            yield from walk(action)
    elif isinstance(document, dict):
        yield document
        yield from walk(document.get("then"))


def _check_seat(document: Json, plan: Plan) -> None:
    for action in walk(document):
        action_type = str(action["actionType"])
        spec = actions()[action_type]
        if spec.plan is Plan.PLUS and plan is not Plan.PLUS:
            _refuse(Objection.PLAN, action_type)
        if not spec.is_loop and action_type not in executors():
            _refuse(Objection.NOT_BUILT, action_type)


def _check(action: Json, parent: Spec | None, where: str) -> None:
    if not isinstance(action, dict):
        _refuse(Objection.CONSTRAINTS, f"{where} is no action object")
    action_type = action.get("actionType")
    spec = actions().get(action_type) if isinstance(action_type, str) else None
    if spec is None:
        _refuse(Objection.CONSTRAINTS, f"{where}: unknown actionType {action_type!r}")
    if parent is None:
        if not spec.is_root:
            _refuse(Objection.CONSTRAINTS, f"{where}: {action_type} needs a parent")
    elif not _may_stand(spec, parent):
        _refuse(
            Objection.CONSTRAINTS,
            f"{where}: {action_type} may not stand under {parent.action_type}",
        )
    _check_params(spec.params, action, where, is_root=parent is None)
    then = action.get("then")
    if then is None:
        return
    if isinstance(then, list):
        for index, child in enumerate(then):
            _check(child, spec, f"{where}.then[{index}]")
    else:
        _check(then, spec, f"{where}.then")


def _may_stand(child: Spec, parent: Spec) -> bool:
    """Tell whether a child may stand there; where no table says, it may."""
    says = [
        name in names
        for name, names in (
            (child.action_type, parent.children),
            (parent.action_type, child.parents),
        )
        if names is not None
    ]
    return not says or any(says)


def _check_params(
    params: tuple[Param, ...], given: JsonObject, where: str, *, is_root: bool
) -> None:
    for param in params:
        value = given.get(param.wire)
        _check_presence(param, given, where, is_root=is_root)
        if value is not None:
            _check_value(param, value, f"{where}.{param.wire}")
    for group in {param.one_of_group for param in params if param.is_group_needed}:
        wires = [param.wire for param in params if param.one_of_group == group]
        has_any = any(given.get(wire) is not None for wire in wires)
        if is_root and not has_any:
            _fault(where, f"one of {', '.join(wires)} is required")
        if not is_root and has_any:
            _fault(where, f"{', '.join(wires)} must be left out under a parent")


def _check_presence(param: Param, given: JsonObject, where: str, *, is_root: bool) -> None:
    is_given = given.get(param.wire) is not None
    place = f"{where}.{param.wire}"
    if param.required_when is not None:
        name, _, wanted = param.required_when.partition("=")
        is_needed = given.get(name) == wanted
        if is_needed is not is_given:
            _fault(place, f"is {'required' if is_needed else 'only allowed'} when {name}={wanted}")
    elif param.required == "at_root":
        if is_root is not is_given:
            _fault(place, "is required" if is_root else "must be left out under a parent")
    elif param.required is True and not is_given:
        _fault(place, "is required")


def _check_value(param: Param, value: Json, place: str) -> None:
    names = _ALTERNATIVES.split(param.type)
    if not any(_fits(name, value) for name in names):
        _fault(place, f"must be {' or '.join(names)}")
    if isinstance(value, dict) and param.model is not None:
        _check_params(param.fields, value, place, is_root=True)
    if isinstance(value, (str, list)):
        _check_range(len(value), param.min_length, param.max_length, place, "length")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        _check_range(value, param.min, param.max, place, "value")
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            if isinstance(value, list):
                _check_params(param.fields, item, place, is_root=True)
        elif param.enum and item not in param.enum:
            _fault(place, f"must be one of {', '.join(param.enum)}")
    if isinstance(value, str):
        _check_text(param, value, place)


def _check_text(param: Param, value: str, place: str) -> None:
    if param.pattern is not None and not re.fullmatch(param.pattern, value):
        _fault(place, f"must match {param.pattern}")
    if param.format in {"iso8601", "iso_date"}:
        try:
            datetime.fromisoformat(value)
        except ValueError:
            _fault(place, "must be an ISO 8601 date")


def _check_range(size: float, low: float | None, high: float | None, place: str, what: str) -> None:
    if low is not None and size < low:
        _fault(place, f"has a {what} below {low:g}")
    if high is not None and size > high:
        _fault(place, f"has a {what} above {high:g}")


def _fits(name: str, value: Json) -> bool:
    if name.startswith("list["):
        inner = name[5:-1].split("|")
        return isinstance(value, list) and all(
            any(_fits(one, item) for one in inner) for item in cast("Sequence[Json]", value)
        )
    expected = _TYPES.get(name)
    if expected is None:
        return isinstance(value, dict)
    return isinstance(value, expected) and (name == "boolean" or not isinstance(value, bool))


def _fault(place: str, what: str) -> NoReturn:
    _refuse(Objection.PARAMETERS, f"{place} {what}")


def _refuse(objection: Objection, details: str) -> NoReturn:
    raise _Refused(Verdict(objection, details))
