"""`linkedapi-async batch`: a file of calls, every one of them answered once, through restarts."""

import asyncio
import signal
from difflib import get_close_matches
from pathlib import Path
from typing import Final, Literal

import click
from click.shell_completion import CompletionItem

from linkedapi_async._clock import SystemClock

from . import _batch_status, _batch_uncertain
from ._batch_check import examine, size_of
from ._batch_options import (
    account_options,
    check_accounts,
    keep_apart,
    ledger_of,
    ledger_option,
    open_jobs,
    settle_with,
)
from ._client import Target, target_options
from ._completion import files
from ._exits import Exit

__all__ = ["command"]

_POLICIES: Final = ("service", "bot", "batch")
_HELP: Final = frozenset({"-h", "--help"})


class _Batch(click.Group):
    """Runs the file it is given, unless one of its commands is meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what is no command for the file to run."""
        if args and args[0] not in self.commands and args[0] not in _HELP:
            self._doubt(ctx, args[0])
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def _doubt(self, ctx: click.Context, word: str) -> None:
        """Refuse a word that is no file, and nearly a command.

        Raises:
            UsageError: It is.
        """
        near = get_close_matches(word, self.commands, n=1)
        if near and not Path(word).exists():
            msg = f"There is no file {word!r}; did you mean: linkedapi-async batch {near[0]}?"
            raise click.UsageError(msg, ctx)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command, a jobs file, or an option of running one."""
        if incomplete.startswith("-"):
            return self.commands["run"].shell_complete(ctx, incomplete)
        found = super().shell_complete(ctx, incomplete)
        return found or [CompletionItem(incomplete, type="file")]  # no shell shows both

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click's
        """Return the names of the commands, in order."""
        return list(self.commands)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how it is used most."""
        formatter.write_usage(ctx.command_path, "[run] [OPTIONS] JOBS | status … | uncertain …")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of running a file, and the other commands."""
        self.commands["run"].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group("batch", cls=_Batch, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Carry out every call in JOBS, a line of JSON for each, and answer every one of them once.

    \b
    {"account": "anna", "operation": "fetchPerson", "parameters": {"personUrl": "…"}}
    {"account": "ben", "operation": "sendMessage", "parameters": {…}, "key": "hello-1"}
    {"account": "ben", "workflow": {"actionType": "st.retrieveSSI"}, "priority": 5}

    All rows are checked before anything is sent. Each call is written down in a ledger before it
    leaves, so that the same command goes on after Ctrl-C, a crash or a power cut: what was answered
    is not asked again, and what may have been sent is never sent twice. A row is known by its key,
    or by what it asks for.

    Parameters are spelled as `linkedapi-async operations NAME` shows them, or in camelCase; with
    --job it prints a row to begin with. The account may be left out where there is but one.

    Main token: LINKED_API_TOKEN (or ACCOUNT_API_TOKEN). Accounts: a file for --accounts, the
    variable LINKED_API_ACCOUNTS, both {"anna": "id_…"}, those that --discover finds, or
    IDENTIFICATION_TOKEN for a single one, called main.

    With --sandbox everything is a rehearsal: it answers no call in earnest, and its ledger is
    forgotten unless --ledger is given.

    It exits with 0 when every call is done, with 1 when actions in some failed, with 6 when some
    are uncertain, with 130 when it was stopped by Ctrl-C, SIGTERM or a terminal that was closed,
    else as the worst failure does.
    """  # noqa: D301 - click asks for the escape
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@command.command("run", short_help="Carry out the calls in JOBS; `batch JOBS` does the same.")
@click.argument("path", metavar="JOBS", shell_complete=files)
@click.option(
    "--out",
    metavar="FILE",
    shell_complete=files,
    help="Where results go, a line of JSON for each; gone on with if it is there.  [default: the "
    "standard output]",
)
@ledger_option
@account_options
@click.option(
    "--uncertain",
    type=click.Choice(("report", "reconcile", "resend")),
    default="report",
    show_default=True,
    help="Calls that may have been carried out: tell them, ask the service, or ask and send again "
    "what was not done.",
)
@click.option(
    "--stop-after", type=click.IntRange(min=1), metavar="N", help="Stop after so many errors."
)
@click.option(
    "--hold", is_flag=True, help="Wait where a person has to act first, instead of failing."
)
@click.option(
    "--policy",
    type=click.Choice(_POLICIES),
    default="batch",
    show_default=True,
    help="How patient to be.",
)
@click.option(
    "--check", is_flag=True, help="Check the rows alone, and tell every problem; nothing is sent."
)
@target_options
def run(
    *,
    path: str,
    out: str | None,
    ledger: str | None,
    accounts: str | None,
    discover: bool,
    uncertain: Literal["report", "reconcile", "resend"],
    stop_after: int | None,
    hold: bool,
    policy: str,
    check: bool,
    wire: str | None,
    base_url: str | None,
    sandbox: bool,
) -> Exit:
    """Carry out the calls in JOBS (- is the standard input); `batch JOBS` does the same.

    What stands in JOBS, and all else, is told by: linkedapi-async batch --help
    """
    target = Target(wire, base_url, sandbox)
    check_accounts(accounts, is_discovering=discover, is_rehearsal=sandbox)
    out = None if out == "-" else out
    where = None if ledger is None and (sandbox or check) else ledger_of(path, ledger)
    keep_apart(path, out, where)
    from ._batch_accounts import Accounts, find_accounts  # noqa: PLC0415 - heavy
    from ._batch_rows import Reader  # noqa: PLC0415 - heavy
    from ._batch_run import Order, carry_out, signals_restored  # noqa: PLC0415 - heavy

    with open_jobs(path) as jobs:
        found = asyncio.run(find_accounts(target, accounts, is_discovering=discover))
        reader = Reader(found.aliases, default=found.default, is_rehearsal=sandbox)
        survey = examine(jobs, reader, tells_all=check)
        if check:
            click.echo(f"{jobs.name}: {size_of(survey)}, all of them well.")
            return Exit.OK
        if found.aliases is None:
            found = Accounts(tuple(survey.accounts))
        order = Order(
            target=target,
            ledger=where,
            out=out,
            uncertain=uncertain,
            stop_after=stop_after,
            policy=policy,
            is_holding=hold,
            settle=settle_with(path, ledger),
        )
        with signals_restored():
            code = asyncio.run(carry_out(order, jobs, found, clock=SystemClock()))
    if code is Exit.INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said and done: nothing to cut short
    return code


command.add_command(_batch_status.status)
command.add_command(_batch_uncertain.uncertain)
