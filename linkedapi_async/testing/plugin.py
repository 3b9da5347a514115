"""Fixtures for pytest: a sandbox, the clock it runs on, and a client that talks to it.

They come with the package; nothing has to be imported or registered. The asynchronous ones need
pytest-asyncio (or anyio's own plugin). All three share one `FakeClock`, so that hours pass in
milliseconds; override `linkedapi_clock` in a `conftest.py` to return a `SystemClock` for real
time. Pytest loads this module in every run, so it imports nothing that takes time.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pytest

if TYPE_CHECKING:
    from linkedapi_async._clock import Clock
    from linkedapi_async.client import LinkedApi

    from .sandbox import Sandbox

__all__ = ["linkedapi_api", "linkedapi_clock", "linkedapi_sandbox"]

F = TypeVar("F", bound=Callable[..., object])


def _async_fixture(function: F) -> F:
    decorate: Any = pytest.fixture  # anyio's plugin takes asynchronous fixtures as they are
    with suppress(ImportError):
        from pytest_asyncio import fixture as decorate  # noqa: PLC0415 - may be missing
    return cast("F", decorate(function))


@pytest.fixture
def linkedapi_clock() -> "Clock":
    """A `FakeClock`: time moves when told to, or when nothing else can happen."""
    from .clock import FakeClock  # noqa: PLC0415 - most runs never need it

    return FakeClock()


@_async_fixture
async def linkedapi_sandbox(linkedapi_clock: "Clock") -> "AsyncIterator[Sandbox]":
    """An open `Sandbox` on `linkedapi_clock`, with one account; workflows take ten seconds."""
    from .sandbox import Sandbox  # noqa: PLC0415 - most runs never need aiohttp

    async with Sandbox(clock=linkedapi_clock, duration=10.0) as sandbox:
        yield sandbox


@_async_fixture
async def linkedapi_api(
    linkedapi_sandbox: "Sandbox", linkedapi_clock: "Clock"
) -> "AsyncIterator[LinkedApi]":
    """An open `LinkedApi` for the sandbox's account, on the same clock."""
    from linkedapi_async.client import LinkedApi  # noqa: PLC0415 - most runs never need it

    async with LinkedApi(
        base_url=linkedapi_sandbox.base_url, clock=linkedapi_clock, **linkedapi_sandbox.tokens
    ) as api:
        yield api
