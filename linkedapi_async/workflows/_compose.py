"""Workflows as values: composed of typed actions, and read back from the JSON they become.

What JSON holds beyond the tables is kept as it stands, in a node of its own.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self, cast

import attrs

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.actions._base import Action, AnyAction, Spec, Then, spec
from linkedapi_async.errors._exceptions import InvalidWorkflowLocally
from linkedapi_async.errors._problem import Breach, Problem
from linkedapi_async.models._rules import Param, encode

from ._validate import check

__all__ = ["RawAction", "Workflow"]

_COMMON = frozenset({"actionType", "label", "then"})


@attrs.frozen(kw_only=True)
class RawAction(Action[Json], Mapping[str, Json]):
    """An action in the words of the wire, for what this version does not know.

    It sends a new type of action, or a new parameter of an old one. As a mapping it holds what is
    sent, children included.

    Attributes:
        action_type: The name on the wire, such as `st.openPersonPage`.
        params: The parameters by their names on the wire.
        then: What stands under it: one child, or several in order.
    """

    action_type: str  # type: ignore[misc]  # each has its own - a typed action's class has one
    params: Mapping[str, Json] = attrs.field(factory=dict[str, Json])
    then: Then[AnyAction] | None = None

    def __attrs_post_init__(self) -> None:
        """Leave the parameters as they are: no class stands for them."""

    def __getitem__(self, key: str) -> Json:
        """Return what is sent under a key."""
        return self._sent()[key]

    def __iter__(self) -> Iterator[str]:
        """Yield the keys that are sent."""
        return iter(self._sent())

    def __len__(self) -> int:
        """Return how many keys are sent."""
        return len(self._sent())

    def _sent(self) -> JsonObject:
        sent = {"actionType": self.action_type, "label": self.label, **self.params}
        if self.then is not None:
            sent["then"] = encode(self.then)
        return {key: value for key, value in sent.items() if value is not None}


def _settled(definition: Then[AnyAction]) -> AnyAction | tuple[AnyAction, ...]:
    return definition if isinstance(definition, Action) else tuple(definition)


def _text(definition: Then[AnyAction]) -> str:
    return json.dumps(encode(definition), sort_keys=True, default=repr)


@attrs.frozen
class Workflow:
    """One action or several in order, with all that stands under them.

    Two are equal when they send the same. Iterating yields every action, parents first.

    Attributes:
        definition: One action, sent as an object, or several, sent as a list; the completion has
            the same form.
    """

    definition: AnyAction | tuple[AnyAction, ...] = attrs.field(converter=_settled, eq=_text)

    def __iter__(self) -> Iterator[AnyAction]:
        """Yield every action, parents first."""
        return _walk(self.definition)

    @property
    def roots(self) -> tuple[AnyAction, ...]:
        """The actions at the top, in order."""
        return tuple(_listed(self.definition))

    def to_json(self) -> JsonObject | list[JsonObject]:
        """Return the tree as it goes over the wire; nothing is judged (see `validate`)."""
        return cast("JsonObject | list[JsonObject]", encode(self.definition))

    @classmethod
    def from_json(cls, tree: Json, *, keep_unknown: bool = False) -> Self:
        """Return the workflow that a tree tells of, typed all the way down.

        An action with a parameter that this version does not know becomes a `RawAction`: it sends
        the same. Keys that are null count as left out.

        Args:
            tree: One action or a list of them, as decoded JSON.
            keep_unknown: Whether unknown types of action become `RawAction` too. They are refused
                otherwise: most are misspelt, and a client's preflight would refuse them as well.

        Raises:
            InvalidWorkflowLocally: The tree breaks rules; the error holds every problem.
        """
        try:
            plain = encode(tree)
            problems = [
                problem for problem in check(plain) if not (keep_unknown and _is_new(problem))
            ]
            if problems:
                refused = InvalidWorkflowLocally.of(tuple(problems))
                raise refused
            return cls(_read_level(plain))
        except RecursionError:
            msg = "The workflow is nested too deeply to be read"
            raise InvalidWorkflowLocally(msg) from None


def _walk(level: Then[AnyAction] | None) -> Iterator[AnyAction]:
    for action in _listed(level):
        yield action
        yield from _walk(getattr(action, "then", None))


def _listed(level: Then[AnyAction] | None) -> Sequence[AnyAction]:
    if level is None:
        return ()
    return (level,) if isinstance(level, Action) else level


def _is_new(problem: Problem) -> bool:
    """Tell whether a problem is no more than an action type of a later version."""
    return problem.rule is Breach.UNKNOWN_ACTION and bool(problem.action_type)


# ── Reading a tree that breaks no rule ──────────────────────────────────────────────────────────


def _read_level(level: Json) -> Then[AnyAction]:
    if isinstance(level, list):
        return [_read_action(action) for action in level]
    return _read_action(level)


def _read_action(tree: Json) -> AnyAction:
    action = cast("JsonObject", tree)
    action_type = cast("str", action["actionType"])
    label = cast("str | None", action.get("label"))
    params = {key: value for key, value in action.items() if key not in _COMMON}
    below = {"then": _read_level(action["then"])} if "then" in action else {}
    row = spec(action_type)
    if row is None or (below and not _takes_children(row)) or not _are_known(row.params, params):
        return RawAction(action_type=action_type, label=label, params=params, **below)
    return row.cls(label=label, **cast("Any", _read_params(row.params, params) | below))


def _takes_children(row: Spec) -> bool:
    return row.children != ()


def _are_known(params: Sequence[Param], given: JsonObject) -> bool:
    """Tell whether the tables know every key, those of objects inside included."""
    rows = {param.wire: param for param in params}
    return all(key in rows and _is_known(rows[key], value) for key, value in given.items())


def _is_known(param: Param, value: Json) -> bool:
    if isinstance(value, list):
        return all(_is_known(param, item) for item in value)
    return not isinstance(value, dict) or _are_known(param.fields, value)


def _read_params(params: Sequence[Param], given: JsonObject) -> dict[str, object]:
    return {
        param.name: _read_value(param, given[param.wire]) for param in params if param.wire in given
    }


def _read_value(param: Param, value: Json) -> object:
    if isinstance(value, list):
        return [_read_value(param, item) for item in value]
    if isinstance(value, dict):
        return cast("Any", param.model)(**_read_params(param.fields, value))
    if isinstance(value, float) and param.type == "integer":
        return int(value)  # JSON has one kind of number
    return value
