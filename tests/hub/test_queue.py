"""The service runs one workflow of an account at a time: what stands behind is asked seldom."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

import attrs
import pytest

from linkedapi_async import LinkedApi, Policy
from linkedapi_async.operations import FetchPerson
from linkedapi_async.policy import Waiting
from linkedapi_async.testing import Sandbox, WorkflowStarted

pytestmark = pytest.mark.usefixtures("unhandled")

Serve = Callable[..., Awaitable[Sandbox]]
Connect = Callable[..., list[LinkedApi]]
Reading = Callable[[int], FetchPerson]
Gather = Callable[..., Awaitable[list[Any]]]
Delays = Callable[[Sandbox], list[float]]

DURATION: Final = 45.0
COUNT: Final = 50


@pytest.mark.parametrize(("waiting", "mean"), [("eager", 1.5), ("balanced", 3.0), ("thrifty", 5.0)])
async def test_fifty_workflows_in_a_queue(
    *,
    serve: Serve,
    connect: Connect,
    reading: Reading,
    all_of: Gather,
    delays: Delays,
    waiting: str,
    mean: float,
) -> None:
    """Standing in line costs one poll; ends, and so beginnings, are noticed soon."""
    sandbox = await serve(duration=DURATION)
    policy = attrs.evolve(Policy.service(), deadline=86_400.0)
    (api,) = connect(sandbox, policy=policy, waiting=waiting)
    handles = await all_of(*(api.start(reading(number)) for number in range(COUNT)))

    results = await all_of(*(handle.result() for handle in handles))

    assert all(result.errors == () for result in results)
    begun = {r.workflow_id: r.at for r in sandbox.log if isinstance(r, WorkflowStarted)}
    polls = sandbox.log.requests("poll")
    in_line = [poll for poll in polls if poll.at < begun[str(poll.workflow_id)]]
    assert len(in_line) <= COUNT
    assert max(Counter(poll.workflow_id for poll in in_line).values()) <= 2
    assert len(polls) <= (Waiting(waiting).polls + 1) * COUNT
    late = delays(sandbox)
    assert sum(late) / COUNT <= mean


@pytest.mark.parametrize("is_attached", [False, True], ids=["started", "attached"])
async def test_the_next_in_line_is_asked_when_its_turn_has_come(
    *,
    serve: Serve,
    connect: Connect,
    reading: Reading,
    all_of: Gather,
    delays: Delays,
    is_attached: bool,
) -> None:
    """Long workflows: each end has the next one asked before it can have got far."""
    sandbox = await serve(duration=900.0)
    policy = attrs.evolve(Policy.batch(), waiting="balanced", poll_max=300.0)
    (api,) = connect(sandbox, policy=policy)
    handles = await all_of(*(api.start(reading(number)) for number in range(12)))
    if is_attached:
        handles = [api.attach(FetchPerson, str(handle.workflow_id)) for handle in handles]

    await all_of(*(handle.result() for handle in handles))

    begun = {r.workflow_id: r.at for r in sandbox.log if isinstance(r, WorkflowStarted)}
    polls = sandbox.log.requests("poll")
    first = {
        workflow_id: min(
            poll.at - at for poll in polls if poll.workflow_id == workflow_id and poll.at >= at
        )
        for workflow_id, at in begun.items()
    }
    assert max(first.values()) <= 300.0
    in_line = Counter(poll.workflow_id for poll in polls if poll.at < begun[str(poll.workflow_id)])
    assert max(in_line.values()) <= 10
    assert max(delays(sandbox)) <= 330.0
