"""Calls that an earlier run, or another process, has begun: what becomes of them."""

import asyncio
from collections import defaultdict
from typing import Any, Final, Literal, TypeAlias, assert_never

from linkedapi_async._booking import Booking
from linkedapi_async._bookkeeping import Withheld
from linkedapi_async._trunk import Core
from linkedapi_async._types import Certainty, WorkflowId
from linkedapi_async.errors import (
    ClientClosed,
    ConfigurationError,
    FatalError,
    LedgerError,
    LinkedApiError,
    OutcomeUnknown,
)
from linkedapi_async.events import CallReconciled, CallUncertain
from linkedapi_async.handles import WorkflowHandle
from linkedapi_async.ledger import (
    Answer,
    Conflict,
    Elsewhere,
    Proved,
    Row,
    Send,
    State,
    Uncertain,
    Wait,
    evidence_in,
    read_outcome,
    result_of,
    write_error,
    write_proof,
)
from linkedapi_async.pool import AccountPool, Call, Outcome
from linkedapi_async.pool._client import backstage
from linkedapi_async.reconciliation import Finding, Verdict, reconcile

from ._gate import Gate
from ._job import Job
from ._orphans import Orphans
from ._progress import Place

__all__ = ["OnUncertain", "Settling"]

OnUncertain: TypeAlias = Literal["report", "reconcile", "resend"]
"""What becomes of a call that may have been carried out.

`report` hands it out as `OutcomeUnknown`. `reconcile` asks the service first, by reading. `resend`
does so too, and sends again what is proved not to have been done.
"""

_STUCK: Final = (
    "Its start was accepted: each run asks for it again, and none sends it again. If the service "
    "has forgotten it, look at LinkedIn; what was not carried out can be handed in under another "
    "key."
)
_SOON: Final = 0.25
_LATER: Final = 5.0


class Settling:
    """Sees to calls whose row tells that they were begun, and to what a pause has kept here."""

    def __init__(
        self, pool: AccountPool, core: Core, uncertain: OnUncertain, gate: Gate | None = None
    ) -> None:
        """Take what it works with.

        Args:
            pool: Whose accounts do it.
            core: What they share.
            uncertain: What becomes of calls that may have been carried out.
            gate: Nothing is started while it is shut.
        """
        self._pool = pool
        self._core = core
        self._uncertain = uncertain
        self._gate = gate or Gate()
        self._looking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._orphans: Orphans | None = None

    def open(self) -> None:
        """Begin to hear of workflows that nobody knows, where events tell of them."""
        receiver = backstage(self._pool).receiver
        if receiver is not None:
            self._orphans = Orphans(self._pool, self._core, receiver)

    def close(self) -> None:
        """Hear no more."""
        if self._orphans is not None:
            self._orphans.close()

    def know(self, workflow_id: WorkflowId, account: str) -> None:
        """Take in that a workflow has somebody who waits for it."""
        if self._orphans is not None:
            self._orphans.know(workflow_id, account)

    def looks_into_doubts(self, job: Job) -> bool:
        """Whether anything is done about a call that may have been carried out."""
        may_be_found = self._orphans is not None and job.mark is not None
        return job.booking is not None and (may_be_found or self._uncertain != "report")

    async def settle(self, job: Job) -> tuple[Outcome[Any], bool]:
        """Return what becomes of a call, and whether the ledger knew that already.

        Raises:
            LedgerError: The ledger cannot be used.
            CancelledError: As asked; whatever runs goes on, and the ledger knows of it.
        """
        if job.booking is not None:
            return await self._go_on(job, job.booking)
        while True:
            if (outcome := await self._send(job)) is not None:
                return outcome, False

    async def _go_on(self, job: Job, booking: Booking) -> tuple[Outcome[Any], bool]:
        pause = _SOON
        while True:
            step = await booking.look()
            match step:
                case Answer() | Conflict():
                    return self.replay(job, step), isinstance(step, Answer)
                case Wait(workflow_id):
                    return await self._wait(job, workflow_id), False
                case Elsewhere():
                    await self._core.clock.sleep(pause)
                    pause = min(2 * pause, _LATER)
                case Uncertain(is_free=True):
                    await booking.prove(State.REFUSED)
                case Uncertain():
                    outcome = await self._resolve(job, booking)
                    if outcome is not None:
                        return outcome, False
                case Send():
                    outcome = await self._send(job)
                    if outcome is not None:
                        return outcome, False
                case _:
                    assert_never(step)

    def replay(self, job: Job, step: Answer | Conflict) -> Outcome[Any]:
        """Return the outcome that a row holds, or the error for a key that means another call."""
        if isinstance(step, Conflict):
            return Outcome(
                job.call,
                error=FatalError(step.message, code="keyConflict", account=job.call.account),
            )
        row = None if job.booking is None else job.booking.row
        assert row is not None  # noqa: S101 - an answer stands in a row
        try:
            found = read_outcome(row.outcome, key=row.key)
            if isinstance(found, LinkedApiError):
                return Outcome(job.call, error=found)
            return Outcome(job.call, result_of(job.call.operation, found, row.workflow_id))
        except LinkedApiError as error:
            error.account, error.workflow_id = job.call.account, row.workflow_id
            return Outcome(job.call, error=error)

    # ── below ──

    async def _wait(self, job: Job, workflow_id: WorkflowId) -> Outcome[Any]:
        """Return what comes of a workflow that an earlier run has started."""
        call = job.call
        job.place(Place.RUNNING)
        self.know(workflow_id, call.account)
        try:
            with backstage(self._pool).occupying(call.account):
                api = self._pool[call.account]
                handle = api.attach(call.operation, workflow_id, fence=job)
                outcome = await _outcome_of(call, handle)
        except LinkedApiError as error:  # it cannot even be asked for
            return Outcome(call, error=error)
        if isinstance(outcome.error, FatalError) and not handle.is_over:
            outcome.error.hint = f"{outcome.error.hint} {_STUCK}".lstrip()
        return outcome

    async def _send(self, job: Job) -> Outcome[Any] | None:
        """Return what comes of a call that may be sent; `None` where it was kept from leaving.

        Raises:
            LedgerError: It could not be written down.
        """
        await self._gate.passed()
        try:
            return Outcome(job.call, await self._pool.run(job.fenced))
        except Withheld:
            return None
        except OutcomeUnknown as error:
            return None if self.looks_into_doubts(job) else Outcome(job.call, error=error)
        except LedgerError:
            raise
        except LinkedApiError as error:
            return Outcome(job.call, error=error)

    async def _resolve(self, job: Job, booking: Booking) -> Outcome[Any] | None:
        """Return the outcome of an uncertain call; `None` where it may be looked up again."""
        call, row = job.call, booking.row
        assert row is not None  # noqa: S101 - it is what is uncertain
        error = _doubt(row)
        self._core.sink.emit(
            CallUncertain(
                account=call.account,
                operation=call.operation.name,
                key=row.key,
                since=row.sent_at,
                hint=error.hint,
            )
        )
        is_marked = booking.mark is not None
        if is_marked and self._orphans is not None and await self._orphans.adopt(job, booking):
            backstage(self._pool).settle_doubt(call.account, job)
            return None
        if self._uncertain == "report":
            return await self._leave_open(job, booking, error, evidence_in(row))
        finding = await self._look_into(job, booking)
        if finding.verdict is Verdict.DONE:
            proof = Proved(None, finding.evidence)
            if await booking.prove(State.DONE, write_proof(proof.completion, proof.evidence)):
                return Outcome(call, result_of(call.operation, proof))
            return None
        may_send = self._uncertain == "resend" or finding.is_harmless
        if finding.verdict is Verdict.NOT_DONE and may_send:
            await booking.prove(State.REFUSED)
            return None
        told = "it was not carried out" if finding.verdict is Verdict.NOT_DONE else "it stays open"
        return await self._leave_open(job, booking, error, f"{told}: {finding.evidence}")

    async def _leave_open(
        self, job: Job, booking: Booking, error: LinkedApiError, evidence: str
    ) -> Outcome[Any] | None:
        """Keep what is known of an uncertain call; `None` where more is known by now."""
        if not await booking.prove(State.UNCERTAIN, write_error(error, evidence)):
            return None
        if evidence:
            error.message = f"{error.message}; {evidence}"
            error.args = (error.message,)
        return Outcome(job.call, error=error)

    async def _look_into(self, job: Job, booking: Booking) -> Finding:
        """Return what reading shows of an uncertain call; an account's calls one by one."""
        call, row = job.call, booking.row
        assert row is not None  # noqa: S101 - it is what is uncertain
        async with self._looking[call.account]:
            await self._gate.passed()
            begun_at = self._core.clock.now()
            try:
                with backstage(self._pool).occupying(call.account):
                    finding = await reconcile(
                        self._pool[call.account],
                        call.operation,
                        since=row.sent_at,
                        before=self._gate.passed,
                    )
            except (ClientClosed, ConfigurationError) as error:  # it has no such account any more
                finding = Finding(Verdict.UNKNOWN, error.message)
            if finding.verdict is not Verdict.UNKNOWN:
                backstage(self._pool).settle_doubts(call.account, begun_at)
            if finding.verdict is Verdict.DONE and await booking.has_twins():
                told = f"{finding.evidence} Another call of the same content may have left that."
                finding = Finding(Verdict.UNKNOWN, told)
        self._core.sink.emit(
            CallReconciled(
                account=call.account,
                operation=call.operation.name,
                key=row.key,
                verdict=finding.verdict,
                evidence=finding.evidence,
            )
        )
        return finding


async def _outcome_of(call: Call[Any], handle: WorkflowHandle[Any]) -> Outcome[Any]:
    try:
        return Outcome(call, await handle.result())
    except LinkedApiError as error:
        return Outcome(call, error=error)


def _doubt(row: Row) -> LinkedApiError:
    """Return why nobody knows what came of a start."""
    if row.outcome is not None:
        found = read_outcome(row.outcome, key=row.key)
        if isinstance(found, OutcomeUnknown):
            return found
    return OutcomeUnknown(
        f"It was about to be sent at {row.sent_at:%Y-%m-%d %H:%M:%S %Z}, "
        "and nobody noted what came of it",
        code="startInterrupted",
        certainty=Certainty.MAYBE_ACCEPTED,
        account=row.account,
    )
