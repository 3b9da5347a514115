"""What the docstrings of classes say: the same sentences in the editor and on the terminal."""

import inspect
import re
from collections.abc import Mapping
from functools import cache

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


def read_docstring(cls: type) -> Telling:
    """Return the parts of a class's docstring; empty ones under `python -OO`, which drops it."""
    return _read(cls.__dict__.get("__doc__") or "")


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
