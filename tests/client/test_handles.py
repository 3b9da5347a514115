"""A handle is one workflow, for any number of waiters, now or after a restart."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from linkedapi_async import (
    ConfigurationError,
    FatalError,
    LinkedApi,
    Policy,
    TransientError,
    UnsupportedByWire,
    UserActionRequired,
    WorkflowTimeout,
)
from linkedapi_async.operations import FetchPerson, SearchPeople, SendMessage
from linkedapi_async.testing import (
    Body,
    FakeClock,
    Reset,
    Sandbox,
    WorkflowCancelled,
    WorkflowCompleted,
)

FOR_A_MINUTE = 12
"""Polls that a minute's workflow may cost."""


@pytest.fixture
def slow_api(connect: Callable[..., LinkedApi], slow_sandbox: Sandbox) -> LinkedApi:
    """A client of a service whose workflows take a minute."""
    return connect(base_url=slow_sandbox.base_url, **slow_sandbox.tokens)


async def test_status_follows_the_workflow(
    slow_api: LinkedApi, slow_sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """`status` asks once each time, and no more once the end is known."""
    ahead = await slow_api.start(reading)
    handle = await slow_api.start(reading)

    queued = await handle.status()
    await clock.sleep(90)
    running = await handle.status()
    await clock.sleep(60)
    completed = await handle.status()
    again = await handle.status()

    assert (queued.state, queued.pending_reason) == ("pending", "queued")
    assert running.state == "running"
    assert completed.state == again.state == "completed"
    assert len(slow_sandbox.log.requests("poll")) == 3
    assert (await handle.result()).data is not None
    assert len(slow_sandbox.log.requests("poll")) == 3
    assert (await ahead.status()).state == "completed"


async def test_failed_status_leaves_the_wait_alone(
    slow_api: LinkedApi, slow_sandbox: Sandbox, reading: FetchPerson
) -> None:
    """A status that cannot be had raises; the workflow's result still comes."""
    handle = await slow_api.start(reading)
    slow_sandbox.inject(503, on="poll", times=3)

    with pytest.raises(TransientError):
        await handle.status()

    assert (await handle.result()).data is not None


async def test_waiters_share_the_polls(
    slow_api: LinkedApi,
    slow_sandbox: Sandbox,
    all_of: Callable[..., Awaitable[list[Any]]],
    reading: FetchPerson,
) -> None:
    """A hundred waiters of one handle cost what one costs, and get the same result."""
    handle = await slow_api.start(reading)

    results = await all_of(*(handle.result() for _ in range(100)))

    assert len({id(result) for result in results}) == 1
    assert results[0].data is not None
    assert len(slow_sandbox.log.requests("poll")) <= FOR_A_MINUTE


async def test_waiters_share_the_polls_in_real_time(
    all_of: Callable[..., Awaitable[list[Any]]], reading: FetchPerson
) -> None:
    """The same without a fake clock: a hundred waiters, one result, the polls of one."""
    policy = attrs.evolve(Policy.service(), poll_base=0.05, poll_max=0.2)
    async with (
        Sandbox(duration=0.2) as sandbox,
        LinkedApi(base_url=sandbox.base_url, policy=policy, **sandbox.tokens) as api,
    ):
        handle = await api.start(reading)

        results = await all_of(*(handle.result() for _ in range(100)))

        assert len({id(result) for result in results}) == 1
        assert results[0].data is not None
        assert len(sandbox.log.requests("poll")) <= 6


async def test_result_is_kept(
    slow_api: LinkedApi, slow_sandbox: Sandbox, reading: FetchPerson
) -> None:
    """Once the result is there, asking again sends nothing."""
    handle = await slow_api.start(reading)
    first = await handle.result()
    slow_sandbox.log.clear()

    again = await handle.result(timeout=0.001)

    assert again is first
    assert not slow_sandbox.log.requests()


async def test_leader_hands_over(
    slow_api: LinkedApi, slow_sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """Cancelling the waiter that polls, and the next one, leaves the third with the result."""
    handle = await slow_api.start(reading)
    waiters = [asyncio.create_task(handle.result()) for _ in range(3)]
    for waiter in waiters[:2]:
        await clock.sleep(10)
        waiter.cancel()

    result = await waiters[2]

    assert result.data is not None
    assert [waiter.cancelled() for waiter in waiters] == [True, True, False]
    assert len(slow_sandbox.log.requests("poll")) <= FOR_A_MINUTE
    assert not slow_sandbox.log.requests("cancel")


async def test_one_timeout_leaves_the_others(
    slow_api: LinkedApi, slow_sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """A waiter's own timeout ends its wait alone, whether or not it was the one to poll."""
    handle = await slow_api.start(reading)
    leader = asyncio.create_task(handle.result(timeout=20))
    patient = asyncio.create_task(handle.result())
    follower = asyncio.create_task(handle.result(timeout=5))

    with pytest.raises(WorkflowTimeout) as first:
        await follower
    assert clock.now() == pytest.approx(5)
    with pytest.raises(WorkflowTimeout) as second:
        await leader
    assert clock.now() == pytest.approx(20)

    assert (await patient).data is not None
    assert (await handle.result()).data is not None
    assert first.value.workflow_id == second.value.workflow_id == handle.workflow_id
    assert len(slow_sandbox.log.requests("start")) == 1


@pytest.mark.parametrize("bound", [0.0, -1.0])
async def test_no_time_at_all(
    slow_api: LinkedApi, clock: FakeClock, reading: FetchPerson, bound: float
) -> None:
    """A timeout of nothing raises without waiting."""
    handle = await slow_api.start(reading)

    with pytest.raises(WorkflowTimeout):
        await handle.result(timeout=bound)

    assert clock.now() == pytest.approx(0.0)


async def test_timeout_only_shortens_the_deadline(
    slow_api: LinkedApi, slow_sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """The deadline ends the wait however long the timeout; the workflow completes all the same."""
    handle = await slow_api.with_options(deadline=30).start(reading)

    with pytest.raises(WorkflowTimeout) as caught:
        await handle.result(timeout=1_000_000)

    assert clock.now() == pytest.approx(30)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.workflow_id == handle.workflow_id
    assert caught.value.elapsed == pytest.approx(30)
    assert not [r for r in slow_sandbox.log if isinstance(r, WorkflowCompleted)]
    await clock.sleep(60)
    (done,) = [r for r in slow_sandbox.log if isinstance(r, WorkflowCompleted)]
    assert done.workflow_id == caught.value.workflow_id


@pytest.mark.parametrize("as_instance", [False, True], ids=["class", "instance"])
async def test_attach_after_a_restart(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    writing: SendMessage,
    reading: FetchPerson,
    wire: str,
    as_instance: bool,
) -> None:
    """An id, or a result link, is all that has to survive: another client reads the result."""
    before = connect(wire)
    handle = await before.start(reading)
    workflow_id = str(handle.workflow_id)
    await before.aclose()

    attached = connect(wire).attach(reading if as_instance else FetchPerson, workflow_id)
    result = await attached.result()

    assert result.data is not None
    assert result.data.name
    assert result.workflow_id == attached.workflow_id == workflow_id
    assert len(sandbox.log.requests("start")) == 1


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/account/results/1",
        "http://127.0.0.1:1/account/results/1",
        "http://user@127.0.0.1/account/results/1",
        "/account/results/1",
        "0123456789abcdef01234567",
        "file:///etc/passwd",
    ],
)
async def test_foreign_link_is_refused(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, link: str
) -> None:
    """A link that does not lie on the configured origin gets no token and no request."""
    with pytest.raises(UnsupportedByWire) as caught:
        await connect("account_api").attach(FetchPerson, link).result()

    assert caught.value.code == "foreignResultLink"
    assert not sandbox.log.requests()


@pytest.mark.parametrize("empty", ["", "  "])
async def test_empty_id(connect: Callable[..., LinkedApi], empty: str) -> None:
    """An empty id is a mistake of the caller."""
    with pytest.raises(ConfigurationError, match="workflow_id"):
        connect().attach(FetchPerson, empty)


@pytest.mark.parametrize("workflow_id", [None, 5, b"wf-1", FetchPerson])
async def test_id_that_is_no_text_is_refused(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, workflow_id: Any
) -> None:
    """Whatever was given is named; nothing is sent."""
    with pytest.raises(ConfigurationError, match=r"workflow_id=.* has to be a text"):
        connect().attach(FetchPerson, workflow_id)

    assert not sandbox.log.requests()


@pytest.mark.parametrize("other", ["fetchPerson", None, int, {"actionType": "st.syncInbox"}])
async def test_what_is_no_operation_is_refused(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, other: Any
) -> None:
    """The message shows what would be one; the class of one will only do to attach."""
    with pytest.raises(ConfigurationError, match="is no operation, such as"):
        connect().attach(other, "wf-1")
    both: tuple[Any, ...] = (other, FetchPerson)
    for given in both:
        with pytest.raises(ConfigurationError, match="is no operation, such as"):
            await connect().run(given)

    assert not sandbox.log.requests()


async def test_id_is_quoted(connect: Callable[..., LinkedApi], sandbox: Sandbox) -> None:
    """An id cannot lead anywhere else."""
    with pytest.raises(FatalError):
        await connect().attach(FetchPerson, "../account?x=1").result()

    (request,) = sandbox.log.requests()
    assert request.path == "/workflows/..%2Faccount%3Fx%3D1"


async def test_cancel(
    slow_api: LinkedApi, slow_sandbox: Sandbox, clock: FakeClock, writing: SendMessage
) -> None:
    """A cancelled workflow does nothing, and every waiter is told at once."""
    handle = await slow_api.start(writing)
    waiter = asyncio.create_task(handle.result())
    await clock.sleep(10)

    assert await handle.cancel() is True
    cancelled_at = clock.now()

    for late in (waiter, handle.result()):
        with pytest.raises(FatalError) as caught:
            await late
        assert caught.value.code == "workflowCancelled"
        assert caught.value.workflow_id == handle.workflow_id
    assert clock.now() == cancelled_at
    assert len([r for r in slow_sandbox.log if isinstance(r, WorkflowCancelled)]) == 1
    assert not slow_sandbox.log.effects()


async def test_cancel_comes_too_late(
    slow_api: LinkedApi, slow_sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """`False` from the service leaves the result to be had; a known end is not cancelled."""
    handle = await slow_api.start(reading)
    await clock.sleep(61)

    assert await handle.cancel() is False
    assert (await handle.result()).data is not None
    assert await handle.cancel() is False
    assert len(slow_sandbox.log.requests("cancel")) == 1


@pytest.mark.parametrize("generation", ["linked_api_v3", "account_api"])
async def test_cancel_unsupported(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, reading: FetchPerson, generation: str
) -> None:
    """What a generation cannot do is refused without a request, and the wait goes on."""
    handle = await connect(generation).start(reading)
    sandbox.log.clear()

    with pytest.raises(UnsupportedByWire):
        await handle.cancel()

    assert not sandbox.log.requests()
    assert (await handle.result()).data is not None


async def test_cancel_is_asked_again(
    slow_api: LinkedApi, slow_sandbox: Sandbox, writing: SendMessage
) -> None:
    """A passing failure of the cancel is repeated."""
    handle = await slow_api.start(writing)
    slow_sandbox.inject(503, on="cancel")

    assert await handle.cancel() is True
    assert len(slow_sandbox.log.requests("cancel")) == 2


async def test_cancel_whose_reply_is_lost(
    slow_api: LinkedApi, slow_sandbox: Sandbox, writing: SendMessage
) -> None:
    """A lost reply and then `false` tells nothing for sure: not `False`, and no effect either."""
    handle = await slow_api.start(writing)
    slow_sandbox.inject(Reset("reply"), on="cancel")

    with pytest.raises(Exception, match="asked more than once") as caught:
        await handle.cancel()

    assert type(caught.value).__name__ == "OutcomeUnknown"
    assert not slow_sandbox.log.effects()


async def test_failed_workflow_raises_for_each_waiter(
    slow_api: LinkedApi,
    slow_sandbox: Sandbox,
    all_of: Callable[..., Awaitable[list[Any]]],
    writing: SendMessage,
) -> None:
    """Every waiter gets an equal error of its own, and asking again sends nothing."""
    slow_sandbox.inject("linkedinAccountSignedOut", on="failure")
    handle = await slow_api.start(writing)

    errors = await all_of(*(handle.result() for _ in range(10)))
    slow_sandbox.log.clear()
    errors += await all_of(handle.result())

    assert {type(error) for error in errors} == {UserActionRequired}
    assert len({id(error) for error in errors}) == 11
    assert all(error.__dict__ == errors[0].__dict__ for error in errors)
    assert not slow_sandbox.log.requests()


async def test_unaskable_workflow_raises_for_each_waiter(
    slow_api: LinkedApi,
    slow_sandbox: Sandbox,
    all_of: Callable[..., Awaitable[list[Any]]],
    writing: SendMessage,
) -> None:
    """A poll that is refused for good costs one request for all who wait; asking again asks."""
    handle = await slow_api.start(writing)
    slow_sandbox.inject("invalidIdentificationToken", on="poll")

    errors = await all_of(*(handle.result() for _ in range(10)))

    assert {type(error) for error in errors} == {UserActionRequired}
    assert len(slow_sandbox.log.requests("poll")) == 1
    assert (await handle.result()).errors == ()


async def test_handles_do_not_mix(
    slow_api: LinkedApi,
    slow_sandbox: Sandbox,
    all_of: Callable[..., Awaitable[list[Any]]],
) -> None:
    """Twenty handles bring twenty different people."""
    wanted = [f"https://www.linkedin.com/in/person{number}" for number in range(1, 21)]
    handles = [await slow_api.start(FetchPerson(person_url=url)) for url in wanted]
    longer = slow_api.with_options(deadline=7200)
    handles = [longer.attach(FetchPerson, str(handle.workflow_id)) for handle in handles]

    results = await all_of(*(handle.result() for handle in handles))

    expected = [slow_sandbox.world.person(number).name for number in range(1, 21)]
    assert [result.data.name for result in results] == expected
    assert slow_sandbox.log.max_overlap() == 1


async def test_repr_shows_where_it_is(slow_api: LinkedApi, reading: FetchPerson) -> None:
    """A handle prints its operation, id and state."""
    handle = await slow_api.start(reading)

    assert repr(handle) == f"<WorkflowHandle fetchPerson {handle.workflow_id} running>"


async def test_attach_to_a_garbled_completion(
    connect: Callable[..., LinkedApi], sandbox: Sandbox
) -> None:
    """Attached as the wrong operation, the mismatch is named instead of guessed."""
    body = (
        b'{"success": true, "result": {"workflowStatus": "completed", "completion": '
        b'{"actionType": "st.searchPeople", "success": true, "data": [{"name": 5}]}}}'
    )
    sandbox.inject(Body(body), on="poll")

    with pytest.raises(Exception, match=r"completion\.data\[0\]\.name"):
        await connect().attach(SearchPeople, "wf-1").result()
