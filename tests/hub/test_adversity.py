"""What nobody plans for: no time at all, time that leaps, other loops, news at the wrong moment."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import attrs
import pytest

from linkedapi_async import ConfigurationError, LinkedApi, Policy, WorkflowHandle, WorkflowTimeout
from linkedapi_async._push import Ended, Wake
from linkedapi_async._types import WorkflowId
from linkedapi_async.models import Person
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import Delay, FakeClock, Sandbox

pytestmark = pytest.mark.usefixtures("unhandled")

Serve = Callable[..., Awaitable[Sandbox]]
Connect = Callable[..., list[LinkedApi]]
Reading = Callable[[int], FetchPerson]
Gather = Callable[..., Awaitable[list[Any]]]
Turns = Callable[[int], Awaitable[None]]


@pytest.mark.parametrize("deadline", [0.001, 0.1, 1.0, 3.0])
async def test_a_deadline_before_the_first_poll(
    *, serve: Serve, connect: Connect, clock: FakeClock, reading: Reading, deadline: float
) -> None:
    """However short the time, it is kept, and one last look is taken before it is over."""
    sandbox = await serve(duration=1e4)
    (api,) = connect(sandbox, deadline=deadline)

    with pytest.raises(WorkflowTimeout) as caught:
        await api.run(reading(1))

    assert clock.now() == caught.value.elapsed == pytest.approx(deadline)
    assert len(sandbox.log.requests("poll")) == 1


async def test_an_end_just_before_a_short_deadline(
    serve: Serve, connect: Connect, clock: FakeClock, reading: Reading
) -> None:
    """The last look finds what has ended meanwhile."""
    sandbox = await serve(duration=0.9)
    (api,) = connect(sandbox, deadline=1.0)

    result = await api.run(reading(1))

    assert result.data is not None
    assert len(sandbox.log.requests("poll")) == 1
    assert 0.9 <= clock.now() < 1.0


async def test_half_a_day_of_sleep(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
    all_of: Gather,
    turns: Turns,
) -> None:
    """After a leap of twelve hours each workflow is polled once, within the budget, and found."""
    sandbox = await serve(20, duration=300.0)
    apis = connect(sandbox, polls_per_second=10.0)
    handles = await all_of(*(api.start(reading(1)) for api in apis))
    waits = [asyncio.ensure_future(handle.result()) for handle in handles]
    await clock.sleep(5.0)
    clock.auto_jump = False
    await turns(300)
    before = len(sandbox.log.requests("poll"))
    clock._jump(clock.now() + 12 * 3_600.0)
    await turns(300)
    clock.auto_jump = True

    results = await all_of(*waits)

    assert all(result.errors == () for result in results)
    moments = [poll.at for poll in sandbox.log.requests("poll")[before:]]
    assert len(moments) == 20
    assert max(moments) - min(moments) >= 1.85


@attrs.define
class Herald:
    """A source of events in the hands of a test.

    Attributes:
        safety_interval: Seconds between polls while it can be relied on.
        grace: Seconds that an event may come after a poll.
        wakes: Who listens, by workflow.
    """

    safety_interval: float
    grace: float = 1.0
    wakes: dict[WorkflowId, Wake] = attrs.field(factory=dict[WorkflowId, Wake])

    def watch(self, workflow_id: WorkflowId, wake: Wake) -> Callable[[], None]:
        """Note who listens."""
        self.wakes[workflow_id] = wake
        return lambda: self.wakes.pop(workflow_id, None) and None

    def is_alive(self) -> bool:
        """Return that it can be relied on."""
        return True

    def missed(self, workflow_id: WorkflowId) -> None:
        """Fail: polls are not to be first."""
        raise AssertionError(workflow_id)

    def review(self) -> None:
        """Fail: nothing was missed."""
        raise AssertionError


async def test_an_event_overtakes_the_reply_to_a_poll(
    *,
    serve: Serve,
    connect: Connect,
    clock: FakeClock,
    reading: Reading,
) -> None:
    """An end told while an older answer is on its way is looked at right after that answer."""
    sandbox = await serve(duration=60.0)
    sandbox.inject(Delay(seconds=10.0), on="poll")
    (api,) = connect(sandbox)
    herald = Herald(safety_interval=55.0)
    api._line().push = herald
    handle = await api.start(reading(1))
    waiting = asyncio.ensure_future(handle.result())
    await clock.sleep(60.0)
    assert len(sandbox.log.requests("poll")) == 1
    (wake,) = herald.wakes.values()

    wake(Ended())
    await waiting

    assert [poll.at for poll in sandbox.log.requests("poll")] == pytest.approx([55.0, 65.0])
    assert herald.wakes == {}


# ── another event loop ──


@pytest.fixture
def elsewhere() -> Iterator[asyncio.AbstractEventLoop]:
    """The event loop of another thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def test_a_handle_awaited_on_another_loop(
    elsewhere: asyncio.AbstractEventLoop, reading: Reading
) -> None:
    """It is refused in words, and those who wait on the right loop do not notice."""
    policy = attrs.evolve(Policy.service(), poll_base=0.05, poll_max=0.2)
    async with (
        Sandbox(duration=0.3) as sandbox,
        LinkedApi(base_url=sandbox.base_url, policy=policy, **sandbox.tokens) as api,
    ):
        handle: WorkflowHandle[Person] = await api.start(reading(1))
        waiting = asyncio.ensure_future(handle.result())
        foreign = asyncio.run_coroutine_threadsafe(handle.result(), elsewhere)

        with pytest.raises(ConfigurationError, match="another event loop") as caught:
            await asyncio.wrap_future(foreign)

        assert caught.value.code == "wrongLoop"
        assert (await waiting).data is not None
        there = asyncio.run_coroutine_threadsafe(handle.result(), elsewhere)
        assert await asyncio.wrap_future(there) is await handle.result()
