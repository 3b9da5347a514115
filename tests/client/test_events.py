"""What the client announces: the same story every time, and no secret in it."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from linkedapi_async import (
    LinkedApi,
    LinkedApiError,
    Policy,
    TransientError,
    UserActionRequired,
    WorkflowTimeout,
)
from linkedapi_async.events import (
    ActionNeeded,
    BackingOff,
    Event,
    Raised,
    WorkflowAbandoned,
    WorkflowFinished,
    WorkflowParked,
    WorkflowStarted,
)
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import FakeClock, Sandbox


def kinds(told: list[Event]) -> list[type[Event]]:
    return [type(event) for event in told]


async def test_success(
    connect: Callable[..., LinkedApi], told: list[Event], reading: FetchPerson, wire: str
) -> None:
    """Started, finished; both name the operation and the workflow."""
    result = await connect(wire, account="sales").run(reading)

    started, finished = told
    assert isinstance(started, WorkflowStarted)
    assert isinstance(finished, WorkflowFinished)
    assert started.workflow_id == finished.workflow_id == result.workflow_id
    assert started.operation == finished.operation == "fetchPerson"
    assert started.account == finished.account == "sales"
    assert finished.succeeded


async def test_throttled_then_success(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], writing: SendMessage
) -> None:
    """A refused start that is sent again is announced with delay, attempt and proof."""
    sandbox.inject(429, headers={"Retry-After": "2"})

    await connect().run(writing)

    assert kinds(told) == [BackingOff, WorkflowStarted, WorkflowFinished]
    (backing_off,) = [event for event in told if isinstance(event, BackingOff)]
    assert (backing_off.attempt, backing_off.purpose) == (1, "start")
    assert backing_off.certainty == "rejected"
    assert 2.0 <= backing_off.delay <= 2.25


async def test_raised(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], writing: SendMessage
) -> None:
    """A call that ends in an exception announces what the exception says."""
    sandbox.sign_out()

    with pytest.raises(UserActionRequired) as caught:
        await connect().run(writing)

    assert kinds(told) == [ActionNeeded, Raised]
    raised, error = told[-1], caught.value
    assert isinstance(raised, Raised)
    assert raised.error == "UserActionRequired"
    for fact in ("code", "disposition", "scope", "certainty", "hint", "message", "attempts"):
        assert getattr(raised, fact) == getattr(error, fact)


async def test_failed_workflow(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], writing: SendMessage
) -> None:
    """A failed workflow is finished without success, then raised."""
    sandbox.inject("invalidWorkflow", on="failure")

    with pytest.raises(LinkedApiError):
        await connect().run(writing)

    assert kinds(told) == [WorkflowStarted, WorkflowFinished, Raised]
    (finished,) = [event for event in told if isinstance(event, WorkflowFinished)]
    assert not finished.succeeded


async def test_parked(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], writing: SendMessage
) -> None:
    """A parked workflow says so once between its start and its end."""
    sandbox.close_hours(3600)

    await connect(policy=Policy.batch()).run(writing)

    assert kinds(told) == [WorkflowStarted, WorkflowParked, WorkflowFinished]


async def test_timeout(
    connect: Callable[..., LinkedApi],
    slow_sandbox: Sandbox,
    told: list[Event],
    writing: SendMessage,
) -> None:
    """A deadline is raised with the id of what runs on."""
    api = connect(base_url=slow_sandbox.base_url, deadline=10, **slow_sandbox.tokens)

    with pytest.raises(WorkflowTimeout) as caught:
        await api.run(writing)

    started, raised = told
    assert isinstance(started, WorkflowStarted)
    assert isinstance(raised, Raised)
    assert raised.error == "WorkflowTimeout"
    assert raised.workflow_id == caught.value.workflow_id == started.workflow_id


async def test_cancelled(
    connect: Callable[..., LinkedApi],
    slow_sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    writing: SendMessage,
) -> None:
    """Cancelling a call announces the workflow that runs on."""
    api = connect(base_url=slow_sandbox.base_url, **slow_sandbox.tokens)
    task = asyncio.create_task(api.run(writing))
    await clock.sleep(10)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    started, abandoned = told
    assert isinstance(started, WorkflowStarted)
    assert isinstance(abandoned, WorkflowAbandoned)
    assert abandoned.workflow_id == started.workflow_id
    assert abandoned.reason == "cancelled"


async def test_given_up(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], reading: FetchPerson
) -> None:
    """Each attempt is announced, then the end."""
    sandbox.inject(503, times=None)

    with pytest.raises(TransientError):
        await connect().run(reading)

    assert kinds(told) == [BackingOff, BackingOff, Raised]


async def test_listener_that_raises(
    connect: Callable[..., LinkedApi], caplog: pytest.LogCaptureFixture, reading: FetchPerson
) -> None:
    """What a listener raises is logged and breaks nothing."""

    def listener(event: Event) -> None:
        msg = f"no room for {type(event).__name__}"
        raise RuntimeError(msg)

    with caplog.at_level(logging.ERROR, logger="linkedapi_async"):
        result = await connect(on_event=listener).run(reading)

    assert result.data is not None
    failures = [r for r in caplog.records if "linkedapi.callback_failed" in r.getMessage()]
    assert len(failures) == 2
    assert "no room for WorkflowStarted" in caplog.text


async def test_structlog_gets_the_same(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    told: list[Event],
    logged: list[dict[str, Any]],
    writing: SendMessage,
) -> None:
    """A configured structlog gets each event under its stable name, with its fields."""
    sandbox.inject(429)

    await connect().run(writing)

    assert [entry["event"] for entry in logged] == [event.name for event in told]
    for entry, event in zip(logged, told, strict=True):
        assert entry["log_level"] == event.level
        for field, value in attrs.asdict(event).items():
            logged_as = "detail" if field == "message" else field
            assert entry.get(logged_as) == value


@pytest.mark.parametrize("alias", [None, "sales"])
async def test_no_token_anywhere(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    told: list[Event],
    logged: list[dict[str, Any]],
    reading: FetchPerson,
    alias: str | None,
    wire: str,
) -> None:
    """Accounts are an alias or a fingerprint; no event, log line or error holds a token."""
    tokens = sandbox.tokens
    api = connect(wire, account=alias)
    await api.run(reading)
    sandbox.rotate_tokens()
    with pytest.raises(UserActionRequired) as caught:
        await api.run(reading)

    accounts = {event.account for event in told}
    assert accounts == {alias or api.account}
    story = f"{told!r} {logged!r} {caught.value!r} {caught.value} {caught.value.__dict__} {api!r}"
    for token in (
        tokens.linked_api_token,
        tokens.account_api_token,
        tokens.identification_token,
    ):
        assert token not in story


QUIET = """
import asyncio
from linkedapi_async import LinkedApi, LinkedApiError
from linkedapi_async.operations import FetchPerson

async def main():
    async with LinkedApi(
        base_url="http://127.0.0.1:1", linked_api_token="a", identification_token="b"
    ) as api:
        try:
            await api.run(FetchPerson(person_url="x"))
        except LinkedApiError as error:
            assert error.code == "connectionFailed", error

asyncio.run(main())
"""


def test_nothing_is_printed() -> None:
    """An application that configured no logging finds nothing on its terminal."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", QUIET], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
