"""The thread that owns a connection: what the loop asks for, it does in that order.

Writes that wait while one transaction is stored go into the next together. What is told as stored
is stored.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from linkedapi_async.errors import LedgerError
from linkedapi_async.ledger import Change

from ._rows import Claim, Database, Unfit, Write, Written

__all__ = ["Writer"]

T = TypeVar("T")

_COMPANY: Final = 0.02
"""Seconds that patient writes wait for others."""
_MOST: Final = 1_000
"""Jobs of one transaction."""
_TICK: Final = 0.5
"""Seconds of idleness after which the thread looks whether it is still wanted."""


class _Stop:
    """Ask for the end."""


@attrs.frozen(eq=False)
class _Job:
    """Something to do, and who waits for it."""

    work: "Write | Callable[[Database], Any] | _Stop"
    promise: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop

    @property
    def is_patient(self) -> bool:
        """Whether it may wait for company."""
        return isinstance(self.work, Change) and self.work.is_patient


_Told: TypeAlias = tuple[_Job, Any]


class Writer:
    """A thread that works for one event loop after the other.

    It lives as long as it is not stopped, or the program: a change that could not be stored is
    tried again with whatever comes next, and now and then, since what it tells stays true.
    """

    def __init__(self, database: Database, *, owner: str, on_commit: Callable[[], object]) -> None:
        """Take what it works on.

        Args:
            database: Opened, used and closed in the thread only.
            owner: Names this run in rows.
            on_commit: Called in the thread after each transaction that stored something.
        """
        self._database = database
        self._owner = owner
        self._on_commit = on_commit
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._late: list[Change] = []
        self._trouble: LedgerError | None = None
        self._loop = asyncio.get_running_loop()
        self._is_over = False

    def start(self) -> "asyncio.Future[None]":
        """Begin; the future tells when the database is open, or why it cannot be."""
        opened = _Job(_Stop(), self._loop.create_future(), self._loop)
        threading.Thread(target=self._run, args=(opened,), name="linkedapi-ledger").start()
        return opened.promise

    def stop(self) -> "asyncio.Future[None]":
        """Store what was asked for, then end; the future tells when."""
        return self._ask(_Stop())

    def abandon(self) -> None:
        """End as soon as may be; nobody waits for it."""
        self.stop().cancel()

    def write(self, work: Write) -> "asyncio.Future[Any]":
        """Have something written; what it came to is told once it is stored."""
        return self._ask(work)

    def read(self, work: Callable[[Database], T]) -> "asyncio.Future[T]":
        """Have something read, after all that was to be written."""
        return self._ask(work)

    def _ask(self, work: "Write | Callable[[Database], Any] | _Stop") -> "asyncio.Future[Any]":
        loop = self._loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future(), loop)
        self._jobs.put(job)
        if self._is_over:  # it was looked at a last time, maybe before this
            self._refuse()
        return job.promise

    # ── in the thread ──

    def _run(self, opened: _Job) -> None:
        try:
            self._database.open(self._owner)
        except Exception as exc:  # noqa: BLE001 - whoever opens it is told
            self._is_over = True
            _tell([(opened, exc)])
            self._refuse()
            return
        _tell([(opened, None)])
        stops: list[_Job] = []
        while not stops and self._is_wanted():
            stops = self._serve(self._next())
        self._database.close()
        self._is_over = True
        _tell([(job, self._trouble if self._late else None) for job in stops])
        self._refuse()

    def _is_wanted(self) -> bool:
        """Return whether somebody may still ask: threads that wait for ever keep a program alive.

        Once the main thread has ended, only a loop that runs in another one can.
        """
        return (
            not self._jobs.empty() or threading.main_thread().is_alive() or self._loop.is_running()
        )

    def _next(self) -> list[_Job]:
        """Wait for work and return all there is; nothing, when none comes for a while."""
        try:
            jobs = [self._jobs.get(timeout=_TICK)]
        except Empty:
            return []
        ends_at = time.monotonic() + _COMPANY  # noqa: TID251 - a thread waits in real time
        is_patient = jobs[0].is_patient
        while len(jobs) < _MOST:
            left = ends_at - time.monotonic() if is_patient else 0.0  # noqa: TID251 - as above
            try:
                job = self._jobs.get(block=left > 0, timeout=max(left, 0.0))
            except Empty:
                break
            is_patient = is_patient and job.is_patient
            jobs.append(job)
        return jobs

    def _serve(self, jobs: Sequence[_Job]) -> list[_Job]:
        """Write, then read; return the jobs that ask for the end."""
        writes: list[_Job] = []
        reads: list[_Job] = []
        stops: list[_Job] = []
        for job in jobs:
            if isinstance(job.work, _Stop):
                stops.append(job)
            elif isinstance(job.work, Change) or not job.promise.cancelled():
                (writes if isinstance(job.work, Claim | Change) else reads).append(job)
        if writes or self._late:
            _tell(self._write(writes))
        if reads:
            _tell([(job, self._read(job.work)) for job in reads])
        if not jobs:
            with suppress(Exception):  # what ails it is told to whoever asks for something
                self._database.tend()
        return stops

    def _write(self, jobs: Sequence[_Job]) -> list[_Told]:
        late, self._late = self._late, []
        works: list[Any] = [*late, *(job.work for job in jobs)]
        told = self._transact(works)
        return list(zip(jobs, told[len(late) :], strict=True))

    def _transact(self, writes: Sequence[Write]) -> Sequence[Written | Exception]:
        try:
            told, is_stored = self._database.transact(writes, self._owner)
        except LedgerError as exc:
            self._trouble = exc
            self._late += [one for one in writes if isinstance(one, Change)]
            return [exc.clone() for _ in writes]
        except Exception as exc:  # noqa: BLE001 - whoever asked is told
            if len(writes) > 1:  # one of them is to blame
                return [self._transact([one])[0] for one in writes]
            is_unfit = isinstance(exc, Unfit)
            return [LedgerError(f"This cannot be written down: {exc}") if is_unfit else exc]
        if is_stored:
            self._on_commit()
        return told

    def _read(self, work: Any) -> Any:
        try:
            return work(self._database)
        except Unfit as exc:
            return LedgerError(f"This cannot be asked of a ledger: {exc}")
        except Exception as exc:  # noqa: BLE001 - whoever asked is told
            return exc

    def _refuse(self) -> None:
        refused: list[_Told] = []
        while True:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            is_stop = isinstance(job.work, _Stop)
            refused.append((job, None if is_stop else LedgerError("The ledger is closed")))
        _tell(refused)


def _tell(told: Sequence[_Told]) -> None:
    """Tell each loop once what its jobs came to; a loop that is gone does not mind."""
    for loop in {job.loop for job, _ in told}:
        mine = [(job.promise, outcome) for job, outcome in told if job.loop is loop]
        try:
            loop.call_soon_threadsafe(_keep, mine)
        except RuntimeError:
            continue


def _keep(told: "Sequence[tuple[asyncio.Future[Any], Any]]") -> None:
    for promise, outcome in told:
        if promise.done():
            continue
        if isinstance(outcome, Exception):
            promise.set_exception(outcome)
            promise.exception()  # nobody needs to await a note
        else:
            promise.set_result(outcome)
