"""Retries inside somebody else's retries do not multiply."""

from collections.abc import Callable

import attrs
import pytest
import tenacity

from linkedapi_async import LinkedApi, Policy, TransientError, single_attempt
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import FakeClock, Sandbox


async def outer(api: LinkedApi, reading: FetchPerson, clock: FakeClock, *, attempts: int) -> None:
    """What an application does that repeats by itself."""
    async for attempt in tenacity.AsyncRetrying(
        stop=tenacity.stop_after_attempt(attempts),
        wait=tenacity.wait_fixed(1),
        sleep=clock.sleep,
        retry=tenacity.retry_if_exception_type(TransientError),
        reraise=True,
    ):
        with attempt, single_attempt():
            await api.run(reading)


async def test_outer_loop_alone_repeats(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """Inside `single_attempt` each call sends its start once."""
    sandbox.inject(503, times=None)
    api = connect(policy=attrs.evolve(Policy.service(), max_attempts=5))

    with pytest.raises(TransientError) as caught:
        await outer(api, reading, clock, attempts=4)

    assert caught.value.attempts == 1
    assert len(sandbox.log.requests()) == 4


async def test_polls_go_on_inside(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """Scheduled polls are no retries: a failing one ends no wait inside `single_attempt`."""
    sandbox.inject(503, on="poll", times=5)

    await outer(connect(), reading, clock, attempts=1)

    assert len(sandbox.log.requests("start")) == 1
    assert len(sandbox.log.requests("poll")) == 6


async def test_the_mark_ends_with_the_block(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, reading: FetchPerson
) -> None:
    """Outside the block the client repeats again, also after an exception."""
    api = connect()
    sandbox.inject(503, times=2)

    with pytest.raises(TransientError), single_attempt():
        await api.run(reading)
    result = await api.run(reading)

    assert result.data is not None
    assert len(sandbox.log.requests("start")) == 3
