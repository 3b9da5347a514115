"""However many wait, a handle has one poll under way at a time, and none once it is over."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest

from linkedapi_async import LinkedApi, WorkflowHandle, WorkflowTimeout
from linkedapi_async.models import Person
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import Delay, FakeClock, Log, Sandbox

pytestmark = pytest.mark.usefixtures("unhandled")

Serve = Callable[..., Awaitable[Sandbox]]
Connect = Callable[..., list[LinkedApi]]
Reading = Callable[[int], FetchPerson]
Gather = Callable[..., Awaitable[list[Any]]]


def polls_at_once(log: Log) -> Counter[str | None]:
    """Return how many polls for one workflow were ever under way at once."""
    polls = {poll.number: poll for poll in log.requests("poll")}
    answers = {reply.request: reply.at for reply in log.replies()}
    most: Counter[str | None] = Counter()
    for workflow_id in {poll.workflow_id for poll in polls.values()}:
        changes = list[tuple[float, int]]()
        for number, poll in polls.items():
            if poll.workflow_id == workflow_id:
                changes += [(poll.at, 1), (answers.get(number, float("inf")), -1)]
        now = 0
        for _, change in sorted(changes):
            now += change
            most[workflow_id] = max(most[workflow_id], now)
    return most


@pytest.mark.soak
async def test_waiters_that_come_and_go(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
    soaking: bool,
) -> None:
    """Hundreds of waiters come, time out, are cancelled, come back; replies take their time.

    No two polls of one handle are ever under way; whoever stays gets the result; after the end,
    and while nobody waits, nothing is sent.
    """
    sandbox = await serve(4, duration=120.0)
    sandbox.inject(Delay(seconds=3.0), on="poll", times=None)
    handles: list[WorkflowHandle[Person]] = await all_of(
        *(api.start(reading(number)) for number, api in enumerate(connect(sandbox)))
    )
    chance = Random(7)
    outcomes: Counter[str] = Counter()

    async def restless(handle: WorkflowHandle[Person]) -> None:
        for _ in range(chance.randrange(1, 8)):
            await clock.sleep(chance.uniform(0.0, 20.0))
            waiting = asyncio.ensure_future(handle.result(timeout=chance.uniform(0.0, 15.0)))
            if chance.random() < 0.3:
                await clock.sleep(chance.uniform(0.0, 10.0))
                waiting.cancel()
            (outcome,) = await all_of(waiting)
            outcomes[type(outcome).__name__] += 1

    people = 100 if soaking else 25
    patient = [asyncio.ensure_future(handle.result()) for handle in handles for _ in range(3)]
    await all_of(*(restless(handle) for handle in handles for _ in range(people)))
    results = await all_of(*patient)

    assert all(result.errors == () for result in results)
    assert outcomes.keys() == {"CancelledError", "WorkflowTimeout", "Result"}
    assert set(polls_at_once(sandbox.log).values()) == {1}
    polls = sandbox.log.requests("poll")
    assert max(Counter(poll.workflow_id for poll in polls).values()) <= 10
    await clock.sleep(3_600.0)
    assert len(sandbox.log.requests("poll")) == len(polls)


async def test_the_last_to_leave_stops_the_polls(
    serve: Serve, connect: Connect, clock: FakeClock, reading: Reading, all_of: Gather
) -> None:
    """While nobody waits nothing is sent; the first to come back goes on where it was."""
    sandbox = await serve(duration=86_000.0)
    (api,) = connect(sandbox)
    handle = await api.start(reading(1))
    waits = [asyncio.ensure_future(handle.result()) for _ in range(10)]
    await clock.sleep(600.0)
    for one in waits:
        one.cancel()
    await all_of(*waits)
    sent = len(sandbox.log.requests("poll"))
    assert sent >= 2

    await clock.sleep(3_600.0)
    assert len(sandbox.log.requests("poll")) == sent
    for _ in range(100):
        with pytest.raises(WorkflowTimeout):
            await handle.result(timeout=1.0)

    assert len(sandbox.log.requests("poll")) - sent <= 2


async def test_coming_back_every_second_costs_no_more(
    serve: Serve, connect: Connect, clock: FakeClock, reading: Reading
) -> None:
    """`result(timeout=1)` in a loop sends as few polls as one long wait."""
    sandbox = await serve(2, duration=600.0)
    patient, restless = connect(sandbox)
    waiting = asyncio.ensure_future(patient.run(reading(1)))
    handle = await restless.start(reading(1))
    result, tries = None, 0
    while result is None:
        tries += 1
        try:
            result = await handle.result(timeout=1.0)
        except WorkflowTimeout:
            continue
    await waiting

    assert tries > 500
    costs = [len(sandbox.log.requests("poll", account)) for account in ("a0", "a1")]
    assert costs[1] <= costs[0] + 3


async def test_many_handles_of_one_workflow(
    serve: Serve, connect: Connect, reading: Reading, all_of: Gather
) -> None:
    """Each handle attached to an id has its own polls and its own result."""
    sandbox = await serve(duration=60.0)
    sandbox.inject(Delay(seconds=1.0), on="poll", times=None)
    (api,) = connect(sandbox)
    started = await api.start(reading(1))
    handles = [api.attach(FetchPerson, str(started.workflow_id)) for _ in range(20)]

    results = await all_of(*(handle.result() for handle in (started, *handles)))

    assert {result.unwrap().name for result in results} == {sandbox.world.person(2).name}
    assert len({id(result) for result in results}) == 21
    assert len(sandbox.log.workflows()) == 1


@pytest.mark.soak
async def test_ten_thousand_waiters_of_one_handle(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
    soaking: bool,
) -> None:
    """They cost what one costs, and half of them may go without the others noticing."""
    sandbox = await serve(duration=60.0)
    (api,) = connect(sandbox)
    handle = await api.start(reading(1))
    waits = [asyncio.ensure_future(handle.result()) for _ in range(10_000 if soaking else 2_000)]
    await clock.sleep(20.0)
    for one in waits[::2]:
        one.cancel()

    results = await all_of(*waits)

    assert len({id(result) for result in results[1::2]}) == 1
    assert all(isinstance(one, asyncio.CancelledError) for one in results[::2])
    assert len(sandbox.log.requests("poll")) <= 8
