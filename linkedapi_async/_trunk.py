"""What the lines of one event loop have in common: connections, calls under way, decisions."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from ._clock import Clock
from ._credentials import TokenSource
from ._doors import Doors
from ._hub import Hub
from ._observer import Watch
from ._retry import Executor
from ._sinks import Sink
from ._transport import Settings, Transport
from ._waiting import OpenCalls
from .policy import Durations, Episodes, Pace, RetryBudget, Window

if TYPE_CHECKING:
    import aiohttp

__all__ = ["Core", "Trunk"]

_UNRESOLVED: Final = "unresolved"
_AT_ONCE: Final = 64  # of starts, and of polls: more connections cost memory and bring no speed


@attrs.define(kw_only=True, eq=False)
class Core:
    """What a client shares between its event loops and its siblings.

    Attributes:
        settings: How to reach the service.
        tokens: What is sent with every request, by header; the main token comes first.
        alias: The caller's name for the account, if any.
        clock: Time and chance.
        sink: Where events go.
        borrowed: The application's own aiohttp session, if any.
        window: The documented limit of requests, if there is one.
        budget: How many retries the traffic allows.
        episodes: Causes that wait for a person.
        drifted: Unknown words announced already.
        durations: How long operations have taken.
        watch: Who observes the work, if anybody does.
        pace: The budget of polls; `None` is without bound.
        dated: What the last reply took for the moment, as sent, and when it came.
    """

    settings: Settings
    tokens: Mapping[str, TokenSource]
    alias: str | None
    clock: Clock
    sink: Sink
    borrowed: "aiohttp.ClientSession | None" = None
    window: Window | None = None
    budget: RetryBudget = attrs.field(factory=RetryBudget)
    episodes: Episodes = attrs.field(factory=Episodes)
    drifted: set[str] = attrs.field(factory=set[str])
    durations: Durations = attrs.field(factory=Durations)
    watch: Watch | None = None
    pace: Pace | None = None
    dated: tuple[str | None, datetime] | None = attrs.field(default=None, init=False)

    @property
    def account(self) -> str:
        """The alias, else the fingerprint of the first token seen for the account."""
        if self.alias is None:
            *_, source = self.tokens.values()
            if source.secret is not None:
                self.alias = source.secret.fingerprint
        return self.alias or _UNRESOLVED

    def of(self, alias: str, tokens: Mapping[str, TokenSource]) -> "Core":
        """Return the core of another account, with everything else in common."""
        return attrs.evolve(self, alias=alias, tokens=tokens)


class Trunk:
    """One event loop's connections, and everything that is under way over them.

    Attributes:
        transport: Sends requests.
        calls: Calls under way here.
        executor: Carries decisions out.
        hub: Polls for everybody who waits.
        doors: Where bursts of starts queue.
    """

    def __init__(self, core: Core) -> None:
        """Prepare; the first request opens the connection pool."""
        self.transport: Transport = Transport(core.settings, core.clock, core.borrowed)
        self.calls: OpenCalls = OpenCalls()
        self.executor: Executor = Executor(
            core.clock, core.budget, core.episodes, core.sink.emit, core.drifted
        )
        at_once = min(_AT_ONCE, core.settings.max_connections)
        self.hub: Hub = Hub(core.clock, core.pace, at_once=at_once)
        self.doors: Doors = Doors(core.clock, at_once)
        self._chores: set[asyncio.Task[None]] = set()
        self._closers: list[Callable[[], None]] = []

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the calls, until it is done or the client is closed."""
        chore = asyncio.get_running_loop().create_task(work)
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    def at_close(self, closer: Callable[[], None]) -> None:
        """Have something called when the client is closed."""
        self._closers.append(closer)

    async def close(self) -> None:
        """End every call and chore under way, then close what was opened."""
        for closer in self._closers:
            closer()
        for chore in self._chores:
            chore.cancel()
        await asyncio.gather(*self._chores, return_exceptions=True)
        waiting = (wait.workflow_id for wait in self.hub.waits)
        closed = self.calls.shut(found for found in waiting if found is not None)
        self.doors.shut()
        await self.hub.shut(closed)
        await self.calls.close()
        await self.transport.close()
