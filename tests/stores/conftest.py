"""A real Redis, and workers that share it."""

import asyncio
import itertools
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import attrs
import pytest

from linkedapi_async._clock import SystemClock
from linkedapi_async._types import Scope
from linkedapi_async.events import Event
from linkedapi_async.stores import Coordinator, Parking, RedisCoordinator

_PATIENCE = 10.0
_NAMES = (f"group{number}" for number in itertools.count())


@attrs.define(eq=False)
class RedisServer:
    """A redis-server on a socket of its own; what it holds ends with it.

    Attributes:
        folder: Where the socket lies.
        options: Further arguments.
    """

    folder: Path
    options: tuple[str, ...] = ()
    _process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"unix://{self.folder / 's'}"

    def start(self) -> None:
        """Start it and wait until it is ready."""
        binary = shutil.which("redis-server")
        if binary is None:
            pytest.fail(
                "These tests need a real Redis: apt-get install redis-server "
                "(`nox -s tests` does it where it may)"
            )
        socket = str(self.folder / "s")
        self._process = subprocess.Popen(
            [binary, "--port", "0", "--unixsocket", socket, "--save", "", *self.options],
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )
        assert self._process.stdout is not None
        assert any("ready to accept" in line.lower() for line in self._process.stdout)

    def stop(self) -> None:
        """End it at once; its data are lost."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()

    def freeze(self) -> None:
        """Have it keep its connections and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Have it answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def ask(self, *command: str) -> str:
        """Return what redis-cli prints."""
        line = ["redis-cli", "-s", str(self.folder / "s"), *command]
        return subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis for all tests that leave it alone."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis for one test that stops it."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def namespace() -> str:
    """A group of workers of its own."""
    return next(_NAMES)


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
def worker(shared_redis: RedisServer, namespace: str) -> Callable[..., Worker]:
    """Make a worker of the test's group."""

    def make(
        *, on: RedisServer | None = None, accounts: set[str] | None = None, **options: Any
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
