"""Databases for DBOS and for ledgers, and processes that work on them."""

import asyncio
import json
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from linkedapi_async._clock import SystemClock
from linkedapi_async.durable._settings import suits
from linkedapi_async.testing import Sandbox

if TYPE_CHECKING:
    from tests.conftest import PostgresServer

PATIENCE = 90.0
TICK = 0.01


# ── where things are kept ──


@attrs.frozen
class Base:
    """Where DBOS and the ledger keep what lasts.

    Attributes:
        url: The database of DBOS.
        ledger: The ledger.
    """

    url: str
    ledger: str

    def config(self, executor_id: str = "worker-1") -> dict[str, Any]:
        """Return a configuration of DBOS."""
        return {
            "name": "outreach",
            "system_database_url": self.url,
            "application_version": "1",
            "executor_id": executor_id,
            "console_log_level": "ERROR",
            "notification_listener_polling_interval_sec": 0.05,
        }


@pytest.fixture
def sqlite_base(tmp_path: Path) -> Base:
    """Files on one machine."""
    if not suits(sys.version_info[:2], sqlite3.sqlite_version_info):
        pytest.skip(f"DBOS cannot use SQLite {sqlite3.sqlite_version} from Python 3.12 on")
    return Base(f"sqlite:///{tmp_path / 'dbos.sqlite'}", str(tmp_path / "ledger"))


@pytest.fixture
def database(shared_postgres: "PostgresServer", namespace: str) -> str:
    """The address of an empty database."""
    shared_postgres.ask(f"CREATE DATABASE {namespace}")
    return shared_postgres.dsn.replace("/postgres?", f"/{namespace}?")


@pytest.fixture
def postgres_base(database: str) -> Base:
    """A database for many machines."""
    return Base(database, database)


@pytest.fixture(params=["sqlite", "postgres"])
def base(request: pytest.FixtureRequest) -> Base:
    """One of the two."""
    found: Base = request.getfixturevalue(f"{request.param}_base")
    return found


# ── processes ──


@attrs.define(eq=False)
class Worker:
    """A process with durable operations.

    Attributes:
        process: The process.
    """

    process: asyncio.subprocess.Process

    async def line(self) -> str:
        """Return the next line it prints, empty at its end."""
        assert self.process.stdout is not None
        async with SystemClock().timer(PATIENCE):
            return (await self.process.stdout.readline()).decode()

    async def outcomes(self) -> dict[str, str]:
        """Return what became of the operations it was given."""
        told: dict[str, str] = json.loads(await self.line())
        return told

    async def end(self) -> None:
        """Have it end in good order."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        async with SystemClock().timer(PATIENCE):
            await self.process.communicate()
        assert self.process.returncode == 0

    async def kill(self) -> None:
        """End it without a warning."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.process.communicate()


@attrs.define(eq=False)
class Crew:
    """Starts processes that work for one service.

    Attributes:
        service: The service.
        workers: The processes.
    """

    service: Sandbox
    workers: list[Worker] = attrs.field(factory=list[Worker])

    async def start(
        self, config: dict[str, Any], ledger: str, jobs: "list[tuple[str, str]]", **more: object
    ) -> Worker:
        """Return a new process, which has enqueued messages of some accounts."""
        settings = {
            "base_url": self.service.base_url,
            "token": self.service.tokens.linked_api_token,
            "accounts": {one.alias: one.identification_token for one in self.service.accounts},
            "config": config,
            "ledger": ledger,
            "jobs": jobs,
            **more,
        }
        worker = Worker(
            await asyncio.create_subprocess_exec(
                sys.executable,
                str(Path(__file__).with_name("worker.py")),
                json.dumps(settings),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        )
        self.workers.append(worker)
        return worker


@pytest.fixture
async def make_crew() -> AsyncIterator[Callable[[Sandbox], Crew]]:
    """Return a crew for a service; its processes end with the test."""
    crews: list[Crew] = []

    def make(service: Sandbox) -> Crew:
        crews.append(Crew(service))
        return crews[-1]

    yield make
    for crew in crews:
        for worker in crew.workers:
            await worker.kill()


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Any]:
    """Wait until the service has seen something."""

    async def wait(is_so: Callable[[], bool]) -> None:
        clock = SystemClock()
        async with clock.timer(PATIENCE):
            while not is_so():
                await clock.sleep(TICK)

    return wait
