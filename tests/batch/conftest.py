"""What the tests of batches share: pools on a sandbox, and processes that work lists off."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import pytest

from linkedapi_async import AccountPool, Batch, Call, Outcome, Policy
from linkedapi_async._clock import SystemClock
from linkedapi_async.events import Event
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import FakeClock, Sandbox

WORKER = Path(__file__).with_name("worker.py")
PATIENCE = 1_200.0

Line: TypeAlias = tuple[str, str, dict[str, Any], str | None]
"""A call as workers read it: account, class of the operation, its fields, key."""
Open: TypeAlias = Callable[..., AccountPool]
Run: TypeAlias = Callable[..., Awaitable[list[Outcome[Any]]]]
Message: TypeAlias = Callable[..., Call[None]]


# ── in this process, on the clock of the test ──


@pytest.fixture
async def sandbox(request: pytest.FixtureRequest, clock: FakeClock) -> AsyncIterator[Sandbox]:
    """The service with three accounts, whose workflows take ten seconds, or what a test says."""
    duration: float = getattr(request, "param", 10.0)
    async with Sandbox(clock=clock, accounts=("anna", "ben", "cleo"), duration=duration) as running:
        yield running


@pytest.fixture
async def open_pool(sandbox: Sandbox, clock: FakeClock, told: list[Event]) -> AsyncIterator[Open]:
    """Open a pool of the sandbox's accounts; all are closed at the end of the test."""
    async with AsyncExitStack() as stack:

        def build(**options: Any) -> AccountPool:
            given: dict[str, Any] = {
                "linked_api_token": sandbox.tokens.linked_api_token,
                "accounts": {one.alias: one.identification_token for one in sandbox.accounts},
                "base_url": sandbox.base_url,
                "clock": clock,
                "on_event": told.append,
                "policy": Policy.batch(),
            }
            pool = AccountPool(**{**given, **options})
            stack.push_async_callback(pool.aclose)
            return pool

        yield build


@pytest.fixture
def pool(open_pool: Open) -> AccountPool:
    """A pool of all accounts."""
    return open_pool()


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where a ledger may be."""
    return tmp_path / "calls.ledger"


@pytest.fixture
def run(pool: AccountPool) -> Run:
    """Run a batch to its end; return the outcomes."""

    async def to_its_end(calls: Any, **options: Any) -> list[Outcome[Any]]:
        return [one async for one in Batch(options.pop("pool", pool), calls, **options)]

    return to_its_end


@pytest.fixture
def message() -> Message:
    """Make a call that writes."""

    def make(text: str, account: str = "anna", key: Any = None) -> Call[None]:
        url = "https://www.linkedin.com/in/person5"
        return Call(account, SendMessage(person_url=url, text=text), key)

    return make


@pytest.fixture
def visit() -> Callable[..., Call[Any]]:
    """Make a call that reads."""

    def make(number: int = 5, account: str = "anna", key: Any = None) -> Call[Any]:
        url = f"https://www.linkedin.com/in/person{number}"
        return Call(account, FetchPerson(person_url=url), key)

    return make


# ── in processes of their own ──


@attrs.define(eq=False)
class Worker:
    """A process that works a list off.

    Attributes:
        process: The process.
        _told: Where it tells what became of calls.
    """

    process: asyncio.subprocess.Process
    _told: Path

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.process.returncode is not None

    async def say(self, word: str = "go") -> None:
        """Give it a line to read."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())
        await self.process.stdin.drain()

    async def kill(self) -> None:
        """End it without a warning."""
        if not self.is_over:
            self.process.kill()
        await self.process.communicate()

    async def interrupt(self) -> None:
        """Press Ctrl-C, and wait until it has ended."""
        if not self.is_over:
            self.process.send_signal(signal.SIGINT)
        await self.process.communicate()

    async def end(self) -> dict[str, Any]:
        """Wait until it has ended; return what its batch has counted."""
        async with SystemClock().timer(PATIENCE):
            printed, _ = await self.process.communicate()
        assert self.process.returncode == 0
        counted: dict[str, Any] = json.loads(printed)
        return counted

    def told(self) -> list[tuple[str, Any, str]]:
        """Return what became of calls so far: account, workflow, and what became of it."""
        if not self._told.exists():
            return []
        return [json.loads(line) for line in self._told.read_text(encoding="utf-8").splitlines()]


Hire: TypeAlias = Callable[..., Awaitable[Worker]]


@pytest.fixture
async def hire(tmp_path: Path) -> AsyncIterator[Hire]:
    """Have a worker ready that begins with a word; those that still live at the end are killed."""
    workers: list[Worker] = []
    numbers = count()

    async def start(service: Sandbox, lines: Iterable[Line], **settings: Any) -> Worker:
        number = next(numbers)
        calls, told = tmp_path / f"calls-{number}.jsonl", tmp_path / f"told-{number}.jsonl"
        with calls.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(line)}\n" for line in lines)
        given = {
            "base_url": service.base_url,
            "token": service.tokens.linked_api_token,
            "accounts": {one.alias: one.identification_token for one in service.accounts},
            "calls": str(calls),
            "told": str(told),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(WORKER),
            json.dumps(given | settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        workers.append(Worker(process, told))
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        return workers[-1]

    yield start
    for worker in workers:
        await worker.kill()
