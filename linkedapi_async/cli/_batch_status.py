"""`linkedapi-async batch status`: how far a batch has come, as its ledger has it."""

import asyncio
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

import click
from rich.text import Text

from linkedapi_async._types import Effect

from ._batch_check import examine
from ._batch_options import (
    account_options,
    count_of,
    existing,
    ledger_of,
    ledger_option,
    ledger_shown,
    open_jobs,
    path_of,
)
from ._completion import files
from ._console import open_console
from ._exits import Exit
from ._plain import echo_json

if TYPE_CHECKING:
    from linkedapi_async._bookkeeping import Ledger

    from ._batch_accounts import Accounts

__all__ = ["accounts_of", "status"]

_CHUNK: Final = 500
_WORDS: Final = {
    "done": "done",
    "failed": "failed for good",
    "uncertain": "uncertain: may have been carried out",
    "running": "accepted, and not ended as far as is known",
    "sending": "being sent right now",
    "refused": "refused or stopped; sent by the next run",
    "damaged": "damaged rows of the ledger",
    "new": "not begun",
    "rehearsed": "rehearsed on a sandbox, which counts for nothing",
}
"""Where calls stand, for people; the words before are those of `--json`."""


@click.command("status", short_help="Show how far a batch has come.")
@click.argument("path", metavar="[JOBS]", required=False, shell_complete=files)
@ledger_option
@account_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(
    *,
    path: str | None,
    ledger: str | None,
    accounts: str | None,
    discover: bool,
    as_json: bool,
) -> Exit:
    """Show how far the batch of JOBS has come; without JOBS, all that the ledger holds.

    Nothing is sent or changed, and a batch that runs meanwhile is not disturbed. Accounts matter
    where rows leave theirs out.

    For programs, --json prints {"total": N, "done": N, "failed": N, "uncertain": N, "running": N,
    "sending": N, "refused": N, "damaged": N, "new": N, "rehearsed": N}: all but the last add up to
    the first, and done and failed are answered for good. It exits with 0 whatever it finds.
    """
    where = existing(ledger_of(path, ledger))
    known = accounts_of(accounts, is_discovering=discover)
    found = asyncio.run(_count(path, where, known))
    total = found.total() - found["rehearsed"]
    if as_json:
        echo_json({"total": total, **{word: found[word] for word in _WORDS}})
        return Exit.OK
    console = open_console()
    for word, told in _WORDS.items():
        if found[word]:
            console.print(Text.assemble((f"{found[word]:9,}  ", "bold"), told), soft_wrap=True)
    ended = found["done"] + found["failed"]
    console.print(Text(f"\n{ended:,} of {count_of(total, 'call')} answered.", style="bold"))
    if found["uncertain"] or found["damaged"]:
        shown = f" {path_of(path)}" if path else ""
        shown += ledger_shown(ledger) or ("" if path else " --ledger …")
        console.print(f"See: linkedapi-async batch uncertain{shown}", soft_wrap=True)
    return Exit.OK


def accounts_of(path: str | None, *, is_discovering: bool) -> "Accounts":
    """Return which accounts there are, as far as anything names them.

    Raises:
        Problem: What was said to name them cannot be used.
    """
    from ._batch_accounts import Accounts, find_accounts  # noqa: PLC0415 - heavy
    from ._client import Target  # noqa: PLC0415 - as above
    from ._problem import Problem  # noqa: PLC0415 - as above

    target = Target(None, None, is_sandbox=False)
    try:
        return asyncio.run(find_accounts(target, path, is_discovering=is_discovering))
    except Problem:
        if path is not None or is_discovering:
            raise
        return Accounts(None)


async def _count(path: str | None, where: str, accounts: "Accounts") -> Counter[str]:
    from linkedapi_async.stores import open_ledger  # noqa: PLC0415 - heavy

    ledger = open_ledger(where)
    await ledger.open()
    try:
        if path is None:
            return await _count_all(ledger)
        return await _count_rows(ledger, path, accounts)
    finally:
        await ledger.close()


async def _count_all(ledger: "Ledger") -> Counter[str]:
    from ._batch_rows import SANDBOX  # noqa: PLC0415 - heavy
    from ._batch_standing import place_of, reads_only  # noqa: PLC0415 - heavy

    found: Counter[str] = Counter()
    async for row in ledger.rows():
        if isinstance(row, Exception):
            found["damaged"] += 1
        elif row.key.startswith(SANDBOX):
            found["rehearsed"] += 1
        else:
            found[await place_of(row, ledger, is_free=reads_only(row.operation))] += 1
    return found


async def _count_rows(ledger: "Ledger", path: str, accounts: "Accounts") -> Counter[str]:
    from ._batch_rows import SANDBOX, Reader  # noqa: PLC0415 - heavy
    from ._batch_standing import place_of  # noqa: PLC0415 - heavy

    found: Counter[str] = Counter()
    with open_jobs(path) as jobs:
        examine(jobs, Reader(None, default=accounts.default))
        rest = iter(jobs)
        while calls := list(islice(rest, _CHUNK)):
            names = [call.name for call in calls]
            rows = await ledger.look([*names, *(f"{SANDBOX}{name}" for name in names)])
            for call in calls:
                row = rows.get(call.name)
                is_free = call.operation.effect is Effect.READ
                word = "new" if row is None else await place_of(row, ledger, is_free=is_free)
                found[word] += 1
                found["rehearsed"] += f"{SANDBOX}{call.name}" in rows
    return found
