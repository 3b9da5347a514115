"""Clocks that stand still, scripted senders, and executors over them."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, cast

import attrs
import pytest

from linkedapi_async._call import Call
from linkedapi_async._messages import Purpose, Refusal
from linkedapi_async._retry import Executor
from linkedapi_async._types import Certainty
from linkedapi_async.errors import find
from linkedapi_async.events import Event
from linkedapi_async.policy import Episodes, Policy, RetryBudget
from linkedapi_async.testing import FakeClock


@pytest.fixture
def still() -> FakeClock:
    """Time that moves only when advanced; `await still.advance(0)` lets everybody react."""
    return FakeClock(auto_jump=False)


@pytest.fixture
def turns() -> Callable[[int], Awaitable[None]]:
    """Let the event loop go round some times without touching any clock."""

    async def go_round(count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(0)  # noqa: TID251 - a turn, no wait

    return go_round


@attrs.define
class Script:
    """A `send` that plays outcomes in order and repeats the last; it notes when it was asked.

    Attributes:
        outcomes: What each request brings; an awaitable's result, or the value itself.
        clock: Where the moments come from.
        sent_at: When each request was sent.
    """

    outcomes: deque[Any]
    clock: FakeClock
    sent_at: list[float] = attrs.field(factory=list[float])

    async def __call__(self) -> Any:
        """Play the next outcome."""
        self.sent_at.append(self.clock.now())
        outcome = self.outcomes[0] if len(self.outcomes) == 1 else self.outcomes.popleft()
        if callable(outcome):
            return await cast("Callable[[], Awaitable[Any]]", outcome)()
        return outcome


@pytest.fixture
def script(clock: FakeClock) -> Callable[..., Script]:
    """Make a scripted `send` on the test's clock."""

    def make(*outcomes: Any, on: FakeClock | None = None) -> Script:
        return Script(deque(outcomes), on or clock)

    return make


@pytest.fixture(scope="session")
def refused() -> Callable[..., Refusal]:
    """Make a refusal; proved, and in an envelope where the word is the service's."""

    def make(code: str = "linkedinAccountSignedOut", **facts: Any) -> Refusal:
        row = find(code)
        usual: dict[str, Any] = {
            "message": "It failed.",
            "certainty": Certainty.REJECTED,
            "status": None,
            "is_envelope": row is None or row.plane != "client",
        }
        return Refusal(code=code, **{**usual, **facts})

    return make


@attrs.define
class Bench:
    """An executor and everything around it that a test looks at.

    Attributes:
        executor: What is tested.
        clock: Its clock.
        budget: Its retry budget.
        episodes: Its open causes.
        told: What it announced.
    """

    clock: FakeClock
    budget: RetryBudget = attrs.field(factory=RetryBudget)
    episodes: Episodes = attrs.field(factory=Episodes)
    told: list[Event] = attrs.field(factory=list[Event])
    executor: Executor = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.executor = Executor(
            self.clock, self.budget, self.episodes, self.told.append, drifted=set()
        )

    def call(
        self, policy: Policy | None = None, *, deadline: float | None = None, **facts: Any
    ) -> Call:
        """Return a call that begins now: a writing start of `acme` unless told otherwise."""
        now = self.clock.now()
        usual: dict[str, Any] = {
            "purpose": Purpose.START,
            "account": "acme",
            "reads_only": False,
            "policy": policy or Policy(),
            "started_at": now,
            "deadline_at": None if deadline is None else now + deadline,
        }
        return Call(**{**usual, **facts})

    def names(self, *ignored: str) -> list[str]:
        """Return what was announced, by class name."""
        names = [type(event).__name__ for event in self.told]
        return [name for name in names if name not in ignored]

    def drain(self, left: float = 0.0) -> None:
        """Use up the retry budget down to about `left` retries."""
        while self.budget.tokens >= left + 1:
            self.budget.withdraw()


@pytest.fixture
def bench(clock: FakeClock) -> Bench:
    """An executor on a clock that jumps."""
    return Bench(clock)


@pytest.fixture
def still_bench(still: FakeClock) -> Bench:
    """An executor on a clock that stands still."""
    return Bench(still)


@pytest.fixture(scope="session")
def counted() -> Callable[[Iterable[object]], dict[str, int]]:
    """Count things by class name."""

    def count(things: Iterable[object]) -> dict[str, int]:
        totals: dict[str, int] = {}
        for thing in things:
            name = type(thing).__name__
            totals[name] = totals.get(name, 0) + 1
        return totals

    return count
