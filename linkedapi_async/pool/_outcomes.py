"""Many calls at once: read as far as there is room, handed out as they end."""

import asyncio
import contextvars
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar, cast

from linkedapi_async._bookkeeping import Withheld
from linkedapi_async._call import Call as Record
from linkedapi_async._messages import Request
from linkedapi_async.errors import ClientClosed, ConfigurationError, LinkedApiError

from ._calls import Call, Outcome
from ._desk import Desk
from ._errand import carry_out
from ._lane import Entry, Lane

__all__ = ["Outcomes"]

R = TypeVar("R")

_BREATH: Final = 50
"""Calls handed in before others get their turn on the event loop."""


class Outcomes(Generic[R]):
    """What becomes of many calls, in the order they end: `async for outcome in pool.map(calls)`.

    Calls are read while their accounts' queues have room. Leaving the loop early, or `aclose`,
    forgets what was not sent and stops waiting for what was; an event tells the id of each workflow
    that runs on. Several tasks may share it; each outcome goes to one.
    """

    def __init__(
        self,
        calls: Iterable[Call[R]] | AsyncIterable[Call[R]],
        ready: Callable[[], Awaitable[Desk]],
        limit: int,
    ) -> None:
        """Prepare; use `AccountPool.map`. Nothing is read before the first outcome is asked for.

        Args:
            calls: What to do.
            ready: Returns where calls are handed in.
            limit: Outcomes that may wait to be taken before reading pauses.
        """
        self._calls = calls
        self._ready = ready
        self._limit = limit
        self._work: _Work | None = None
        self._is_closed = False
        self._is_aside = False

    def __aiter__(self) -> Self:
        """Return itself; going on later continues it."""
        return self

    async def __anext__(self) -> Outcome[R]:
        """Return the next outcome, waiting for it as long as it takes.

        Raises:
            StopAsyncIteration: All calls have ended.
            ClientClosed: The pool was closed before all calls were read.
            Exception: Whatever the calls' iterator raised, once what it gave before has ended.
        """
        if self._work is None:
            desk = await self._ready()
            if self._work is None:
                self._work = _Work(self._calls, desk, self._limit)
                if self._is_aside:
                    self._work.set_aside()
                if self._is_closed:
                    self._work.cancel()
        return await self._work.next()

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        await self.aclose()

    def __del__(self) -> None:
        """End it: the loop was left."""
        if self._work is not None:
            self._work.forget()

    @property
    def aside(self) -> list[Call[R]]:
        """The calls that `set_aside` has taken out of the lanes."""
        return [] if self._work is None else self._work.aside

    def stop(self) -> None:
        """Start nothing more; the iteration ends when every start that is under way is answered."""
        self._is_closed = True
        if self._work is not None:
            self._work.stop()

    def set_aside(self) -> None:
        """Start nothing more until `go_on`; what was started goes on."""
        self._is_aside = True
        if self._work is not None:
            self._work.set_aside()

    def go_on(self) -> None:
        """Let calls start again; their deadlines have stood still."""
        self._is_aside = False
        if self._work is not None:
            self._work.go_on()

    async def aclose(self) -> None:
        """Forget what was not sent, stop waiting for what was; whoever iterates leaves the loop."""
        self._is_closed = True
        if self._work is not None:
            self._work.cancel()
            await self._work.gone()


class _Item(Entry):
    """A call of many: a task carries it out when its turn comes, and none before.

    Attributes:
        room: Waited for by who reads, while the queue has no room for it.
        is_begun: Whether its task has got as far as to free its place itself.
    """

    __slots__ = ("_work", "is_begun", "room")

    def __init__(
        self,
        work: "_Work",
        call: Call[Any],
        lane: Lane,
        record: Record,
        request: Request,
    ) -> None:
        super().__init__(call, lane, record, request)
        self._work = work
        self.room: asyncio.Future[None] | None = None
        self.is_begun: bool = False
        work.pending.add(self)

    def begin(self) -> bool:
        """Have it carried out, where anybody still wants that."""
        return self._work.begin(self)

    def fail(self, error: LinkedApiError) -> None:
        """Hand out the error."""
        self.admit()
        self._work.end(self, Outcome(self.call, error=error))

    def admit(self) -> None:
        """Let reading go on."""
        if self.room is not None and not self.room.done():
            self.room.set_result(None)

    def after_reply(self, then: Callable[[], object]) -> None:
        """Have something done as soon as no reply to its start is awaited, which may be at once."""
        fence = self.record.fence
        if fence is not None:
            fence.after_reply(then)
        elif self.record.workflow_id is not None:
            then()

    def accepted(self) -> None:
        """Leave, where nobody wants to wait for the end any more."""
        if self._work.is_stopping and (task := asyncio.current_task()) is not None:
            task.cancel()


class _Work:
    """The tasks of a map. They know nothing of who iterates, so that nobody is kept alive.

    Attributes:
        pending: Calls that were handed in and have not ended.
        is_stopping: Whether nothing more is to be started, or waited for.
    """

    def __init__(
        self, calls: Iterable[Call[Any]] | AsyncIterable[Call[Any]], desk: Desk, limit: int
    ) -> None:
        self.pending: set[_Item] = set()
        self.is_stopping: bool = False
        self._aside: list[_Item] = []
        self._aside_at: float | None = None
        self._desk = desk
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._tasks: dict[asyncio.Task[None], _Item] = {}
        self._found: deque[Outcome[Any]] = deque()
        self._news = asyncio.Event()
        self._drained = asyncio.Event()
        self._failure: Exception | None = None
        self._is_cancelled = False
        self._reader = self._loop.create_task(self._read(calls))
        self._reader.add_done_callback(lambda _: self._news.set())

    # ── for whoever iterates ──

    async def next(self) -> Outcome[Any]:
        """Return the next outcome."""
        while not self._found or self._is_cancelled:
            if self._is_over:
                failure, self._failure = self._failure, None
                raise failure or StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        self._drained.set()
        return self._found.popleft()

    @property
    def _is_over(self) -> bool:
        return self._is_cancelled or (self._reader.done() and not self.pending)

    def cancel(self) -> None:
        """Forget what was not sent, and stop waiting for what was; again is fine.

        Nobody is cancelled twice: the first time leaves a start a moment to learn its name.
        """
        if self._is_cancelled:
            return
        self._is_cancelled = True
        self._forget_waiting()
        for task in self._tasks:
            task.cancel()
        self.pending.clear()
        self._found.clear()

    def stop(self) -> None:
        """Forget what was not sent; leave what was once the service has named it."""
        self.is_stopping = True
        self._forget_waiting()
        for task, item in self._tasks.items():
            item.after_reply(task.cancel)

    def _forget_waiting(self) -> None:
        self._reader.cancel()
        waiting = [item for item in self.pending if item.is_waiting]
        self._desk.withdraw(*waiting)
        self.pending.difference_update(waiting, self._aside)
        self._aside, self._aside_at = [], None
        self._news.set()

    @property
    def aside(self) -> list[Call[Any]]:
        """What was taken out of the lanes."""
        return [item.call for item in self._aside]

    def set_aside(self) -> None:
        """Take what waits out of the lanes."""
        if self._aside_at is None:
            self._aside_at = self._desk.core.clock.now()
            self._aside = [item for item in self.pending if item.is_waiting]
            self._desk.set_aside(*self._aside)

    def go_on(self) -> None:
        """Hand it back, as if no time had passed."""
        if self._aside_at is None:
            return
        rested = self._desk.core.clock.now() - self._aside_at
        aside, self._aside, self._aside_at = self._aside, [], None
        self._drained.set()
        for item in sorted(aside, key=lambda item: item.rank):
            record = item.record
            record.started_at += rested
            if record.deadline_at is not None:
                record.deadline_at += rested
            item.admit()
            self._desk.hand_back(item)

    def forget(self) -> None:
        """Do the same from wherever objects are destroyed."""
        if not self._is_over:
            with suppress(RuntimeError):  # its loop is closed: nothing runs any more
                self._loop.call_soon_threadsafe(self.cancel)

    async def gone(self) -> None:
        """Wait until nothing runs any more."""
        await asyncio.gather(self._reader, *self._tasks, return_exceptions=True)

    # ── for its calls ──

    def begin(self, item: _Item) -> bool:
        """Carry a call out; return whether anybody still wants that."""
        if self.is_stopping or self._is_cancelled:
            self._drop(item)
            return False
        item.is_begun = False
        task = self._loop.create_task(self._carry(item), context=self._context.copy())
        self._tasks[task] = item
        task.add_done_callback(self._carried)
        return True

    def end(self, item: _Item, outcome: Outcome[Any]) -> None:
        """Hand out what became of a call."""
        self.pending.discard(item)
        self._found.append(outcome)
        self._news.set()

    async def _carry(self, item: _Item) -> None:
        item.is_begun = True
        try:
            result = await carry_out(self._desk, item)
        except LinkedApiError as error:
            self.end(item, Outcome(item.call, error=error))
        except Withheld:
            self.end(item, Outcome(item.call))
        except Exception as error:  # noqa: BLE001 - whoever iterates gets it, whatever it is
            self._fail(error)
        else:
            if result is not None:
                self.end(item, Outcome(item.call, result))
            elif self.is_stopping and item.is_waiting:  # it was refused, and would wait for ever
                self._desk.withdraw(item)
                self._drop(item)
            elif self._aside_at is not None and item.is_waiting:
                self._aside.append(item)
                self._desk.set_aside(item)

    def _carried(self, task: "asyncio.Task[None]") -> None:
        item = self._tasks.pop(task)
        if not item.is_begun:
            self._desk.forgo(item)
        if task.cancelled():
            self._drop(item)

    def _drop(self, item: _Item) -> None:
        """Hand nothing out for a call."""
        self.pending.discard(item)
        self._news.set()

    def _fail(self, error: Exception) -> None:
        self.cancel()
        self._failure = error

    # ── reading ──

    async def _read(self, calls: Iterable[Call[Any]] | AsyncIterable[Call[Any]]) -> None:
        """Hand calls in, as many as there is room for."""
        try:
            if isinstance(calls, AsyncIterable):
                try:
                    async for call in calls:
                        await self._hand_in(call)
                finally:
                    if isinstance(calls, AsyncGenerator):
                        await cast("AsyncGenerator[object]", calls).aclose()
            else:
                for call in calls:
                    await self._hand_in(call)
        except Exception as error:  # noqa: BLE001 - as above, when what was read before has ended
            self._failure = error

    async def _hand_in(self, call: Call[Any]) -> None:
        """Let a call wait for its turn, once there is room.

        Raises:
            ConfigurationError: It is no call.
            ClientClosed: The pool was closed.
        """
        if not isinstance(cast("object", call), Call):
            msg = f"{call!r} is no Call(account, operation)"
            raise ConfigurationError(msg)
        while len(self._found) >= self._limit or self._aside_at is not None:
            self._drained.clear()
            await self._drained.wait()
        try:
            item = self._desk.enter(call, partial(_Item, self))
        except ClientClosed:
            raise
        except LinkedApiError as error:
            self._found.append(Outcome(call, error=error))
            self._news.set()
            return
        if item.is_outside:
            item.room = asyncio.get_running_loop().create_future()
            await item.room
        elif item.rank[1] % _BREATH == 0:
            await self._desk.core.clock.sleep(0)
