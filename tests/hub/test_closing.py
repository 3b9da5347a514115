"""Closing in the middle of everything: all who wait are told, and nothing is left behind."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import attrs
import pytest

from linkedapi_async import ClientClosed, LinkedApi, Policy
from linkedapi_async._hub import Wait
from linkedapi_async._types import Json
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import Delay, FakeClock, Sandbox

pytestmark = pytest.mark.usefixtures("unhandled")

Serve = Callable[..., Awaitable[Sandbox]]
Connect = Callable[..., list[LinkedApi]]
Reading = Callable[[int], FetchPerson]
Gather = Callable[..., Awaitable[list[Any]]]
Turns = Callable[[int], Awaitable[None]]


def short_for_some(tree: Json, _: Random) -> float:
    return 5.0 if "person77" in str(tree) else 1e4


def tasks_of_the_client() -> list[str]:
    """Return the tasks that are neither the test's nor the sandbox's."""
    codes = [getattr(task.get_coro(), "cr_code", None) for task in asyncio.all_tasks()]
    places = [code.co_filename for code in codes if code is not None]
    return [
        place
        for place in places
        if ("/linkedapi_async/" in place and "/testing/" not in place)
        or ("/aiohttp/" in place and "/web" not in place)
    ]


@pytest.mark.soak
@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8, 13, 21, 34, 55])
async def test_waits_in_every_state(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
    turns: Turns,
    steps: int,
    soaking: bool,
) -> None:
    """Planned, due, under way, parked, settling a restart: each wait hears of the closing.

    Their errors name every workflow, no task runs on, nothing is sent any more, no alarm rings.
    """
    each = 250 if soaking else 40
    sandbox = await serve(5, duration=short_for_some)
    sandbox.close_hours(50_000.0, account="a3")
    sandbox.inject("workingHoursWaitExpired", on="failure", times=None, account="a4")
    policy = attrs.evolve(
        Policy.batch(), restart_expired=True, waiting="eager", poll_max=30.0, slow_base_delay=1.0
    )
    apis = connect(sandbox, policy=policy, polls_per_second=0.5)
    *steady, failing = apis
    handles = await all_of(
        *(api.start(reading(0)) for api in steady for _ in range(each)),
        *(failing.start(reading(76)) for _ in range(each)),
    )
    sandbox.inject(Delay(seconds=3.0), on="poll", times=None)
    sandbox.inject(Delay(seconds=60.0), on="start", times=None)
    waits = [asyncio.ensure_future(handle.result()) for handle in handles]
    while True:  # until something is under way, something due, something started again
        await clock.sleep(1.0)
        stats, starts = apis[0].stats(), sandbox.log.requests("start")
        if stats.polling and stats.due >= 20 and len(starts) > len(handles) + 5:
            break
        assert clock.now() < 900.0, (stats, len(starts), len(handles))
    assert stats.waiting > stats.due + stats.polling
    await turns(steps)
    assert not any(wait.done() for wait in waits)
    requests = len(sandbox.log.requests())

    closing = asyncio.ensure_future(apis[0]._line().close())
    outcomes = await all_of(*waits)
    await closing

    assert {type(outcome) for outcome in outcomes} == {ClientClosed}
    accepted = {one.workflow_id for one in sandbox.log.workflows()}
    named = {workflow_id for outcome in outcomes for workflow_id in outcome.workflow_ids}
    assert named <= accepted
    assert named >= {handle.workflow_id for handle in handles}
    assert tasks_of_the_client() == []
    trunk = apis[0]._line().trunk
    rings = [getattr(one.ring, "__self__", None) for *_, one in clock._alarms if not one.is_off]
    assert not {trunk.hub, trunk.doors}.intersection(rings)
    assert not trunk.hub._workers
    await clock.sleep(100_000.0)
    assert len(sandbox.log.requests()) <= requests + 1


async def test_futures_do_not_outlive_the_client(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
    turns: Turns,
) -> None:
    """After closing, neither the hub nor the loop holds a wait or what a waiter awaited."""
    sandbox = await serve(duration=1_000.0)
    (api,) = connect(sandbox)
    handles = await all_of(*(api.start(reading(number)) for number in range(100)))
    waits = [asyncio.ensure_future(handle.result(timeout=5e4)) for handle in handles]
    await clock.sleep(300.0)
    hub = api._line().trunk.hub

    await api._line().close()
    await all_of(*waits)

    assert (len(hub.waits), hub.stats().waiting, hub.stats().due) == (0, 0, 0)
    assert not hub._groups
    assert [handle._wait.told for handle in handles] == [()] * 100
    del waits, handles
    await turns(2)
    gc.collect()
    assert [one for one in gc.get_objects() if isinstance(one, Wait)] == []
    assert tasks_of_the_client() == []


async def test_closing_from_an_event(
    *,
    serve: Serve,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
) -> None:
    """An event handler may close the client: the calls that told it end, and so do all others."""
    sandbox = await serve(duration=60.0)
    closing: list[asyncio.Future[None]] = []

    def hear(event: object) -> None:
        if type(event).__name__ == "BackingOff" and not closing:
            closing.append(asyncio.ensure_future(api.aclose()))

    api = LinkedApi(base_url=sandbox.base_url, clock=clock, on_event=hear, **sandbox.tokens)
    handles = await all_of(*(api.start(reading(number)) for number in range(20)))
    sandbox.inject(503, on="poll", times=None)

    outcomes = await all_of(*(handle.result() for handle in handles))

    assert {type(outcome) for outcome in outcomes} == {ClientClosed}
    await closing[0]
    assert tasks_of_the_client() == []


async def test_a_handler_that_cancels_who_waits(
    *,
    serve: Serve,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
) -> None:
    """An event handler may cancel waiters while their poll is under way; others go on."""
    sandbox = await serve(duration=60.0)
    waits: list[asyncio.Future[Any]] = []

    def hear(event: object) -> None:
        if type(event).__name__ in {"BackingOff", "WorkflowParked", "WorkflowFinished"}:
            for wait in waits[::2]:
                wait.cancel()

    async with LinkedApi(
        base_url=sandbox.base_url, clock=clock, on_event=hear, **sandbox.tokens
    ) as api:
        handles = await all_of(*(api.start(reading(number)) for number in range(6)))
        sandbox.inject(503, on="poll")
        waits += [asyncio.ensure_future(handle.result()) for handle in handles]

        outcomes = await all_of(*waits)

        assert [isinstance(one, asyncio.CancelledError) for one in outcomes] == [True, False] * 3
        assert (api.stats().waiting, api.stats().due, api.stats().polling) == (0, 0, 0)
