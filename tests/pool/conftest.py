"""What the tests of pools share: sandboxes with several accounts, pools on them, a judge."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

import attrs
import pytest

from linkedapi_async import AccountPool, Policy
from linkedapi_async.events import Event
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import (
    FakeClock,
    Sandbox,
    WorkflowAccepted,
    WorkflowCancelled,
    WorkflowCompleted,
    WorkflowFailed,
)

Gather: TypeAlias = Callable[..., Awaitable[list[Any]]]
Open: TypeAlias = Callable[..., AccountPool]
Widest: TypeAlias = Callable[[Sandbox], dict[str, int]]


@pytest.fixture
async def sandbox(clock: FakeClock) -> AsyncIterator[Sandbox]:
    """The service with three accounts, whose workflows take ten seconds."""
    async with Sandbox(clock=clock, accounts=("anna", "ben", "cleo"), duration=10.0) as running:
        yield running


@pytest.fixture
async def open_pool(sandbox: Sandbox, clock: FakeClock, told: list[Event]) -> AsyncIterator[Open]:
    """Open a pool of the sandbox's accounts; all are closed at the end of the test."""
    async with AsyncExitStack() as stack:

        def build(service: Sandbox = sandbox, **options: Any) -> AccountPool:
            given: dict[str, Any] = {
                "linked_api_token": service.tokens.linked_api_token,
                "accounts": {one.alias: one.identification_token for one in service.accounts},
                "base_url": service.base_url,
                "clock": clock,
                "on_event": told.append,
                "policy": Policy.batch(),
            }
            pool = AccountPool(**{**given, **options})
            stack.push_async_callback(pool.aclose)
            return pool

        yield build


@pytest.fixture
def reading() -> FetchPerson:
    """An operation that only reads."""
    return FetchPerson(person_url="https://www.linkedin.com/in/person5")


@pytest.fixture
def writing() -> SendMessage:
    """An operation whose repetition somebody would notice."""
    return SendMessage(person_url="https://www.linkedin.com/in/person5", text="Hello")


@pytest.fixture
def holding() -> Policy:
    """Waits for people, for a day if need be."""
    return attrs.evolve(Policy.batch(), on_user_action="hold")


@pytest.fixture
def widest() -> Widest:
    """Tell how many workflows of each account ever stood at the service at once."""

    def judge(service: Sandbox) -> dict[str, int]:
        now: Counter[str] = Counter()
        most: Counter[str] = Counter()
        open_ids: set[str] = set()
        for record in service.log:
            match record:
                case WorkflowAccepted():
                    open_ids.add(record.workflow_id)
                    now[record.account] += 1
                    most[record.account] = max(most[record.account], now[record.account])
                case WorkflowCompleted() | WorkflowFailed() | WorkflowCancelled():
                    now[record.account] -= record.workflow_id in open_ids
                    open_ids.discard(record.workflow_id)
                case _:
                    pass
        return dict(most)

    return judge


@pytest.fixture
def all_of() -> Gather:
    """Run many calls at once; failures are values."""

    async def gather(*calls: Awaitable[Any]) -> list[Any]:
        return await asyncio.gather(*calls, return_exceptions=True)

    return gather
