"""`linkedapi-async actions`: every action there is, or all that the tables know of one."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Final

import click
from rich.text import Text

from linkedapi_async._types import Effect, JsonObject, Plan
from linkedapi_async.actions import Spec, specs
from linkedapi_async.operations import operations
from linkedapi_async.operations._examples import actions_of
from linkedapi_async.workflows import _examples

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
from ._facts import hints, noun_of, param_facts, result_facts
from ._lookup import index_of_actions, index_of_operations, pick
from ._plain import echo_json
from ._spelling import imports_of, spell

__all__ = ["command"]

_EFFECTS: Final = {Effect.READ: "green", Effect.WRITE: "yellow"}
_COLUMNS: Final = "  {:28} {:6} {:5} {:11} "
_LEGEND: Final = (
    "place: root may begin a workflow, child may stand below another action; with a question mark "
    "where no source says below which. counts against: the account's limit that it uses up."
)
_NAME: Final = attrgetter("wire")
_NOBODY_KNOWS: Final = "nobody says which"


@click.command("actions")
@click.argument("word", metavar="[TYPE]", required=False, shell_complete=names(specs))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--example", "is_example", is_flag=True, help="Print the example of TYPE alone.")
def command(*, word: str | None, as_json: bool, is_example: bool) -> None:
    """List every action of a workflow, or show all that is known of one TYPE.

    TYPE is the name on the wire (st.searchPeople), the name of the class (SearchPeople), or a piece
    of either that fits no other, in any case.

    \b
    Its example runs:
      linkedapi-async actions TYPE --example | linkedapi-async run --sandbox -
    """  # noqa: D301, DOC501 - click asks for the escape; this text is the help
    if is_example and (as_json or word is None):
        msg = "--example goes with a TYPE, and not with --json."
        raise click.UsageError(msg, click.get_current_context())
    if word is None:
        rows = sorted(specs().values(), key=lambda row: (noun_of(row.cls), row.plan is Plan.PLUS))
        if as_json:
            echo_json([_as_json(row) for row in rows])
        else:
            _show_all(rows)
        return
    row = specs()[pick(word, index_of_actions(), index_of_operations())]
    if is_example:
        echo_json(_examples.example(row.action_type).to_json())
    elif as_json:
        echo_json(_as_json(row))
    else:
        _show(row)


def _show_all(rows: Iterable[Spec]) -> None:
    console = open_console()
    header = _COLUMNS.format("type", "effect", "seat", "place") + "counts against"
    console.print(Text(header, style="cyan"))
    for noun, group in groupby(rows, key=lambda row: noun_of(row.cls)):
        show_heading(console, noun.capitalize())
        for row in group:
            facts = _COLUMNS.format(row.action_type, row.effect, row.plan, _place(row))
            line = Text.assemble((facts, _EFFECTS[row.effect]), row.category or "-")
            console.print(line, soft_wrap=True)
            hang(console, read_docstring(row.cls).summary, ("      ", ""))
    console.print()
    hang(console, _LEGEND)
    console.print("Show one: linkedapi-async actions TYPE")


def _place(row: Spec) -> str:
    root = ["root"] if row.is_root else []
    if row.parents is None:
        return " ".join([*root, "child?"])
    return " ".join([*root, "child"] if row.parents else root)


def _show(row: Spec) -> None:
    console = open_console()
    told = read_docstring(row.cls)
    name = Text.assemble((row.action_type, "bold"), f"  linkedapi_async.actions.{row.cls.__name__}")
    console.print(name, soft_wrap=True)
    for paragraph in (told.summary, *told.details):
        hang(console, paragraph)
    console.print()
    show_facts(console, _facts(row))
    if row.params:
        show_heading(console, "Parameters")
        show_params(console, row.params, row.cls, name=_NAME)
    show_heading(console, "Errors of the action")
    show_errors(console, row.errors)
    show_result(console, row.result, name=_NAME)
    show_heading(console, "Example")
    show_json(console, _examples.example(row.action_type).to_json())
    show_heading(console, "The same in Python")
    show_code(console, _python(row), "python")


def _facts(row: Spec) -> Iterator[tuple[str, str]]:
    told = read_docstring(row.cls)
    changes = "changes something on LinkedIn"
    yield "effect", f"write: {changes}" if row.effect is Effect.WRITE else "read: changes nothing"
    if row.is_loop:
        yield "loop", "repeats its children for each item of the list above; has no report itself"
    yield "seat", row.plan
    yield "limit", row.category or "counts against none"
    condition = f" where {row.root_condition}" if row.root_condition else ""
    yield "root", f"may begin a workflow{condition}" if row.is_root else "cannot begin a workflow"
    yield "parents", _NOBODY_KNOWS if row.parents is None else ", ".join(row.parents) or "none"
    yield "children", _NOBODY_KNOWS if row.children is None else ", ".join(row.children) or "none"
    yield "operations", ", ".join(_operations(row)) or "none sends it"
    yield "source", told.source


def _operations(row: Spec) -> list[str]:
    """Return the operations that may send an action."""
    return sorted(name for name, cls in operations().items() if row in actions_of(cls))


def _python(row: Spec) -> str:
    tree = _examples.example(row.action_type)
    return (
        f"from linkedapi_async import CustomWorkflow\n{imports_of(tree)}\n\n"
        f"{spell(tree, 'workflow = ')}\nresult = await api.run(CustomWorkflow(workflow))"
    )


def _as_json(row: Spec) -> JsonObject:
    told = read_docstring(row.cls)
    return {
        "action_type": row.action_type,
        "class": f"linkedapi_async.actions.{row.cls.__name__}",
        "noun": noun_of(row.cls),
        "summary": told.summary,
        "details": list(told.details),
        "effect": row.effect,
        "plan": row.plan,
        "category": row.category,
        "is_root": row.is_root,
        "root_condition": row.root_condition,
        "is_loop": row.is_loop,
        "parents": None if row.parents is None else list(row.parents),
        "children": None if row.children is None else list(row.children),
        "parameters": param_facts(row.params, row.cls),
        "operations": _operations(row),
        "errors": [{"type": error, "hint": hint} for error, hint in hints(row.errors)],
        "result": result_facts(row.result),
        "example": _examples.example(row.action_type).to_json(),
        "python": _python(row),
        "source": told.source,
    }
