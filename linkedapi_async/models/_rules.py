"""How values that are sent describe themselves: names, types and limits, read off attrs fields.

One table serves validation, the command line and the sandbox. A rule stands in the annotation of
its field, so type checkers still see the plain type; nothing here refuses a value.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, cast, get_args, get_origin

import attrs

from linkedapi_async._types import Json

__all__ = ["Param", "Required", "Rule", "adopt", "camel", "encode", "meant", "params_of"]

Required: TypeAlias = Literal[True, False, "at_root"]
"""Whether a parameter has to be given; `at_root`: at the root only, and nowhere else."""

Model: TypeAlias = type
"""A class; `Param` has a field of the name `type`."""

_NAMES: Final[Mapping[type, str]] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    datetime: "timestamp",
}


@attrs.frozen(kw_only=True)
class Rule:
    """What the service asks of one parameter, beyond its type.

    Attributes:
        required: `True`, `False`, or `"at_root"`; `None` takes it from the default of the field.
        wire: Name on the wire where the camelCase rule does not give it.
        min: Smallest number allowed.
        max: Largest number allowed.
        min_length: Fewest characters of a text, or entries of a list.
        max_length: Most characters of a text, or entries of a list.
        format: `linkedin_person_url`, `iso8601`, ... or `None`.
        pattern: Regular expression the whole text has to match.
        one_of_group: Name shared by parameters that exclude or replace each other.
        is_group_needed: At the root, at least one parameter of the group has to be given.
        is_exclusive: At most one parameter of the group may be given.
        required_when: Condition as `wireName=value` under which the parameter is needed; if it is
            exclusive, it has to be left out under every other value.
        enum: Documented values, where the annotation is not a `Literal`.
        alike: Wire name of a field that is the same in all entries of a list.
        max_entries: Most entries of a list by the value of that field, where it is fewer.
        max_with_children: Largest number allowed where the action has children.
    """

    required: Required | None = None
    wire: str | None = None
    min: float | None = None
    max: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    format: str | None = None
    pattern: str | None = None
    one_of_group: str | None = None
    is_group_needed: bool = False
    is_exclusive: bool = False
    required_when: str | None = None
    enum: tuple[str, ...] = ()
    alike: str | None = None
    max_entries: tuple[tuple[str, int], ...] = ()
    max_with_children: float | None = None


@attrs.frozen(kw_only=True, eq=False)
class Param:
    """One parameter of an action or of an object inside one, as a row of the table.

    Attributes:
        name: Name of the attrs field.
        wire: Name in the JSON.
        type: `string`, `integer`, `number`, `boolean`, `list[...]` of these, or a class name;
            alternatives are joined by `|`.
        required: `True`, `False` or `"at_root"`.
        enum: Documented values; empty when any text is allowed.
        min: Smallest number allowed.
        max: Largest number allowed.
        min_length: Fewest characters, or entries of a list.
        max_length: Most characters, or entries of a list.
        format: Kind of text, such as `linkedin_person_url`.
        pattern: Regular expression for the whole text.
        one_of_group: Name shared by parameters that exclude or replace each other.
        is_group_needed: At the root, one parameter of the group has to be given.
        is_exclusive: At most one parameter of the group may be given.
        required_when: Condition as `wireName=value` under which the parameter is needed.
        alike: Wire name of a field that is the same in all entries of a list.
        max_entries: Most entries of a list by the value of that field.
        max_with_children: Largest number allowed where the action has children.
        model: The class of an object, or of the objects in a list; `None` for plain values.
        fields: The parameters of `model`.
    """

    name: str
    wire: str
    type: str
    required: Required
    enum: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    format: str | None = None
    pattern: str | None = None
    one_of_group: str | None = None
    is_group_needed: bool = False
    is_exclusive: bool = False
    required_when: str | None = None
    alike: str | None = None
    max_entries: tuple[tuple[str, int], ...] = ()
    max_with_children: float | None = None
    model: Model | None = None
    fields: tuple["Param", ...] = ()


@cache
def camel(name: str) -> str:
    """Return the wire name of a Python name: `post_url` becomes `postUrl`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@cache
def params_of(cls: type) -> tuple[Param, ...]:
    """Return the parameters a class sends, in the order of its fields.

    Args:
        cls: An attrs class whose annotations are resolved; fields annotated by a string (children
            of an action) and fields without a wire name of their own are not parameters.
    """
    return tuple(
        _param(field)
        for field in attrs.fields(cls)
        if field.name != "label" and not isinstance(field.type, str)
    )


def _param(field: "attrs.Attribute[Any]") -> Param:
    annotation: Any = field.type
    rule = Rule()
    if get_origin(annotation) is Annotated:
        annotation, *extras = get_args(annotation)
        rule = next((extra for extra in extras if isinstance(extra, Rule)), rule)
    names, enum, model = _describe(annotation)
    required = rule.required if rule.required is not None else field.default is attrs.NOTHING
    return Param(
        name=field.name,
        wire=rule.wire or camel(field.name),
        type="|".join(names),
        required=required,
        enum=rule.enum or enum,
        min=rule.min,
        max=rule.max,
        min_length=rule.min_length,
        max_length=rule.max_length,
        format=rule.format,
        pattern=rule.pattern,
        one_of_group=rule.one_of_group,
        is_group_needed=rule.is_group_needed,
        is_exclusive=rule.is_exclusive,
        required_when=rule.required_when,
        alike=rule.alike,
        max_entries=rule.max_entries,
        max_with_children=rule.max_with_children,
        model=model,
        fields=params_of(model) if model else (),
    )


def _describe(
    annotation: Any,
) -> tuple[tuple[str, ...], tuple[str, ...], type | None]:
    """Return the type names, the values and the class behind an annotation."""
    origin = get_origin(annotation)
    if origin is Literal:
        return ("string",), get_args(annotation), None
    if origin is Union or origin is UnionType:
        parts = [_describe(part) for part in get_args(annotation) if part is not NoneType]
        names = tuple(dict.fromkeys(name for part in parts for name in part[0]))
        enum = tuple(value for part in parts for value in part[1])
        return names, enum, next((part[2] for part in parts if part[2]), None)
    if isinstance(origin, type) and issubclass(origin, Sequence):
        names, enum, model = _describe(get_args(annotation)[0])
        return (f"list[{'|'.join(names)}]",), enum, model
    if attrs.has(annotation):
        return (annotation.__name__,), (), annotation
    return (_NAMES[annotation],), (), None


def adopt(value: object) -> None:
    """Turn the mappings in the fields of a new attrs value into the classes they stand for.

    Their keys are spelt as in Python or as on the wire. A mapping that does not fit, for a key that
    is unknown or missing, stays one, under the names of the wire: whoever checks the request says
    what is wrong with it, and whoever wants no check sends it.
    """
    for name, model in _models(cast("Any", type(value))):
        given = getattr(value, name)
        if given is not None and type(given) is not model:
            object.__setattr__(value, name, _adopted(given, model))


@cache
def _models(cls: type) -> tuple[tuple[str, type], ...]:
    return tuple((param.name, param.model) for param in params_of(cls) if param.model)


def _adopted(value: object, model: type) -> object:
    if not isinstance(value, (list, tuple)):
        return meant(value, model)
    items = cast("Sequence[object]", value)
    if not any(isinstance(item, Mapping) for item in items):
        return items
    return [meant(item, model) for item in items]


def meant(value: object, model: type) -> object:
    """Return a mapping as the class it stands for, as `adopt` does; anything else as it is."""
    if not isinstance(value, Mapping):
        return value
    rows = {key: param for param in params_of(model) for key in (param.wire, param.name)}
    given: dict[str, object] = {}
    for key, item in cast("Mapping[str, object]", value).items():
        row = rows.get(key)
        if item is not None:
            given[row.wire if row else key] = (
                _adopted(item, row.model) if row and row.model else item
            )
    if given.keys() <= rows.keys():
        named = {rows[wire].name: item for wire, item in given.items()}
        needed = (field.name for field in attrs.fields(model) if field.default is attrs.NOTHING)
        if named.keys() >= set(needed):
            return cast("Any", model)(**named)
    return given


@cache
def _wire_names(cls: type) -> tuple[tuple[str, str], ...]:
    renamed = {param.name: param.wire for param in params_of(cls)}
    return tuple(
        (field.name, renamed.get(field.name) or camel(field.name)) for field in attrs.fields(cls)
    )


def encode(value: object) -> Json:
    """Return a value as JSON, leaving out every key whose value is `None`.

    What JSON cannot carry stays as it is; whoever writes the bytes refuses it.

    Args:
        value: JSON, an attrs value that is sent, or sequences and mappings of those.
    """
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value).items()
        return {key: encode(item) for key, item in pairs if item is not None}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [encode(item) for item in cast("Sequence[object]", value)]
    if not attrs.has(type(value)):
        return cast("Json", value)
    known = [(wire, getattr(value, name)) for name, wire in _wire_names(cast("Any", type(value)))]
    body: dict[str, Json] = {wire: encode(item) for wire, item in known if item is not None}
    action_type: str | None = getattr(value, "action_type", None)
    return {"actionType": action_type, **body} if action_type else body
