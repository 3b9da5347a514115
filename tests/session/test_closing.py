import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from linkedapi_async import ClientClosed, LinkedApi, Policy, Result
from linkedapi_async.operations import SendMessage
from linkedapi_async.testing import Delay, FakeClock, Sandbox, Stall

Connect = Callable[..., LinkedApi]
Catch = Callable[[Awaitable[Any]], Awaitable[Any]]
Step = Callable[[int], Awaitable[None]]
Tasks = Callable[[], list[str]]


def ids_in(error: ClientClosed) -> set[str]:
    """Return the ids, as the sandbox's log writes them."""
    return {str(workflow_id).rpartition("/")[2] for workflow_id in error.workflow_ids}


@pytest.mark.soak
@pytest.mark.parametrize("scene", ["plain", "back-off", "hold", "parked"])
async def test_closing_at_any_step_ends_the_call_and_tells_its_id(
    *,
    scene: str,
    wire: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    step: Step,
    client_tasks: Tasks,
    message: SendMessage,
    soaking: bool,
) -> None:
    """Closed after any turn of the loop, a call raises `ClientClosed` with every accepted id.

    One whose last reply has come already may return it.
    """
    turns, closed, wrong = 0, 0, list[object]()
    while True:
        sandbox.log.clear()
        sandbox.account().hours = None
        if scene == "back-off":
            sandbox.inject(429, headers={"Retry-After": "3"})
        elif scene == "hold":
            sandbox.inject("linkedinAccountSignedOut", times=2, status=403)
        elif scene == "parked":
            sandbox.close_hours(60.0)
        api = connect(sandbox, wire, policy=Policy(on_user_action="hold"))
        task = asyncio.ensure_future(api.run(message))
        await step(turns)
        if task.done():
            break
        await api.aclose()
        was_over = task.done()
        outcome = await caught(task)
        ended = type(outcome).__name__
        sent = len(sandbox.log.requests())
        await clock.sleep(200)
        closed += ended == "ClientClosed"
        accepted = {record.workflow_id for record in sandbox.log.workflows()}
        facts = {
            "closed": ended in {"ClientClosed", "Result"},
            "ids": ended != "ClientClosed" or ids_in(outcome) == accepted,
            "message": all(one in str(outcome) for one in accepted),
            "over": was_over or turns == 0,
            "quiet": len(sandbox.log.requests()) <= max(sent, 1),
            "once": len(sandbox.log.effects()) <= 1,
            "no tasks": client_tasks() == [],
            "sockets closed": not sandbox._server._gates,
        }
        if not all(facts.values()):
            wrong.append((turns, [name for name, holds in facts.items() if not holds], ended))
        sandbox.clear_faults()
        turns += 1 if soaking or turns < 40 else 7

    assert isinstance(await task, Result)
    assert closed > 40
    assert wrong == []


async def test_closed_client_refuses_calls(
    sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """After closing, nothing is sent by the client, its sibling or its handles."""
    api = connect(sandbox)
    sibling = api.with_options(deadline=5.0)
    handle = await api.start(message)
    await sibling.aclose()
    assert (await handle.status()).state != "failed"
    await api.aclose()
    await api.aclose()
    sandbox.log.clear()

    for call in (
        lambda: api.run(message),
        lambda: sibling.run(message),
        handle.status,
        handle.result,
        handle.cancel,
    ):
        with pytest.raises(ClientClosed) as error:
            await call()
        assert error.value.code == "clientClosed"
    with pytest.raises(ClientClosed):
        api.attach(message, str(handle.workflow_id))

    assert list(sandbox.log.requests()) == []


async def test_result_that_is_known_outlives_the_client(
    sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """A handle that has its result gives it after closing too."""
    api = connect(sandbox)
    handle = await api.start(message)
    result = await handle.result()
    await api.aclose()

    assert await handle.result() == result


async def test_many_open_waits_carry_every_id(
    clock: FakeClock, connect: Connect, caught: Catch, step: Step, message: SendMessage
) -> None:
    """Closing in the middle of fifty waits: each error carries an id, together they carry all."""
    async with Sandbox(clock=clock, duration=500.0) as sandbox:
        api = connect(sandbox, deadline=100_000.0)
        handles = [await api.start(message) for _ in range(50)]
        waits = [asyncio.ensure_future(handle.result()) for handle in handles]
        await step(10)

        await api.aclose()
        outcomes = [await caught(wait) for wait in waits]

        assert all(isinstance(outcome, ClientClosed) for outcome in outcomes)
        expected = {record.workflow_id for record in sandbox.log.workflows()}
        assert all(ids_in(outcome) == expected for outcome in outcomes)


async def test_closing_waits_for_the_id_of_a_start_under_way(
    sandbox: Sandbox, connect: Connect, caught: Catch, step: Step, message: SendMessage
) -> None:
    """A start whose reply is on its way when the client closes gets its grace: the id is told."""
    sandbox.inject(Delay(seconds=1.0))
    api = connect(sandbox)
    task = asyncio.ensure_future(api.run(message))
    await step(20)

    await api.aclose()
    outcome = await caught(task)

    (accepted,) = sandbox.log.workflows()
    assert isinstance(outcome, ClientClosed)
    assert ids_in(outcome) == {accepted.workflow_id}


@pytest.mark.parametrize("turns", range(8))
async def test_closing_twice_at_once_ends_twice(
    *,
    turns: int,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    step: Step,
    message: SendMessage,
) -> None:
    """Two tasks may close the same client while a start is in its grace; both come back."""
    sandbox.inject(Stall("reply", 0))
    api = connect(sandbox)
    task = asyncio.ensure_future(api.run(message))
    await step(20)

    first = asyncio.ensure_future(caught(api.aclose()))
    await step(turns)
    second = asyncio.ensure_future(caught(api.aclose()))
    await clock.sleep(30)
    ended = (first.done(), second.done(), task.done())
    for one in (first, second, task):
        one.cancel()
    outcomes = [await caught(one) for one in (first, second, task)]

    assert ended == (True, True, True)
    assert outcomes[:2] == [None, None]
    assert isinstance(outcomes[2], ClientClosed)


async def test_closing_again_after_a_cancelled_closing(
    *,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    step: Step,
    message: SendMessage,
) -> None:
    """A closing that was cancelled in the grace of a start can be repeated, and closes all."""
    sandbox.inject(Stall("reply", 0))
    api = connect(sandbox)
    task = asyncio.ensure_future(api.run(message))
    await step(20)
    closing = asyncio.ensure_future(api.aclose())
    await step(5)
    closing.cancel()
    assert isinstance(await caught(closing), asyncio.CancelledError)

    again = await caught(api.aclose())

    outcome = await caught(task)
    await clock.sleep(10)
    assert again is None
    assert isinstance(outcome, ClientClosed)
    assert not sandbox._server._gates


async def test_cancelled_call_during_closing_stays_cancelled(
    sandbox: Sandbox,
    connect: Connect,
    caught: Catch,
    step: Step,
    message: SendMessage,
) -> None:
    """A call cancelled by its owner while the client closes ends cancelled, and closing ends."""
    sandbox.inject(Stall("reply", 0))
    api = connect(sandbox)
    task = asyncio.ensure_future(api.run(message))
    await step(20)
    closing = asyncio.ensure_future(api.aclose())
    await step(3)

    task.cancel()
    outcome = await caught(task)
    await closing

    assert isinstance(outcome, asyncio.CancelledError | ClientClosed)
    assert task.cancelled() or isinstance(outcome, ClientClosed)


async def test_block_closes_on_the_way_out(
    sandbox: Sandbox, clock: FakeClock, message: SendMessage
) -> None:
    """`async with` closes every connection, also when its body fails."""

    async def use() -> None:
        async with LinkedApi(base_url=sandbox.base_url, **sandbox.tokens, clock=clock) as api:
            await api.run(message)
            raise KeyError

    with pytest.raises(KeyError):
        await use()

    await clock.sleep(1)
    assert not sandbox._server._gates
    assert sandbox.log.connections == 1
