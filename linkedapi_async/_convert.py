"""JSON to typed results: strict, tolerant of what is new, and fast.

cattrs knows how to read each type. For model classes it is given a function written for that one
class, without a call per field; only when that refuses a value does cattrs read it again in its
detailed mode, to name the place. Imported when a first result is read, not before.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import NoneType
from typing import Any, Final, TypeVar, cast, get_args, get_origin

import attrs
from cattrs import (
    AttributeValidationNote,
    BaseValidationError,
    Converter,
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn, override

from ._types import Json
from .errors._exceptions import ProtocolError
from .models._rules import camel

__all__ = ["structure"]

T = TypeVar("T")

_PLAIN: Final = (str, int, float, bool)
_OBJECT: Final = "object"
_ARRAY: Final = "array"
_ENTRY: Final = "an entry was refused"
_WORDS: Final[Mapping[type, str]] = {
    dict: _OBJECT,
    list: _ARRAY,
    str: "str",
    int: "int",
    float: "float",
    bool: "bool",
    NoneType: "null",
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
    try:
        return _fast().structure(value, kind)
    except TypeError:
        raise ProtocolError(_explain(value, kind, path)) from None


class _Mismatch(TypeError):
    """A value of the wrong type, in the words of JSON."""

    def __init__(self, kind: str, value: object) -> None:
        super().__init__()
        self.expected = kind
        self.got = _WORDS.get(type(value), type(value).__name__)


# ── The fast way ────────────────────────────────────────────────────────────────────────────────


@cache
def _fast() -> Converter:
    converter = _strict(Converter(detailed_validation=False))
    converter.register_structure_hook_factory(attrs.has, _reader)
    return converter


def _strict(converter: Converter) -> Converter:
    """Refuse what is of another type, where cattrs alone would convert it."""
    for plain in _PLAIN:
        converter.register_structure_hook(plain, _plain_reader(plain))

    def lists(kind: Any) -> Callable[[object, object], object]:
        return _list_reader(kind, converter)

    converter.register_structure_hook_factory(_is_list, lists)
    return converter


def _is_list(kind: object) -> bool:
    return get_origin(kind) is list


def _list_reader(kind: Any, converter: Converter) -> Callable[[object, object], object]:
    (inner,) = get_args(kind)
    read = converter.get_structure_hook(inner)
    explains = converter.detailed_validation

    def read_list(value: object, _: object) -> object:
        if type(value) is not list:
            raise _Mismatch(_ARRAY, value)
        entries = cast("list[object]", value)
        return _each(entries, read, kind) if explains else [read(entry, inner) for entry in entries]

    return read_list


def _each(entries: list[object], read: Callable[[Any, Any], Any], kind: Any) -> list[object]:
    """Read every entry.

    Raises:
        IterableValidationError: An entry was refused; a note on its error holds the index.
    """
    made: list[object] = []
    for index, entry in enumerate(entries):
        try:
            made.append(read(entry, get_args(kind)[0]))
        except (BaseValidationError, _Mismatch) as error:
            error.add_note(IterableValidationNote("", index, kind))
            group: Any = IterableValidationError
            raise group(_ENTRY, [error], kind) from None
    return made


def _plain_reader(plain: type) -> Callable[[Any, object], object]:
    accepted = (float, int) if plain is float else (plain,)

    def read(value: Any, _: object) -> object:
        if type(value) not in accepted:
            raise _Mismatch(plain.__name__, value)
        return float(value) if plain is float else value

    return read


def _reader(cls: type) -> Callable[[object, object], object]:
    """Write the function that reads one class, and compile it.

    It fills an instance of a subclass that may be written to, and then makes it one of the frozen
    class itself: frozen constructors cost more than all the rest.
    """
    model = attrs.resolve_types(cls)
    open_ = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    scope: dict[str, Any] = {
        "cls": model,
        "twin": type(cls.__name__, (cls,), {"__slots__": (), **open_}),
        "new": object.__new__,
    }
    lines = [
        "def read(value, _=None, cls=cls, twin=twin, new=new, type=type, str=str, list=list):",
        "    if type(value) is not dict: raise TypeError",
        "    made = new(twin)",
    ]
    for field in attrs.fields(model):
        key = camel(field.name)
        lines.append(f"    item = value[{key!r}] if {key!r} in value else None")
        lines += [f"    {line}" for line in _checks(field, scope)]
        lines.append(f"    made.{field.name} = item")
    lines += ["    made.__class__ = cls", "    return made"]
    exec("\n".join(lines), scope)  # noqa: S102 - made of class and field names alone
    return cast("Callable[[object, object], object]", scope["read"])


def _checks(field: "attrs.Attribute[Any]", scope: dict[str, Any]) -> list[str]:
    """Return the lines that check `item`, and replace it where it has to be converted.

    Fields of what is read are all optional: `kind | None`.
    """
    (kind,) = (part for part in get_args(field.type) if part is not NoneType)
    lines: list[str]
    if kind in {str, int, bool}:
        lines = [f"if type(item) is not {kind.__name__}: raise TypeError"]
    elif kind is float:
        lines = [
            "if type(item) is int: item = float(item)",
            "if type(item) is not float: raise TypeError",
        ]
    elif get_origin(kind) is list:
        (inner,) = get_args(kind)
        check = "if type(item) is not list: raise TypeError"
        if attrs.has(inner):
            lines = [check, f"item = [{_call(inner, scope)}(entry) for entry in item]"]
        else:
            lines = [
                check,
                "for entry in item:",
                f"    if type(entry) is not {inner.__name__}: raise TypeError",
                "item = item[:]",
            ]
    else:
        lines = [f"item = {_call(kind, scope)}(item)"]
    if len(lines) == 1 and lines[0].startswith("if "):
        return [lines[0].replace(": raise", " and item is not None: raise")]
    return ["if item is not None:", *(f"    {line}" for line in lines)]


def _call(cls: type, scope: dict[str, Any]) -> str:
    name = f"read_{cls.__name__}"
    scope[name] = _fast().get_structure_hook(cls)
    return name


# ── The way that explains ───────────────────────────────────────────────────────────────────────


@cache
def _slow() -> Converter:
    converter = _strict(Converter(detailed_validation=True))

    def explaining(cls: type) -> Callable[[object, object], object]:
        renamed = {field.name: override(rename=camel(field.name)) for field in attrs.fields(cls)}
        make: Any = make_dict_structure_fn
        read = make(cls, converter, _cattrs_detailed_validation=True, **renamed)

        def read_object(value: object, kind: object) -> object:
            if type(value) is not dict:
                raise _Mismatch(_OBJECT, value)
            return read(value, kind)

        return read_object

    converter.register_structure_hook_factory(attrs.has, explaining)
    return converter


def _explain(value: Json, kind: Any, path: str) -> str:
    """Return which type was expected where, and what stood there."""
    error: BaseException
    try:
        _slow().structure(value, kind)
    except (BaseValidationError, _Mismatch) as caught:
        error = caught
    else:  # pragma: no cover - both ways refuse the same values
        return f"unreadable value at {path}"
    while isinstance(error, BaseValidationError):
        error = cast("BaseException", error.exceptions[0])
        for note in getattr(error, "__notes__", ()):
            if isinstance(note, IterableValidationNote):
                path += f"[{note.index}]"
            else:
                path += f".{camel(cast('AttributeValidationNote', note).name)}"
    assert isinstance(error, _Mismatch)  # noqa: S101 - every leaf is one of ours
    return f"expected {error.expected} at {path}, got {error.got}"
