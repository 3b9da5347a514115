"""What the tests of direct calls share: the official SDK, older wires, messages in numbers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import linkedapi as official
import pytest

from linkedapi_async import LinkedApi
from linkedapi_async.events import Event
from linkedapi_async.testing import CapturedMessage, FakeClock, Sandbox

Connect: TypeAlias = Callable[..., LinkedApi]
Ask: TypeAlias = Callable[[Callable[[official.LinkedApi], Any]], Awaitable[Any]]
Capture: TypeAlias = Callable[..., list[str]]


@pytest.fixture
def ask(sandbox: Sandbox) -> Ask:
    """Ask through the official SDK, in a thread beside the event loop."""

    def work(what: Callable[[official.LinkedApi], Any]) -> Any:
        config = official.LinkedApiConfig(base_url=sandbox.base_url, **sandbox.tokens)
        client = official.LinkedApi(config)
        try:
            return what(client)
        finally:
            client.http_client.session.close()  # type: ignore[attr-defined]  # of its requests

    async def in_a_thread(what: Callable[[official.LinkedApi], Any]) -> Any:
        return await asyncio.to_thread(work, what)

    return in_a_thread


@pytest.fixture
async def connect(sandbox: Sandbox, clock: FakeClock, told: list[Event]) -> AsyncIterator[Connect]:
    """Open a client of any wire; all are closed at the end of the test."""
    async with AsyncExitStack() as stack:

        def build(wire: str = "linked_api", **options: Any) -> LinkedApi:
            tokens = sandbox.tokens
            given: dict[str, Any] = {
                "identification_token": tokens.identification_token,
                "base_url": sandbox.base_url,
                "site_url": sandbox.base_url,
                "clock": clock,
                "on_event": told.append,
            }
            if wire == "linked_api":
                given["linked_api_token"] = tokens.linked_api_token
            else:
                given |= {"account_api_token": tokens.account_api_token, "wire": wire}
            api = LinkedApi(**{**given, **options})
            stack.push_async_callback(api.aclose)
            return api

        yield build


@pytest.fixture
def capture(sandbox: Sandbox) -> Capture:
    """Let the service capture messages, at any moment; returns their ids."""
    numbers = iter(range(1, 1_000_000))

    def put(count: int = 1, *, at: datetime | None = None, late: float = 0.0) -> list[str]:
        account, person = sandbox.account(), sandbox.world.person(1)
        moment = (at or sandbox.clock.wall()) - timedelta(seconds=late)
        ids: list[str] = []
        for number in (next(numbers) for _ in range(count)):
            ids.append(f"message-{number}")
            account.capture(
                CapturedMessage(
                    inbox_message_id=ids[-1],
                    message_id=f"inner-{number}",
                    channel="st",
                    thread_id="2-main-1",
                    person_urn=person.urn,
                    person_hashed_url=person.hashed_url,
                    person_public_url=person.url,
                    sender="them",
                    text=f"Message {number}",
                    at=moment,
                )
            )
        return ids

    return put
