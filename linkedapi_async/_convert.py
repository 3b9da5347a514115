"""JSON to typed results: strict, tolerant of what is new, and fast.

`_read` says in plain words what becomes of a value. Values that are as documented take a faster way
to the same end: msgspec checks them in C, into a mirror of the model class, and a function written
for that one class copies the mirror. What msgspec refuses, `_read` decides, and names the place.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from types import NoneType
from typing import Any, Final, TypeAlias, TypeVar, cast, get_args, get_origin

import attrs
import msgspec

from ._types import Json
from .errors._exceptions import ProtocolError
from .models._rules import camel

__all__ = ["structure"]

T = TypeVar("T")

_Copier: TypeAlias = Callable[[Any], Any]

# `ValueError`: a key that UTF-8 cannot carry; `OverflowError`: a number too large for a float.
_REFUSALS: Final = (msgspec.MsgspecError, ValueError, OverflowError)

_WORDS: Final = {dict: "object", list: "array", NoneType: "null"}

# A frozen constructor costs more than all the rest, so models are filled as instances of a
# subclass with the ways of `object`. Only with both methods replaced is a store one in C.
_OPEN: Final[dict[str, Any]] = {
    "__slots__": (),
    "__init__": object.__init__,
    "__setattr__": object.__setattr__,
    "__delattr__": object.__delattr__,
}


def structure(value: Json, kind: type[T], *, path: str = "completion.data") -> T:
    """Return a JSON value as the type asked for.

    Unknown keys are ignored, missing ones become `None`, unknown words of an enumeration are kept.

    Args:
        value: What was received.
        kind: A model class, `list[...]` of one, or a plain type.
        path: Where the value stands in the reply, for messages.

    Raises:
        ProtocolError: A value is of another type than documented; the message names the place.
    """
    made: Any
    wanted: Any = kind
    try:
        made = _copier(wanted)(msgspec.convert(value, _mirror(wanted)))
    except _REFUSALS:
        made = _read(value, wanted, path)
    return cast("T", made)


def _read(value: Json, kind: Any, path: str) -> Any:
    """Return a value as the type asked for, slowly.

    Raises:
        ProtocolError: It is of another type; the message names the place.
    """
    if attrs.has(kind) and isinstance(value, dict):
        given: dict[str, Any] = {}
        for name, inner in _fields(kind):
            key = camel(name)
            if (item := value.get(key)) is not None:
                given[name] = _read(item, inner, f"{path}.{key}")
        return kind(**given)
    if get_origin(kind) is list and isinstance(value, list):
        (inner,) = get_args(kind)
        return [_read(entry, inner, f"{path}[{index}]") for index, entry in enumerate(value)]
    if kind is float and type(value) is int:
        with suppress(OverflowError):
            return float(value)
    if type(value) is not kind:
        msg = f"expected {_word(kind)} at {path}, got {_word(type(value))}"
        raise ProtocolError(msg)
    return value


def _fields(cls: Any) -> Iterator[tuple[str, Any]]:
    """Yield names and types; fields of what is read are all optional: `kind | None`."""
    for field in attrs.fields(attrs.resolve_types(cls)):
        (kind,) = (part for part in get_args(field.type) if part is not NoneType)
        yield field.name, kind


def _word(kind: Any) -> str:
    """Return a type in the words of JSON."""
    plain = dict if attrs.has(kind) else get_origin(kind) or kind
    return _WORDS.get(plain, plain.__name__)


@cache
def _mirror(kind: Any) -> Any:
    """Return the type of msgspec that takes what a type of ours takes."""
    if attrs.has(kind):
        fields = [(name, _mirror(inner) | None, None) for name, inner in _fields(kind)]
        names = {name: camel(name) for name, _ in _fields(kind)}
        return msgspec.defstruct(kind.__name__, fields, rename=names, gc=False)
    if get_origin(kind) is list:
        inner: Any = _mirror(*get_args(kind))
        return cast("Any", list)[inner]
    return int | float if kind is float else kind


@cache
def _copier(kind: Any) -> _Copier:
    """Return the function that makes a value of our type from one of its mirror."""
    if _mirror(kind) == kind:
        return _same
    if attrs.has(kind):
        return _object_copier(kind)
    if get_origin(kind) is list:
        copy = _copier(*get_args(kind))
        return lambda entries: [copy(entry) for entry in entries]
    return float


def _same(value: Any) -> Any:
    return value


def _object_copier(cls: Any) -> _Copier:
    """Write the function that copies one class, and compile it."""
    twin = type(cls.__name__, (cls,), _OPEN)
    names: dict[str, Any] = {"cls": cls, "twin": twin}
    lines = ["def copy(source):", "    made = twin()"]
    for name, kind in _fields(cls):
        if _copier(kind) is _same:
            lines.append(f"    made.{name} = source.{name}")
        else:
            names[f"copy_{name}"] = _copier(kind)
            lines += [
                f"    item = source.{name}",
                f"    made.{name} = None if item is None else copy_{name}(item)",
            ]
    lines += ["    made.__class__ = cls", "    return made"]
    source = compile("\n".join(lines), f"<copier of {cls.__name__}>", "exec")
    exec(source, names)  # noqa: S102 - made of class and field names alone
    return cast("_Copier", names["copy"])
