"""What an operation takes, rules included, and an example of each; all read off the tables.

The fields of an operation tell their types alone. What the service asks of them stands with the
actions that carry them, and is brought together here.
"""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, cast

import attrs

from linkedapi_async.actions._base import Spec, specs
from linkedapi_async.models._rules import Param, params_of
from linkedapi_async.workflows import _examples as workflows
from linkedapi_async.workflows.tree import walk

from ._base import Operation, PageOperation, Part
from .custom import CustomWorkflow

__all__ = ["actions_of", "example", "parameters"]

OperationClass = type[Operation[Any]]


def example(cls: OperationClass, *, is_full: bool = False) -> Operation[Any]:
    """Return an operation with what it needs, and a few parameters that tell more.

    Args:
        cls: Its class.
        is_full: Whether it asks for all that it can; else for one part, and one with bounds.
    """
    if cls is CustomWorkflow:
        return CustomWorkflow(workflows.example("st.doForPeople"))
    params = parameters(cls)
    given = {param.name for param in params if workflows.is_given(param, params, is_root=True)}
    parts = _parts(cls)
    if is_full:
        given |= {param.name for param in params if _is_config(param)}
    else:
        parts = tuple({part.config is None: part for part in reversed(parts)}.values())
    given |= {name for part in parts for name in (part.flag, part.config) if name}
    return _build(cls, params, given)


@cache
def parameters(cls: OperationClass) -> tuple[Param, ...]:
    """Return one row for each field of an operation, with the rules of the actions it sends.

    What is sent under no name of its own, such as the wish for a part, has no wire name.
    """
    if cls is CustomWorkflow:
        name = "definition"
        return (Param(name=name, wire="", type="object|list[object]", required=True),)
    bare = params_of(cast("Any", cls))
    widest = _build(cls, bare, {param.name for param in bare if param.model is None})
    rules = [rule for row in _rows(widest) for rule in row.params]
    configs = {part.config: part for part in _parts(cls)}
    return tuple(
        _configured(param, configs[param.name]) if param.name in configs else _ruled(param, rules)
        for param in bare
    )


@cache
def actions_of(cls: OperationClass) -> tuple[Spec, ...]:
    """Return every action that an operation may send, each once, parents first."""
    return () if cls is CustomWorkflow else _rows(example(cls, is_full=True))


def _parts(cls: OperationClass) -> tuple[Part, ...]:
    return cls.parts if issubclass(cls, PageOperation) else ()


def _is_config(param: Param) -> bool:
    return param.model is not None and param.model.__module__.startswith(str(__package__))


def _build(
    cls: OperationClass, params: tuple[Param, ...], given: Collection[str]
) -> Operation[Any]:
    about: str = getattr(getattr(cls, "root", None), "action_type", cls.name)
    made = {p.name: workflows.sample(p, about) for p in params if p.name in given}
    operation: Operation[Any] = cast("Any", cls)(**made)
    return operation


def _rows(operation: Operation[Any]) -> tuple[Spec, ...]:
    """Return what is known of the actions in the workflow of an operation."""
    found = (str(action["actionType"]) for _, action in walk(operation.workflow()))
    return tuple(specs()[name] for name in dict.fromkeys(found))


def _configured(param: Param, part: Part) -> Param:
    """Return a row whose object holds parameters of a child."""
    rules = specs()[part.action.action_type].params
    fields = tuple(_ruled(field, rules) for field in param.fields)
    return attrs.evolve(param, wire="", fields=fields)


def _ruled(param: Param, rules: Iterable[Param]) -> Param:
    """Return a row with the rules of the action's parameter of that name, where there is one."""
    unsent = attrs.evolve(param, wire="")
    rule = next((rule for rule in rules if rule.name == param.name), unsent)
    return attrs.evolve(rule, required=param.required)
