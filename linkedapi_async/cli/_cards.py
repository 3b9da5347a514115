"""How facts look on a terminal: headings, labels, rows of parameters, listings to copy."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from linkedapi_async.models._rules import Param, params_of

from ._console import hang
from ._docstrings import read_docstring
from ._facts import Namer, conditions, hints, kind_of, models_in, need_of

__all__ = [
    "show_code",
    "show_errors",
    "show_facts",
    "show_heading",
    "show_json",
    "show_params",
    "show_result",
]

_BREAK: Final = re.compile(r"\n\s*")
_PLAIN_LIST: Final = re.compile(r"\[\n\s*([^\[\]{}]*?)\n\s*\]")
_BARE: Final = {
    "None": "Nothing but whether it succeeded.",
    "Json": "The completion as received: one report, or a list of them.",
}
_LABEL: Final = 12
_NAME: Final = 24
_KIND: Final = 18
_DESCRIPTION: Final = 4 + _NAME + 1 + _KIND + 1


def show_heading(console: Console, text: str) -> None:
    """Print a heading with an empty line above."""
    console.print()
    console.print(Text(text, style="bold"))


def show_facts(console: Console, facts: Iterable[tuple[str, str]]) -> None:
    """Print a line per fact, its label in front."""
    for label, text in facts:
        hang(console, text, (f"  {label:{_LABEL}} ", "cyan"))


def show_params(
    console: Console, params: Sequence[Param], owner: type, *, name: Namer, indent: str = "  "
) -> None:
    """Print parameters, those inside objects further in.

    Args:
        console: Where to.
        params: The rows.
        owner: The class whose docstring describes them.
        name: What they go by; another name they have stands behind it.
        indent: What lines begin with.
    """
    told = read_docstring(owner).fields
    inner = f"{indent}    "
    for param in params:
        others = "".join(f" ({one})" for one in {param.wire, param.name} - {name(param), ""})
        facts = f"{param.type}, {need_of(param, params, name)}"
        line = Text.assemble(indent, (name(param), "bold"), (others, "dim"))
        if len(line) + 2 + len(facts) <= console.width:
            console.print(Text.assemble(line, "  ", facts), soft_wrap=True)
        else:
            console.print(line, soft_wrap=True)
            hang(console, facts, (inner, ""))
        hang(console, told.get(param.name, ""), (inner, ""))
        for condition in conditions(param, params, name):
            hang(console, condition, (f"{inner}- ", ""), style="dim")
        if param.model is not None:
            show_params(console, param.fields, param.model, name=name, indent=inner)


def show_errors(console: Console, errors: Sequence[str]) -> None:
    """Print error types that actions are known to report, each with what to do about it."""
    for error, hint in hints(errors):
        console.print(Text(f"  {error}", style="bold"))
        hang(console, hint, ("      ", ""))
    told = "Others may come; each is explained by" if errors else "None is known. All there are:"
    console.print(f"  {told} linkedapi-async errors", soft_wrap=True)


def show_result(console: Console, result: Any, *, name: Namer) -> None:
    """Print what comes back: the fields of a result, then those of the classes inside it.

    Args:
        console: Where to.
        result: The type.
        name: What fields go by.
    """
    kind = kind_of(result)
    show_heading(console, f"Result: {kind}")
    if kind in _BARE:
        console.print(f"  {_BARE[kind]}", soft_wrap=True)
    for word, model in models_in(result).items():
        told = read_docstring(model)
        hang(console, told.summary, (f"  {word}: ", "cyan"))
        for field in params_of(model):
            before = f"    {name(field):{_NAME}} {field.type:{_KIND}} "
            if len(before) > _DESCRIPTION:
                console.print(before, soft_wrap=True)
                before = " " * _DESCRIPTION
            hang(console, told.fields.get(field.name, ""), (before, ""))


def show_json(console: Console, value: Any) -> None:
    """Print JSON to copy, lists of plain values on one line."""
    wide = json.dumps(value, indent=2, ensure_ascii=False)
    narrow = _PLAIN_LIST.sub(lambda found: f"[{_BREAK.sub(' ', found[1])}]", wide)
    show_code(console, narrow, "json")


def show_code(console: Console, code: str, language: str) -> None:
    """Print a listing to copy: coloured on a terminal, each line as it stands."""
    from rich.syntax import Syntax  # noqa: PLC0415 - heavy

    syntax = Syntax("", language, theme="ansi_dark", background_color="default")
    console.print(syntax.highlight(code), soft_wrap=True, end="")
