"""`linkedapi-async validate`: what the service would refuse in a workflow file, line by line."""

import json
from collections.abc import Sequence
from typing import Final

import click
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from linkedapi_async._types import Effect, Plan

from ._completion import files
from ._console import hang, open_console
from ._documents import name_of
from ._exits import Exit
from ._inspection import Remark, Report, inspect

__all__ = ["command"]

_INDENT: Final = "    "
_BEHIND: Final = 10  # columns right of the place that are shown of a long line
_EFFECTS: Final = {Effect.READ: "it only reads", Effect.WRITE: "it changes something on LinkedIn"}


@click.command("validate")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, shell_complete=files)
@click.option(
    "--plan",
    type=click.Choice([plan.value for plan in Plan]),
    help="The account's seat; actions above it are problems.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, files: tuple[str, ...], plan: str | None, as_json: bool) -> Exit:
    """Check the workflow in each FILE (- is the standard input); nothing is sent.

    Each broken rule is told as FILE:LINE:COLUMN, with what would be right. A FILE holds what `run`
    takes: an action, a list of them, or an object with one of these under "workflow". Notes tell
    what no rule forbids, and what may be a mistake all the same.

    It exits with 0 when every workflow is valid, with 3 when one breaks a rule, and with 2 when a
    file cannot be read or is no JSON.
    """
    reports = [inspect(file, None if plan is None else Plan(plan)) for file in files]
    bad = {report.code for report in reports} - {Exit.OK}
    if as_json:
        told = {"valid": not bad, "files": [report.to_json() for report in reports]}
        click.echo(json.dumps(told, indent=2))  # in ASCII, whatever the file holds
    else:
        for report in reports:
            _show(report)
        _sum_up(reports)
    return min(bad, default=Exit.OK)


def _show(report: Report) -> None:
    console = open_console()
    name = name_of(report.file)
    if report.is_unread:
        error = Text.assemble(("Error: ", "bold red"), str(report.error))
        open_console(stderr=True).print(error, soft_wrap=True)
    for remark in (*report.problems, *report.notes):
        _show_remark(console, name, remark, report.lines)
    gist = report.gist
    if gist is not None:
        count = _count(gist.actions, "action")
        facts = f"{count}, {_EFFECTS[gist.effect]}, seat {gist.plan}"
        console.print(Text.assemble(f"{name}: ", ("valid", "green"), f"; {facts}"), soft_wrap=True)


def _show_remark(console: Console, name: str, remark: Remark, lines: Sequence[str]) -> None:
    place = f"{name}:{remark.place.line}:{remark.place.column}"
    label = (remark.rule, "bold red") if remark.rule else ("note", "bold cyan")
    console.print(Text.assemble((place, "bold"), " ", label), soft_wrap=True)
    _show_line(console, lines[remark.place.line - 1], remark.place.column - 1)
    hang(console, f"{remark.path} {remark.message}", (_INDENT, ""))


def _show_line(console: Console, line: str, column: int) -> None:
    """Print a line, or as much of it around a column as fits, and a mark below the column."""
    room = console.width - len(_INDENT) - 2
    cut = max(column - room, 0)
    near = "".join(c if c.isprintable() else " " for c in line[cut : column + room]).rstrip()
    at = column - cut
    first = len(near) - len(near.lstrip())
    if cell_len(near[first:]) > room:
        first = max(first, min(at - room // 2, len(near) - room))
        while cell_len(near[first:at]) > room - _BEHIND:
            first += 1
    shown = set_cell_size(near[first:], room).rstrip()
    console.print(Text(f"{_INDENT}| {shown}", style="dim"), soft_wrap=True)
    mark = " " * cell_len(near[first:at])
    console.print(Text.assemble(f"{_INDENT}| {mark}", ("^", "red")), soft_wrap=True)


def _sum_up(reports: Sequence[Report]) -> None:
    """Print in a last line how much there is to mend, if anything is."""
    problems = sum(len(report.problems) for report in reports)
    unread = sum(report.is_unread for report in reports)
    told = [_count(problems, "problem")] if problems else []
    told += [f"{_count(unread, 'file')} not read"] if unread else []
    if told:
        open_console().print(Text(f"\n{', '.join(told)}.", style="bold"))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
