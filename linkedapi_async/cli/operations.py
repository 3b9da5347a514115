"""`linkedapi-async operations`: every operation there is, or all that the tables know of one."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from types import FunctionType
from typing import Any, Final, cast, get_args

import click
from rich.text import Text

from linkedapi_async._types import Effect, JsonObject, Plan
from linkedapi_async.models._rules import camel, encode
from linkedapi_async.operations import CustomWorkflow, Operation, operations
from linkedapi_async.operations._base import ListOperation
from linkedapi_async.operations._examples import actions_of, example, parameters

from ._cards import (
    show_code,
    show_errors,
    show_facts,
    show_heading,
    show_json,
    show_params,
    show_result,
)
from ._completion import names
from ._console import hang, open_console
from ._docstrings import read_docstring
from ._facts import hints, kind_of, noun_of, param_facts, result_facts
from ._lookup import index_of_actions, index_of_operations, pick
from ._plain import echo_json
from ._spelling import imports_of, spell

__all__ = ["command"]

_Class = type[Operation[Any]]

_EFFECTS: Final = {"read": "green", "write": "yellow"}
_COLUMNS: Final = "  {:26} {:7} {:5} "
_ANY: Final = "any"
_NAME: Final = attrgetter("name")
_LEGEND: Final = (
    "A read changes nothing on LinkedIn, so it is sent again after any failure; a write is sent "
    "again only where it is proved that it did not run."
)


@click.command("operations")
@click.argument("word", metavar="[NAME]", required=False, shell_complete=names(operations))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--example", "is_example", is_flag=True, help="Print the workflow of NAME alone.")
@click.option("--job", "is_job", is_flag=True, help="Print a row of a jobs file for `batch` alone.")
def command(*, word: str | None, as_json: bool, is_example: bool, is_job: bool) -> None:
    """List every operation, or show all that is known of one NAME.

    NAME is the official name (fetchPerson), the name of the class (FetchPerson), or a piece of
    either that fits no other, in any case.

    \b
    Its workflow runs, and so does a row with its parameters:
      linkedapi-async operations NAME --example | linkedapi-async run --sandbox -
      linkedapi-async operations NAME --job | linkedapi-async batch --sandbox -
    """  # noqa: D301, DOC501 - click asks for the escape; this text is the help
    if is_example + is_job + as_json > 1 or ((is_example or is_job) and word is None):
        msg = "Give one of --json, --example and --job; the last two go with a NAME."
        raise click.UsageError(msg, click.get_current_context())
    if word is None:
        classes = sorted(operations().values(), key=noun_of)
        if as_json:
            echo_json([_as_json(cls) for cls in classes])
        else:
            _show_all(classes)
        return
    cls = operations()[pick(word, index_of_operations(), index_of_actions())]
    if is_example:
        echo_json(example(cls).workflow())
    elif is_job:
        echo_json(_job(cls), indent=None)
    elif as_json:
        echo_json(_as_json(cls))
    else:
        _show(cls)


def _show_all(classes: Iterable[_Class]) -> None:
    console = open_console()
    header = _COLUMNS.format("name", "effect", "seat") + "result"
    console.print(Text(header, style="cyan"))
    for noun, group in groupby(classes, key=noun_of):
        show_heading(console, noun.capitalize())
        for cls in group:
            facts = _COLUMNS.format(cls.name, _effect(cls), _plan(cls))
            line = Text.assemble((facts, _EFFECTS.get(_effect(cls), "")), kind_of(_result(cls)))
            console.print(line, soft_wrap=True)
            hang(console, read_docstring(cls).summary, ("      ", ""))
    console.print()
    hang(console, _LEGEND)
    console.print("Show one: linkedapi-async operations NAME")


def _show(cls: _Class) -> None:
    console = open_console()
    told = read_docstring(cls)
    name = Text.assemble((cls.name, "bold"), f"  linkedapi_async.operations.{cls.__name__}")
    console.print(name, soft_wrap=True)
    for paragraph in (told.summary, *told.details):
        hang(console, paragraph)
    console.print()
    show_facts(console, _facts(cls))
    if parameters(cls):
        show_heading(console, "Parameters")
        show_params(console, parameters(cls), cls, name=_NAME)
    show_heading(console, "Errors in Result.errors")
    show_errors(console, _errors(cls))
    show_result(console, _result(cls), name=_NAME)
    if paragraphs := _reconciliation(cls):
        show_heading(console, "Whether it was done, where the reply to its start is lost")
        for paragraph in paragraphs:
            hang(console, paragraph, ("  ", ""))
    show_heading(console, "Example")
    show_code(console, _python(cls), "python")
    show_heading(console, "The workflow it sends")
    show_json(console, example(cls).workflow())


def _facts(cls: _Class) -> Iterator[tuple[str, str]]:
    effects = {"read": "read: changes nothing", "write": "write: changes something on LinkedIn"}
    names = [row.action_type for row in actions_of(cls)]
    yield "effect", effects.get(_effect(cls), "that of its actions")
    yield "seat", _plan(cls)
    yield "limits", ", ".join(_limits(cls)) or ("counts against none" if names else _ANY)
    yield "sends", ", ".join(names) or "any actions"
    yield "source", read_docstring(cls).source


def _effect(cls: _Class) -> str:
    effects = {row.effect for row in actions_of(cls)}
    if not effects:
        return _ANY
    return Effect.WRITE if Effect.WRITE in effects else Effect.READ


def _plan(cls: _Class) -> str:
    plans = {row.plan for row in actions_of(cls)}
    if not plans:
        return _ANY
    return Plan.PLUS if Plan.PLUS in plans else Plan.CORE


def _limits(cls: _Class) -> list[str]:
    return list(dict.fromkeys(row.category for row in actions_of(cls) if row.category))


def _errors(cls: _Class) -> list[str]:
    return list(dict.fromkeys(error for row in actions_of(cls) for error in row.errors))


def _reconciliation(cls: _Class) -> list[str]:
    """Return how to find out whether it was done; nothing for what only reads."""
    own: FunctionType = cast("Any", cls).recipe
    if own is cast("Any", Operation).recipe:
        return []
    told = read_docstring(own)
    return [told.summary, *told.details]


def _result(cls: _Class) -> Any:
    if issubclass(cls, ListOperation):
        return cast("Any", list)[cls.model]
    bases: tuple[Any, ...] = getattr(cls, "__orig_bases__", ())
    return get_args(bases[0])[0]


def _python(cls: _Class) -> str:
    call = example(cls)
    return f"{imports_of(call)}\n\n{spell(call, 'operation = ')}\nresult = await api.run(operation)"


def _job(cls: _Class) -> JsonObject:
    """Return a row of a jobs file."""
    call = example(cls)
    if cls is CustomWorkflow:
        return {"account": "main", "workflow": call.workflow()}
    given = {camel(one.name): encode(getattr(call, one.name)) for one in parameters(cls)}
    told = {name: value for name, value in given.items() if value is not None}
    return {"account": "main", "operation": cls.name, "parameters": told}


def _as_json(cls: _Class) -> JsonObject:
    told = read_docstring(cls)
    return {
        "name": cls.name,
        "class": f"linkedapi_async.operations.{cls.__name__}",
        "noun": noun_of(cls),
        "summary": told.summary,
        "details": list(told.details),
        "effect": _effect(cls),
        "plan": _plan(cls),
        "categories": _limits(cls),
        "actions": [row.action_type for row in actions_of(cls)],
        "parameters": param_facts(parameters(cls), cls),
        "errors": [{"type": error, "hint": hint} for error, hint in hints(_errors(cls))],
        "result": result_facts(_result(cls)),
        "reconciliation": _reconciliation(cls),
        "workflow": example(cls).workflow(),
        "python": _python(cls),
        "source": told.source,
    }
