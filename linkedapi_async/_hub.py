"""All waits of one event loop: one heap and a few workers instead of a polling task each.

A wait that nobody's answer is due for costs an entry in two heaps and a future per waiter. It knows
nothing of workflows: a `Wait` says when it is due, and how to look.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from contextvars import Context
from functools import partial
from itertools import chain
from typing import Final, TypeAlias

import attrs

from ._agenda import Agenda
from ._clock import Clock, Earliest
from ._sharing import Pacer
from ._types import Scope, WorkflowId
from .errors import ConfigurationError, LinkedApiError
from .policy import BackOff, Brake

__all__ = ["EXPIRED", "ClientStats", "Hub", "Told", "Wait"]

_NEVER: Final = float("inf")
_UNPLANNED: Final = -_NEVER
_SCOUTING: Final = 60.0


class _Expired:
    """What a waiter is told when its time is over."""


EXPIRED: Final = _Expired()

Told: TypeAlias = Exception | _Expired | None
"""What waiters hear: an error to raise, that their time is over, or `None`: look for yourself."""


@attrs.frozen(kw_only=True)
class ClientStats:
    """Waits of one event loop, at a moment.

    Attributes:
        waiting: Workflows somebody waits for.
        due: Those whose poll is due and has not been sent yet.
        polling: Polls under way.
        polls: Polls sent so far.
        paused_for: Seconds until polling goes on after an outage; 0.0 where it is not paused.
    """

    waiting: int
    due: int
    polling: int
    polls: int
    paused_for: float


_Waiters: TypeAlias = "tuple[asyncio.Future[Told], ...] | dict[asyncio.Future[Told], None]"
# Mostly one, and then a tuple takes least room; of many in a tuple each would copy it.
_FEW: Final = 4


class Wait(ABC):
    """One workflow somebody waits for, as the hub sees it.

    Attributes:
        account: Whose it is; accounts take turns.
        deadline_at: When to stop waiting, in monotonic seconds; infinite for never.
        poll_at: When the next poll is due; infinite while one is due or under way, also where
            nobody waits any more.
        is_open: Whether anybody waits.
        told: What waiters await, in the order they came.
    """

    __slots__ = ("account", "deadline_at", "is_open", "poll_at", "told")

    def __init__(self, account: str, deadline_at: float | None) -> None:
        self.account: str = account
        self.deadline_at: float = _NEVER if deadline_at is None else deadline_at
        self.poll_at: float = _UNPLANNED
        self.is_open: bool = False
        self.told: _Waiters = ()

    def __lt__(self, other: "Wait") -> bool:
        """Break ties of equal moments, in no order."""
        return False

    # ── what a workflow tells ──

    @property
    @abstractmethod
    def workflow_id(self) -> WorkflowId | None:
        """What names it, once that is known."""

    @property
    @abstractmethod
    def is_over(self) -> bool:
        """Whether there is nothing left to ask for."""

    @property
    @abstractmethod
    def is_queued(self) -> bool:
        """Whether others of its account may run before it, as far as it was told."""

    @property
    @abstractmethod
    def is_parked(self) -> bool:
        """Whether it waited for its account's working hours when it was last asked for."""

    @abstractmethod
    def begin(self) -> None:
        """Take in that somebody waits."""

    @abstractmethod
    def end(self) -> None:
        """Take in that nobody waits any more."""

    @abstractmethod
    def due_at(self) -> float:
        """Return when to poll, in monotonic seconds, as things stand."""

    @abstractmethod
    def promote(self) -> None:
        """Take in that the workflow before it has ended."""

    @abstractmethod
    async def look(self, *, ahead: int) -> BackOff | None:
        """Poll once, and plan the next; return a passing failure.

        Args:
            ahead: Workflows of the account that were waited for earlier and have not ended.

        Raises:
            LinkedApiError: Asking again would change nothing.
        """


class _Group:
    """The waits of one account.

    Attributes:
        ready: Waits whose poll is due.
        queued: Waits that have not begun, each with its place in line, in that order.
        scout: The parked wait that looks for all of them.
        joined: How many waits have come.
        left: How many have gone.
    """

    __slots__ = ("joined", "left", "queued", "ready", "scout")

    def __init__(self) -> None:
        self.ready: deque[Wait] = deque()
        self.queued: dict[Wait, int] = {}
        self.scout: Wait | None = None
        self.joined = 0
        self.left = 0


def _expire(told: "asyncio.Future[Told]") -> None:
    if not told.done():
        told.set_result(EXPIRED)


class Hub:
    """Polls for everybody who waits on one event loop.

    Attributes:
        pace: The budget of polls; `None` is without bound.
    """

    def __init__(self, clock: Clock, pace: Pacer | None, *, at_once: int) -> None:
        """Prepare for the running event loop; it costs nothing while nobody waits.

        Args:
            clock: Time and chance.
            pace: The budget of polls; `None` is without bound.
            at_once: Polls under way at the same time.
        """
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self.pace: Pacer | None = pace
        self._at_once = at_once
        self._brake = Brake()
        self._polls: Agenda[Wait] = Agenda(lambda wait, at: wait.poll_at == at)
        self._deadlines: Agenda[Wait] = Agenda(lambda wait, _: wait.is_open)
        self._groups: dict[str, _Group] = {}
        self._turns: deque[_Group] = deque()
        self._asked: set[Wait] = set()
        self._workers: set[asyncio.Task[None]] = set()
        self._alarm = Earliest(clock, self._ring)
        self._count = 0
        self._sent = 0
        self._error: LinkedApiError | None = None

    def stats(self) -> ClientStats:
        """Return how busy it is."""
        return ClientStats(
            waiting=self._count,
            due=self.backlog(),
            polling=len(self._workers),
            polls=self._sent,
            paused_for=max(0.0, self._brake.until - self._clock.now()),
        )

    def backlog(self) -> int:
        """Return how many polls are due and have not been sent."""
        return sum(wait.is_open for group in self._turns for wait in group.ready)

    @property
    def waits(self) -> frozenset[Wait]:
        """Everything that is waited for: planned, due, or asked for at this moment."""
        due = (wait for group in self._turns for wait in group.ready)
        return frozenset(wait for wait in chain(self._polls, due, self._asked) if wait.is_open)

    def count(self, account: str) -> int:
        """Return how many workflows of an account are waited for."""
        group = self._groups.get(account)
        return 0 if group is None else group.joined - group.left

    def join(self, wait: Wait, ends_at: float | None = None) -> "asyncio.Future[Told]":
        """Return what a waiter has to await; the first one has polling begin.

        Args:
            wait: What is waited for.
            ends_at: When this waiter stops, before the wait's own deadline.

        Raises:
            ClientClosed: The client is closed.
            ConfigurationError: This is another event loop.
        """
        if self._error is not None:
            raise self._error.clone()
        if asyncio.get_running_loop() is not self._loop:
            msg = "The handle belongs to another event loop: attach to its id on this one"
            raise ConfigurationError(msg, code="wrongLoop")
        told: asyncio.Future[Told] = self._loop.create_future()
        if isinstance(wait.told, tuple) and len(wait.told) < _FEW:
            wait.told += (told,)
        else:
            wait.told = wait.told if isinstance(wait.told, dict) else dict.fromkeys(wait.told)
            wait.told[told] = None
        if not wait.is_open:
            self._open(wait)
        if ends_at is not None and ends_at < wait.deadline_at:
            delay = ends_at - self._clock.now()
            alarm = self._clock.call_later(delay, partial(_expire, told))
            told.add_done_callback(lambda _: alarm.cancel())
        return told

    def leave(self, wait: Wait, told: "asyncio.Future[Told]") -> None:
        """Forget a waiter; polling stops with the last one."""
        if told in wait.told:
            if isinstance(wait.told, dict):
                del wait.told[told]
            else:
                wait.told = tuple(one for one in wait.told if one is not told)
            if not wait.told:
                self.close(wait)

    def _open(self, wait: Wait) -> None:
        wait.is_open = True
        self._count += 1
        group = self._groups.get(wait.account)
        if group is None:
            group = self._groups[wait.account] = _Group()
        if wait.is_queued:
            group.queued[wait] = group.joined
        group.joined += 1
        wait.begin()
        if wait.deadline_at < _NEVER:
            self._deadlines.put(wait, wait.deadline_at, live=self._count)
        self.plan(wait)
        self._alarm.ring_at(wait.deadline_at)

    def plan(self, wait: Wait) -> None:
        """Look when a wait is due, now that this may have changed.

        One whose poll is due or under way is planned after it: two at once would tell the same.
        """
        if wait.is_open and wait.poll_at < _NEVER:
            wait.poll_at = wait.due_at()
            self._polls.put(wait, wait.poll_at, live=self._count)
            self._alarm.ring_at(min(wait.poll_at, wait.deadline_at))

    def close(self, wait: Wait, news: Told = None) -> None:
        """Stop polling for a wait, and rouse whoever waits."""
        if wait.is_open:
            wait.is_open = False
            if wait.poll_at < _NEVER:
                wait.poll_at = _UNPLANNED
            self._count -= 1
            self._dismiss(wait)
            self._polls.trim(live=self._count)
            self._deadlines.trim(live=self._count)
            wait.end()
        told, wait.told = wait.told, ()
        for one in told:
            if not one.done():
                one.set_result(news)

    async def shut(self, error: LinkedApiError) -> None:
        """End every wait with an error."""
        self._alarm.silence()
        self._error = error
        for wait in self.waits:
            self.close(wait, error)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    def _dismiss(self, wait: Wait) -> None:
        """Let the account's next one move up."""
        group = self._groups[wait.account]
        group.left += 1
        group.queued.pop(wait, None)
        if group.scout is wait:
            group.scout = None
        if wait.is_over and group.queued:
            following = next(iter(group.queued))
            following.promote()
            self.plan(following)
        if group.joined == group.left:
            del self._groups[wait.account]

    # ── time ──

    def _ring(self) -> None:
        now = self._clock.now()
        for wait in self._deadlines.due(now):
            self.close(wait, EXPIRED)
        for wait in self._polls.due(now):
            self._turn(wait, now)
        self._pump()
        for moment in (self._polls.next_at(), self._deadlines.next_at()):
            if moment is not None:
                self._alarm.ring_at(moment)

    def _turn(self, wait: Wait, now: float) -> None:
        """Put a wait in line whose poll is due, unless it turns out not to be."""
        due_at = wait.due_at()
        group = self._groups[wait.account]
        if due_at <= now and wait.is_parked:
            due_at = self._scouted(group, wait, now)
        wait.poll_at = due_at
        if due_at > now:
            self._polls.put(wait, due_at, live=self._count)
            return
        wait.poll_at = _NEVER
        if not group.ready:
            self._turns.append(group)
        group.ready.append(wait)

    def _scouted(self, group: _Group, wait: Wait, now: float) -> float:
        """Return when a parked wait has to look: one of the account looks for all of them."""
        scout = group.scout
        if scout is None or not scout.is_parked:
            scout = group.scout = wait
        if scout is wait:
            return now
        back_at = scout.poll_at if scout.poll_at < _NEVER else now
        return back_at + _SCOUTING * (1 + self._clock.draw())

    # ── work ──

    def _pump(self) -> None:
        """Send what is due, as far as budget, brake and places allow."""
        while len(self._workers) < self._places:
            wait = self._next()
            if wait is None:
                return
            worker = self._loop.create_task(self._work(wait), context=Context())
            self._workers.add(worker)
            worker.add_done_callback(self._retire)

    def _retire(self, worker: "asyncio.Task[None]") -> None:
        self._workers.discard(worker)
        if not worker.cancelled():
            self._pump()

    def _next(self) -> Wait | None:
        """Return whose turn it is, `None` if nobody's is now."""
        while self._turns:
            ready = self._turns[0].ready
            while ready and not ready[0].is_open:
                ready.popleft().poll_at = _UNPLANNED
            if not ready:
                self._turns.popleft()
                continue
            now = self._clock.now()
            pause = self._brake.until - now
            if pause <= 0 and self.pace is not None:
                pause = self.pace.take(now)
            if pause > 0:
                self._alarm.ring_at(now + pause)
                return None
            return self._pop()
        return None

    def _pop(self) -> Wait:
        """Take the next wait out; its account's others come after everybody else's."""
        group = self._turns.popleft()
        wait = group.ready.popleft()
        if group.ready:
            self._turns.append(group)
        self._asked.add(wait)
        return wait

    async def _work(self, first: Wait) -> None:
        wait: Wait | None = first
        while wait is not None:
            await self._look(wait)
            wait = None if len(self._workers) > self._places else self._next()

    @property
    def _places(self) -> int:
        return 1 if self._brake.is_cautious else self._at_once

    async def _look(self, wait: Wait) -> None:
        sent_at = self._clock.now()
        try:
            if not wait.is_open:  # the last one has left since its turn came
                return
            self._sent += 1
            failure = await wait.look(ahead=self._ahead_of(wait))
        except Exception as error:  # noqa: BLE001 - whoever waits gets it, whatever it is
            self.close(wait, error)
            return
        finally:
            self._asked.discard(wait)
            wait.poll_at = _UNPLANNED
        if failure is None:
            self._brake.release()
        elif failure.error.scope is Scope.CLIENT:
            self._brake.press(
                sent_at=sent_at,
                asked=failure.delay,
                now=self._clock.now(),
                draw=self._clock.draw(),
            )
        if not wait.is_open:
            return
        if wait.is_over:
            self.close(wait)
            return
        self._regroup(wait)
        self.plan(wait)

    def _ahead_of(self, wait: Wait) -> int:
        group = self._groups[wait.account]
        return max(0, group.queued.get(wait, group.left) - group.left)

    def _regroup(self, wait: Wait) -> None:
        group = self._groups[wait.account]
        if not wait.is_queued:
            group.queued.pop(wait, None)
        else:
            group.queued.setdefault(wait, group.left)
