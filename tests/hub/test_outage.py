"""An outage concerns every wait: polls stop together, nobody raises, all go on afterwards."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from itertools import pairwise
from random import Random
from typing import Any, Final

import attrs
import pytest

from linkedapi_async import LinkedApi, Policy
from linkedapi_async._types import Json
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import FakeClock, Null, Reset, Sandbox, Stall
from linkedapi_async.testing.faults import Fault

pytestmark = pytest.mark.usefixtures("unhandled")

Serve = Callable[..., Awaitable[Sandbox]]
Connect = Callable[..., list[LinkedApi]]
Reading = Callable[[int], FetchPerson]
Gather = Callable[..., Awaitable[list[Any]]]
Delays = Callable[[Sandbox], list[float]]

OUTAGE: Final = 600.0
ACCOUNTS: Final = 10


def short(_: Json, chance: Random) -> float:
    return chance.uniform(1.0, 20.0)


@pytest.mark.soak
@pytest.mark.parametrize("fault", [503, Reset("request"), Null()], ids=repr)
async def test_ten_minutes_of_outage(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
    fault: Fault | int,
    soaking: bool,
) -> None:
    """With a thousand waits, an outage is looked at about once in ten seconds, by one of them."""
    count = 1_000 if soaking else 300
    sandbox = await serve(ACCOUNTS, duration=short)
    apis = connect(sandbox)
    handles = await all_of(
        *(apis[number % ACCOUNTS].start(reading(number)) for number in range(count))
    )
    waits = [asyncio.ensure_future(handle.result()) for handle in handles]
    await clock.sleep(30.0)
    before = len(sandbox.log.requests("poll"))
    injection = sandbox.inject(fault, on="poll", times=None)

    await clock.sleep(OUTAGE)

    injection.remove()
    during = [poll.at for poll in sandbox.log.requests("poll")[before:]]
    assert len(during) == injection.hits <= OUTAGE / 7.5 + 10
    assert max(after - at for at, after in pairwise(during[-20:])) <= 15.0 + 0.5
    assert not any(wait.cancelled() for wait in waits)
    results = await all_of(*waits)
    assert all(result.errors == () for result in results)
    back = sandbox.log.requests("poll")[before + len(during)].at
    assert back - 30.0 - OUTAGE <= 15.5


async def test_nobody_listens(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
) -> None:
    """Connections refused for ten minutes cost as little, and end no wait."""
    sandbox = await serve(duration=20.0)
    (api,) = connect(sandbox)
    handles = await all_of(*(api.start(reading(number)) for number in range(20)))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        (elsewhere,) = connect(sandbox, base_url=f"http://127.0.0.1:{port}")
        waits = [
            asyncio.ensure_future(elsewhere.attach(FetchPerson, str(handle.workflow_id)).result())
            for handle in handles
        ]
        await clock.sleep(OUTAGE)
        stats = elsewhere.stats()

    assert stats.waiting == 20
    assert stats.polls <= OUTAGE / 7.5 + 30
    assert stats.polling + (stats.paused_for > 0) == 1
    for one in waits:
        one.cancel()
    await all_of(*waits, *(handle.result() for handle in handles))


async def test_replies_that_never_come(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
) -> None:
    """A service that takes requests and says nothing is asked by one wait at a time, too."""
    sandbox = await serve(ACCOUNTS, duration=short)
    apis = connect(sandbox)
    handles = await all_of(
        *(apis[number % ACCOUNTS].start(reading(number)) for number in range(100))
    )
    injection = sandbox.inject(Stall("reply", 0), on="poll", times=None)
    waits = [asyncio.ensure_future(handle.result()) for handle in handles]

    await clock.sleep(OUTAGE)

    injection.remove()
    assert injection.hits <= 64 + OUTAGE / Policy.batch().read_timeout
    results = await all_of(*waits)
    assert all(result.errors == () for result in results)


@pytest.mark.parametrize("fault", [429, 503, "tooManyRequests"])
async def test_the_service_asks_for_half_a_minute(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
    fault: str | int,
) -> None:
    """One reply with `Retry-After: 30` pauses the polls of all accounts for that long."""
    sandbox = await serve(ACCOUNTS, duration=short)
    apis = connect(sandbox, waiting="eager")
    handles = await all_of(
        *(apis[number % ACCOUNTS].start(reading(number)) for number in range(100))
    )
    waits = [asyncio.ensure_future(handle.result()) for handle in handles]
    await clock.sleep(30.0)
    injection = sandbox.inject(fault, on="poll", headers={"Retry-After": "30"})

    await all_of(*waits)

    assert injection.hits == 1
    replies = {reply.request: reply for reply in sandbox.log.replies()}
    polls = [(poll.at, replies[poll.number].status) for poll in sandbox.log.requests("poll")]
    ((asked_at, _),) = [poll for poll in polls if poll[1] != 200]
    later = [at for at, _ in polls if at > asked_at]
    assert 29.99 <= min(later) - asked_at <= 31.0


@pytest.mark.parametrize("waiting", ["eager", "thrifty"])
async def test_one_poisoned_workflow_does_not_slow_the_others(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
    delays: Delays,
    waiting: str,
) -> None:
    """A workflow whose polls fail always is asked ever less often; ends of others are seen soon."""
    policy = attrs.evolve(Policy.batch(), poll_max=120.0)
    means = list[float]()
    for is_poisoned in (False, True):
        sandbox = await serve(6, duration=short)
        poisoned, *apis = connect(sandbox, policy=policy, waiting=waiting)
        bad = asyncio.ensure_future(poisoned.run(reading(0)))
        if is_poisoned:
            sandbox.inject(503, on="poll", times=None, account="a0")
        await clock.sleep(120.0)
        others = await all_of(*(api.start(reading(1)) for api in apis * 20))
        results = await all_of(*(handle.result() for handle in others))

        assert all(result.errors == () for result in results)
        bad.cancel()
        await all_of(bad)
        later = delays(sandbox)[: len(others)]
        means.append(sum(later) / len(later))

    assert means[1] <= 1.5 * means[0] + 1.0
