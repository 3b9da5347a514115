"""Starting an expired workflow again: once, whoever waits and whatever is cut off."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import attrs
import pytest

from linkedapi_async import LinkedApi, LinkedApiError, Policy, WorkflowHandle, WorkflowTimeout
from linkedapi_async.operations import SendMessage
from linkedapi_async.testing import Delay, FakeClock, Sandbox

RESTARTING = attrs.evolve(
    Policy.service(),
    deadline=86400.0,
    restart_expired=True,
    slow_base_delay=0.0,
    poll_base=1.0,
    poll_max=5.0,
)


@pytest.fixture
async def expiring(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, clock: FakeClock, writing: SendMessage
) -> WorkflowHandle[None]:
    """A write that was given up before it ran; the account works again, nobody has asked yet."""
    sandbox.close_hours(None, expires_after=60)
    handle = await connect("linked_api_v3", policy=RESTARTING).start(writing)
    await clock.sleep(61)
    sandbox.open_hours()
    return handle


@pytest.mark.parametrize("late", [1.0, 10.0], ids=["within-grace", "beyond-grace"])
@pytest.mark.parametrize("cut", ["cancel", "timeout"])
async def test_restart_that_was_cut_off_is_not_posted_twice(
    *,
    expiring: WorkflowHandle[None],
    sandbox: Sandbox,
    clock: FakeClock,
    late: float,
    cut: str,
) -> None:
    """A waiter that leaves in the middle of the second start leaves one start behind, not two."""
    sandbox.inject(Delay(late))
    bound = 7200.0 if cut == "cancel" else 0.9
    waiting = asyncio.create_task(expiring.result(timeout=bound))
    while len(sandbox.log.requests("start")) < 2:
        await clock.sleep(0.1)
    if cut == "cancel":
        waiting.cancel()
    with suppress(asyncio.CancelledError, LinkedApiError):
        await waiting

    with suppress(LinkedApiError):  # the outcome may be unknown by now, but never doubled
        await expiring.result()
    await clock.sleep(600)

    assert len(sandbox.log.requests("start")) == 2
    assert len(sandbox.log.effects()) == 1


async def test_restart_whose_id_was_learned_in_time(
    expiring: WorkflowHandle[None], sandbox: Sandbox, clock: FakeClock
) -> None:
    """A wait cancelled during the second start can be taken up again: one message, one result."""
    sandbox.inject(Delay(1.5))
    waiting = asyncio.create_task(expiring.result())
    while len(sandbox.log.requests("start")) < 2:
        await clock.sleep(0.1)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting

    result = await expiring.result(timeout=3600)

    assert result.errors == ()
    assert len(sandbox.log.requests("start")) == 2
    assert len(sandbox.log.effects()) == 1


async def test_late_status_of_the_expired_workflow(
    expiring: WorkflowHandle[None], sandbox: Sandbox, clock: FakeClock
) -> None:
    """A status of the old workflow that arrives after the second start does not cause a third."""
    sandbox.inject(Delay(15.0), on="poll")
    asking = asyncio.create_task(expiring.status())
    await clock.sleep(0.1)
    sandbox.close_hours(600)  # the second one waits for a while
    with pytest.raises(WorkflowTimeout):
        await expiring.result(timeout=5)
    await asking

    result = await expiring.result()

    assert result.errors == ()
    assert len(sandbox.log.requests("start")) == 2
    assert len(sandbox.log.effects()) == 1


async def test_many_waiters_restart_once(expiring: WorkflowHandle[None], sandbox: Sandbox) -> None:
    """However many wait for an expired workflow, it is started again once."""
    results = await asyncio.gather(*(expiring.result() for _ in range(50)))

    assert len({id(result) for result in results}) == 1
    assert len(sandbox.log.requests("start")) == 2
    assert len(sandbox.log.effects()) == 1
