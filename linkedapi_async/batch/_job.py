"""One call of a batch, from its reading to its outcome."""

from collections.abc import Callable
from typing import Any

from linkedapi_async._booking import Booking
from linkedapi_async._bookkeeping import Withheld
from linkedapi_async._messages import Progress
from linkedapi_async._types import WorkflowId
from linkedapi_async.errors import LinkedApiError
from linkedapi_async.ledger import State
from linkedapi_async.pool import Call, Outcome
from linkedapi_async.pool._calls import FencedCall

from ._gate import Gate
from ._progress import Place, Tally

__all__ = ["Job"]


class Job:
    """A call, what the ledger knows of it, and where it stands; the fence of its start.

    Attributes:
        call: The caller's call.
        booking: Its row; `None` without a ledger.
        mark: What its workflow carries as a label.
    """

    __slots__ = (
        "_gate",
        "_is_leaving",
        "_named",
        "_place",
        "_tally",
        "_then",
        "booking",
        "call",
        "mark",
    )

    def __init__(
        self,
        call: Call[Any],
        booking: Booking | None,
        tally: Tally,
        *,
        gate: Gate | None = None,
        named: Callable[[WorkflowId, str], object] | None = None,
    ) -> None:
        """Begin to wait.

        Args:
            call: The caller's call.
            booking: Its row.
            tally: Counts it.
            gate: Keeps it here while it is shut.
            named: Called with its workflow's id and its account, once the service has named it.
        """
        self.call: Call[Any] = call
        self.booking: Booking | None = booking
        self.mark: str | None = None if booking is None else booking.mark
        self._tally = tally
        self._gate = gate
        self._named = named
        self._place = Place.WAITING
        self._is_leaving = False
        self._then: Callable[[], object] | None = None
        tally.enter(call.account)

    @property
    def fenced(self) -> FencedCall[Any]:
        """The call as the pool takes it."""
        call = self.call
        return FencedCall(
            account=call.account,
            operation=call.operation,
            key=call.key,
            priority=call.priority,
            fence=self,
        )

    @property
    def is_inherited(self) -> bool:
        """Whether its start is a doubt that an earlier run has left."""
        row = None if self.booking is None else self.booking.row
        return (
            self.booking is not None
            and row is not None
            and row.payload == self.booking.intent.payload
            and row.state in {State.SENDING, State.UNCERTAIN}
            and row.mark != self.booking.intent.mark
        )

    def place(self, place: Place) -> None:
        """Stand somewhere else."""
        self._tally.move(self.call.account, self._place, place)
        self._place = place

    def end(self, outcome: Outcome[Any], *, is_replayed: bool) -> None:
        """Have an outcome."""
        self.place(Place.ENDED)
        self._tally.end(outcome, is_replayed=is_replayed)

    # ── as a fence ──

    async def intend(self) -> None:
        """Write down that a request is about to leave.

        Raises:
            Taken: Somebody else sends it, or has.
            Withheld: The gate is shut.
            LedgerError: It could not be written down.
        """
        if self._gate is not None and self._gate.is_shut:
            raise Withheld
        if self.booking is not None:
            await self.booking.intend()
        self._is_leaving = True

    def learn(self, outcome: Progress | LinkedApiError | None) -> None:
        """Note what a request came to."""
        self._is_leaving = False
        workflow_id = None
        if isinstance(outcome, Progress):
            self.place(Place.RUNNING)
            workflow_id = outcome.workflow_id
        else:
            self.place(Place.WAITING)
        if workflow_id is not None and self._named is not None:
            self._named(workflow_id, self.call.account)
        if self.booking is not None:
            self.booking.learn(outcome)
        if self._then is not None:
            self._then()

    def after_reply(self, then: Callable[[], object]) -> None:
        """Have something done as soon as no reply to a start is awaited, which may be at once."""
        if self._is_leaving:
            self._then = then
        else:
            then()

    def finish(self, outcome: Progress | LinkedApiError) -> None:
        """Note that the workflow has ended."""
        if self.booking is not None:
            self.booking.finish(outcome)
