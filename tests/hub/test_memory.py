"""What has ended leaves nothing behind, however long the client lives."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from linkedapi_async import LinkedApi, WorkflowTimeout
from linkedapi_async._hub import Wait
from linkedapi_async.operations import FetchPerson, SearchPeople
from linkedapi_async.testing import FakeClock, Sandbox

pytestmark = pytest.mark.usefixtures("unhandled")

Serve = Callable[..., Awaitable[Sandbox]]
Connect = Callable[..., list[LinkedApi]]
Reading = Callable[[int], FetchPerson]
Gather = Callable[..., Awaitable[list[Any]]]
Turns = Callable[[int], Awaitable[None]]


def held(api: LinkedApi) -> dict[str, int]:
    """Return how much stands in everything that grows and shrinks with the work."""
    trunk = api._line().trunk
    hub, doors = trunk.hub, trunk.doors
    return {
        "polls": len(hub._polls),
        "deadlines": len(hub._deadlines),
        "accounts": len(hub._groups),
        "turns": len(hub._turns),
        "asked": len(hub._asked),
        "workers": len(hub._workers),
        "outside": len(doors._queue),
        "outside until": len(doors._deadlines),
        "calls": len(trunk.calls._open),
        "chores": len(trunk._chores),
    }


@pytest.mark.soak
async def test_workflows_one_after_the_other(
    *, serve: Serve, connect: Connect, reading: Reading, turns: Turns, soaking: bool
) -> None:
    """Thousands of short workflows under a deadline of a day leave no entry, no wait behind."""
    sandbox = await serve(duration=1.0)
    (api,) = connect(sandbox)
    for number in range(20_000 if soaking else 500):
        await api.run(reading(number))
        if number % 500 == 0:
            sandbox.log.clear()
    await turns(2)

    assert set(held(api).values()) == {0}
    gc.collect()
    assert len([one for one in gc.get_objects() if isinstance(one, Wait)]) == 0
    assert len(api._core.durations._memories) == 1
    (memory,) = api._core.durations._memories.values()
    assert len(memory._ends) <= 2 * 256


@pytest.mark.soak
async def test_many_at_once_and_then_none(
    *,
    serve: Serve,
    connect: Connect,
    reading: Reading,
    all_of: Gather,
    turns: Turns,
    soaking: bool,
) -> None:
    """A crowd that comes, partly gives up, and goes leaves nothing; nor does a second one."""
    sandbox = await serve(10, duration=5.0)
    apis = connect(sandbox)

    async def one(number: int) -> None:
        api = apis[number % 10]
        if number % 3:
            await api.run(reading(number))
        else:
            await (await api.start(reading(number))).result(timeout=1.0 + number % 50)

    for _ in range(2):
        outcomes = await all_of(*(one(number) for number in range(2_000 if soaking else 300)))
        assert {type(outcome) for outcome in outcomes} == {type(None), WorkflowTimeout}
        del outcomes
        await turns(2)
        assert set(held(apis[0]).values()) == {0}
        gc.collect()
        assert [one for one in gc.get_objects() if isinstance(one, Wait)] == []


async def test_beside_one_that_waits_for_ever(
    serve: Serve, connect: Connect, reading: Reading, all_of: Gather
) -> None:
    """A wait that stays keeps no more than a handful of ended ones alive."""
    sandbox = await serve(2, duration=1.0)
    sandbox.close_hours(None, account="a0")
    long, short = connect(sandbox)
    waiting = asyncio.ensure_future(long.run(reading(0)))
    for number in range(400):
        await short.run(reading(number))

    assert held(short)["polls"] <= 2 + 16
    assert held(short)["deadlines"] <= 2 + 16
    assert held(short)["accounts"] == 1
    gc.collect()
    assert len([one for one in gc.get_objects() if isinstance(one, Wait)]) <= 1 + 2 * 18
    waiting.cancel()
    await all_of(waiting)


async def test_handles_nobody_awaits_cost_the_hub_nothing(
    *, serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    """Ten thousand attached handles are values until somebody waits."""
    sandbox = await serve()
    (api,) = connect(sandbox)
    handles = [api.attach(SearchPeople, f"wf-{number}") for number in range(10_000)]
    await clock.sleep(3_600.0)

    assert set(held(api).values()) == {0}
    assert not sandbox.log.requests()
    assert len(handles) == 10_000
