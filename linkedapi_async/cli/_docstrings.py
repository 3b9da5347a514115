"""What docstrings say: the same sentences in the editor and on the terminal."""

import inspect
import re
from collections.abc import Mapping
from functools import cache
from types import FunctionType

import attrs

__all__ = ["Telling", "read_docstring"]

_FIELD = re.compile(r"    (\w+): (.*)")


@attrs.frozen(kw_only=True)
class Telling:
    """A docstring in parts.

    Attributes:
        summary: The first sentence.
        details: The paragraphs below it.
        fields: What each field holds, by its name.
        source: Where the facts come from.
    """

    summary: str = ""
    details: tuple[str, ...] = ()
    fields: Mapping[str, str] = attrs.field(factory=dict[str, str])
    source: str = ""


def read_docstring(told: type | FunctionType) -> Telling:
    """Return the parts of a docstring of one's own; empty ones under `python -OO`."""
    text = vars(told).get("__doc__") if isinstance(told, type) else told.__doc__
    return _read(text or "")


@cache
def _read(text: str) -> Telling:
    summary, *blocks = inspect.cleandoc(text).split("\n\n")
    details: list[str] = []
    fields: dict[str, str] = {}
    source = ""
    for block in blocks:
        head, _, rest = block.partition("\n")
        if head == "Attributes:":
            fields = _fields(rest)
        elif head.startswith("Source: "):
            source = _joined(block).removeprefix("Source: ")
        else:
            details.append(_joined(block))
    return Telling(summary=_joined(summary), details=tuple(details), fields=fields, source=source)


def _fields(text: str) -> dict[str, str]:
    """Read an `Attributes:` section: a line of a field begins one, a deeper one goes on."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        begun = _FIELD.fullmatch(line)
        if begun is not None:
            name = begun[1]
            found[name] = begun[2]
        else:
            found[name] += f" {line.strip()}"
    return found


def _joined(block: str) -> str:
    return " ".join(block.split())
