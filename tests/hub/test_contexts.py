"""Polls belong to nobody; what a caller has bound is on the events of its own call."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars

from linkedapi_async import LinkedApi, WorkflowHandle
from linkedapi_async.events import BackingOff, Event, WorkflowFinished, WorkflowStarted
from linkedapi_async.models import Person
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import FakeClock, Sandbox

pytestmark = pytest.mark.usefixtures("unhandled")

Serve = Callable[..., Awaitable[Sandbox]]
Reading = Callable[[int], FetchPerson]
Gather = Callable[..., Awaitable[list[Any]]]
Heard = list[tuple[Event, dict[str, Any]]]


@pytest.fixture
def heard() -> Heard:
    """Every event, with what was bound where it was told."""
    return []


@pytest.fixture
async def api(serve: Serve, clock: FakeClock, heard: Heard) -> AsyncIterator[LinkedApi]:
    """A client of a service whose workflows take a minute, and whose first polls fail."""
    sandbox = await serve(duration=60.0)
    sandbox.inject(503, on="poll", times=2)
    async with LinkedApi(
        base_url=sandbox.base_url,
        clock=clock,
        on_event=lambda event: heard.append((event, get_contextvars())),
        **sandbox.tokens,
    ) as client:
        yield client


async def test_each_end_is_told_in_its_callers_context(
    api: LinkedApi, heard: Heard, reading: Reading, all_of: Gather
) -> None:
    """Eight callers, each with a request id of its own: starts and ends carry it, polls none."""
    ids: dict[str | None, str] = {}

    async def serve_request(number: int) -> None:
        bind_contextvars(request=f"r{number}")
        result = await api.run(reading(number))
        ids[result.workflow_id] = f"r{number}"

    await all_of(*(serve_request(number) for number in range(8)))

    finished = {
        event.workflow_id: bound.get("request")
        for event, bound in heard
        if isinstance(event, WorkflowFinished)
    }
    started = {
        event.workflow_id: bound.get("request")
        for event, bound in heard
        if isinstance(event, WorkflowStarted)
    }
    assert len(ids) == 8
    assert finished == started == ids
    assert [bound for event, bound in heard if isinstance(event, BackingOff)] == [{}, {}]


async def test_the_end_is_told_to_who_waits_not_to_who_started(
    api: LinkedApi, heard: Heard, reading: Reading
) -> None:
    """Started by one part of a program and awaited by another, the end is the second one's."""
    with bound_contextvars(part="starts"):
        handle: WorkflowHandle[Person] = await api.start(reading(1))
    with bound_contextvars(part="waits"):
        await handle.result()

    bound_at = {type(event): bound for event, bound in heard}
    assert bound_at[WorkflowStarted] == {"part": "starts"}
    assert bound_at[WorkflowFinished] == {"part": "waits"}
    assert structlog.contextvars.get_contextvars() == {}
