import asyncio
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Any

import attrs
import pytest

from linkedapi_async import LinkedApi, Policy
from linkedapi_async._types import Json
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import FakeClock, Sandbox

pytestmark = pytest.mark.usefixtures("unhandled")

Serve = Callable[..., Awaitable[Sandbox]]
Connect = Callable[..., list[LinkedApi]]
Reading = Callable[[int], FetchPerson]
Gather = Callable[..., Awaitable[list[Any]]]


def at_random(_: Json, chance: Random) -> float:
    return chance.uniform(1.0, 60.0)


@pytest.mark.soak
async def test_ten_thousand_waits_share_a_budget(
    *,
    serve: Serve,
    connect: Connect,
    reading: Reading,
    all_of: Gather,
    busiest: Callable[[Sequence[float]], int],
    soaking: bool,
) -> None:
    """Workflows of 20 accounts end at random: no second holds more polls than the budget.

    Every account is served: while it waits for anything, it is asked about again soon.
    """
    count, rate, accounts = (10_000, 200.0, 20) if soaking else (400, 20.0, 20)
    sandbox = await serve(accounts, duration=at_random)
    apis = connect(sandbox, waiting="thrifty", polls_per_second=rate)
    handles = await all_of(
        *(apis[number % accounts].start(reading(number)) for number in range(count))
    )

    results = await all_of(*(handle.result() for handle in handles))

    assert all(result.errors == () for result in results)
    polls = sandbox.log.requests("poll")
    assert busiest([poll.at for poll in polls]) <= rate
    assert len(polls) <= 9 * count  # some stand in line for hours
    moments = defaultdict[str | None, list[float]](list)
    for poll in polls:
        moments[poll.account].append(poll.at)
    assert len(moments) == accounts
    gaps = [after - before for served in moments.values() for before, after in pairwise(served)]
    assert max(gaps) <= 45.0


async def test_a_busy_account_does_not_starve_a_quiet_one(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
) -> None:
    """Behind a budget used up by one account, another learns of its end as if it were alone."""
    sandbox = await serve(2, duration=30.0)
    busy, quiet = connect(sandbox, waiting="eager", polls_per_second=5.0)
    crowd = await all_of(*(busy.start(reading(number)) for number in range(300)))
    waiting = [asyncio.ensure_future(handle.result()) for handle in crowd]
    await clock.sleep(60.0)

    begun = clock.now()
    await quiet.run(reading(1))

    assert clock.now() - begun <= 30.0 + 5.0
    rate = Counter(int(poll.at) for poll in sandbox.log.requests("poll", "a0"))
    assert max(rate.values()) <= 5
    for one in waiting:
        one.cancel()
    await all_of(*waiting)


@pytest.mark.parametrize("waiting", ["eager", "thrifty"])
async def test_waits_that_begin_together_do_not_poll_in_step(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
    waiting: str,
) -> None:
    """Of 120 waits begun at one moment no second sees more than a few times its share."""
    sandbox = await serve(20, duration=3_600.0)
    policy = attrs.evolve(Policy.service(), deadline=7_200.0)
    apis = connect(sandbox, policy=policy, waiting=waiting, polls_per_second=None)
    running = await all_of(*(api.start(reading(1)) for api in apis))
    ids = [str(handle.workflow_id) for handle in running]
    waits = [
        asyncio.ensure_future(apis[i % 20].attach(FetchPerson, ids[i % 20]).result())
        for i in range(120)
    ]
    await clock.sleep(180.0)
    sandbox.log.clear()

    await clock.sleep(60.0)

    moments = [poll.at for poll in sandbox.log.requests("poll")]
    share = len(moments) / 60.0
    for span in (1.0, 0.1):
        most = max(bisect_left(moments, at + span) - i for i, at in enumerate(moments))
        assert most <= 3 * share * span + 8
    for one in waits:
        one.cancel()
    await all_of(*waits)
