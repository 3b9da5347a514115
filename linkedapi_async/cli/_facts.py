"""What the tables know of actions and operations, as JSON for programs and in words for people."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import NoneType
from typing import Any, Final, TypeAlias, cast, get_args, get_origin

import attrs

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.errors import find
from linkedapi_async.models._rules import Param, params_of
from linkedapi_async.workflows._formats import FORMATS

from ._docstrings import read_docstring

__all__ = [
    "Namer",
    "conditions",
    "hints",
    "kind_of",
    "models_in",
    "need_of",
    "noun_of",
    "param_facts",
    "result_facts",
]

Namer: TypeAlias = Callable[[Param], str]
"""Returns what a parameter goes by: its name on the wire, or the one in Python."""

_HIDDEN: Final = ("model", "fields")


def noun_of(cls: type) -> str:
    """Return the noun a class belongs to: the name of its module."""
    return cls.__module__.rpartition(".")[2]


def hints(errors: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each error type with what the catalogue says to do about it."""
    return ((error, row.hint) for error in errors if (row := find(error)) is not None)


# ── Parameters ──────────────────────────────────────────────────────────────────────────────────


def param_facts(params: tuple[Param, ...], owner: type) -> list[Json]:
    """Return rows of parameters as JSON, those inside objects included.

    Args:
        params: The rows.
        owner: The class whose docstring describes them.
    """
    told = read_docstring(owner).fields
    return [_param(param, told.get(param.name, "")) for param in params]


def _param(param: Param, description: str) -> JsonObject:
    row = attrs.asdict(param, recurse=False)
    facts: dict[str, Json] = {"wire": row.pop("wire") or None, "python": row.pop("name")}
    facts |= {name: value for name, value in row.items() if name not in _HIDDEN}
    facts["enum"] = list(param.enum)
    facts["max_entries"] = dict(param.max_entries)
    facts["description"] = description
    facts["fields"] = param_facts(param.fields, param.model) if param.model else []
    return facts


def need_of(param: Param, among: Sequence[Param], name: Namer) -> str:
    """Return in words when a parameter has to be given.

    Args:
        param: Its row.
        among: All rows of the same object.
        name: What parameters go by.
    """
    if param.required_when is not None:
        wire, _, value = param.required_when.partition("=")
        names = [name(other) for other in among if other.wire == wire]
        otherwise = ", left out elsewhere" if param.is_exclusive else ""
        return f"required where {' '.join(names)} is {value}{otherwise}"
    if param.required == "at_root":
        return "required at the root, left out below"
    return "required" if param.required else "optional"


def conditions(param: Param, among: Sequence[Param], name: Namer) -> Iterator[str]:
    """Yield what the service asks of a value, each in a few words.

    Args:
        param: Its row.
        among: All rows of the same object.
        name: What parameters go by.
    """
    if param.enum:
        yield f"one of {', '.join(param.enum)}"
    if param.min is not None or param.max is not None:
        yield _span(param.min, param.max)
    if param.max_with_children is not None:
        yield f"with children at most {param.max_with_children:,g}"
    if param.min_length is not None or param.max_length is not None:
        unit = "entries" if param.type.startswith("list[") else "characters"
        yield f"{unit}: {_span(param.min_length, param.max_length)}"
    if param.alike is not None:
        yield f"all entries of one {param.alike}"
    for sort, most in param.max_entries:
        yield f"at most {most} {sort}"
    if param.format is not None:
        yield FORMATS[param.format].likeness
    if param.pattern is not None:
        yield f"matches {param.pattern}"
    if param.one_of_group is not None:
        group = [name(one) for one in among if one.one_of_group == param.one_of_group]
        yield _choice(param, " or ".join(one for one in group if one != name(param)))


def _choice(param: Param, others: str) -> str:
    if param.is_exclusive:
        return f"not together with {others}"
    if param.is_group_needed:
        return f"needed at the root unless {others} is given"
    return f"instead, {others} may be given"


def _span(least: float | None, most: float | None) -> str:
    if least is None:
        return f"at most {most:,g}"
    return f"at least {least:,g}" if most is None else f"{least:,g} to {most:,g}"


# ── Results ─────────────────────────────────────────────────────────────────────────────────────


def kind_of(result: Any) -> str:
    """Return the name of a result type: `list[Post]`, `Person`, `Json`, `None` for nothing."""
    if get_origin(result) is list:
        return f"list[{get_args(result)[0].__name__}]"
    if result is NoneType:
        return "None"
    return str(result.__name__) if attrs.has(result) else "Json"


def models_in(result: Any) -> dict[str, type]:
    """Return every class that a result type is made of, by name, outer ones first."""
    found: dict[str, type] = {}
    waiting = [part for part in (get_args(result) or (result,)) if attrs.has(part)]
    while waiting:
        model = waiting.pop(0)
        if model.__name__ not in found:
            found[model.__name__] = model
            waiting += [field.model for field in params_of(model) if field.model]
    return found


def result_facts(result: Any) -> JsonObject:
    """Return what comes back, as JSON: its type, and the fields of each class in it."""
    models = {name: _fields(model) for name, model in models_in(result).items()}
    return {"type": kind_of(result), "models": cast("Json", models)}


def _fields(model: type) -> list[Json]:
    told = read_docstring(model).fields
    return [
        {
            "wire": field.wire,
            "python": field.name,
            "type": field.type,
            "description": told.get(field.name, ""),
        }
        for field in params_of(model)
    ]
