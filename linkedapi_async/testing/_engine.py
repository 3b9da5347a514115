"""Runs workflows: one queue per account, one workflow of an account at a time, in order of arrival.

Actions take effect at the end of a workflow's duration, so one that is cancelled while it runs
has done nothing.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Final, TypeAlias

from linkedapi_async._clock import Clock
from linkedapi_async._messages import State
from linkedapi_async._types import Json

from ._accounts import Account
from ._ambush import Ambush
from ._execution import Execution
from ._routes import Wire
from ._workflows import Workflow
from ._world import World
from .log import (
    Log,
    WorkflowAccepted,
    WorkflowCancelled,
    WorkflowCompleted,
    WorkflowFailed,
    WorkflowStarted,
)

__all__ = ["Duration", "Engine"]

Duration: TypeAlias = float | Callable[[Json, Random], float]
"""Seconds a workflow runs, or how to tell from its tree and a seeded source of chance."""

_SLACK: Final = 1e-6
"""Moments closer than this are one: sums of floats miss each other by less."""


class Engine:
    """The cloud browsers, one per account."""

    def __init__(
        self,
        *,
        clock: Clock,
        world: World,
        log: Log,
        ambush: Ambush,
        duration: Duration,
        seed: int,
        tell: Callable[[Workflow], None],
    ) -> None:
        self._clock = clock
        self._world = world
        self._log = log
        self._ambush = ambush
        self._duration = duration
        self._tell = tell
        self._chance = Random(f"{seed}:durations")  # noqa: S311 - runs have to repeat
        self._ids = Random(f"{seed}:ids")  # noqa: S311 - ids have to repeat
        self._queues: dict[Account, deque[Workflow]] = {}
        self._workers: dict[Account, asyncio.Task[None]] = {}
        self._workflows: dict[str, Workflow] = {}
        self._is_closed = False

    def find(self, wire: Wire, account: Account, workflow_id: str) -> Workflow | None:
        """Return a workflow that this account posted on this wire."""
        workflow = self._workflows.get(workflow_id)
        if workflow is None or workflow.wire is not wire or workflow.account is not account:
            return None
        return workflow

    def accept(self, wire: Wire, account: Account, document: Json, *, request: int) -> Workflow:
        """Put a valid tree into its account's queue; at the head it starts at once."""
        now = self._clock.now()
        workflow = Workflow(self._new_id(wire), wire, account, document, now)
        self._workflows[workflow.workflow_id] = workflow
        self._log.append(
            WorkflowAccepted(
                at=now,
                workflow_id=workflow.workflow_id,
                account=account.alias,
                wire=wire.value,
                document=document,
                request=request,
            )
        )
        self._tell(workflow)
        queue = self._queues.setdefault(account, deque())
        queue.append(workflow)
        if len(queue) == 1 and not self.is_resting(account):
            self._begin(workflow)
        if account not in self._workers:
            self._employ(account)
        return workflow

    def cancel(self, workflow: Workflow) -> bool:
        """Stop a workflow that is not over; return whether that was still possible.

        Inferred: a later poll answers `failed` with the reason `workflowCancelled`. No source
        says how the service tells of a cancelled workflow.
        """
        if workflow.is_over:
            return False
        workflow.is_cancelled = True
        workflow.fail("workflowCancelled", "The workflow was cancelled.")
        self._log.append(
            WorkflowCancelled(
                at=self._clock.now(),
                workflow_id=workflow.workflow_id,
                account=workflow.account.alias,
            )
        )
        worker = self._workers.get(workflow.account)
        if worker is not None and self._queues[workflow.account][0] is workflow:
            worker.cancel()
        return True

    def abandon(self, account: Account) -> None:
        """Stop everything an account has in its queue: it is no longer connected."""
        for workflow in self._queues.get(account, ()):
            self.cancel(workflow)

    def look_again(self, account: Account) -> None:
        """Reconsider a parked queue: its working hours have changed."""
        queue = self._queues.get(account)
        worker = self._workers.get(account)
        if queue and worker is not None and queue[0].state is State.PENDING:
            worker.cancel()

    def is_resting(self, account: Account) -> bool:
        """Return whether working hours are closed, and forget hours that have opened."""
        hours = account.hours
        if hours is None:
            return False
        if hours.opens_at is not None and self._clock.now() >= hours.opens_at - _SLACK:
            account.hours = None
            return False
        return True

    async def close(self) -> None:
        """Stop every queue where it is."""
        self._is_closed = True
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    def _new_id(self, wire: Wire) -> str:
        digits = f"{self._ids.getrandbits(128):032x}"
        if wire is Wire.ACCOUNT_API:
            return digits[:24]
        prefix = "wf" if wire is Wire.LINKED_API else "account"
        parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        return f"{prefix}-{'-'.join(parts)}"

    def _employ(self, account: Account) -> None:
        worker = asyncio.get_running_loop().create_task(self._work(account))
        self._workers[account] = worker
        worker.add_done_callback(partial(self._dismiss, account))

    def _dismiss(self, account: Account, worker: "asyncio.Task[None]") -> None:
        """Let another go on with what a cancelled worker left; show what broke one."""
        del self._workers[account]
        if self._is_closed:
            return
        if not worker.cancelled() and (error := worker.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "An executor of the sandbox failed", "exception": error}
            )
        if self._queues[account]:
            self._employ(account)

    async def _work(self, account: Account) -> None:
        queue = self._queues[account]
        while queue:
            hours = account.hours
            if queue[0].state is State.PENDING:
                await self._wait_for_hours(queue[0])
            if hours is not None and hours.is_reversed and account.hours is None:
                queue.extend([queue.pop() for _ in range(len(queue))])
            workflow = queue[0]
            if not workflow.is_over:
                await self._process(workflow)
            queue.popleft()

    async def _process(self, workflow: Workflow) -> None:
        if workflow.state is State.PENDING:
            self._begin(workflow)
        duration = self._duration
        await self._clock.sleep(
            duration(workflow.document, self._chance) if callable(duration) else duration
        )
        try:
            self._finish(workflow)
        except Exception:
            self._fail(workflow, "unknownError")
            raise

    async def _wait_for_hours(self, workflow: Workflow) -> None:
        account = workflow.account
        while self.is_resting(account) and (hours := account.hours) is not None:
            now = self._clock.now()
            given_up_at = (
                None if hours.expires_after is None else workflow.arrived_at + hours.expires_after
            )
            if given_up_at is not None and now >= given_up_at - _SLACK:
                self._fail(workflow, "workingHoursWaitExpired")
                return
            ahead = [at for at in (hours.opens_at, given_up_at) if at is not None]
            if ahead:
                await self._clock.sleep(min(ahead) - now)
            else:
                await asyncio.get_running_loop().create_future()

    def _begin(self, workflow: Workflow) -> None:
        workflow.run()
        self._log.append(
            WorkflowStarted(
                at=self._clock.now(),
                workflow_id=workflow.workflow_id,
                account=workflow.account.alias,
            )
        )
        self._tell(workflow)

    def _finish(self, workflow: Workflow) -> None:
        injection = self._ambush.spring(("failure",), workflow.account.alias)
        if injection is None:
            completion = self._execute(workflow)
            workflow.complete(completion)
            self._log.append(
                WorkflowCompleted(
                    at=self._clock.now(),
                    workflow_id=workflow.workflow_id,
                    account=workflow.account.alias,
                    completion=completion,
                )
            )
            self._tell(workflow)
            return
        if injection.runs:
            self._execute(workflow)
        workflow.is_legacy = injection.is_legacy
        self._fail(workflow, *injection.words)

    def _execute(self, workflow: Workflow) -> Json:
        return Execution(
            workflow=workflow,
            world=self._world,
            log=self._log,
            ambush=self._ambush,
            clock=self._clock,
        ).run(workflow.document)

    def _fail(self, workflow: Workflow, reason: str, text: str | None = None) -> None:
        workflow.fail(reason, text)
        self._log.append(
            WorkflowFailed(
                at=self._clock.now(),
                workflow_id=workflow.workflow_id,
                account=workflow.account.alias,
                reason=reason,
            )
        )
        self._tell(workflow)
