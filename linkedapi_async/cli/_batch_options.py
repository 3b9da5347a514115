"""What the commands of `batch` share: options, the jobs file, the place of the ledger."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ._completion import files
from ._exits import Exit
from ._problem import Problem

if TYPE_CHECKING:
    from ._batch_jobs import Jobs

__all__ = [
    "account_options",
    "check_accounts",
    "count_of",
    "existing",
    "keep_apart",
    "ledger_of",
    "ledger_option",
    "ledger_shown",
    "open_jobs",
    "path_of",
    "settle_with",
]

_STDIN: Final = "-"


def ledger_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--ledger`."""
    option = click.option(
        "--ledger",
        metavar="FILE|URL",
        shell_complete=files,
        envvar="LINKED_API_LEDGER",
        help="Where calls are written down: a file (beside JOBS if left out), or postgresql://… "
        "(better in the variable LINKED_API_LEDGER).",
    )
    return option(function)


def account_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--accounts` and `--discover`."""
    for option in (
        click.option("--discover", is_flag=True, help="Ask the Admin API for the accounts."),
        click.option(
            "--accounts",
            metavar="FILE",
            shell_complete=files,
            help="JSON file of names and tokens.",
        ),
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

    return Jobs(path)


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
        UsageError: Two of the files are one, or one has no name.
    """
    named = {"JOBS": path, "--out": out, "--ledger": ledger}
    seen: dict[Path, str] = {}
    if out == "":
        msg = "--out names no file."
        raise click.UsageError(msg, click.get_current_context())
    for name, where in named.items():
        if where is None or where == _STDIN or "://" in where:
            continue
        other = seen.setdefault(Path(where).resolve(), name)
        if other != name:
            msg = f"{other} and {name} are the same file, {click.format_filename(where)}."
            raise click.UsageError(msg, click.get_current_context())


def settle_with(path: str, ledger: str | None) -> str:
    """Return the command that settles uncertain calls, without passwords."""
    return f"linkedapi-async batch uncertain {path_of(path)}{ledger_shown(ledger)} --reconcile"


def path_of(path: str) -> str:
    """Return the jobs file as it stands in a command."""
    return shlex.quote(path) if path != _STDIN else "JOBS"


def ledger_shown(ledger: str | None) -> str:
    """Return the option that names the ledger in a command, without passwords."""
    return "" if not ledger or "://" in ledger else f" --ledger {shlex.quote(ledger)}"
