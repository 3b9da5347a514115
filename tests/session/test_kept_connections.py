from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from linkedapi_async import Certainty, LinkedApi, LinkedApiError, OutcomeUnknown, Policy
from linkedapi_async.events import BackingOff, Event, WorkflowStarted
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import (
    Close,
    Drop,
    ErrorEnvelope,
    FakeClock,
    Reset,
    Sandbox,
    Status,
)

Connect = Callable[..., LinkedApi]
Catch = Callable[[Awaitable[Any]], Awaitable[Any]]


@pytest.fixture
async def slow(clock: FakeClock) -> Any:
    """A sandbox whose workflows take ten minutes, so that they can be polled and cancelled."""
    async with Sandbox(clock=clock, duration=300.0) as running:
        yield running


@pytest.mark.parametrize("cut", [Reset("request", 0), Close("request", 0), Reset("reply", 0)])
async def test_poll_on_a_dead_connection_goes_on(
    cut: Any, slow: Sandbox, connect: Connect, message: SendMessage, told: list[Event]
) -> None:
    """A kept connection that proves dead costs one announced poll, and no hidden one."""
    handle = await connect(slow).start(message)
    slow.inject(cut, on="poll")

    result = await handle.result()

    assert result.errors == ()
    polls = slow.log.requests("poll")
    assert polls[0].connection == slow.log.requests("start")[0].connection
    assert sum(poll.fault is not None for poll in polls) == 1
    assert len({poll.at for poll in polls}) == len(polls)
    assert sum(isinstance(event, BackingOff) for event in told) == 1


async def test_dropped_idle_connections_are_replaced(
    slow: Sandbox, clock: FakeClock, connect: Connect, message: SendMessage, told: list[Event]
) -> None:
    """Connections that the service closes while they are idle are replaced without a word."""
    api = connect(slow, deadline=100_000.0)
    handle = await api.start(message)
    drops = 0

    for _ in range(5):
        drops += slow.drop_idle_connections()
        await clock.sleep(1)
        await handle.status()

    assert drops == 5
    assert slow.log.connections == 6
    assert [type(event) for event in told] == [WorkflowStarted]
    assert (await handle.result()).errors == ()
    assert len(slow.log.effects()) == 1


async def test_write_on_a_dropped_idle_connection_is_never_lost_or_doubled(
    sandbox: Sandbox, clock: FakeClock, connect: Connect, caught: Catch, message: SendMessage
) -> None:
    """A start that races the end of its kept connection runs at most once, and says so."""
    outcomes: list[object] = []
    for _ in range(20):
        async with connect(sandbox) as api:
            await api.run(message)
            await clock.sleep(60)
            sandbox.log.clear()
            sandbox.drop_idle_connections()
            outcome = await caught(api.run(message))
            await clock.sleep(60)
            ran = len(sandbox.log.effects())
            in_doubt = isinstance(outcome, OutcomeUnknown)
            outcomes.append((ran, in_doubt))
            assert ran == 1 or (ran == 0 and in_doubt)
    assert len(outcomes) == 20


async def test_connections_are_kept_between_polls(
    wire: str, slow: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """One call, however long, needs one connection."""
    result = await connect(slow, wire).run(message)

    assert result.errors == ()
    assert len(slow.log.requests("poll")) > 20
    assert slow.log.connections == 1


async def test_cancel_tells_what_the_service_says(
    slow: Sandbox, clock: FakeClock, connect: Connect, message: SendMessage
) -> None:
    """A workflow that runs is stopped, which is told; another handle hears that it was too late."""
    api = connect(slow)
    handle = await api.start(message)
    twin = api.attach(message, str(handle.workflow_id))

    assert await handle.cancel() is True
    assert await twin.cancel() is False
    await clock.sleep(1_000)

    assert slow.log.effects() == ()
    assert len(slow.log.requests("cancel")) == 2
    with pytest.raises(LinkedApiError) as error:
        await handle.result()
    assert error.value.code == "workflowCancelled"


@pytest.mark.parametrize("cut", [Reset("request", 0), Close("request", 0), Close("request", 50)])
async def test_lost_cancel_is_repeated_on_purpose(
    cut: Any, slow: Sandbox, connect: Connect, message: SendMessage, told: list[Event]
) -> None:
    """A DELETE that never arrived is sent again by decision, once per announced pause."""
    handle = await connect(slow).start(message)
    slow.inject(cut, on="cancel")

    assert await handle.cancel() is True

    cancels = slow.log.requests("cancel")
    pauses = [event for event in told if isinstance(event, BackingOff)]
    assert len(cancels) == 2
    assert len(pauses) == 1
    assert pauses[0].purpose == "cancel"
    assert cancels[1].at == pytest.approx(cancels[0].at + pauses[0].delay)


@pytest.mark.parametrize("lost", [Reset("reply", 0), Close("reply", 30), Drop()])
async def test_cancel_whose_reply_was_lost_is_in_doubt(
    lost: Any, slow: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """After a lost reply, "too late" may mean the first request's success: nobody can know."""
    handle = await connect(slow).start(message)
    slow.inject(lost, on="cancel")

    with pytest.raises(OutcomeUnknown) as error:
        await handle.cancel()

    assert error.value.workflow_id == handle.workflow_id
    assert error.value.certainty is Certainty.MAYBE_ACCEPTED
    assert len(slow.log.requests("cancel")) == error.value.attempts == 2


@pytest.mark.parametrize("attempts", [1, 3])
async def test_cancel_whose_every_reply_was_lost_is_in_doubt(
    attempts: int, slow: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """With no reply at all, the outcome is just as unknown, and every DELETE is counted."""
    handle = await connect(slow, policy=Policy(max_attempts=attempts)).start(message)
    slow.inject(Reset("reply", 0), on="cancel", times=None)

    with pytest.raises(LinkedApiError) as error:
        await handle.cancel()

    assert len(slow.log.requests("cancel")) == error.value.attempts == attempts
    assert error.value.certainty is Certainty.MAYBE_ACCEPTED
    assert isinstance(error.value, OutcomeUnknown)


@pytest.mark.parametrize("later", [ErrorEnvelope("workflowNotFound"), Status(404), Status(400)])
async def test_cancel_refused_after_a_lost_reply_is_in_doubt(
    later: Any, slow: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """A refusal that follows a lost reply proves nothing about the first request."""
    handle = await connect(slow).start(message)
    slow.inject(Reset("reply", 0), on="cancel")
    slow.inject(later, on="cancel", status=404)

    with pytest.raises(LinkedApiError) as error:
        await handle.cancel()

    assert len(slow.log.requests("cancel")) == 2
    assert error.value.certainty is Certainty.MAYBE_ACCEPTED
    assert isinstance(error.value, OutcomeUnknown)


async def test_ended_workflow_is_not_cancelled(
    sandbox: Sandbox, clock: FakeClock, connect: Connect, reading: FetchPerson
) -> None:
    """Cancelling what has ended is `False`: asked of the service, or known already."""
    handle = await connect(sandbox).start(reading)
    await clock.sleep(60)

    assert await handle.cancel() is False
    await handle.result()
    assert await handle.cancel() is False
    assert len(sandbox.log.requests("cancel")) == 1
