"""Workers that share a Redis."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import attrs
import pytest

from linkedapi_async._clock import SystemClock
from linkedapi_async._types import Scope
from linkedapi_async.events import Event
from linkedapi_async.stores import Coordinator, Parking, RedisCoordinator

if TYPE_CHECKING:
    from tests.conftest import RedisServer

_PATIENCE = 10.0


@attrs.define(eq=False)
class Worker:
    """A worker and what it has heard: `async with worker: …`.

    Attributes:
        coordinator: What it shares with the others.
        accounts: Those it has; `None` is all.
        parked: What others have parked.
        resumed: What has ended.
        told: What was announced.
    """

    coordinator: Coordinator
    accounts: set[str] | None = None
    clock: SystemClock = attrs.field(factory=SystemClock)
    parked: list[Parking] = attrs.field(factory=list[Parking])
    resumed: list[tuple[str, str]] = attrs.field(factory=list[tuple[str, str]])
    told: list[Event] = attrs.field(factory=list[Event])
    _changed: asyncio.Event = attrs.field(factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        await self.coordinator.open(
            clock=self.clock, emit=self._hear, on_park=self._park, on_resume=self._resume
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.coordinator.close()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, which changes only when this worker hears something."""
        async with self.clock.timer(_PATIENCE):
            while not is_so():
                self._changed.clear()
                await self._changed.wait()

    def names(self) -> list[str]:
        """Return what was announced, by class name."""
        return [type(event).__name__ for event in self.told]

    def _hear(self, event: Event) -> None:
        self.told.append(event)
        self._changed.set()

    def _park(self, parking: Parking) -> bool:
        self.parked.append(parking)
        self._changed.set()
        return self.accounts is None or parking.account in self.accounts

    def _resume(self, account: str, cause: str) -> None:
        self.resumed.append((account, cause))
        self._changed.set()


@pytest.fixture
def worker(shared_redis: "RedisServer", namespace: str) -> Callable[..., Worker]:
    """Make a worker of the test's group."""

    def make(
        *, on: "RedisServer | None" = None, accounts: set[str] | None = None, **options: Any
    ) -> Worker:
        url = (on or shared_redis).url
        return Worker(RedisCoordinator(url, namespace=namespace, **options), accounts)

    return make


@pytest.fixture(scope="session")
def signed_out() -> Callable[..., Parking]:
    """Make a parking: an account that is signed out."""

    def make(account: str = "acme", cause: str = "linkedinAccountSignedOut") -> Parking:
        return Parking(
            account=account,
            code=cause,
            cause=cause,
            scope=Scope.ACCOUNT,
            hint="Sign in.",
            message="It is signed out.",
        )

    return make
