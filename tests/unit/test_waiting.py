"""Calls under way: closing interrupts them with their ids, cancelling them learns the outcome."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from linkedapi_async._types import WorkflowId
from linkedapi_async._waiting import OpenCalls, finish_gracefully
from linkedapi_async.errors import ClientClosed
from linkedapi_async.testing import FakeClock

ONE, TWO = WorkflowId("wf-1"), WorkflowId("wf-2")


async def waits(calls: OpenCalls, workflow_id: WorkflowId | None = None) -> None:
    async with calls.enter(workflow_id):
        await asyncio.get_running_loop().create_future()


# ── Closing ─────────────────────────────────────────────────────────────────────────────────────


async def test_closing_interrupts_every_call_and_names_their_workflows(still: FakeClock) -> None:
    """Each open wait ends in `ClientClosed` with all ids known."""
    calls = OpenCalls()
    waiting = [asyncio.ensure_future(waits(calls, wid)) for wid in (TWO, None, ONE)]
    await still.advance(0)

    await calls.close()
    ends = await asyncio.gather(*waiting, return_exceptions=True)

    assert calls.is_closed
    assert all(isinstance(end, ClientClosed) for end in ends)
    assert [end.workflow_ids for end in ends if isinstance(end, ClientClosed)] == [(ONE, TWO)] * 3
    assert all(end.__cause__ is None for end in ends if isinstance(end, ClientClosed))


async def test_an_id_learned_while_closing_is_kept(still: FakeClock) -> None:
    """A start that hears of its workflow on the way out names it to later calls."""
    calls = OpenCalls()

    async def start() -> None:
        async with calls.enter() as call:
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                call.workflow_id = ONE

    starting = asyncio.ensure_future(start())
    await still.advance(0)

    await calls.close()

    with pytest.raises(ClientClosed) as caught:
        await starting
    assert caught.value.workflow_ids == (ONE,)


async def test_closing_waits_for_the_last_call_to_leave(still: FakeClock) -> None:
    """Whoever tidies up while being interrupted is given the time."""
    calls = OpenCalls()

    async def tidies() -> None:
        async with calls.enter():
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                await still.sleep(3)

    tidying = asyncio.ensure_future(tidies())
    await still.advance(0)
    closing = asyncio.ensure_future(calls.close())
    await still.advance(0)

    await still.advance(2)
    early = closing.done()
    await still.advance(1)

    assert not early
    assert closing.done()
    assert isinstance(tidying.exception(), ClientClosed)


async def test_closing_twice_at_once_ends_twice(still: FakeClock) -> None:
    """Two that close at the same time both come to an end."""
    calls = OpenCalls()

    async def tidies() -> None:
        async with calls.enter():
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                await still.sleep(3)

    tidying = asyncio.ensure_future(tidies())
    await still.advance(0)
    closing = [asyncio.ensure_future(calls.close()) for _ in range(2)]
    await still.advance(0)

    await still.advance(5)
    ended = [close.done() for close in closing]
    for close in closing:
        close.cancel()

    assert ended == [True, True]
    assert isinstance(tidying.exception(), ClientClosed)


async def test_a_cancelled_close_harms_nobody(still: FakeClock) -> None:
    """Who no longer waits for the end does not disturb those who leave."""
    calls = OpenCalls()

    async def tidies() -> None:
        async with calls.enter():
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                await still.sleep(3)

    tidying = asyncio.ensure_future(tidies())
    await still.advance(0)
    closing = asyncio.ensure_future(calls.close())
    await still.advance(0)

    closing.cancel()
    await still.advance(5)

    assert closing.cancelled()
    assert isinstance(tidying.exception(), ClientClosed)


async def test_a_closed_client_takes_no_call() -> None:
    """After closing, entering raises at once."""
    calls = OpenCalls()
    await calls.close()

    with pytest.raises(ClientClosed) as caught:
        calls.enter(ONE)

    assert caught.value.workflow_ids == ()
    assert caught.value.message == "The client is closed"


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "wf-0"),
        (3, "wf-0, wf-1, wf-2"),
        (5, "wf-0, wf-1, wf-2 and 2 more"),
    ],
)
async def test_the_message_names_some_and_counts_the_rest(
    still: FakeClock, count: int, told: str
) -> None:
    """However many wait, the message stays short; the error carries all."""
    calls = OpenCalls()
    waiting = [
        asyncio.ensure_future(waits(calls, WorkflowId(f"wf-{i}"))) for i in reversed(range(count))
    ]
    await still.advance(0)
    await calls.close()
    await asyncio.gather(*waiting, return_exceptions=True)

    error = calls.closed_error()

    assert error.message == f"The client is closed; workflows that run on: {told}"
    assert len(error.workflow_ids) == count


async def test_a_call_that_ends_before_the_closing_is_forgotten() -> None:
    """What is over is neither interrupted nor named."""
    calls = OpenCalls()
    async with calls.enter(ONE):
        pass

    await calls.close()

    assert calls.closed_error().workflow_ids == ()


async def test_an_error_of_the_call_itself_passes() -> None:
    """A frame adds nothing to what its call raises, a `TimeoutError` included."""
    calls = OpenCalls()

    for kind in (TimeoutError, KeyError):
        with pytest.raises(kind):
            async with calls.enter():
                raise kind

    await calls.close()


async def test_cancelling_a_call_is_no_closing(still: FakeClock) -> None:
    """A cancelled call is cancelled, and the others stay."""
    calls = OpenCalls()
    cancelled, kept = (asyncio.ensure_future(waits(calls)) for _ in range(2))
    await still.advance(0)

    cancelled.cancel()
    await still.advance(0)
    survived = not kept.done()
    await calls.close()

    assert cancelled.cancelled()
    assert survived
    assert isinstance((await asyncio.gather(kept, return_exceptions=True))[0], ClientClosed)


# ── Cancelling ──────────────────────────────────────────────────────────────────────────────────


Run = Callable[..., Awaitable["asyncio.Task[str]"]]


class Learner:
    """Hears what came of a start that nobody waits for any more."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def __call__(self, outcome: Any) -> None:
        """Note the outcome."""
        self.heard.append(outcome)


@pytest.fixture
def learned() -> Learner:
    """What a cancelled start came to."""
    return Learner()


@pytest.fixture
def run(still: FakeClock, learned: Learner) -> "Run":
    """Begin work that takes some seconds, with something at stake or not."""

    async def work(seconds: float, error: Exception | None) -> str:
        await still.sleep(seconds)
        if error is not None:
            raise error
        return "wf-1"

    async def begin(
        seconds: float, *, at_stake: bool = True, error: Exception | None = None
    ) -> "asyncio.Task[str]":
        call = asyncio.ensure_future(
            finish_gracefully(
                work(seconds, error), clock=still, is_at_stake=lambda: at_stake, learned=learned
            )
        )
        await still.advance(0)
        return call

    return begin


async def others() -> set["asyncio.Task[Any]"]:
    return asyncio.all_tasks() - {asyncio.current_task()}


async def test_undisturbed_work_brings_its_result(
    run: Run, still: FakeClock, learned: Learner
) -> None:
    """Nobody is told apart from the caller."""
    call = await run(5)

    await still.advance(5)

    assert call.result() == "wf-1"
    assert learned.heard == []


async def test_undisturbed_work_raises_its_error(
    run: Run, still: FakeClock, learned: Learner
) -> None:
    """An error passes through."""
    call = await run(1, error=KeyError("x"))

    await still.advance(1)

    assert isinstance(call.exception(), KeyError)
    assert learned.heard == []


async def test_cancelled_with_nothing_at_stake_it_ends_at_once(
    run: Run, still: FakeClock, learned: Learner
) -> None:
    """Before anything was written, cancelling costs no moment."""
    call = await run(5, at_stake=False)
    await still.advance(1)

    call.cancel()
    await still.advance(0)

    assert call.cancelled()
    assert learned.heard == [None]
    assert await others() == set()


async def test_cancelled_in_the_middle_it_learns_the_outcome(
    run: Run, still: FakeClock, learned: Learner
) -> None:
    """A start that is being answered gets the moment it needs; the cancellation then passes on."""
    call = await run(2)
    await still.advance(1)

    call.cancel()
    await still.advance(0)
    in_grace = not call.done()
    await still.advance(1)

    assert in_grace
    assert call.cancelled()
    assert learned.heard == ["wf-1"]


async def test_an_error_in_the_grace_is_no_outcome(
    run: Run, still: FakeClock, learned: Learner
) -> None:
    """A failure nobody waits for is swallowed; the cancellation passes on."""
    call = await run(2, error=KeyError("x"))
    await still.advance(1)

    call.cancel()
    await still.advance(0)
    await still.advance(1)

    assert call.cancelled()
    assert learned.heard == [None]


async def test_the_grace_is_short(run: Run, still: FakeClock, learned: Learner) -> None:
    """Work that does not end in two seconds is cut off."""
    call = await run(60)
    await still.advance(1)

    call.cancel()
    await still.advance(0)
    await still.advance(1.9)
    in_grace = not call.done()
    await still.advance(0.2)

    assert in_grace
    assert call.cancelled()
    assert learned.heard == [None]
    assert await others() == set()


async def test_a_second_cancellation_ends_the_grace(
    run: Run, still: FakeClock, learned: Learner
) -> None:
    """Whoever insists is obeyed at once, and no task stays behind."""
    call = await run(60)
    await still.advance(1)
    call.cancel()
    await still.advance(0)

    call.cancel()
    await still.advance(0)

    assert call.cancelled()
    assert learned.heard == [None]
    assert await others() == set()


async def test_work_that_ends_together_with_the_cancellation_is_learned(
    still: FakeClock, learned: Learner
) -> None:
    """An outcome that is there already is not thrown away."""
    answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def work() -> str:
        return await answered

    call = asyncio.ensure_future(
        finish_gracefully(work(), clock=still, is_at_stake=lambda: True, learned=learned)
    )
    await still.advance(0)

    answered.set_result("wf-1")
    call.cancel()
    await still.advance(0)

    assert call.cancelled()
    assert learned.heard == ["wf-1"]


async def test_work_that_was_cancelled_itself_cancels_the_caller(still: FakeClock) -> None:
    """A cancellation born inside the work is not turned into a result."""

    async def work() -> str:
        raise asyncio.CancelledError

    call = asyncio.ensure_future(
        finish_gracefully(work(), clock=still, is_at_stake=lambda: True, learned=Learner())
    )
    await still.advance(0)

    assert call.cancelled()
