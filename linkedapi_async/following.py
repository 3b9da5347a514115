"""Following: what the service captures, oldest first, each item once, through restarts.

It asks on a schedule, since the service pushes nothing by itself; a webhook makes it ask at once.
"""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Generic, Self, TypeVar
from weakref import finalize

import attrs

from ._clock import Clock
from ._cursor import Journal, Sighting, is_cursor
from ._identity import Identity
from ._line import Line
from ._messages import Purpose
from .errors import ConfigurationError, LinkedApiError
from .policy import BackOff, Policy, poll_pause
from .receiver import WebhookReceiver
from .webhooks._events import InboxEvent, NetworkEvent
from .wire import Query
from .wire.direct import instant

__all__ = ["INTERVAL", "OVERLAP", "Source", "Stream", "Subject"]

R = TypeVar("R")
T = TypeVar("T")

INTERVAL: Final = 30.0
OVERLAP: Final = 3600.0
_NEVER: Final = -math.inf
_BREATH: Final = 0.5
"""Seconds between polls at least, however many events come."""
_HEARD: Final = 1000


@attrs.frozen(kw_only=True, eq=False)
class Source:
    """What asking takes of a client.

    Attributes:
        wire: Name of the generation it speaks.
        policy: What it does about failures.
        line: Returns its line on the running event loop.
        receiver: Hears its events, if anybody does.
        identity: What it learned of its account.
    """

    wire: str
    policy: Policy
    line: Callable[[], Line]
    receiver: WebhookReceiver | None
    identity: Identity

    async def ask(self, query: Query[R]) -> R:
        """Return the answer to a question that needs no workflow.

        Raises:
            LinkedApiError: There is none.
        """
        return await self.line().ask(query, self.policy)


@attrs.frozen(kw_only=True, eq=False)
class Subject(Generic[T]):
    """What is followed.

    Attributes:
        kind: What cursors call it, in small letters.
        starts: From when on each of its sequences is followed; `None` is from the beginning.
        ask: Returns the question, given from when on to ask for a sequence.
        event: What events make asking worth while.
        is_about: Whether one of these events is.
    """

    kind: str
    starts: dict[str, datetime | None]
    ask: Callable[[Callable[[str], datetime | None]], Query[list[Sighting[T]]]]
    event: type[InboxEvent] | type[NetworkEvent]
    is_about: Callable[[Any], bool]


class Stream(Generic[T]):
    """Items as the service captures them: `async for item in stream`; it never ends by itself.

    Each item comes once, the oldest of those that are new first. Passing failures are waited out.
    What is raised leaves the stream as it was: go on with it, or with another one from `cursor`.
    Cancelling a wait loses nothing. Several tasks may share a stream; each item goes to one.
    """

    def __init__(
        self,
        source: Source,
        subject: Subject[T],
        *,
        since: datetime | str | None,
        interval: float,
        overlap: float,
    ) -> None:
        """Prepare; use `follow` of `LinkedApi.inbox`, `.network` or `.conversations`.

        Raises:
            ConfigurationError: An option is unusable, or the cursor damaged or of another kind.
            UnsupportedByWire: This generation does not answer the question.
        """
        _check("interval", interval, is_zero_fine=False)
        _check("overlap", overlap, is_zero_fine=True)
        cursor = since if isinstance(since, str) and is_cursor(since) else None
        start = None if since is None or cursor is not None else instant("since", since)[1]
        self._source = source
        self._subject = subject
        self._journal: Journal[T] = Journal(
            subject.kind,
            {name: at or start for name, at in subject.starts.items()},
            overlap=overlap,
            cursor=cursor,
        )
        self._name = subject.ask(self._journal.since).name
        self._interval = interval
        self._policy = attrs.evolve(source.policy, deadline=None)
        self._failures = 0
        self._due_at = self._earliest_at = _NEVER
        self._turn = asyncio.Lock()
        self._bell = _Bell(source.identity, subject.is_about)
        self._ending: finalize[..., Any] | None = None
        self._is_closed = False

    def __repr__(self) -> str:
        """Show what is asked."""
        return f"<Stream {self._name} every {self._interval:g} s>"

    @property
    def cursor(self) -> str:
        """Short text to go on from: `follow(since=cursor)`, with the other options as they were.

        It covers exactly what was handed out, the item at hand included: store it when that is
        dealt with. A line of text; as a rule below 200 characters, some thousands for an inbox
        with hundreds of messages an hour.
        """
        return self._journal.cursor

    def __aiter__(self) -> Self:
        """Return the stream itself; going on later continues it."""
        return self

    async def __anext__(self) -> T:
        """Return the next item, waiting for it as long as it takes.

        Raises:
            StopAsyncIteration: The stream was closed.
            UserActionRequired: The service refuses to answer until a person acts.
            FatalError: It refuses for good.
            ProtocolError: The answer is not of the documented form.
            ClientClosed: The client was closed.
        """
        async with self._turn:
            while not (self._is_closed or self._journal.is_waiting):
                await self._poll()
            if self._is_closed:
                raise StopAsyncIteration
            return self._journal.hand_out()

    async def aclose(self) -> None:
        """End the stream: who waits for an item leaves the loop. The cursor stays usable."""
        self._is_closed = True
        if self._ending is not None:
            self._ending()
        self._bell.wake()

    async def _poll(self) -> None:
        line = self._source.line()
        clock = line.core.clock
        self._listen()
        async with line.calls.enter():
            await self._await_turn(clock)
            if self._is_closed:
                return
            self._bell.has_rung = False
            query = self._subject.ask(self._journal.since)
            call = line.call(Purpose.POLL, self._name, self._policy, reads_only=True)
            try:
                outcome = await line.look(call, query)
            except LinkedApiError:
                self._rest(clock, self._pause(clock))
                raise
            if isinstance(outcome, BackOff):
                pause = max(outcome.delay, self._pause(clock))
                self._failures += 1
                line.executor.announce_pause(call, outcome.error, pause)
                self._rest(clock, pause)
                return
            self._failures = 0
            self._rest(clock, self._pause(clock), breath=_BREATH)
        self._journal.take(outcome, now=clock.wall())
        self._bell.recognise(seen.id for seen in outcome)

    def _pause(self, clock: Clock) -> float:
        longest = max(self._interval, self._policy.max_delay)
        return poll_pause(self._failures, base=self._interval, cap=longest, draw=clock.draw())

    def _rest(self, clock: Clock, pause: float, *, breath: float | None = None) -> None:
        """Note when to ask again, and when at the earliest, should an event ask for it."""
        now = clock.now()
        self._due_at = now + pause
        self._earliest_at = now + (pause if breath is None else min(breath, pause))

    async def _await_turn(self, clock: Clock) -> None:
        while not self._is_closed:
            due_at = self._earliest_at if self._bell.has_rung else self._due_at
            delay = due_at - clock.now()
            if delay <= 0:
                return
            await self._bell.wait(clock, delay)

    def _listen(self) -> None:
        """Have events heard on the running event loop, until the stream is closed or forgotten."""
        self._bell.move()
        receiver = self._source.receiver
        if receiver is not None and self._ending is None:
            self._ending = finalize(self, receiver.subscribe(self._subject.event, self._bell.hear))
            self._ending.atexit = False


class _Bell:
    """Rings when an event tells that there is something new.

    It knows nothing of its stream, so that a receiver does not keep that alive.

    Attributes:
        has_rung: Whether it rang since the last poll began.
    """

    _loop: asyncio.AbstractEventLoop

    def __init__(self, identity: Identity, is_about: Callable[[Any], bool]) -> None:
        self.has_rung = False
        self._identity = identity
        self._is_about = is_about
        self._nap: asyncio.Future[None] | None = None
        self._heard: OrderedDict[str, str | None] = OrderedDict()

    def move(self) -> None:
        """Ring on the running event loop from now on; before that nothing may be heard."""
        self._loop = asyncio.get_running_loop()

    def hear(self, event: InboxEvent | NetworkEvent) -> None:
        """Take an event, from any thread."""
        with suppress(RuntimeError):  # its loop is closed: nobody waits there any more
            self._loop.call_soon_threadsafe(self._ring, event)

    def recognise(self, ids: Iterable[str]) -> None:
        """Learn the name of the account: who was told of a message that a poll now shows."""
        for one in ids:
            if one in self._heard:
                self._identity.account_id = self._heard[one]
                self._heard.clear()

    async def wait(self, clock: Clock, delay: float) -> None:
        """Wait, or until it rings."""
        self._nap = asyncio.get_running_loop().create_future()
        alarm = clock.call_later(delay, self.wake)
        try:
            await self._nap
        finally:
            alarm.cancel()
            self._nap = None

    def wake(self) -> None:
        """End the wait, if there is one."""
        if self._nap is not None and not self._nap.done():
            self._nap.set_result(None)

    def _ring(self, event: InboxEvent | NetworkEvent) -> None:
        """Ring, unless the event is known to be another account's."""
        known = self._identity.account_id
        if known is None and isinstance(event, InboxEvent):
            self._heard[event.message_id or ""] = event.account_id
            if len(self._heard) > _HEARD:
                self._heard.popitem(last=False)
        if known is not None and event.account_id not in {known, None}:
            return
        if self._is_about(event):
            self.has_rung = True
            self.wake()


def _check(option: str, value: object, *, is_zero_fine: bool) -> None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        is_fine = 0 < value < math.inf or (is_zero_fine and value == 0)
    else:
        is_fine = False
    if is_fine:
        return
    msg = f"{option}={value!r} has to be a number of seconds{'' if is_zero_fine else ' above 0'}"
    raise ConfigurationError(msg)
