"""What every test may ask for: a sandbox, a clock, a client, and a list of what it was told."""

import os
import signal
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:  # fixtures import late, so that a broken module fails only the tests that need it
    from linkedapi_async import LinkedApi
    from linkedapi_async.events import Event
    from linkedapi_async.testing import FakeClock, Sandbox

# A shell that starts a job in the background lets it ignore Ctrl-C, and its children inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SOAKING = bool(os.environ.get("LINKEDAPI_SOAK"))

settings.register_profile(
    "default",
    max_examples=25,
    deadline=None,  # a busy machine is no failure
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("soak", settings.get_profile("default"), max_examples=2_000)
settings.load_profile("soak" if SOAKING else "default")


@pytest.fixture(scope="session")
def soaking() -> bool:
    """Whether properties run at their full counts (`nox -s soak`)."""
    return SOAKING


@pytest.fixture
def clock() -> "FakeClock":
    """The time of the test; it leaps ahead when nothing else can happen."""
    from linkedapi_async.testing import FakeClock  # noqa: PLC0415 - see above

    return FakeClock()


@pytest.fixture
async def sandbox(clock: "FakeClock") -> "AsyncIterator[Sandbox]":
    """The service in miniature, on the test's clock."""
    from linkedapi_async.testing import Sandbox  # noqa: PLC0415 - see above

    async with Sandbox(seed=0, clock=clock) as running:
        yield running


@pytest.fixture
def told() -> "list[Event]":
    """What the client announced, in order."""
    return []


@pytest.fixture
async def api(
    sandbox: "Sandbox", clock: "FakeClock", told: "list[Event]"
) -> "AsyncIterator[LinkedApi]":
    """A client of the current API, connected to the sandbox."""
    from linkedapi_async import LinkedApi  # noqa: PLC0415 - see above

    async with LinkedApi(
        base_url=sandbox.base_url, **sandbox.tokens, clock=clock, on_event=told.append
    ) as client:
        yield client
