"""`linkedapi-async errors`: every error type there is, or one of them explained."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

import attrs
import click
from rich import box
from rich.table import Table
from rich.text import Text

from linkedapi_async._types import Disposition, Plane
from linkedapi_async.errors import CATALOG, Fault, find

from ._completion import names
from ._console import hang, open_console
from ._plain import echo_json

__all__ = ["command"]

_LABEL: Final = 15  # columns of the labels in an `Explanation`
_COLORS: Final = {
    Disposition.RETRYABLE: "green",
    Disposition.USER_ACTION: "yellow",
    Disposition.FATAL: "red",
}
_TITLES: Final = {
    Plane.REQUEST: "Stop a whole call: raised as exceptions",
    Plane.ACTION: "Fail one action of a completed workflow: found in Result.errors",
    Plane.CLIENT: "Named by this library: the service never sends them",
}


def _words() -> Iterable[str]:
    return (name for row in CATALOG.values() for name in row.names)


@click.command("errors")
@click.argument("code", metavar="[TYPE]", required=False, shell_complete=names(_words))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, code: str | None, as_json: bool) -> None:
    """Show every error type, or explain one TYPE: what it means and what to do.

    Old and new words of the API are known alike: an alias leads to its row.
    """
    if code is not None:
        _explain(code, as_json=as_json)
    elif as_json:
        echo_json([_as_json(row) for row in CATALOG.values()])
    else:
        _show_all()


def _explain(code: str, *, as_json: bool) -> None:
    from linkedapi_async.policy import Policy  # noqa: PLC0415 - the table does without

    row = find(code)
    if row is None:
        raise click.UsageError(_unknown(code), click.get_current_context())
    if as_json:
        echo_json({"code": code, **_as_json(row)})
        return
    console = open_console()
    name, *facts = str(Policy.service().explain(code)).splitlines()
    hang(console, name, style="bold")
    for fact in facts:
        hang(console, fact[_LABEL:].strip(), (fact[:_LABEL], "cyan"))


def _unknown(code: str) -> str:
    names = {name.lower(): name for row in CATALOG.values() for name in row.names}
    near = [names[word] for word in get_close_matches(code.lower(), names, n=3)]
    meant = f"did you mean {' or '.join(near)}?" if near else "run `errors` for the list."
    return f"No error type {code!r} in the catalogue; {meant}"


def _show_all() -> None:
    console = open_console()
    for plane, title in _TITLES.items():
        rows = [row for row in CATALOG.values() if row.plane is plane]
        console.print(Text(title, style="bold"))
        console.print(_table(rows))
    console.print("Explain one: linkedapi-async errors TYPE")


def _table(rows: Iterable[Fault]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("type, and other words for it", min_width=33)
    for name in ("asks for", "stops", "fixed by"):
        table.add_column(name, no_wrap=True)
    for row in rows:
        names = Text(row.type)
        for alias in row.aliases:
            names.append(f"\n  = {alias}", style="dim")
        table.add_row(
            names, Text(row.disposition, style=_COLORS[row.disposition]), row.scope, row.fixer
        )
    return table


def _as_json(row: Fault) -> dict[str, Any]:
    told = attrs.asdict(
        row, filter=attrs.filters.include("type", "aliases", "plane", "disposition", "scope")
    )
    return {
        **told,
        "fixed_by": row.fixer,
        "hint": row.hint,
        "remedy": row.remedy,
        "http_status": row.status,
        "source": row.source,
    }
