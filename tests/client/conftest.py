"""What the tests over real sockets share: clients of every wire, operations, a scripted server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

import attrs
import pytest
import structlog
from aiohttp import web

from linkedapi_async import LinkedApi, Policy
from linkedapi_async.events import Event
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import FakeClock, Sandbox

Connect: TypeAlias = Callable[..., LinkedApi]
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve: TypeAlias = Callable[[Handler], Awaitable[str]]


@pytest.fixture(params=["linked_api", "linked_api_v3", "account_api"])
def wire(request: pytest.FixtureRequest) -> str:
    """Each generation of the protocol in turn."""
    name: str = request.param
    return name


@pytest.fixture
async def connect(sandbox: Sandbox, clock: FakeClock, told: list[Event]) -> AsyncIterator[Connect]:
    """Open a client of any wire; all are closed at the end of the test."""
    async with AsyncExitStack() as stack:
        opened: list[LinkedApi] = []

        def build(wire: str = "linked_api", **options: Any) -> LinkedApi:
            tokens = sandbox.tokens
            given: dict[str, Any] = {
                "identification_token": tokens.identification_token,
                "base_url": sandbox.base_url,
                "clock": clock,
                "on_event": told.append,
            }
            if wire == "linked_api":
                given["linked_api_token"] = tokens.linked_api_token
            else:
                given |= {"account_api_token": tokens.account_api_token, "wire": wire}
            api = LinkedApi(**{**given, **options})
            opened.append(api)
            stack.push_async_callback(api.aclose)
            return api

        yield build


@pytest.fixture
async def slow_sandbox(clock: FakeClock) -> AsyncIterator[Sandbox]:
    """A sandbox whose workflows take a minute of fake time."""
    async with Sandbox(seed=0, clock=clock, duration=60.0) as running:
        yield running


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
async def serve() -> AsyncIterator[Serve]:
    """Serve whatever a handler answers, where the sandbox would never say so."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        async def answer(request: web.Request) -> web.StreamResponse:
            return await handler(request)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, shutdown_timeout=0.0)
        await runner.setup()
        runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def logged() -> Iterator[list[dict[str, Any]]]:
    """What an application that configured structlog finds in its log."""
    capture = structlog.testing.LogCapture()
    structlog.configure(processors=[capture])
    try:
        yield capture.entries  # type: ignore[misc]
    finally:
        structlog.reset_defaults()


@pytest.fixture
def all_of() -> Callable[..., Awaitable[list[Any]]]:
    """Run many calls at once; failures are values."""

    async def gather(*calls: Awaitable[Any]) -> list[Any]:
        return await asyncio.gather(*calls, return_exceptions=True)

    return gather
