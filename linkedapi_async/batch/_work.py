"""The tasks of a batch. They know nothing of who iterates, so that nobody is kept alive."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, Final, cast

from linkedapi_async._booking import Booking
from linkedapi_async._bookkeeping import Ledger
from linkedapi_async.errors import (
    ConfigurationError,
    LedgerError,
    OutcomeUnknown,
)
from linkedapi_async.ledger import Answer, Conflict, Row, Send
from linkedapi_async.pool import AccountPool, Call, Outcome
from linkedapi_async.pool._calls import FencedCall
from linkedapi_async.pool._client import backstage

from ._gate import Gate
from ._job import Job
from ._progress import BatchProgress, Tally
from ._reading import Calls, chunks
from ._settling import OnUncertain, Settling

__all__ = ["Work"]

_DAMAGED: Final = "ledgerDamaged"
_SETTLING: Final = 1_000
"""Calls of earlier runs looked after at once."""


class Work:
    """What goes on behind a batch, once somebody asks for its first outcome."""

    def __init__(
        self,
        pool: AccountPool,
        calls: Calls,
        *,
        ledger: Ledger | None,
        uncertain: OnUncertain,
        stop_after: int | None,
        read_ahead: int,
        total: int | None,
    ) -> None:
        """Prepare.

        Args:
            pool: Whose accounts do it.
            calls: What to do.
            ledger: What outlives the process.
            uncertain: What becomes of calls that may have been carried out.
            stop_after: Errors after which nothing more is started.
            read_ahead: Calls that may be read and not taken as outcomes.
            total: How many calls there are, as far as the list says.
        """
        self._pool = pool
        self._calls = calls
        self._ledger = ledger
        self._stop_after = stop_after
        self._read_ahead = read_ahead
        self._total = total
        self._core = backstage(pool).core
        self._tally = Tally()
        self._gate = Gate()
        self._settling = Settling(pool, self._core, uncertain, self._gate)
        self._outcomes = pool.map(self._fresh())
        self._found: deque[Outcome[Any]] = deque()
        self._inside = 0
        self._storing = 0
        self._errors = 0
        self._news = asyncio.Event()
        self._left = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], Job] = {}
        self._driver: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: Exception | None = None
        self._is_stopping = False
        self._is_abandoned = False

    # ── for whoever iterates ──

    async def next(self) -> Outcome[Any]:
        """Return the next outcome.

        Raises:
            StopAsyncIteration: There are no more.
        """
        if self._driver is None:
            if self._is_stopping:
                raise StopAsyncIteration
            self._loop = asyncio.get_running_loop()
            self._driver = asyncio.create_task(self._drive())
            self._driver.add_done_callback(lambda _: self._news.set())
        while not self._found:
            if self._driver.done():
                failure, self._failure = self._failure, None
                raise failure or StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        self._inside -= 1
        self._left.set()
        return self._found.popleft()

    def progress(self) -> BatchProgress:
        """Return how far it has come."""
        tally, waiting = self._tally, self._tally.waiting
        parked = sum(waiting[alias] for alias in self._pool.stats().parked)
        return BatchProgress(
            total=self._total,
            read=tally.read,
            done=tally.done,
            failed=dict(tally.failed),
            uncertain=tally.uncertain,
            running=tally.running,
            parked=parked,
            waiting=waiting.total() - parked,
            replayed=tally.replayed,
            is_paused=self._gate.is_shut,
            is_stopping=self._is_stopping,
            earliest_feasible_at=self._pool.earliest_feasible_at(self._outcomes.aside),
        )

    def pause(self) -> None:
        """Start nothing more until `resume`."""
        if self._is_stopping:
            return
        self._gate.shut()
        self._outcomes.set_aside()
        backstage(self._pool).closing.add(self.resume)

    def resume(self) -> None:
        """Start calls again."""
        backstage(self._pool).closing.discard(self.resume)
        self._gate.open()
        self._outcomes.go_on()

    def stop(self) -> None:
        """Start nothing more, and leave what the service has named."""
        if not self._is_stopping:
            self._is_stopping = True
            self._outcomes.stop()
            for task, job in self._tasks.items():
                job.after_reply(task.cancel)

    async def close(self) -> None:
        """Leave now."""
        self._is_stopping = True
        self._abandon()
        await self._outcomes.aclose()
        if self._driver is not None:
            await asyncio.wait((self._driver,))
        self._found.clear()

    def forget(self) -> None:
        """Do the same from wherever objects are destroyed."""
        backstage(self._pool).closing.discard(self.resume)
        if self._loop is not None and self._driver is not None and not self._driver.done():
            with suppress(RuntimeError):  # its loop is closed: nothing runs any more
                self._loop.call_soon_threadsafe(self._driver.cancel)

    # ── below ──

    async def _drive(self) -> None:
        """See every call to its outcome."""
        ledger, is_open = self._ledger, False
        try:
            if ledger is not None:
                await ledger.open()
                is_open = True
                self._settling.open()
            await self._see_out()
        except Exception as error:  # noqa: BLE001 - whoever iterates gets it, whatever it is
            self._fail(error)
        finally:
            try:
                self._abandon()
                await asyncio.gather(*self._tasks, return_exceptions=True)
                await self._outcomes.aclose()
            finally:  # also where somebody is in a hurry: an open ledger shows that this run lives
                self._settling.close()
                if ledger is not None and is_open:
                    await self._let_go(ledger)

    async def _see_out(self) -> None:
        """Take outcomes in until there are no more.

        Raises:
            LedgerError: The ledger cannot be used.
            Exception: Whatever else ended the reading, once what was read has its outcome.
        """
        broken: Exception | None = None
        try:
            async for outcome in self._outcomes:
                self._came(outcome)
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            broken = error
        while self._tasks or self._storing:
            self._left.clear()
            await self._left.wait()
        if broken is not None:
            raise broken

    def _abandon(self) -> None:
        """Cancel what is settled, once: a start then has a moment to learn its name."""
        if not self._is_abandoned:
            self._is_abandoned = True
            backstage(self._pool).closing.discard(self.resume)
            for task in self._tasks:
                task.cancel()

    async def _let_go(self, ledger: Ledger) -> None:
        try:
            await ledger.close()
        except LedgerError as error:
            self._fail(error)

    async def _fresh(self) -> AsyncIterator[FencedCall[Any]]:
        """Yield the calls that nobody has sent yet; see to the others."""
        async for calls in chunks(self._calls):
            jobs, failure = self._jobs(calls)
            known = await self._look(jobs)
            for job in jobs:
                if await self._is_fresh(job, known):
                    yield job.fenced
            if failure is not None:
                raise failure
            while self._inside >= self._read_ahead or len(self._tasks) >= _SETTLING:
                self._left.clear()
                await self._left.wait()

    def _jobs(self, calls: list[Call[Any]]) -> tuple[list[Job], Exception | None]:
        """Return calls with their rows to be, up to one that breaks, and what it raised."""
        jobs: list[Job] = []
        for call in calls:
            try:
                job = self._job(call)
            except Exception as error:  # noqa: BLE001 - of an operation of the application's own
                return jobs, error
            if job is not None:
                jobs.append(job)
        return jobs, None

    def _job(self, call: Call[Any]) -> Job | None:
        """Return a call that was read, with its row to be; `None` where its key cannot be kept."""
        booking: Booking | None = None
        refusal: ConfigurationError | None = None
        if self._ledger is not None:
            try:
                booking = Booking(
                    self._ledger,
                    account=call.account,
                    operation=call.operation,
                    key=call.key,
                    clock=self._core.clock,
                )
            except ConfigurationError as error:
                refusal = error
        self._inside += 1
        job = Job(call, booking, self._tally, gate=self._gate, named=self._settling.know)
        if refusal is None:
            return job
        refusal.account = call.account
        self._end(job, Outcome(call, error=refusal))
        return None

    async def _look(self, jobs: list[Job]) -> Mapping[str, Row | LedgerError]:
        keys = [job.booking.intent.key for job in jobs if job.booking is not None]
        return {} if self._ledger is None else await self._ledger.look(keys)

    async def _is_fresh(self, job: Job, known: Mapping[str, Row | LedgerError]) -> bool:
        """Return whether a call is to be sent; else see to it.

        Raises:
            LedgerError: The ledger cannot be used.
        """
        if job.booking is None:
            return True
        try:
            step = await job.booking.consult(known.get(job.booking.intent.key))
        except LedgerError as error:
            if error.code != _DAMAGED:
                raise
            self._end(job, Outcome(job.call, error=error))
            return False
        if isinstance(step, Send):
            return True
        if isinstance(step, (Answer, Conflict)):
            is_known = isinstance(step, Answer)
            self._end(job, self._settling.replay(job, step), is_replayed=is_known)
        else:
            self._see_to(job)
        return False

    def _see_to(self, job: Job) -> None:
        """Have a call settled that is not simply to be sent."""
        if self._is_stopping:
            return
        task = asyncio.get_running_loop().create_task(self._settle(job))
        self._tasks[task] = job
        task.add_done_callback(self._settled)

    async def _settle(self, job: Job) -> None:
        try:
            outcome, is_replayed = await self._settling.settle(job)
        except LedgerError as error:
            if error.code != _DAMAGED:
                raise
            self._end(job, Outcome(job.call, error=error))
        else:
            self._keep(job, outcome, is_replayed=is_replayed)

    def _settled(self, task: "asyncio.Task[None]") -> None:
        del self._tasks[task]
        self._left.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    # ── outcomes ──

    def _came(self, outcome: Outcome[Any]) -> None:
        """Take in what became of a call that the pool had."""
        fenced = cast("FencedCall[Any]", outcome.call)
        job, error = cast("Job", fenced.fence), outcome.error
        is_taken = outcome.result is None and error is None
        is_doubtful = (
            isinstance(error, OutcomeUnknown)
            and not self._is_stopping
            and self._settling.looks_into_doubts(job)
        )
        if isinstance(error, LedgerError) and error.code != _DAMAGED:
            self._fail(error)
        elif is_taken or is_doubtful:
            self._see_to(job)
        else:
            self._keep(job, Outcome(job.call, outcome.result, error))

    def _keep(self, job: Job, outcome: Outcome[Any], *, is_replayed: bool = False) -> None:
        """Hand an outcome out as soon as it is durable."""
        last = None if job.booking is None else job.booking.last
        if last is None or last.done():
            self._stored(job, outcome, last, is_replayed=is_replayed)
            return
        self._storing += 1

        def stored(_: object) -> None:
            self._storing -= 1
            self._stored(job, outcome, last, is_replayed=is_replayed)

        last.add_done_callback(stored)

    def _stored(
        self,
        job: Job,
        outcome: Outcome[Any],
        last: "asyncio.Future[bool] | None",
        *,
        is_replayed: bool,
    ) -> None:
        """Hand an outcome out, also where it could not be stored: the next run finds it again."""
        self._end(job, outcome, is_replayed=is_replayed)
        failure = None if last is None or last.cancelled() else last.exception()
        if failure is not None:
            self._fail(failure)

    def _end(self, job: Job, outcome: Outcome[Any], *, is_replayed: bool = False) -> None:
        job.end(outcome, is_replayed=is_replayed)
        self._found.append(outcome)
        self._news.set()
        self._left.set()
        self._errors += outcome.error is not None and not is_replayed and not job.is_inherited
        if self._stop_after is not None and self._errors >= self._stop_after:
            self.stop()

    def _fail(self, error: BaseException) -> None:
        """Stop, and raise an error once everything under way has come to its end."""
        if self._failure is None and isinstance(error, Exception):
            self._failure = error
        self.stop()
