"""What the commands of `batch` share: options, the jobs file checked, the place of the ledger."""

import shlex
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.text import Text

from ._console import open_console
from ._exits import Exit
from ._plain import one_line
from ._problem import Problem

if TYPE_CHECKING:
    from ._batch_jobs import Jobs, Survey
    from ._batch_rows import Flaw, Reader

__all__ = [
    "account_options",
    "check_accounts",
    "count_of",
    "examine",
    "existing",
    "keep_apart",
    "ledger_of",
    "ledger_option",
    "open_jobs",
    "settle_with",
    "size_of",
]

_STDIN: Final = "-"
_OTHERS: Final = ("run", "status", "uncertain")


def ledger_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--ledger`."""
    option = click.option(
        "--ledger",
        metavar="FILE|URL",
        envvar="LINKED_API_LEDGER",
        help="Where calls are written down: a file (beside JOBS if left out), or postgresql://… "
        "(better in the variable LINKED_API_LEDGER).",
    )
    return option(function)


def account_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--accounts` and `--discover`."""
    for option in (
        click.option("--discover", is_flag=True, help="Ask the Admin API for the accounts."),
        click.option("--accounts", metavar="FILE", help="JSON file of names and tokens."),
    ):
        function = option(function)
    return function


def check_accounts(accounts: str | None, *, is_discovering: bool, is_rehearsal: bool) -> None:
    """Refuse several ways to name accounts.

    Raises:
        UsageError: There are several.
    """
    if (accounts is not None) + is_discovering + is_rehearsal > 1:
        msg = "Give one of --accounts, --discover and --sandbox."
        raise click.UsageError(msg, click.get_current_context())


# ── the jobs file ───────────────────────────────────────────────────────────────────────────────


def open_jobs(path: str) -> "Jobs":
    """Open a jobs file.

    Raises:
        Problem: It cannot be read.
    """
    from ._batch_jobs import Jobs  # noqa: PLC0415 - heavy

    try:
        return Jobs(path)
    except Problem as problem:
        near = get_close_matches(path, _OTHERS, n=1)
        problem.hint = f"Did you mean: linkedapi-async batch {near[0]}?" if near else problem.hint
        raise


def examine(jobs: "Jobs", reader: "Reader") -> "Survey":
    """Check every row, and tell what is wrong with each.

    Raises:
        Problem: Something is wrong, or there are no rows.
    """
    console = open_console(stderr=True)

    def tell(flaw: "Flaw") -> None:
        place = (f"{jobs.name}:{flaw.line}:{flaw.column}", "bold")
        told = Text.assemble(place, " ", (flaw.rule, "bold red"), " ", one_line(flaw.message))
        console.print(told, soft_wrap=True)

    survey = jobs.survey(reader, tell)
    if survey.flaws:
        bad, rows = survey.flawed, survey.rows
        told = f"{count_of(survey.flaws, 'problem')} in {bad:,} of {count_of(rows, 'row')}"
        msg = f"{told}; nothing was sent."
        raise Problem(msg, code=Exit.USAGE if survey.unread else Exit.FATAL)
    if not survey.rows:
        msg = f"{jobs.name} holds no rows."
        raise Problem(msg, code=Exit.USAGE, hint="See: linkedapi-async batch --help")
    if survey.twins:
        told = f"{count_of(survey.twins, 'row')} asks for a call that stands above it"
        if survey.twins > 1:
            told = told.replace(" asks", " ask").replace("above it", "above them")
        console.print(f"{told}: each is sent once, and answered once.", soft_wrap=True)
    return survey


def size_of(survey: "Survey") -> str:
    """Return how much there is to do."""
    accounts = count_of(len(survey.accounts), "account")
    return f"{count_of(survey.calls, 'call')} for {accounts}"


def count_of(number: int, noun: str) -> str:
    """Return how many there are."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# ── the ledger ──────────────────────────────────────────────────────────────────────────────────


def ledger_of(path: str | None, ledger: str | None) -> str:
    """Return where the ledger is: where somebody says, or beside the jobs file.

    Raises:
        UsageError: Nobody says, and there is no jobs file to lie beside.
    """
    if ledger:
        return ledger
    if path in {None, _STDIN}:
        told = "the standard input has no place" if path else "without JOBS there is no place"
        msg = f"Give --ledger: {told} to keep one beside."
        raise click.UsageError(msg, click.get_current_context())
    return str(Path(str(path)).with_suffix(".ledger"))


def existing(where: str) -> str:
    """Return where a ledger is that has to be there.

    Raises:
        Problem: It is not.
    """
    if "://" not in where and not Path(where).is_file():
        msg = f"There is no ledger {click.format_filename(where)}: nothing was sent by it."
        raise Problem(msg, code=Exit.USAGE, hint="Name that of the batch with --ledger.")
    return where


def keep_apart(path: str, out: str | None, ledger: str | None) -> None:
    """Refuse to write results or a ledger over something else.

    Raises:
        UsageError: Two of the files are one.
    """
    named = {"JOBS": path, "--out": out, "--ledger": ledger}
    seen: dict[Path, str] = {}
    for name, where in named.items():
        if where is None or where == _STDIN or "://" in where:
            continue
        other = seen.setdefault(Path(where).resolve(), name)
        if other != name:
            msg = f"{other} and {name} are the same file, {click.format_filename(where)}."
            raise click.UsageError(msg, click.get_current_context())


def settle_with(path: str, ledger: str | None) -> str:
    """Return the command that settles uncertain calls, without passwords."""
    jobs = shlex.quote(path) if path != _STDIN else "JOBS"
    shown = "" if ledger is None or "://" in ledger else f" --ledger {shlex.quote(ledger)}"
    return f"linkedapi-async batch uncertain {jobs}{shown} --reconcile"
