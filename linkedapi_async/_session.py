"""What one client does with workflows on one event loop: start, poll, cancel."""

from collections.abc import Awaitable
from typing import Final

import attrs

from ._call import Call
from ._doors import Place
from ._line import Line
from ._messages import Progress, Refusal, Request
from ._observer import UNWATCHED
from ._push import Push
from ._transport import Delivery
from ._trunk import Core, Trunk
from ._types import Certainty, WorkflowId
from ._waiting import finish_gracefully
from .errors import FatalError, OutcomeUnknown, TransientError, UserActionRequired
from .events import WorkflowAbandoned, WorkflowStarted
from .policy import BackOff, Policy, Rhythm
from .wire import Wire

__all__ = ["Session"]

_UNSENT: Final = Refusal("connectionFailed", "Cut off before it was sent", Certainty.NOT_SENT)


class Session(Line):
    """A line that speaks a wire.

    Attributes:
        wire: The generation spoken.
        push: Who hears of ends, if anybody does.
    """

    def __init__(
        self, core: Core, wire: Wire, push: Push | None = None, trunk: Trunk | None = None
    ) -> None:
        """Prepare; the first request opens the connection pool."""
        super().__init__(core, trunk)
        self.wire: Wire = wire
        self.push: Push | None = push
        self._rhythms: dict[str, tuple[Policy, Rhythm]] = {}

    async def start(
        self,
        call: Call,
        request: Request | None,
        failed: Refusal | None = None,
        place: Place | None = None,
    ) -> Progress:
        """Post a workflow until it is accepted or the policy gives up.

        Args:
            call: Learns the workflow's id, also when this is cancelled in the middle.
            request: The wire's request for it; `None` for a failed workflow that was attached and
                so cannot be started again.
            failed: Why the same workflow ended before, when it is started again.
            place: Among the starts of a burst; given back after the first attempt.

        Raises:
            LinkedApiError: It was not started, or nobody knows: see the error's certainty.
            Withheld: It was not sent, as its fence wants.
        """
        if request is None:
            call.reads_only = False
            call.policy = attrs.evolve(call.policy, restart_expired=False)

        async def send() -> Progress | Refusal:
            assert request is not None  # noqa: S101 - what cannot be repeated is never sent
            if call.fence is not None:
                await call.fence.intend()
            delivery = Delivery(self.core.clock)
            outcome: Progress | Refusal | None = None

            def learn(found: Progress | Refusal | None) -> None:
                nonlocal outcome
                outcome = found
                self._learn(call, found, delivery)

            try:
                outcome = await finish_gracefully(
                    self._exchange(call, request, self.wire.read_start, delivery),
                    clock=self.core.clock,
                    is_at_stake=lambda: delivery.is_written,
                    learned=learn,
                )
                return outcome
            finally:
                if call.fence is not None:
                    is_unsent = outcome is None and not delivery.is_written
                    told = _UNSENT if is_unsent else outcome
                    if isinstance(told, Refusal):
                        call.fence.learn(self.executor.error_of(call, told))
                    else:
                        call.fence.learn(told)
                if place is not None:
                    place.leave()

        if failed is None and place is not None and not place.is_inside:
            failed = self._late("a place among other starts")
        watch = self.core.watch
        with UNWATCHED if watch is None else watch.sending(call):
            progress = await self.executor.execute(call, send, failed)
            self._note_start(call, progress)
        return progress

    def rhythm(self, operation: str, policy: Policy) -> Rhythm:
        """Return what waits for an operation share; mostly that of the last wait for it."""
        policy_before, rhythm = self._rhythms.get(operation, (None, None))
        if rhythm is None or policy_before is not policy:
            rhythm = self.core.durations.rhythm(
                operation, waiting=policy.waiting, base=policy.poll_base, cap=policy.poll_max
            )
            self._rhythms[operation] = policy, rhythm
        return rhythm

    def enter(self, call: Call) -> Place | None:
        """Return a start's place in a burst of them; none is needed where replies are held open."""
        return None if self.wire.holds_starts else self.trunk.doors.enter(call.deadline_at)

    def poll(self, call: Call, request: Request) -> Awaitable[Progress | BackOff]:
        """Ask once for news; a passing failure is a pause to make before asking again.

        Awaiting raises `LinkedApiError` where asking again would change nothing.

        Args:
            call: The record of the wait.
            request: The wire's request for news of that workflow.
        """
        return self.executor.attempt(call, self._asking(call, request, self.wire.read_poll))

    async def status(self, call: Call, workflow_id: WorkflowId) -> Progress:
        """Ask for news until there is an answer.

        Raises:
            LinkedApiError: The policy gave up; the workflow is not touched by that.
        """
        request = self.wire.poll(workflow_id)
        return await self.executor.execute(call, self._asking(call, request, self.wire.read_poll))

    async def cancel(self, call: Call, workflow_id: WorkflowId) -> bool:
        """Ask the service to stop a workflow; return whether it says it did.

        Raises:
            OutcomeUnknown: A request whose reply was lost may have cancelled it, and the answer to
                the last one no longer tells.
            TransientError: The policy gave up.
            UserActionRequired: It was refused until a person acts.
            FatalError: It was refused for good.
        """
        ask = self._asking(call, self.wire.cancel(workflow_id), self.wire.read_cancel)
        doubtful = False

        async def send() -> bool | Refusal:
            nonlocal doubtful
            outcome = await ask()
            if isinstance(outcome, Refusal) and outcome.is_lost:
                doubtful = True
            return outcome

        try:
            cancelled = await self.executor.execute(call, send)
        except (TransientError, FatalError, UserActionRequired) as error:
            if not doubtful:
                raise
            raise self._doubt(call, workflow_id, error.message) from None
        if doubtful and not cancelled:
            last = "Cancelling was asked more than once, and the last answer was no"
            raise self._doubt(call, workflow_id, last)
        return cancelled

    def _doubt(self, call: Call, workflow_id: WorkflowId, last: str) -> OutcomeUnknown:
        error = OutcomeUnknown(
            f"{last}; an earlier request, whose reply was lost, may have cancelled the workflow",
            code="connectionLost",
            hint="Ask for the status: a workflow that still runs was not cancelled.",
            certainty=Certainty.MAYBE_ACCEPTED,
            workflow_id=workflow_id,
            attempts=call.attempts,
            elapsed=self.core.clock.now() - call.started_at,
            account=call.account,
        )
        self.executor.announce_error(error)
        return error

    def _note_start(self, call: Call, progress: Progress) -> None:
        call.workflow_id = progress.workflow_id
        self.core.sink.emit(
            WorkflowStarted(
                account=call.account, operation=call.operation, workflow_id=progress.workflow_id
            )
        )

    def _learn(
        self,
        call: Call,
        outcome: Progress | Refusal | None,
        delivery: Delivery,
    ) -> None:
        """Tell what a start that nobody waits for any more came to."""
        if isinstance(outcome, Progress):
            self._note_start(call, outcome)
        elif not delivery.is_written or (
            outcome is not None and outcome.certainty is not Certainty.MAYBE_ACCEPTED
        ):
            return
        else:
            call.is_doubtful = not call.reads_only
        self.core.sink.emit(
            WorkflowAbandoned(
                account=call.account,
                operation=call.operation,
                workflow_id=call.workflow_id if isinstance(outcome, Progress) else None,
                reason="cancelled",
            )
        )
