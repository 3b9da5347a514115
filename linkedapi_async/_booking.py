"""One call in a ledger: what is remembered of it, and what its start and its end add to that."""

import asyncio
import secrets
from datetime import datetime
from typing import Any

from ._bookkeeping import Ledger, Taken
from ._clock import Clock
from ._messages import Progress
from ._messages import State as Stage
from ._types import Certainty, Effect, WorkflowId
from .errors import LedgerError, LinkedApiError
from .ledger import (
    Change,
    Intent,
    Row,
    State,
    Step,
    Wait,
    key_of,
    marked,
    next_step,
    payload_of,
    write_error,
    write_proof,
)
from .operations._base import Operation
from .workflows.tree import effect_of

__all__ = ["Booking"]


class Booking:
    """What a ledger knows of one call; the fence of its start.

    Changes are handed to the ledger as they become known, and `kept` tells when they are durable.

    Attributes:
        intent: What is wanted, and by which mark this attempt is known.
        reads_only: Whether repeating it can do nothing twice.
        row: What was remembered when somebody looked last; `None` for nothing.
        mark: What the workflow carries as a label; `None` where it only reads, or where labels of
            the caller's stand in all places for it.
        last: Tells when everything noted is durable, or why it is not; `None` before anything is.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        account: str,
        operation: Operation[Any],
        key: object,
        clock: Clock,
    ) -> None:
        """Prepare; nothing is looked up or written.

        Args:
            ledger: Where it is written down.
            account: Alias of the account.
            operation: What to do.
            key: The caller's name for it; `None` derives one from the other two.
            clock: Tells when it was about to be sent.

        Raises:
            ConfigurationError: The key cannot be kept.
        """
        workflow = operation.workflow()
        payload = payload_of(account, operation.name, workflow)
        self.reads_only: bool = effect_of(workflow) is Effect.READ
        self.intent: Intent = Intent(
            key=key_of(key, payload),
            account=account,
            operation=operation.name,
            payload=payload,
            mark=secrets.token_hex(8),
        )
        mark = self.intent.mark
        is_marked = not self.reads_only and marked(workflow, mark) != workflow
        self.mark: str | None = mark if is_marked else None
        self.row: Row | None = None
        self.last: asyncio.Future[bool] | None = None
        self._ledger = ledger
        self._clock = clock
        self._attempt = self.intent.mark

    # ── what to do ──

    async def consult(self, found: "Row | LedgerError | None") -> Step:
        """Return what to do about the call.

        Args:
            found: What the ledger holds of it.

        Raises:
            LedgerError: Its row is damaged, or the ledger cannot be used.
        """
        if isinstance(found, LedgerError):
            raise found
        self.row = found
        is_alive = (
            found is not None
            and found.state is State.SENDING
            and await self._ledger.is_alive(found.owner)
        )
        step = next_step(found, self.intent, reads_only=self.reads_only, is_alive=is_alive)
        resumed = found if isinstance(step, Wait) else None
        self._attempt = self.intent.mark if resumed is None else resumed.mark
        return step

    async def look(self) -> Step:
        """Look the call up, and return what to do about it.

        Raises:
            LedgerError: Its row is damaged, or the ledger cannot be used.
        """
        found = await self._ledger.look([self.intent.key])
        return await self.consult(found.get(self.intent.key))

    @property
    def since(self) -> datetime:
        """The earliest moment that a start which nobody noted the end of may have left."""
        assert self.row is not None  # noqa: S101 - only what was found can be uncertain
        return self.row.sent_at

    # ── as a fence ──

    async def intend(self) -> None:
        """Write down that a request is about to leave.

        Raises:
            Taken: Somebody else sends it, or has.
            LedgerError: It could not be written down.
            CancelledError: As asked; the request stays here.
        """
        try:
            row = await self._ledger.claim(self.intent, sent_at=self._clock.wall())
        except (LedgerError, asyncio.CancelledError):
            self._note(State.REFUSED)  # whether or not it was written, nothing leaves
            raise
        if row.mark != self.intent.mark or row.state is not State.SENDING:
            raise Taken(row)

    def learn(self, outcome: Progress | LinkedApiError | None) -> None:
        """Note what a request came to."""
        if isinstance(outcome, Progress):
            if outcome.workflow_id is not None:
                self._note(State.ACCEPTED, outcome.workflow_id)
        elif self.reads_only or (outcome is not None and outcome.certainty.is_resendable):
            self._note(State.REFUSED)
        elif outcome is None:
            self._note(State.UNCERTAIN)
        else:
            is_lost = outcome.certainty is Certainty.MAYBE_ACCEPTED
            state = State.UNCERTAIN if is_lost else State.FAILED
            self._note(state, outcome=write_error(outcome))

    def finish(self, outcome: Progress | LinkedApiError) -> None:
        """Note that the workflow has ended."""
        if isinstance(outcome, LinkedApiError):
            state = State.REFUSED if self.reads_only else State.FAILED
            self._note(state, outcome=write_error(outcome), is_patient=True)
        elif outcome.state is Stage.COMPLETED:
            told = write_proof(outcome.completion)
            self._note(State.DONE, outcome.workflow_id, outcome=told, is_patient=True)

    # ── afterwards ──

    def prove(
        self, state: State, outcome: str | None = None, *, workflow_id: WorkflowId | None = None
    ) -> "asyncio.Future[bool]":
        """Note what was found out about an uncertain start; the future tells whether it applied."""
        row = self.row
        assert row is not None  # noqa: S101 - only what was found can be uncertain
        self._attempt = row.mark
        self._note(state, workflow_id, outcome=outcome, was=row.state)
        assert self.last is not None  # noqa: S101 - it was noted just now
        return self.last

    async def has_twins(self) -> bool:
        """Return whether another call may have left the same trace as this one would have.

        Raises:
            LedgerError: The ledger cannot be used.
        """
        return self.row is not None and await self._ledger.twins(self.row) > 0

    async def kept(self) -> None:
        """Wait until everything noted is durable.

        Raises:
            LedgerError: The last of it could not be stored.
        """
        if self.last is not None:
            await asyncio.shield(self.last)

    def _note(
        self,
        state: State,
        workflow_id: WorkflowId | None = None,
        *,
        outcome: str | None = None,
        was: State | None = None,
        is_patient: bool = False,
    ) -> None:
        self.last = self._ledger.note(
            Change(
                key=self.intent.key,
                mark=self._attempt,
                state=state,
                ended_at=self._clock.wall() if state.is_final else None,
                workflow_id=workflow_id,
                outcome=outcome,
                was=was,
                is_patient=is_patient,
            )
        )
