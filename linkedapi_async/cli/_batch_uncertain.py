"""`linkedapi-async batch uncertain`: calls that may have been carried out, and nobody knows."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.text import Text

from linkedapi_async._clock import Clock, SystemClock

from ._admin import confirm
from ._batch_check import examine
from ._batch_options import (
    account_options,
    check_accounts,
    count_of,
    existing,
    ledger_of,
    ledger_option,
    open_jobs,
)
from ._batch_status import accounts_of
from ._client import Target, target_options
from ._console import hang, open_console
from ._exits import Exit
from ._plain import echo_json, local, one_line
from ._problem import Problem

if TYPE_CHECKING:
    from linkedapi_async._bookkeeping import Ledger
    from linkedapi_async.events import CallReconciled, Event
    from linkedapi_async.ledger import Row
    from linkedapi_async.pool import Outcome

    from ._batch_accounts import Accounts
    from ._batch_rows import JobCall

__all__ = ["Inquiry", "uncertain"]

_SAYS: Final = {"done": "was done", "not_done": "was not done", "unknown": "stays open"}
_NEXT: Final = (
    "Look at LinkedIn, or have the service asked (--reconcile); then say --done KEY, or "
    "--send-again KEY to have the next run send it."
)


@click.command("uncertain", short_help="Settle calls that may have been carried out.")
@click.argument("path", metavar="[JOBS]", required=False)
@ledger_option
@click.option("--reconcile", is_flag=True, help="Ask the service, by reading; needs JOBS.")
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
    """List the calls of JOBS that may have been carried out, ask about them, or say what is known.

    They were about to be sent when a process died, or their reply was lost. None is sent again on
    suspicion. --reconcile asks the service with workflows that only read; what it proves is written
    down. What is proved not to have been done is sent again by `batch JOBS --uncertain resend`.
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
        return asyncio.run(_say(where, done, send_again, yes=yes))
    if not reconcile:
        return asyncio.run(_list(where, as_json=as_json))
    known = accounts_of(accounts, is_discovering=discover)
    target = Target(wire, base_url, is_sandbox=False)
    inquiry = Inquiry(target, known, as_json=as_json)
    return asyncio.run(inquiry.ask(str(path), where, clock=SystemClock()))


@asynccontextmanager
async def _opened(where: str) -> "AsyncGenerator[Ledger]":
    """Open a ledger that is there.

    Raises:
        LedgerError: It cannot be used.
    """
    from linkedapi_async.stores import open_ledger  # noqa: PLC0415 - heavy

    ledger = open_ledger(where)
    await ledger.open()
    try:
        yield ledger
    finally:
        await ledger.close()


async def _uncertain(ledger: "Ledger") -> "AsyncGenerator[Row | Exception]":
    """Yield the rows of calls that nobody knows of, and what is wrong with damaged ones."""
    from linkedapi_async.ledger import State  # noqa: PLC0415 - heavy

    from ._batch_rows import SANDBOX  # noqa: PLC0415 - heavy
    from ._batch_standing import place_of, reads_only  # noqa: PLC0415 - heavy

    async for row in ledger.rows(State.SENDING, State.UNCERTAIN):
        if isinstance(row, Exception):
            yield row
        elif not row.key.startswith(SANDBOX):
            is_free = reads_only(row.operation)
            if await place_of(row, ledger, is_free=is_free) == "uncertain":
                yield row


# ── listing ─────────────────────────────────────────────────────────────────────────────────────


async def _list(where: str, *, as_json: bool) -> Exit:
    console = open_console()
    number = 0
    async with _opened(where) as ledger:
        async for row in _uncertain(ledger):
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
        "why": "its reply was lost" if lost else "its process ended while it was being sent",
    }


def _show(console: Console, told: dict[str, Any]) -> None:
    if "damaged" in told:
        hang(console, told["damaged"], ("  ", ""), style="red")
        return
    since = local(datetime.fromisoformat(told["since"]))
    facts = f"{told['operation']} for {one_line(told['account'])}, since {since}: {told['why']}"
    console.print(
        Text.assemble((one_line(told["key"]), "bold magenta"), f"  {facts}"), soft_wrap=True
    )


# ── saying what is known ────────────────────────────────────────────────────────────────────────


async def _say(
    where: str, done: tuple[str, ...], send_again: tuple[str, ...], *, yes: bool
) -> Exit:
    """Write down what somebody has seen.

    Raises:
        Problem: A call is not uncertain, or it was not meant.
        LedgerError: The ledger cannot be used.
    """
    from linkedapi_async.ledger import Change, State, write_proof  # noqa: PLC0415 - heavy

    keys = (*done, *send_again)
    async with _opened(where) as ledger:
        rows: dict[str, Row] = {}
        async for row in _uncertain(ledger):
            if not isinstance(row, Exception) and row.key in keys:
                rows[row.key] = row
        for key in keys:
            if key not in rows:
                msg = f"{key!r} is not uncertain; nothing was changed."
                hint = "The list: linkedapi-async batch uncertain"
                raise Problem(msg, code=Exit.USAGE, hint=hint)
        confirm(_question(done, send_again), yes=yes)
        for key, row in rows.items():
            is_done = key in done
            change = Change(
                key=key,
                mark=row.mark,
                state=State.DONE if is_done else State.REFUSED,
                outcome=write_proof(None, "Somebody looked, and said so.") if is_done else None,
            )
            told = "counts as done" if is_done else "is sent again by the next run"
            if not await ledger.note(change):
                told = "was settled by somebody else meanwhile"
            click.echo(f"{one_line(key)} {told}")
    return Exit.OK


def _question(done: tuple[str, ...], send_again: tuple[str, ...]) -> str:
    parts = [f"{count_of(len(set(done)), 'call')} as done"] if done else []
    if send_again:
        parts.append(f"{count_of(len(set(send_again)), 'call')} to be sent again")
    return f"Mark {' and '.join(parts)}?"


# ── asking the service ──────────────────────────────────────────────────────────────────────────


class Inquiry:
    """Asks the service about uncertain calls, and tells what it shows."""

    def __init__(self, target: Target, accounts: "Accounts", *, as_json: bool) -> None:
        """Prepare.

        Args:
            target: Which service is meant.
            accounts: For whom calls were sent.
            as_json: Whether findings are told as JSON.
        """
        self._target = target
        self._accounts = accounts
        self._as_json = as_json
        self._console = open_console()
        self._findings: dict[str, CallReconciled] = {}
        self._open = 0

    async def ask(self, path: str, where: str, *, clock: Clock) -> Exit:
        """Ask about all of them.

        Args:
            path: The jobs file, for the ledger holds no payload.
            where: The ledger.
            clock: Tells the time.

        Raises:
            Problem: The jobs file or the accounts cannot be used.
            LinkedApiError: The ledger or the pool cannot be used.
        """
        from linkedapi_async import Batch  # noqa: PLC0415 - heavy

        from ._batch_accounts import open_pool  # noqa: PLC0415 - heavy
        from ._batch_rows import Reader  # noqa: PLC0415 - heavy

        with open_jobs(path) as jobs:
            examine(jobs, Reader(self._accounts.aliases, default=self._accounts.default))
            async with _opened(where) as ledger:
                wanted = {
                    row.key async for row in _uncertain(ledger) if not isinstance(row, Exception)
                }
                if not wanted:
                    open_console(stderr=True).print("No call is uncertain.")
                    return Exit.OK
                calls: Iterator[JobCall] = (call for call in jobs if call.name in wanted)
                async with open_pool(
                    self._target,
                    self._accounts,
                    policy="batch",
                    is_holding=False,
                    on_event=self._hear,
                    clock=clock,
                ) as pool:
                    async for outcome in Batch(pool, calls, ledger=ledger, uncertain="reconcile"):
                        wanted.discard(outcome.call.key)
                        self._tell(outcome)
        if wanted:
            told = f"{count_of(len(wanted), 'uncertain call')} not in {jobs.name}: not asked about."
            open_console(stderr=True).print(told, soft_wrap=True)
        if self._open and not self._as_json:
            hang(self._console, _NEXT)
        return Exit.UNKNOWN if self._open or wanted else Exit.OK

    def _hear(self, event: "Event") -> None:
        from linkedapi_async.events import CallReconciled  # noqa: PLC0415 - heavy

        if isinstance(event, CallReconciled):
            self._findings[event.key] = event

    def _tell(self, outcome: "Outcome[Any]") -> None:
        from ._batch_results import UNCERTAIN, status_of  # noqa: PLC0415 - heavy

        status = status_of(outcome)
        self._open += status == UNCERTAIN
        key = str(outcome.call.key)
        finding = self._findings.pop(key, None)
        verdict = finding.verdict if finding else None
        error = outcome.error
        evidence = finding.evidence if finding else error.message if error else "it was answered"
        if self._as_json:
            facts = {"key": key, "status": status, "verdict": verdict, "evidence": evidence}
            echo_json(facts, indent=None)
            return
        says = _SAYS.get(str(verdict), status)
        hang(self._console, one_line(evidence), (f"{one_line(key)} {says}: ", "bold"))
