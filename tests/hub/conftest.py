"""What tests of the hub share: waits in a test's hands, many accounts over one trunk, judges."""

import asyncio
import gc
from bisect import bisect_left
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

import pytest

from linkedapi_async import LinkedApi, Policy
from linkedapi_async._clock import Clock, SystemClock
from linkedapi_async._credentials import TokenSource
from linkedapi_async._hub import Hub, Told, Wait
from linkedapi_async._types import WorkflowId
from linkedapi_async.events import Event
from linkedapi_async.operations import FetchPerson
from linkedapi_async.policy import BackOff, Pace
from linkedapi_async.testing import FakeClock, Sandbox, WorkflowCompleted
from linkedapi_async.wire import IDENTIFICATION

Serve: TypeAlias = Callable[..., Awaitable[Sandbox]]
Connect: TypeAlias = Callable[..., list[LinkedApi]]


class Scripted(Wait):
    """A workflow in the hands of a test.

    Attributes:
        pause: Seconds from one look to the next.
        due: When it wants to be looked at.
        ends_at: From when on a look finds its end.
        over: Whether that was found.
        queued: Whether others may run before it.
        parked: Whether it waits for working hours.
        gate: What a look waits for.
        outcome: What a look returns, or raises.
        looks: When it was looked at.
        aheads: What it was told to stand behind each time.
        questions: How often it was asked when it is due.
        most: How many looks were ever under way at once.
        promoted: How often it was told to be next.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        account: str = "main",
        pause: float = 10.0,
        deadline_at: float | None = None,
        ends_at: float = float("inf"),
        queued: bool = False,
        parked: bool = False,
    ) -> None:
        super().__init__(account, deadline_at)
        self.clock = clock
        self.pause = pause
        self.due = clock.now() + pause
        self.ends_at = ends_at
        self.over = False
        self.queued = queued
        self.parked = parked
        self.gate: asyncio.Event | None = None
        self.outcome: BackOff | Exception | None = None
        self.looks: list[float] = []
        self.aheads: list[int] = []
        self.questions = 0
        self.most = 0
        self.promoted = 0
        self._under_way = 0

    @property
    def workflow_id(self) -> WorkflowId | None:
        """What names it."""
        return WorkflowId(f"wf-{id(self)}")

    @property
    def is_over(self) -> bool:
        """Whether its end was found."""
        return self.over

    @property
    def is_queued(self) -> bool:
        """Whether others may run before it."""
        return self.queued

    @property
    def is_parked(self) -> bool:
        """Whether it waits for working hours."""
        return self.parked

    def begin(self) -> None:
        """Hold that it is told so in time."""
        assert self.is_open

    def end(self) -> None:
        """Hold the same of the end."""
        assert not self.is_open

    def due_at(self) -> float:
        """Return when it wants to be looked at."""
        self.questions += 1
        return self.due

    def promote(self) -> None:
        """Want to be looked at now."""
        self.promoted += 1
        self.due = self.clock.now()

    async def look(self, *, ahead: int) -> BackOff | None:
        """Note the look, and do as told."""
        self.looks.append(self.clock.now())
        self.aheads.append(ahead)
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            if self.gate is not None:
                await self.gate.wait()
        finally:
            self._under_way -= 1
        self.due = self.clock.now() + self.pause
        if isinstance(self.outcome, Exception):
            raise self.outcome
        self.over = self.clock.now() >= self.ends_at
        return self.outcome


@pytest.fixture
def still() -> FakeClock:
    """Time that moves only when told to."""
    return FakeClock(auto_jump=False)


@pytest.fixture
def turns() -> Callable[[int], Awaitable[None]]:
    """Let the event loop go round some times without touching a fake clock."""

    async def go_round(count: int) -> None:
        for _ in range(count):
            await SystemClock().sleep(0)

    return go_round


@pytest.fixture
async def unhandled(turns: Callable[[int], Awaitable[None]]) -> AsyncIterator[list[str]]:
    """What the event loop had to complain of, in tasks and callbacks; nothing, at the end."""
    told: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda _, context: told.append(f"{context['message']}: {context.get('exception')!r}")
    )
    yield told
    await turns(3)
    gc.collect()
    loop.set_exception_handler(None)
    assert told == []


@pytest.fixture
def new_hub(still: FakeClock) -> Callable[..., Hub]:
    """Make a hub on the clock that stands still."""

    def make(*, rate: float | None = None, at_once: int = 64) -> Hub:
        return Hub(still, None if rate is None else Pace(rate), at_once=at_once)

    return make


@pytest.fixture
def new_wait(still: FakeClock) -> Callable[..., Scripted]:
    """Make a workflow on the clock that stands still."""

    def make(**options: Any) -> Scripted:
        return Scripted(still, **options)

    return make


@pytest.fixture
def await_end() -> Callable[..., Awaitable[Told]]:
    """Wait as a handle does; return what was told."""

    async def told(hub: Hub, wait: Wait, ends_at: float | None = None) -> Told:
        news = hub.join(wait, ends_at)
        try:
            return await news
        finally:
            hub.leave(wait, news)

    return told


# ── on the sandbox ──


@pytest.fixture
async def serve(clock: FakeClock) -> AsyncIterator[Serve]:
    """Open a sandbox with so many accounts, `a0` and on; all are closed at the end of the test."""
    async with AsyncExitStack() as stack:

        async def start(accounts: int = 1, **options: Any) -> Sandbox:
            aliases = [f"a{number}" for number in range(accounts)]
            sandbox = Sandbox(clock=clock, accounts=aliases, **options)
            return await stack.enter_async_context(sandbox)

        yield start


@pytest.fixture
async def connect(clock: FakeClock, told: list[Event]) -> AsyncIterator[Connect]:
    """Return clients of all accounts of a sandbox that share one hub; closed at the end."""
    opened: list[LinkedApi] = []

    def build(sandbox: Sandbox, **options: Any) -> list[LinkedApi]:
        given: dict[str, Any] = {
            "base_url": sandbox.base_url,
            "clock": clock,
            "on_event": told.append,
            "policy": Policy.batch(),
        }
        first = LinkedApi(**sandbox.tokens, **{**given, **options})
        opened.append(first)
        return [_sibling(first, one.alias, one.identification_token) for one in sandbox.accounts]

    yield build
    for api in opened:
        await api.aclose()


def _sibling(first: LinkedApi, alias: str, token: str) -> LinkedApi:
    source = TokenSource(token, option="identification_token")
    core = first._core.of(alias, {**first._core.tokens, IDENTIFICATION: source})
    lines: dict[asyncio.AbstractEventLoop, Any] = {}
    trunk = first._line
    return first._twin(None, None, _core=core, _lines=lines, _shared_trunk=lambda: trunk().trunk)


@pytest.fixture(scope="session")
def reading() -> Callable[[int], FetchPerson]:
    """Return one of a hundred operations that only read."""
    return lambda number: FetchPerson(
        person_url=f"https://www.linkedin.com/in/person{1 + number % 100}"
    )


@pytest.fixture(scope="session")
def all_of() -> Callable[..., Awaitable[list[Any]]]:
    """Run many calls at once; failures are values."""

    async def gather(*calls: Awaitable[Any]) -> list[Any]:
        return await asyncio.gather(*calls, return_exceptions=True)

    return gather


# ── judges ──


@pytest.fixture(scope="session")
def busiest() -> Callable[[Sequence[float]], int]:
    """Tell how many moments the fullest second holds, wherever it begins."""

    def count(moments: Sequence[float]) -> int:
        ordered = sorted(moments)
        return max(bisect_left(ordered, at + 1.0) - i for i, at in enumerate(ordered))

    return count


@pytest.fixture(scope="session")
def delays() -> Callable[[Sandbox], list[float]]:
    """Tell how long after each end of a workflow the last poll for it came, shortest first."""

    def measure(sandbox: Sandbox) -> list[float]:
        ends = {r.workflow_id: r.at for r in sandbox.log if isinstance(r, WorkflowCompleted)}
        last = {poll.workflow_id: poll.at for poll in sandbox.log.requests("poll")}
        return sorted(last[one] - at for one, at in ends.items() if one in last)

    return measure
