"""What the service would refuse, found at home: every rule that the tables hold, at every place.

It refuses only what a source forbids. Where the tables say that nobody knows, and for parameters
they do not name, a workflow is let through.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, Final, TypeAlias, cast

import attrs

from linkedapi_async._types import Json, JsonObject, Plan
from linkedapi_async.actions._base import Action, Spec, spec, specs
from linkedapi_async.errors._problem import Breach, Problem
from linkedapi_async.models._rules import Param, encode

from ._formats import FORMATS

__all__ = ["Breach", "Problem", "check", "check_params", "shown", "validate"]

_SHOWN: Final = 40

_Finding: TypeAlias = tuple[str, Breach, str]
"""Where below the value looked at, which rule, and what would be right."""


@attrs.frozen
class _Kind:
    """What a type of the tables stands for.

    Attributes:
        scalars: Python types of plain values.
        takes_object: Whether an object may stand there.
        items: The kind of a list's entries; `None` where no list may stand.
        words: The type for people.
    """

    scalars: tuple[type, ...]
    takes_object: bool
    items: "_Kind | None"
    words: str

    def takes(self, value: Json) -> bool:
        """Tell whether a value is of this type, whatever is in it."""
        if isinstance(value, bool):
            return bool in self.scalars
        if isinstance(value, dict):
            return self.takes_object
        if isinstance(value, list):
            return self.items is not None
        if isinstance(value, float) and value.is_integer():
            return int in self.scalars  # JSON has one kind of number
        return isinstance(value, self.scalars)


@attrs.frozen
class _Spot:
    """An action with its place in the tree.

    Attributes:
        action: The action, or what stands in its stead.
        path: Where.
        parent: What stands above: a row, `None` at the root, a name that no table knows.
    """

    action: Json
    path: str
    parent: Spec | str | None


def validate(
    workflow: "Json | Action[Any] | Sequence[Mapping[str, Any] | Action[Any]]",
    *,
    plan: Plan | None = None,
) -> tuple[Problem, ...]:
    """Return everything in a workflow that breaks a documented rule, in the order of the document.

    Args:
        workflow: One action or several in order, as raw JSON or typed. A key that is `None` counts
            as left out.
        plan: The account's seat; actions above it are problems. `None` is not known.
    """
    return check(encode(workflow), plan=plan)


def check(tree: Json, *, plan: Plan | None = None) -> tuple[Problem, ...]:
    """Return what `validate` returns, of a tree that is JSON already."""
    if tree == []:
        message = "is an empty list; a workflow holds at least one action"
        return (Problem("$", Breach.SHAPE, message),)
    return tuple(_judge(tree, plan))


def check_params(params: tuple[Param, ...], given: JsonObject) -> tuple[Problem, ...]:
    """Return every rule that parameters outside a workflow break, those of an operation.

    Args:
        params: Their rows.
        given: Their values, by the names that the rows have on the wire.
    """
    found = _judge_params(params, given, is_root=True)
    return tuple(Problem(f"${place}", rule, message) for place, rule, message in found)


def _judge(tree: Json, plan: Plan | None) -> Iterator[Problem]:
    """Walk a tree, parents first; its depth is no matter."""
    spots = _spots(tree, "$", None)
    while spots:
        spot = spots.pop()
        if not isinstance(spot.action, dict):
            message = f"is {shown(spot.action)}; an action is an object with an actionType"
            yield Problem(spot.path, Breach.SHAPE, message)
            continue
        kind = spot.action.get("actionType")
        row = spec(kind) if isinstance(kind, str) else None
        name = kind if isinstance(kind, str) else None
        for place, rule, message in _judge_action(spot, row, plan):
            yield Problem(f"{spot.path}{place}", rule, message, name)
        then = spot.action.get("then")
        if then is not None:
            spots += _spots(then, f"{spot.path}.then", row or str(kind))


def _spots(then: Json, path: str, parent: Spec | str | None) -> list[_Spot]:
    """Return what stands at one level, the last first."""
    if not isinstance(then, list):
        return [_Spot(then, path, parent)]
    found = [_Spot(action, f"{path}[{index}]", parent) for index, action in enumerate(then)]
    return found[::-1]


def _judge_action(spot: _Spot, row: Spec | None, plan: Plan | None) -> Iterator[_Finding]:
    action = cast("JsonObject", spot.action)
    if row is None:
        yield _unknown(action.get("actionType"))
        return
    misplaced = _misplaced(row, spot.parent)
    if misplaced is not None:
        yield misplaced
    if row.plan is Plan.PLUS and plan is Plan.CORE:
        remedy = "the account's seat is core: upgrade it, or use the st. action of this kind"
        yield "", Breach.PLAN, f"{row.action_type} needs a plus seat and {remedy}"
    label = action.get("label")
    if label is not None and not isinstance(label, str):
        yield ".label", Breach.TYPE, f"is {shown(label)}; it takes text"
    is_root = spot.parent is None
    yield from _judge_params(row.params, action, is_root=True if is_root else None)
    if isinstance(spot.parent, Spec) and row.parents is not None and misplaced is None:
        yield from _judge_targets(row.params, action)


def _unknown(word: Json) -> _Finding:
    if not isinstance(word, str) or not word:
        what = "has no actionType" if word is None else f"has the actionType {shown(word)}"
        return "", Breach.UNKNOWN_ACTION, f"{what}; it names the action, as st.openPersonPage"
    close = get_close_matches(word, specs(), n=1, cutoff=0.5)
    guess = f"; did you mean {close[0]}?" if close else "; `linkedapi-async actions` lists them"
    return "", Breach.UNKNOWN_ACTION, f"names an unknown action, {shown(word)}{guess}"


def _misplaced(row: Spec, parent: Spec | str | None) -> _Finding | None:
    if parent is None:
        if row.is_root:
            return None
        return "", Breach.NOT_AT_ROOT, f"{row.action_type} cannot begin a workflow{_home(row)}"
    if isinstance(parent, str) or row.may_stand_under(parent):
        return None
    told = f"{row.action_type} may not stand under {parent.action_type}"
    return "", Breach.PARENT, f"{told}{_home(row)}"


def _home(row: Spec) -> str:
    if row.parents:
        return f"; it belongs under {_either(row.parents)}"
    return "; it stands at the root only" if row.is_root else ""


def _judge_params(
    params: tuple[Param, ...], given: JsonObject, *, is_root: bool | None
) -> Iterator[_Finding]:
    """Judge what is given and what is missing.

    Args:
        params: The rows.
        given: The object that holds the values.
        is_root: Whether targets have to be named here; `None` where they may be.
    """
    for param in params:
        value = given.get(param.wire)
        if value is None:
            if _is_needed(param, given, is_root=is_root):
                yield f".{param.wire}", Breach.MISSING, _missing(param)
            continue
        for place, rule, message in _judge_value(param, value):
            yield f".{param.wire}{place}", rule, message
        most = param.max_with_children
        if most is not None and given.get("then") and _is_above(value, most):
            message = f"is {shown(value)}; with children it is {most:g} at most"
            yield f".{param.wire}", Breach.RANGE, message
    for group in _groups(params):
        yield from _judge_group(group, given, is_root=is_root)


def _is_above(value: Json, most: float) -> bool:
    return isinstance(value, (int, float)) and value > most


def _is_needed(param: Param, given: JsonObject, *, is_root: bool | None) -> bool:
    if param.required_when is not None:
        name, _, wanted = param.required_when.partition("=")
        return given.get(name) == wanted
    return param.required is True or (param.required == "at_root" and is_root is True)


def _missing(param: Param) -> str:
    when = f" where {param.required_when}" if param.required_when else ""
    at_root = " at the root" if param.required == "at_root" else ""
    return f"is missing; it is needed{when}{at_root}, {_wanted(param)}"


def _judge_group(
    group: tuple[Param, ...], given: JsonObject, *, is_root: bool | None
) -> Iterator[_Finding]:
    """Judge parameters that exclude or replace each other."""
    names = [param.wire for param in group]
    found = [param for param in group if given.get(param.wire) is not None]
    if not found and is_root and any(param.is_group_needed for param in group):
        yield "", Breach.MISSING, f"names no target; give {_either(names)}"
    if not any(param.is_exclusive for param in group):
        return
    condition = group[0].required_when
    if condition is not None:
        name = condition.partition("=")[0]
        for param in found:
            if given.get(name) in _values(group) and param.required_when != f"{name}={given[name]}":
                message = f"belongs to {param.required_when}, and {name} is {shown(given[name])}"
                yield f".{param.wire}", Breach.EXCLUDED, f"{message}; leave it out"
    elif len(found) > 1:
        told = " and ".join(param.wire for param in found)
        message = f"is given beside {found[0].wire}; {told} exclude each other, keep one of them"
        yield f".{found[-1].wire}", Breach.CONFLICT, message


def _values(group: tuple[Param, ...]) -> list[str]:
    return [str(param.required_when).partition("=")[2] for param in group]


@cache
def _groups(params: tuple[Param, ...]) -> tuple[tuple[Param, ...], ...]:
    names = dict.fromkeys(param.one_of_group for param in params if param.one_of_group)
    return tuple(tuple(param for param in params if param.one_of_group == name) for name in names)


def _judge_targets(params: tuple[Param, ...], given: JsonObject) -> Iterator[_Finding]:
    """Judge parameters that belong to the root, of an action under a parent."""
    for param in params:
        is_target = param.required == "at_root" or param.is_group_needed
        if is_target and given.get(param.wire) is not None:
            message = "is given under a parent, which supplies it already; leave it out"
            yield f".{param.wire}", Breach.EXCLUDED, message


def _judge_value(param: Param, value: Json) -> Iterator[_Finding]:
    kind = _kind(param.type)
    if not kind.takes(value):
        yield "", Breach.TYPE, f"is {shown(value)}; it takes {kind.words}"
    elif isinstance(value, dict):
        yield from _judge_params(param.fields, value, is_root=True)
    elif isinstance(value, list):
        yield from _judge_list(param, cast("_Kind", kind.items), value)
    elif isinstance(value, str):
        yield from _judge_text(param, value)
    elif not isinstance(value, bool):
        yield from _judge_number(param, cast("float", value))


def _judge_list(param: Param, kind: _Kind, items: Sequence[Json]) -> Iterator[_Finding]:
    yield from _judge_length(param, items, "entries")
    for index, item in enumerate(items):
        if not kind.takes(item):
            yield f"[{index}]", Breach.TYPE, f"is {shown(item)}; it takes {kind.words}"
        elif isinstance(item, dict):
            for place, rule, message in _judge_params(param.fields, item, is_root=True):
                yield f"[{index}]{place}", rule, message
        elif param.enum and item not in param.enum:
            yield f"[{index}]", Breach.ENUM, f"is {shown(item)}; it is {_either(param.enum)}"
    if param.alike is not None:
        yield from _judge_mixture(param, param.alike, items)


def _judge_mixture(param: Param, key: str, items: Sequence[Json]) -> Iterator[_Finding]:
    """Judge a list whose entries are all of one sort, of some sorts fewer than of others."""
    sorts = [item.get(key) for item in items if isinstance(item, dict)]
    for index, sort in enumerate(sorts):
        if sort != sorts[0]:
            told = f"is {shown(sort)} beside {shown(sorts[0])}; sorts cannot be mixed"
            yield f"[{index}].{key}", Breach.CONFLICT, told
            return
    for sort, most in param.max_entries:
        if sorts and sorts[0] == sort and len(sorts) > most:
            yield "", Breach.LENGTH, f"has {len(sorts)} entries; of sort {sort!r} {most} at most"


def _judge_text(param: Param, text: str) -> Iterator[_Finding]:
    if param.enum and text not in param.enum:
        yield "", Breach.ENUM, f"is {shown(text)}; it is {_either(param.enum)}"
    yield from _judge_length(param, text, "characters")
    if param.pattern is not None and re.fullmatch(param.pattern, text) is None:
        yield "", Breach.PATTERN, f"is {shown(text)}; it has to match {param.pattern}"
    form = FORMATS[param.format] if param.format is not None else None
    if form is not None and not form.fits(text):
        yield "", Breach.FORMAT, f"is {shown(text)}; it takes {form.likeness}"


def _judge_length(param: Param, value: "str | Sequence[Json]", unit: str) -> Iterator[_Finding]:
    size, least, most = len(value), param.min_length, param.max_length
    if (least is not None and size < least) or (most is not None and size > most):
        yield "", Breach.LENGTH, f"has {size:,} {unit}; it takes {_span(least, most)}"


def _judge_number(param: Param, number: float) -> Iterator[_Finding]:
    least, most = param.min, param.max
    if (least is not None and number < least) or (most is not None and number > most):
        yield "", Breach.RANGE, f"is {shown(number)}; it takes {_span(least, most)}"


def _span(least: float | None, most: float | None) -> str:
    if most is None:
        return f"{least:,g} or more"
    return f"{most:,g} at most" if least is None else f"{least:,g} to {most:,g}"


def _wanted(param: Param) -> str:
    """Return what a missing parameter would hold."""
    if param.format is not None:
        return FORMATS[param.format].likeness
    return _either(param.enum) if param.enum else _kind(param.type).words


@cache
def _kind(name: str) -> _Kind:
    """Return what a type of the tables stands for, such as `list[string|PostMention]`."""
    scalars: tuple[type, ...] = ()
    words: list[str] = []
    takes_object = False
    items: _Kind | None = None
    for part in re.findall(r"list\[[^\]]*\]|[^|]+", name):
        if part in _SCALARS:
            kinds, word = _SCALARS[part]
            scalars += kinds
            words.append(word)
        elif part.startswith("list["):
            items = _kind(part[5:-1])
            words.append(f"a list, each entry {items.words}")
        else:
            takes_object = True
            words.append("an object")
    return _Kind(scalars, takes_object, items, " or ".join(words))


_SCALARS: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "string": ((str,), "text"),
    "integer": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
    "boolean": ((bool,), "true or false"),
}


def _either(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def shown(value: object) -> str:
    """Return a value as it stands in the document, cut where it is long."""
    match value:
        case True | False:
            return str(value).lower()
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            text = repr(value)
            return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
