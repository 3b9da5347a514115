"""`linkedapi-async batch uncertain`: calls that may have been carried out, and nobody knows."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.text import Text

from linkedapi_async._clock import SystemClock

from ._admin import confirm
from ._batch_options import (
    account_options,
    check_accounts,
    count_of,
    existing,
    ledger_of,
    ledger_option,
    ledger_shown,
)
from ._client import Target, target_options
from ._completion import files
from ._console import hang, open_console
from ._exits import Exit
from ._plain import echo_json, local, one_line, shell_word
from ._problem import Problem

if TYPE_CHECKING:
    from linkedapi_async.ledger import Row

__all__ = ["uncertain"]

_NEXT: Final = (
    "Look at LinkedIn, or have the service asked (--reconcile); then say --done KEY, or "
    "--send-again KEY to have the next run send it."
)
_SETTLED: Final = {
    "done": "counts as done",
    "send_again": "is sent again by the next run",
    None: "was settled by somebody else meanwhile",
}


@click.command("uncertain", short_help="Settle calls that may have been carried out.")
@click.argument("path", metavar="[JOBS]", required=False, shell_complete=files)
@ledger_option
@click.option(
    "--reconcile", is_flag=True, help="Ask the service, by reading; needs JOBS and accounts."
)
@click.option("--done", multiple=True, metavar="KEY", help="It was done; may be repeated.")
@click.option(
    "--send-again",
    multiple=True,
    metavar="KEY",
    help="It was not done, and the next run may send it; may be repeated.",
)
@click.option("--yes", is_flag=True, help="Do not ask whether this is really meant.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@account_options
@target_options
def uncertain(
    *,
    path: str | None,
    ledger: str | None,
    reconcile: bool,
    done: tuple[str, ...],
    send_again: tuple[str, ...],
    yes: bool,
    as_json: bool,
    accounts: str | None,
    discover: bool,
    wire: str | None,
    base_url: str | None,
    sandbox: bool,
) -> Exit:
    """List calls that may have been carried out, ask about them, or say what is known.

    All in the ledger beside JOBS, or in that of --ledger, are listed. They were about to be sent
    when a process died, or their reply was lost. None is sent again on suspicion.

    --reconcile asks the service about those in JOBS, with workflows that only read. What was done
    is written down. What was not done stays listed: `batch JOBS --uncertain resend` asks once more
    and sends it. What stays open is for a person to look at, and to say with --done or
    --send-again; where nobody can be asked whether that is meant, it takes --yes.

    It exits with 6 while any call is uncertain, else with 0.
    """  # noqa: DOC501 - this text is the help
    if sandbox:
        msg = "An embedded sandbox forgets at its end, so nothing of it can be uncertain."
        raise click.UsageError(msg, click.get_current_context())
    if reconcile and (path is None or done or send_again):
        msg = "--reconcile needs JOBS, and neither --done nor --send-again."
        raise click.UsageError(msg, click.get_current_context())
    if both := set(done) & set(send_again):
        msg = f"{min(both)!r} cannot be done and to be sent again."
        raise click.UsageError(msg, click.get_current_context())
    check_accounts(accounts, is_discovering=discover, is_rehearsal=False)
    where = existing(ledger_of(path, ledger))
    if done or send_again:
        return asyncio.run(_say(where, done, send_again, yes=yes, as_json=as_json))
    if not reconcile:
        return asyncio.run(_list(where, as_json=as_json))
    from ._batch_accounts import find_accounts  # noqa: PLC0415 - heavy
    from ._batch_inquiry import Inquiry  # noqa: PLC0415 - heavy

    target = Target(wire, base_url, is_sandbox=False)
    known = asyncio.run(find_accounts(target, accounts, is_discovering=discover))
    inquiry = Inquiry(target, known, as_json=as_json)
    return asyncio.run(inquiry.ask(str(path), where, clock=SystemClock()))


# ── listing ─────────────────────────────────────────────────────────────────────────────────────


async def _list(where: str, *, as_json: bool) -> Exit:
    from ._batch_standing import doubts, opened  # noqa: PLC0415 - heavy

    console = open_console()
    number = 0
    async with opened(where) as ledger:
        async for row in doubts(ledger):
            number += 1
            if isinstance(row, Exception):
                told: dict[str, Any] = {"damaged": str(row)}
            else:
                told = _facts(row)
            if as_json:
                echo_json(told, indent=None)
            else:
                _show(console, told)
    if not as_json:
        if number:
            console.print(Text(f"\n{count_of(number, 'call')} uncertain.", style="bold"))
            hang(console, _NEXT)
        else:
            console.print("No call is uncertain.")
    return Exit.UNKNOWN if number else Exit.OK


def _facts(row: "Row") -> dict[str, Any]:
    from linkedapi_async.ledger import State  # noqa: PLC0415 - heavy

    lost = row.state is State.UNCERTAIN
    return {
        "key": row.key,
        "account": row.account,
        "operation": row.operation,
        "since": row.sent_at.isoformat(),
        "why": "no reply came" if lost else "its process ended while it was being sent",
    }


def _show(console: Console, told: dict[str, Any]) -> None:
    if "damaged" in told:
        hang(console, told["damaged"], ("  ", ""), style="red")
        return
    since = local(datetime.fromisoformat(told["since"]))
    facts = f"{told['operation']} for {one_line(told['account'])}, since {since}: {told['why']}"
    key = (shell_word(told["key"]), "bold magenta")
    console.print(Text.assemble(key, f"  {facts}"), soft_wrap=True)


# ── saying what is known ────────────────────────────────────────────────────────────────────────


async def _say(
    where: str, done: tuple[str, ...], send_again: tuple[str, ...], *, yes: bool, as_json: bool
) -> Exit:
    """Write down what somebody has seen.

    Raises:
        Problem: A call is not uncertain, or it was not meant.
        LedgerError: The ledger cannot be used.
    """
    from linkedapi_async.ledger import Change, State, write_proof  # noqa: PLC0415 - heavy

    from ._batch_standing import doubts, opened  # noqa: PLC0415 - heavy

    keys = (*done, *send_again)
    async with opened(where) as ledger:
        rows: dict[str, Row] = {}
        async for row in doubts(ledger):
            if not isinstance(row, Exception) and row.key in keys:
                rows[row.key] = row
        for key in keys:
            if key not in rows:
                msg = f"{key!r} is not uncertain; nothing was changed."
                shown = ledger_shown(where) or " --ledger …"
                hint = f"The list: linkedapi-async batch uncertain{shown}"
                raise Problem(msg, code=Exit.USAGE, hint=hint)
        confirm(_question(done, send_again), yes=yes)
        for key, row in rows.items():
            is_done = key in done
            settled: str | None = "done" if is_done else "send_again"
            change = Change(
                key=key,
                mark=row.mark,
                state=State.DONE if is_done else State.REFUSED,
                outcome=write_proof(None, "Somebody looked, and said so.") if is_done else None,
            )
            if not await ledger.note(change):
                settled = None
            if as_json:
                echo_json({"key": key, "settled": settled}, indent=None)
            else:
                click.echo(f"{shell_word(key)} {_SETTLED[settled]}")
    return Exit.OK


def _question(done: tuple[str, ...], send_again: tuple[str, ...]) -> str:
    parts = [f"{count_of(len(set(done)), 'call')} as done"] if done else []
    if send_again:
        parts.append(f"{count_of(len(set(send_again)), 'call')} to be sent again")
    return f"Mark {' and '.join(parts)}?"
