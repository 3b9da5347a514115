"""A started workflow: ask for it, wait for it, cancel it, from as many tasks as like."""

import asyncio
from typing import Final, Generic, TypeVar

import attrs

from ._bookkeeping import fenced
from ._call import Call
from ._hub import EXPIRED, Told
from ._messages import Progress, Purpose, Refusal, State
from ._observer import UNWATCHED
from ._progressing import Progressing
from ._session import Session
from ._types import Certainty, WorkflowId
from .errors import (
    FatalError,
    LinkedApiError,
    OutcomeUnknown,
    ProtocolError,
    UnsupportedByWire,
    WorkflowTimeout,
)
from .events import WorkflowFinished
from .ledger import unmarked
from .operations._base import Operation, Result

__all__ = ["WorkflowHandle", "WorkflowStatus"]

R_co = TypeVar("R_co", covariant=True)


@attrs.frozen
class WorkflowStatus:
    """How far a workflow has come.

    Attributes:
        state: `pending`, `running`, `completed`, `failed`, or `unknown` for a word newer than this
            version, which counts as running.
        pending_reason: `queued` behind other work of the account, or `outsideWorkingHours`.
        message: The service's text for people.
    """

    state: State
    pending_reason: str | None = None
    message: str | None = None


class WorkflowHandle(Generic[R_co]):
    """One workflow of the service, typed by its operation's result.

    It holds no task: whoever waits shares the client's one schedule of polls.
    """

    __slots__ = (
        "__weakref__",
        "_end_is_told",
        "_error",
        "_operation",
        "_recovery",
        "_result",
        "_source",
        "_wait",
    )

    def __init__(
        self,
        session: Session,
        operation: type[Operation[R_co]],
        call: Call,
        *,
        source: Operation[R_co] | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Take over from the client; use `LinkedApi.start` or `LinkedApi.attach`.

        Args:
            session: Where to ask.
            operation: Reads the completion.
            call: The record of the start, or of the attachment.
            source: What was started, where that may be done again; `None` for an attached one.
            progress: What the start's reply told.
        """
        self._operation = operation
        self._source = source
        self._wait: Final = Progressing(session, call, progress)
        self._end_is_told = False
        self._recovery: asyncio.Lock | None = None
        self._result: Result[R_co] | None = None
        self._error: LinkedApiError | None = None

    def __repr__(self) -> str:
        """Show the operation, the id and the state."""
        name, state = self._operation.name, self._wait.latest.state
        return f"<WorkflowHandle {name} {self.workflow_id} {state}>"

    @property
    def workflow_id(self) -> WorkflowId | None:
        """Keep it to attach again after a restart: an id, or a result link on the Account API.

        `None` only where the reply to the start brought the end itself. Changes if the policy
        starts an expired workflow again.
        """
        return self._wait.call.workflow_id

    @property
    def is_over(self) -> bool:
        """Whether the workflow has ended, or was cancelled, as far as it was told here."""
        return self._wait.is_over

    @property
    def was_parked(self) -> bool:
        """Whether the service ever told that it waits for the account's working hours."""
        return self._wait.was_parked

    @property
    def began_at_once(self) -> bool:
        """Whether the reply to the start told that it runs: nothing of the account was before it.

        Only the current API tells that.
        """
        return self._wait.began_at_once

    async def status(self) -> WorkflowStatus:
        """Return how far the workflow is, asking the service once (and again if that fails).

        Raises:
            LinkedApiError: The service could not be asked; the workflow is not touched by that.
        """
        wait, workflow_id = self._wait, self.workflow_id
        latest = wait.latest
        if not latest.state.is_final and workflow_id is not None:
            async with wait.session.calls.enter(workflow_id):
                latest = await wait.session.status(self._fresh_call(), workflow_id)
            if workflow_id == self.workflow_id:
                wait.observe(latest)
                wait.rouse()
        return WorkflowStatus(latest.state, latest.pending_reason, latest.message)

    async def result(self, *, timeout: float | None = None) -> Result[R_co]:  # noqa: ASYNC109 - public
        """Return the result, waiting for the workflow's end.

        Passing failures of the network, throttling and unreadable replies do not end the wait.
        Cancelling a wait, or letting it time out, leaves the workflow and other waiters alone.

        Args:
            timeout: Seconds; only ever shortens the deadline the call was started with.

        Raises:
            WorkflowTimeout: The deadline came first. The workflow runs on; attach to its id.
            UserActionRequired: The workflow failed, or cannot be asked for, until a person acts.
            TransientError: The workflow failed for a cause that time heals.
            FatalError: The workflow failed for good, or was cancelled through this handle.
            ProtocolError: It completed with data not of the documented form.
            ClientClosed: The client was closed meanwhile.
            ConfigurationError: It was made on another event loop; attach to its id on this one.
        """
        wait = self._wait
        if not self._is_settled:
            watch = wait.session.core.watch
            with UNWATCHED if watch is None else watch.receiving(wait.call):
                ends_at = None if timeout is None else wait.session.core.clock.now() + timeout
                while not self._is_settled:
                    if wait.is_over:
                        await self._settle(ends_at)
                        continue
                    told = wait.session.trunk.hub.join(wait, ends_at)
                    try:
                        news = await told
                    finally:
                        wait.session.trunk.hub.leave(wait, told)
                    self._raise(news)
                if self._error is not None:
                    raise self._error.clone()
        if self._error is not None:
            raise self._error.clone()
        assert self._result is not None  # noqa: S101 - settled is one or the other
        return self._result

    async def cancel(self) -> bool:
        """Ask the service to stop the workflow; return whether it did.

        `False` is not documented; most likely the workflow had ended already.

        Raises:
            UnsupportedByWire: This generation of the API cannot cancel; nothing was sent.
            OutcomeUnknown: A reply was lost, and asking again no longer tells.
            LinkedApiError: The service could not be asked.
        """
        wait, workflow_id = self._wait, self.workflow_id
        if not wait.session.wire.can_cancel:
            name = wait.session.wire.name
            msg = f"The {name} generation of the API cannot cancel a workflow"
            raise UnsupportedByWire(msg, workflow_id=workflow_id)
        if workflow_id is None or wait.latest.state.is_final:
            return False
        call = self._fresh_call(Purpose.CANCEL)
        async with wait.session.calls.enter(workflow_id):
            cancelled = await wait.session.cancel(call, workflow_id)
        if cancelled and self._result is None:
            self._error = FatalError(
                f"Workflow {workflow_id} was cancelled",
                code="workflowCancelled",
                certainty=Certainty.ACCEPTED,
                workflow_id=workflow_id,
                account=call.account,
            )
            if wait.call.fence is not None:
                wait.call.fence.finish(self._error)
            wait.is_given_up = True
            wait.rouse()
        return cancelled

    def _fresh_call(self, purpose: Purpose = Purpose.DIRECT) -> Call:
        """Return the record of a request beside the wait, with its own time."""
        session, policy = self._wait.session, self._wait.call.policy
        call = session.call(purpose, self._operation.name, policy, reads_only=True)
        call.workflow_id = self.workflow_id
        return call

    @property
    def _is_settled(self) -> bool:
        return self._result is not None or self._error is not None

    def _raise(self, news: Told) -> None:
        """Raise what a waiter was told, unless it is to look for itself.

        Raises:
            LinkedApiError: The workflow cannot be asked for any more.
            WorkflowTimeout: The waiter's time is over.
        """
        if isinstance(news, LinkedApiError):
            raise news.clone()
        if isinstance(news, Exception):
            raise news
        if news is EXPIRED:
            raise self._timed_out()

    async def _settle(self, ends_at: float | None) -> None:
        """Read the result of a workflow that ended; one that failed may be started again.

        One waiter does it for all.

        Args:
            ends_at: When this waiter stops, in monotonic seconds.

        Raises:
            WorkflowTimeout: That came first.
            TimeoutError: Somebody else's timer cut it off.
        """
        wait = self._wait
        if wait.latest.state is State.COMPLETED:
            self._complete(wait.latest)
            return
        clock = wait.session.core.clock
        ends = [at for at in (ends_at, wait.call.deadline_at) if at is not None]
        timer = clock.timer(min(ends) - clock.now() if ends else None)
        if self._recovery is None:
            self._recovery = asyncio.Lock()
        try:
            async with wait.session.calls.enter(self.workflow_id), timer, self._recovery:
                if self._error is None and wait.latest.state is State.FAILED:
                    await self._start_again(wait.latest.failure)
        except TimeoutError:
            if not timer.expired():
                raise
            raise self._timed_out() from None

    async def _start_again(self, failure: Refusal | None) -> None:
        """Start a failed workflow again if the policy wants that; else keep the error.

        Raises:
            CancelledError: As asked; what the start came to meanwhile is kept.
        """
        wait, call = self._wait, self._wait.call
        if not self._end_is_told:
            self._announce_finished(succeeded=False)
        call.purpose = Purpose.FINISHED
        ended = call.workflow_id
        source = self._source
        request = None if source is None else wait.session.wire.start(fenced(source, call.fence))
        reason = failure or Refusal(
            "unknownError", "The workflow failed without a reason.", Certainty.ACCEPTED
        )
        try:
            restarted = await wait.session.start(call, request, reason)
        except LinkedApiError as error:
            self._error = error
            if call.fence is not None and error.certainty is Certainty.ACCEPTED:
                call.fence.finish(error)
        except asyncio.CancelledError:
            if call.workflow_id != ended:
                self._begin_again(Progress(State.PENDING, workflow_id=call.workflow_id))
            elif call.is_doubtful:
                self._error = self._doubt()
            raise
        else:
            self._begin_again(restarted)

    def _begin_again(self, progress: Progress) -> None:
        """Follow the workflow that was started in place of the one that failed."""
        self._end_is_told = False
        self._wait.restart(progress)

    def _doubt(self) -> OutcomeUnknown:
        error = OutcomeUnknown(
            "Starting the workflow again was cut off before the reply came",
            code="connectionLost",
            hint="It may run: look at its effect on LinkedIn before starting it once more.",
            certainty=Certainty.MAYBE_ACCEPTED,
            workflow_id=self.workflow_id,
            attempts=self._wait.call.attempts,
            account=self._wait.call.account,
        )
        self._wait.session.executor.announce_error(error)
        return error

    def _complete(self, told: Progress) -> None:
        self._announce_finished(succeeded=True)
        fence = self._wait.call.fence
        if fence is not None:
            told = attrs.evolve(told, completion=unmarked(told.completion))
            fence.finish(told)
        completion = told.completion
        try:
            data, failures = self._operation.read(completion)
        except ProtocolError as error:
            error.workflow_id = self.workflow_id
            error.account = self._wait.call.account
            self._wait.session.executor.announce_error(error)
            self._error = error
            return
        self._result = Result(
            data=data, errors=failures, workflow_id=self.workflow_id, completion=completion
        )

    def _timed_out(self) -> WorkflowTimeout:
        waited = self._wait.session.core.clock.now() - self._wait.call.started_at
        error = WorkflowTimeout(
            f"Workflow {self.workflow_id} has not ended after {waited:.1f} s",
            certainty=Certainty.ACCEPTED,
            workflow_id=self.workflow_id,
            attempts=self._wait.polls,
            elapsed=waited,
            account=self._wait.call.account,
        )
        self._wait.session.executor.announce_error(error)
        return error

    def _announce_finished(self, *, succeeded: bool) -> None:
        self._end_is_told = True
        self._wait.session.core.sink.emit(
            WorkflowFinished(
                account=self._wait.call.account,
                operation=self._operation.name,
                workflow_id=self.workflow_id,
                succeeded=succeeded,
                elapsed=self._wait.session.core.clock.now() - self._wait.call.started_at,
            )
        )
