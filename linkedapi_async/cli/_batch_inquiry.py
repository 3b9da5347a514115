"""Asking the service about calls that may have been carried out."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from rich.text import Text

from linkedapi_async import Batch
from linkedapi_async._bookkeeping import Ledger
from linkedapi_async._clock import Clock
from linkedapi_async.events import CallReconciled, Event
from linkedapi_async.ledger import Row
from linkedapi_async.pool import Outcome

from ._batch_accounts import Accounts, open_pool
from ._batch_check import examine
from ._batch_options import count_of, open_jobs
from ._batch_results import DONE, FAILED, UNCERTAIN, status_of
from ._batch_rows import JobCall, Reader
from ._batch_standing import doubts, opened
from ._client import Target
from ._console import hang, open_console
from ._exits import Exit
from ._plain import echo_json, shell_word

__all__ = ["Inquiry"]

_SAYS: Final = {
    "done": ("was done", "done"),
    "not_done": ("was not done", "not done"),
    "unknown": ("stays open", "open"),
    "failed": ("failed", "failed"),
}
"""What is said of a call, and of how many."""
_BY_STATUS: Final = {DONE: "done", FAILED: "failed", UNCERTAIN: "unknown"}
_UNDONE: Final = (
    "What was not done is sent by `linkedapi-async batch JOBS --uncertain resend`, which asks once "
    "more, or by the next run after --send-again KEY."
)
_OPEN: Final = (
    "For what stays open, look at LinkedIn; then say --done KEY, or --send-again KEY to have the "
    "next run send it."
)


async def _keys(ledger: Ledger) -> set[str]:
    return {row.key async for row in doubts(ledger) if isinstance(row, Row)}


class Inquiry:
    """Asks the service about uncertain calls, and tells what it shows."""

    def __init__(self, target: Target, accounts: Accounts, *, as_json: bool) -> None:
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
        self._says: Counter[str] = Counter()

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
        with open_jobs(path) as jobs:
            examine(jobs, Reader(self._accounts.aliases, default=self._accounts.default))
            async with opened(where) as ledger:
                wanted = await _keys(ledger)
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
                        wanted.discard(str(outcome.call.key))
                        self._tell(outcome)
                left = await _keys(ledger)
        if wanted:
            told = f"{count_of(len(wanted), 'uncertain call')} not in {jobs.name}: not asked about."
            open_console(stderr=True).print(told, soft_wrap=True)
        if not self._as_json:
            self._sum_up()
        return Exit.UNKNOWN if left else Exit.OK

    def _sum_up(self) -> None:
        says = self._says
        told = ", ".join(
            f"{says[word]:,} {told}" for word, (_, told) in _SAYS.items() if says[word]
        )
        asked = count_of(says.total(), "call")
        if told:
            self._console.print(Text(f"\n{asked} asked about: {told}.", style="bold"))
        if says["not_done"]:
            hang(self._console, _UNDONE)
        if says["unknown"]:
            hang(self._console, _OPEN)

    def _hear(self, event: Event) -> None:
        if isinstance(event, CallReconciled):
            self._findings[event.key] = event

    def _tell(self, outcome: Outcome[Any]) -> None:
        status = status_of(outcome)
        key = str(outcome.call.key)
        finding = self._findings.pop(key, None)
        verdict = finding.verdict if finding else None
        says = verdict or _BY_STATUS[status]
        self._says[says] += 1
        error = outcome.error
        evidence = finding.evidence if finding else error.message if error else "it was answered"
        if self._as_json:
            facts = {"key": key, "status": status, "verdict": verdict, "evidence": evidence}
            echo_json(facts, indent=None)
            return
        hang(self._console, evidence, (f"{shell_word(key)} {_SAYS[says][0]}: ", "bold"))
