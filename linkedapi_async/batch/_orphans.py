"""Workflows that webhook events name and nobody waits for, and the calls that may have begun them.

A call that writes carries a mark, which its completion repeats. Events name a workflow when it is
taken and when it has ended; the mark in the completion then proves whose it is.
"""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import attrs

from linkedapi_async._booking import Booking
from linkedapi_async._trunk import Core
from linkedapi_async._types import WorkflowId
from linkedapi_async.errors import LinkedApiError
from linkedapi_async.events import CallAdopted
from linkedapi_async.ledger import State, mark_in
from linkedapi_async.pool import AccountPool
from linkedapi_async.pool._client import backstage
from linkedapi_async.receiver import WebhookReceiver
from linkedapi_async.webhooks import WorkflowCompleted, WorkflowCreated, WorkflowEvent, progress_of

from ._job import Job

__all__ = ["Orphans"]

_REMEMBERED: Final = 10_000
_PATIENCE: Final = 60.0
"""Seconds within which events name what was taken, deliveries that are repeated among them, and
after which a workflow is asked for whose end none has told. A receiver that has heard of nothing
yet is no reason to give up earlier: it is as new as the process."""
_SKEW: Final = timedelta(seconds=60)
"""By how much clocks may differ."""
_TRANSIT: Final = timedelta(minutes=10)
"""Within which a start that was about to be sent has arrived, if it ever does."""


@attrs.define(eq=False)
class _Candidate:
    """A workflow that events name.

    Attributes:
        workflow_id: Its id.
        account_id: The account, as events name it.
        since: When it was heard of first.
        created_at: When the service took it, where an event told.
        is_over: Whether it has ended.
        is_read: Whether its completion was seen.
        mark: The mark in it.
        strangers: Accounts that turned out not to have it, or not to tell more of it.
    """

    workflow_id: WorkflowId
    account_id: str | None
    since: datetime
    created_at: datetime | None = None
    is_over: bool = False
    is_read: bool = False
    mark: str | None = None
    strangers: set[str] = attrs.field(factory=set[str])


class Orphans:
    """Finds the workflows of calls whose start was cut off."""

    def __init__(self, pool: AccountPool, core: Core, receiver: WebhookReceiver) -> None:
        """Begin to listen, on the running event loop.

        Args:
            pool: Whose accounts the workflows belong to.
            core: What they share.
            receiver: Hears the events.
        """
        self._pool = pool
        self._core = core
        self._candidates: OrderedDict[WorkflowId, _Candidate] = OrderedDict()
        self._known: OrderedDict[WorkflowId, str] = OrderedDict()
        self._aliases: dict[str, str] = {}
        self._news = asyncio.Event()
        loop = asyncio.get_running_loop()

        def hear(event: WorkflowEvent) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody looks for anything any more
                loop.call_soon_threadsafe(self._hear, event)

        self._unsubscribe = receiver.subscribe(WorkflowEvent, hear)

    def close(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    def know(self, workflow_id: WorkflowId, account: str) -> None:
        """Take in that a workflow has somebody who waits for it."""
        self._known[workflow_id] = account
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        candidate = self._candidates.pop(workflow_id, None)
        if candidate is not None and candidate.account_id is not None:
            self._aliases[candidate.account_id] = account

    async def adopt(self, job: Job, booking: Booking) -> bool:
        """Find the workflow of an uncertain call, and note its id; return whether that was done.

        Raises:
            LedgerError: The ledger cannot be used.
        """
        row, clock = booking.row, self._core.clock
        assert row is not None  # noqa: S101 - it is what is uncertain
        look_at = clock.now() + _PATIENCE
        while True:
            news, is_late = self._news, clock.now() >= look_at
            for candidate in self._nearby(job, booking):
                if candidate.is_over or is_late:
                    await self._read(candidate, job)
                if candidate.mark == row.mark:
                    return await self._take(candidate, job, booking)
            if is_late:
                if not self._is_awaited(job, booking):
                    return False
                look_at = clock.now() + _PATIENCE
            with suppress(TimeoutError):
                async with clock.timer(look_at - clock.now()):
                    await news.wait()

    # ── below ──

    def _hear(self, event: WorkflowEvent) -> None:
        workflow_id = event.workflow_id
        if workflow_id is None:
            return
        if workflow_id in self._known:
            if event.account_id is not None:
                self._aliases[event.account_id] = self._known[workflow_id]
            return
        since = event.created_at_time or self._core.clock.wall()
        found = self._candidates.setdefault(
            workflow_id, _Candidate(workflow_id, event.account_id, since)
        )
        if len(self._candidates) > _REMEMBERED:
            self._candidates.popitem(last=False)
        found.since = min(found.since, since)
        if isinstance(event, WorkflowCreated):
            found.created_at = since
        if isinstance(event, WorkflowCompleted):
            found.is_over = True
            progress = progress_of(event)
            if progress is not None:
                found.is_read, found.mark = True, mark_in(progress.completion)
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _nearby(self, job: Job, booking: Booking) -> list[_Candidate]:
        """Return the workflows that a call may have begun."""
        account, since = job.call.account, booking.since - _SKEW
        return [
            one
            for one in self._candidates.values()
            if one.since >= since
            and account not in one.strangers
            and self._aliases.get(one.account_id or "", account) == account
        ]

    def _is_awaited(self, job: Job, booking: Booking) -> bool:
        """Return whether a workflow may be the call's whose completion was not seen yet.

        What others start later may keep an account busy for ever.
        """
        until = booking.since + _TRANSIT
        return any(
            not one.is_read and (one.created_at is None or one.created_at <= until)
            for one in self._nearby(job, booking)
        )

    async def _read(self, candidate: _Candidate, job: Job) -> None:
        """Ask for a workflow, unless its completion was seen."""
        if candidate.is_read:
            return
        account = job.call.account
        try:
            progress = await backstage(self._pool).peek(account, candidate.workflow_id)
        except LinkedApiError:
            candidate.strangers.add(account)
            return
        if progress is not None and progress.state.is_final:
            candidate.is_over = candidate.is_read = True
            candidate.mark = mark_in(progress.completion)

    async def _take(self, candidate: _Candidate, job: Job, booking: Booking) -> bool:
        if not await booking.prove(State.ACCEPTED, workflow_id=candidate.workflow_id):
            return False
        self.know(candidate.workflow_id, job.call.account)
        self._core.sink.emit(
            CallAdopted(
                account=job.call.account,
                operation=job.call.operation.name,
                key=booking.intent.key,
                workflow_id=candidate.workflow_id,
            )
        )
        return True
