"""Values of the library as the Python that makes them: formatted, and ready to be run."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import attrs

__all__ = ["imports_of", "spell"]

_WIDTH: Final = 80
_STEP: Final = "    "


def spell(value: object, prefix: str = "", suffix: str = "", *, indent: str = "") -> str:
    """Return the Python expression of a value, on one line where it fits, else a line per part.

    Args:
        value: An attrs value, or sequences and mappings of such and of plain values.
        prefix: What stands before it, such as `limit=`.
        suffix: What stands after it, such as a comma.
        indent: What its line begins with.
    """
    opening, parts, closing = _parts(value)
    line = f"{prefix}{opening}{', '.join(_flat(*part) for part in parts)}{closing}{suffix}"
    if not parts or len(indent + line) <= _WIDTH:
        return indent + line
    inner = indent + _STEP
    lines = [spell(part, name, ",", indent=inner) for name, part in parts]
    return "\n".join([f"{indent}{prefix}{opening}", *lines, f"{indent}{closing}{suffix}"])


def imports_of(value: object) -> str:
    """Return the import lines an expression needs, in order."""
    homes: dict[str, set[str]] = {}
    for cls in _classes(value):
        home = ".".join(cls.__module__.split(".")[:2])
        homes.setdefault(home, set()).add(cls.__name__)
    return "\n".join(_import(home, sorted(names)) for home, names in sorted(homes.items()))


def _import(home: str, names: list[str]) -> str:
    line = f"from {home} import {', '.join(names)}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"from {home} import (", *(f"{_STEP}{name}," for name in names), ")"])


def _flat(name: str, value: object) -> str:
    opening, parts, closing = _parts(value)
    return f"{name}{opening}{', '.join(_flat(*part) for part in parts)}{closing}"


def _parts(value: object) -> tuple[str, list[tuple[str, object]], str]:
    """Return how an expression begins, what it holds, each with what stands before, and its end."""
    if isinstance(value, str):
        return json.dumps(value), [], ""  # what JSON escapes, Python reads alike
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value).items()
        return "{", [(f"{json.dumps(key)}: ", item) for key, item in pairs], "}"
    if isinstance(value, Sequence):
        return "[", [("", item) for item in cast("Sequence[object]", value)], "]"
    if attrs.has(type(value)):
        kind = cast("Any", type(value))
        given = [(f"{name}=", item) for name, item in _given(value)]
        return f"{kind.__name__}(", given, ")"
    return repr(value), [], ""


def _given(value: object) -> Iterator[tuple[str, object]]:
    """Yield the fields that differ from their defaults."""
    for field in attrs.fields(cast("Any", type(value))):
        item = getattr(value, field.name)
        if item != field.default:
            yield field.name, item


def _classes(value: object) -> Iterator[type]:
    if attrs.has(type(value)):
        yield type(value)
    for _, part in _parts(value)[1]:
        yield from _classes(part)
