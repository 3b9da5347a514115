from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from linkedapi_async.testing import FakeClock, Sandbox

Example = Callable[[str], ModuleType]

PERSON = "https://www.linkedin.com/in/person1"


async def ask(app: Any, **query: str) -> tuple[int, Any]:
    async with TestClient(TestServer(app)) as client, client.get("/person", params=query) as reply:
        is_json = reply.content_type == "application/json"
        return reply.status, await reply.json() if is_json else await reply.text()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(example: Example, sandbox: Sandbox, clock: FakeClock) -> Any:
    """The example, on a sandbox."""
    return example("service").create_app(base_url=sandbox.base_url, clock=clock, **sandbox.tokens)


async def test_profile_is_answered(app: Any) -> None:
    """A profile comes with its positions, as JSON."""
    status, body = await ask(app, url=PERSON)

    assert status == 200
    assert body["name"] == "John Doe"
    assert body["experiences"]


async def test_address_is_needed(app: Any, sandbox: Sandbox) -> None:
    """Without an address nothing is asked of the service."""
    status, body = await ask(app)

    assert status == 400
    assert "url is missing" in body
    assert sandbox.log.requests() == ()


@pytest.mark.parametrize("deadline", ["soon", "-1"])
async def test_deadline_has_to_be_usable(app: Any, sandbox: Sandbox, deadline: str) -> None:
    """A deadline that is none is the caller's mistake."""
    status, _ = await ask(app, url=PERSON, deadline=deadline)

    assert status == 400
    assert sandbox.log.requests() == ()


@pytest.mark.parametrize(
    ("fault", "times", "expected"),
    [
        ("personNotFound", 1, (422, "personNotFound")),
        ("linkedinAccountSignedOut", 1, (503, "linkedinAccountSignedOut")),
        ("invalidWorkflow", 1, (500, "invalidWorkflow")),
        (503, None, (503, "httpError")),
    ],
)
async def test_each_family_has_its_status(
    app: Any,
    sandbox: Sandbox,
    fault: str | int,
    times: int | None,
    expected: tuple[int, str],
) -> None:
    """Callers of the service tell from the status what they can do."""
    sandbox.inject(fault, times=times)

    status, body = await ask(app, url=PERSON)

    assert (status, body["code"]) == expected


async def test_deadline_of_the_caller_counts(app: Any, sandbox: Sandbox) -> None:
    """A request's own deadline ends the wait, and the answer names the workflow that runs on."""
    sandbox.close_hours(None)

    status, body = await ask(app, url=PERSON, deadline="2")

    assert status == 504
    assert body["workflow_id"] == sandbox.log.workflows()[0].workflow_id


async def test_throttling_is_passed_on(app: Any, sandbox: Sandbox) -> None:
    """What the service asks us to wait is what our caller hears."""
    sandbox.inject("tooManyRequests", times=None, headers={"Retry-After": "3600"})

    async with TestClient(TestServer(app)) as client:
        reply = await client.get("/person", params={"url": PERSON})

    assert (reply.status, reply.headers["Retry-After"]) == (503, "3600")


async def test_sandbox_comes_and_goes_with_the_service(example: Example) -> None:
    """With `--sandbox` the service brings its own, and closes it with itself."""
    app = await example("service").serve(on_sandbox=True)

    status, body = await ask(app, url=PERSON, deadline="0.5")

    assert status == 504  # its first poll would come seconds later
    assert body["workflow_id"].startswith("wf-")
