"""A started workflow: ask for it, wait for it, cancel it, from as many tasks as like."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Generic, TypeVar

import attrs

from ._call import Call
from ._messages import Progress, Purpose, Refusal, Request, State
from ._push import Ended
from ._session import Session
from ._types import Certainty, Json, WorkflowId
from .errors import (
    FatalError,
    LinkedApiError,
    OutcomeUnknown,
    ProtocolError,
    UnsupportedByWire,
    WorkflowTimeout,
)
from .events import WorkflowFinished, WorkflowParked
from .operations._base import Operation, Result
from .policy import BackOff, PollSchedule

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

    It holds no task: whoever waits polls, one waiter at a time on behalf of all.
    """

    def __init__(
        self,
        session: Session,
        operation: type[Operation[R_co]],
        call: Call,
        *,
        request: Request | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Take over from the client; use `LinkedApi.start` or `LinkedApi.attach`.

        Args:
            session: Where to ask.
            operation: Reads the completion.
            call: The record of the start, or of the attachment.
            request: What started it, where that may be sent again; `None` for an attached one.
            progress: What the start's reply told.
        """
        self._session = session
        self._operation = operation
        self._call = call
        self._request = request
        self._clock = session.core.clock
        self._end_is_told = False
        self._is_led = False
        self._followers: list[asyncio.Future[LinkedApiError | None]] = []
        self._polling = call.waits()
        self._news: Request | None = None
        self._polls = 0
        self._schedule = self._new_schedule()
        self._pushed: Progress | None = None
        self._latest = progress or Progress(State.PENDING, workflow_id=call.workflow_id)
        self._result: Result[R_co] | None = None
        self._error: LinkedApiError | None = None
        self._nap: asyncio.Future[None] | None = None
        if progress is not None:
            self._observe(progress)
            self._schedule.plan(now=self._clock.now(), draw=self._clock.draw())

    def __repr__(self) -> str:
        """Show the operation, the id and the state."""
        name, state = self._operation.name, self._latest.state
        return f"<WorkflowHandle {name} {self.workflow_id} {state}>"

    @property
    def workflow_id(self) -> WorkflowId | None:
        """Keep it to attach again after a restart: an id, or a result link on the Account API.

        `None` only where the reply to the start brought the end itself. Changes if the policy
        starts an expired workflow again.
        """
        return self._call.workflow_id

    async def status(self) -> WorkflowStatus:
        """Return how far the workflow is, asking the service once (and again if that fails).

        Raises:
            LinkedApiError: The service could not be asked; the workflow is not touched by that.
        """
        latest, workflow_id = self._latest, self.workflow_id
        if not latest.state.is_final and workflow_id is not None:
            async with self._session.calls.enter(workflow_id):
                latest = await self._session.status(self._fresh_call(), workflow_id)
            if workflow_id == self.workflow_id:
                self._observe(latest)
                self._wake()
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
        """
        if self._result is None and self._error is None:
            await self._wait(timeout)
        if self._error is not None:
            raise self._error.clone()
        assert self._result is not None  # noqa: S101 - the wait ends with one or the other
        return self._result

    async def cancel(self) -> bool:
        """Ask the service to stop the workflow; return whether it did.

        `False` is not documented; most likely the workflow had ended already.

        Raises:
            UnsupportedByWire: This generation of the API cannot cancel; nothing was sent.
            OutcomeUnknown: A reply was lost, and asking again no longer tells.
            LinkedApiError: The service could not be asked.
        """
        workflow_id = self.workflow_id
        if not self._session.wire.can_cancel:
            name = self._session.wire.name
            msg = f"The {name} generation of the API cannot cancel a workflow"
            raise UnsupportedByWire(msg, workflow_id=workflow_id)
        if workflow_id is None or self._latest.state.is_final:
            return False
        call = self._fresh_call(Purpose.CANCEL)
        async with self._session.calls.enter(workflow_id):
            cancelled = await self._session.cancel(call, workflow_id)
        if cancelled and self._result is None:
            self._error = FatalError(
                f"Workflow {workflow_id} was cancelled",
                code="workflowCancelled",
                certainty=Certainty.ACCEPTED,
                workflow_id=workflow_id,
                account=call.account,
            )
            self._wake()
        return cancelled

    def _fresh_call(self, purpose: Purpose = Purpose.DIRECT) -> Call:
        """Return the record of a request beside the wait, with its own time."""
        policy = self._call.policy
        call = self._session.call(purpose, self._operation.name, policy, reads_only=True)
        call.workflow_id = self.workflow_id
        return call

    async def _wait(self, timeout: float | None) -> None:  # noqa: ASYNC109 - bounds the wait
        deadline_at = self._call.deadline_at
        left = None if deadline_at is None else deadline_at - self._clock.now()
        if timeout is not None:
            left = timeout if left is None else min(timeout, left)
        timer = self._clock.timer(left)
        try:
            async with self._session.calls.enter(self.workflow_id), timer:
                while self._result is None and self._error is None:
                    await (self._follow() if self._is_led else self._lead())
        except TimeoutError:
            if not timer.expired():
                raise
            raise self._timed_out() from None

    async def _follow(self) -> None:
        """Wait for whoever polls: for the end, for an error that concerns all, or to take over.

        Raises:
            LinkedApiError: The workflow cannot be asked for any more.
        """
        told = asyncio.get_running_loop().create_future()
        self._followers.append(told)
        error: LinkedApiError | None = await told
        if error is not None:
            raise error.clone()

    async def _lead(self) -> None:
        """Poll until the end, for everybody who waits.

        Raises:
            LinkedApiError: The workflow cannot be asked for any more.
        """
        self._is_led = True
        failure: LinkedApiError | None = None
        try:
            while self._result is None and self._error is None:
                if self._latest.state.is_final:
                    await self._finish(self._latest)
                else:
                    await self._reach_end()
        except LinkedApiError as error:
            failure = error
            raise
        finally:
            self._is_led = False
            followers, self._followers = self._followers, []
            for told in followers:
                if not told.done():
                    told.set_result(failure)

    async def _reach_end(self) -> None:
        """Poll until the workflow has ended, or nobody can tell any more."""
        with self._listening():
            while not self._is_decided:
                await self._poll()

    @property
    def _is_decided(self) -> bool:
        """Whether there is nothing left to ask for."""
        return self._error is not None or self._latest.state.is_final

    async def _poll(self) -> None:
        await self._await_turn()
        if self._is_decided or self.workflow_id is None:
            return
        if self._pushed is not None:
            self._observe(self._pushed)
            return
        if self._news is None:
            self._news = self._session.wire.poll(self.workflow_id)
        outcome = await self._session.poll(self._polling, self._news)
        self._polls += 1
        self._schedule.count_poll()
        now, draw = self._clock.now(), self._clock.draw()
        if isinstance(outcome, BackOff):
            pause = self._schedule.plan_again(outcome.delay, now=now, draw=draw)
            self._session.executor.announce_pause(self._polling, outcome.error, pause)
            return
        if outcome.state.is_final and not self._schedule.is_end_told:
            self._note_missed(self.workflow_id)
        self._observe(outcome)
        self._schedule.plan(now=now, draw=draw)

    async def _await_turn(self) -> None:
        """Wait until a poll is due, or something makes waiting pointless.

        While events can be relied on, the turn comes late: they tell the end first.
        """
        push, deadline_at = self._session.push, self._call.deadline_at
        while not self._is_decided and self._pushed is None:
            safety = push.safety_interval if push is not None and push.is_alive() else None
            due_at = self._schedule.due_at(safety_interval=safety, deadline_at=deadline_at)
            delay = due_at - self._clock.now()
            if delay <= 0:
                return
            await self._pass_time(delay)

    @contextmanager
    def _listening(self) -> Generator[None]:
        """Hear of the workflow's end while somebody waits for it."""
        push, workflow_id = self._session.push, self.workflow_id
        if push is None or workflow_id is None:
            yield
            return
        end = push.watch(workflow_id, self._hear)
        try:
            yield
        finally:
            end()

    def _hear(self, ended: Ended | None) -> None:
        """Take in what an event told of the workflow waited for."""
        if not self._is_led:
            return
        now = self._clock.now()
        if ended is None:
            self._schedule.spread(now, self._clock.draw())
        else:
            self._pushed = ended.progress
            self._schedule.hurry(now)
        self._wake()

    def _note_missed(self, workflow_id: WorkflowId) -> None:
        """Tell that the end was polled before an event told it; look later whether one came."""
        push = self._session.push
        if push is not None:
            push.missed(workflow_id)
            self._clock.call_later(push.grace, push.review)

    async def _pass_time(self, delay: float) -> None:
        """Wait, or until something wakes this wait."""
        self._nap = asyncio.get_running_loop().create_future()
        alarm = self._clock.call_later(delay, self._wake)
        try:
            await self._nap
        finally:
            alarm.cancel()
            self._nap = None

    def _wake(self) -> None:
        if self._nap is not None and not self._nap.done():
            self._nap.set_result(None)

    def _observe(self, progress: Progress) -> None:
        """Take in what was told."""
        before, self._latest = self._latest, progress
        if progress.state is State.UNKNOWN:
            self._session.executor.drift(self._call.account, "status", progress.word)
        if self._schedule.take_in(before, progress, wall=self._clock.wall()):
            self._announce_parked(progress)

    def _new_schedule(self) -> PollSchedule:
        policy = self._call.policy
        return PollSchedule(base=policy.poll_base, cap=policy.poll_max, now=self._clock.now())

    async def _finish(self, progress: Progress) -> None:
        if progress.state is State.COMPLETED:
            self._announce_finished(succeeded=True)
            self._complete(progress.completion)
            return
        if not self._end_is_told:
            self._announce_finished(succeeded=False)
        failure = progress.failure or Refusal(
            "unknownError", "The workflow failed without a reason.", Certainty.ACCEPTED
        )
        call = self._call
        call.purpose = Purpose.FINISHED
        ended = call.workflow_id
        try:
            restarted = await self._session.start(call, self._request, failure)
        except LinkedApiError as error:
            self._error = error
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
        self._pushed = None
        self._polling = self._call.waits()
        self._news = None
        self._polls = 0
        self._schedule = self._new_schedule()
        self._observe(progress)
        self._schedule.plan(now=self._clock.now(), draw=self._clock.draw())

    def _doubt(self) -> OutcomeUnknown:
        error = OutcomeUnknown(
            "Starting the workflow again was cut off before the reply came",
            code="connectionLost",
            hint="It may run: look at its effect on LinkedIn before starting it once more.",
            certainty=Certainty.MAYBE_ACCEPTED,
            workflow_id=self.workflow_id,
            attempts=self._call.attempts,
            account=self._call.account,
        )
        self._session.executor.announce_error(error)
        return error

    def _complete(self, completion: Json) -> None:
        try:
            data, failures = self._operation.read(completion)
        except ProtocolError as error:
            error.workflow_id = self.workflow_id
            error.account = self._call.account
            self._session.executor.announce_error(error)
            self._error = error
            return
        self._result = Result(
            data=data, errors=failures, workflow_id=self.workflow_id, completion=completion
        )

    def _timed_out(self) -> WorkflowTimeout:
        waited = self._clock.now() - self._call.started_at
        error = WorkflowTimeout(
            f"Workflow {self.workflow_id} has not ended after {waited:.1f} s",
            certainty=Certainty.ACCEPTED,
            workflow_id=self.workflow_id,
            attempts=self._polls,
            elapsed=waited,
            account=self._call.account,
        )
        self._session.executor.announce_error(error)
        return error

    def _announce_finished(self, *, succeeded: bool) -> None:
        self._end_is_told = True
        self._session.core.sink.emit(
            WorkflowFinished(
                account=self._call.account,
                operation=self._operation.name,
                workflow_id=self.workflow_id,
                succeeded=succeeded,
                elapsed=self._clock.now() - self._call.started_at,
            )
        )

    def _announce_parked(self, progress: Progress) -> None:
        self._session.core.sink.emit(
            WorkflowParked(
                account=self._call.account,
                workflow_id=self.workflow_id or WorkflowId(""),
                opens_in=self._schedule.opens_in,
                message=progress.message,
            )
        )
