"""A lane per account: so many at the service, the others at home, in order."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from linkedapi_async import (
    AccountPool,
    Call,
    ClientClosed,
    ConfigurationError,
    Disposition,
    FatalError,
    InvalidWorkflowLocally,
    OutcomeUnknown,
    Policy,
    TransientError,
    UserActionRequired,
    WorkflowTimeout,
)
from linkedapi_async.events import Event, Raised, WorkflowAbandoned
from linkedapi_async.operations import CustomWorkflow, FetchPerson, SendMessage
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing.faults import Close, Stall

Open = Callable[..., AccountPool]
Gather = Callable[..., Awaitable[list[Any]]]
Widest = Callable[[Sandbox], dict[str, int]]


def messages(sandbox: Sandbox) -> list[object]:
    """Return the texts of the messages sent, in order."""
    return [action.params["text"] for action in sandbox.log.effects("st.sendMessage")]


def said(text: str, **more: Any) -> Call[None]:
    url = "https://www.linkedin.com/in/person5"
    return Call("anna", SendMessage(person_url=url, text=text), **more)


@pytest.mark.parametrize("width", [1, 2, 3])
async def test_width(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, widest: Widest, width: int
) -> None:
    """As many calls of an account are sent as its lane is wide; all of them end."""
    pool = open_pool(lane_width=width)

    results = await all_of(*(pool.run(said(str(n))) for n in range(8)))

    assert [result.errors for result in results] == [()] * 8
    assert widest(sandbox) == {"anna": width}
    assert messages(sandbox) == [str(n) for n in range(8)]


async def test_priority(open_pool: Open, sandbox: Sandbox, all_of: Gather) -> None:
    """Higher priorities go first, equal ones in order of arrival."""
    pool = open_pool(lane_width=1)
    ranks = [0, 0, 5, -1, 5, 0]

    await all_of(*(pool.run(said(f"{n}", priority=rank)) for n, rank in enumerate(ranks)))

    assert messages(sandbox) == ["0", "2", "4", "1", "5", "3"]


async def test_accounts_do_not_wait_for_each_other(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, reading: FetchPerson
) -> None:
    """One account's queue is nobody else's."""
    pool = open_pool()
    busy = asyncio.gather(*(pool.run(Call("anna", reading)) for _ in range(30)))

    await all_of(*(pool.run(Call("ben", reading)) for _ in range(2)))
    took = clock.now()

    assert took < 60
    assert pool.stats().accounts["anna"].queued > 20
    await busy
    assert sandbox.log.max_overlap() == 1


async def test_unknown_account(open_pool: Open, sandbox: Sandbox, reading: FetchPerson) -> None:
    """A call for an account the pool lacks names some it has; nothing is sent."""
    pool = open_pool()

    with pytest.raises(ConfigurationError, match=r"no account 'ana'; it has 'anna'"):
        await pool.run(Call("ana", reading))

    assert not sandbox.log


async def test_what_is_no_call(open_pool: Open, reading: FetchPerson) -> None:
    """An operation without its account is a mistake, told with the value."""
    operation: Any = reading

    with pytest.raises(ConfigurationError, match="is no Call"):
        await open_pool().run(operation)


async def test_broken_rule_is_told_at_once(open_pool: Open, clock: FakeClock) -> None:
    """Preflight happens when a call is handed in, however long the queue is."""
    pool = open_pool(lane_width=1)
    ahead = asyncio.create_task(pool.run(said("first")))
    await clock.sleep(0)

    with pytest.raises(InvalidWorkflowLocally):
        await pool.run(Call("anna", CustomWorkflow({"actionType": "st.doForPeople"})))

    assert not ahead.done()
    await ahead


async def test_deadline_in_the_queue(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, told: list[Event]
) -> None:
    """A call whose deadline comes in the queue ends then, was never sent, and says so."""
    pool = open_pool(lane_width=1, deadline=25.0)

    outcomes = await all_of(*(pool.run(said(str(n))) for n in range(6)))

    late = [error for error in outcomes if isinstance(error, TransientError)]
    assert clock.now() == pytest.approx(25.0)
    assert {error.code for error in late} == {"queueTimeout"}
    assert {error.certainty for error in late} == {"not_sent"}
    assert {error.attempts for error in late} == {0}
    assert [error.elapsed for error in late] == pytest.approx([25.0] * len(late))
    assert len(late) == 6 - len(sandbox.log.workflows())
    assert len([e for e in told if isinstance(e, Raised) and e.code == "queueTimeout"]) == len(late)


async def test_one_alarm_for_all(open_pool: Open, clock: FakeClock, reading: FetchPerson) -> None:
    """However many calls wait, the clock is set once for them all; without any, not at all."""
    pool = open_pool()
    pool.pause("anna")
    clock.auto_jump = False
    tasks = [asyncio.create_task(pool.run(Call("anna", reading))) for _ in range(500)]
    for _ in range(5):
        await clock.sleep(0)

    assert pool.stats().accounts["anna"].queued == 500
    assert sum(not alarm.is_off for _, _, alarm in clock._alarms) == 1
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert clock.next_due is None


async def test_cancelled_in_the_queue(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, told: list[Event]
) -> None:
    """A call cancelled in the queue was never sent, and the next one moves up."""
    pool = open_pool(lane_width=1)
    first, second, third = (asyncio.create_task(pool.run(said(str(n)))) for n in range(3))
    await clock.sleep(1.0)

    second.cancel()
    await asyncio.wait((first, third))

    assert second.cancelled()
    assert messages(sandbox) == ["0", "2"]
    assert not [event for event in told if isinstance(event, WorkflowAbandoned)]
    assert pool.stats().accounts["anna"].cancelled == 1


@pytest.mark.parametrize("is_first", [False, True])
async def test_cancelled_as_its_turn_comes(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, *, is_first: bool
) -> None:
    """A call that is cancelled while its turn comes, just before or after, lets the next one go."""
    pool = open_pool(lane_width=1, limits={"stMessages": 1})
    pool.pause("anna")
    first, second = (asyncio.create_task(pool.run(said(str(n)))) for n in range(2))
    await clock.sleep(1.0)

    if is_first:
        first.cancel()
    pool.resume("anna")
    first.cancel()
    await second

    assert first.cancelled()
    assert messages(sandbox) == ["1"]
    assert pool.stats().started == 0
    assert pool.stats().accounts["anna"].cancelled == 1


async def test_cancelled_while_running_keeps_its_place(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, widest: Widest, told: list[Event]
) -> None:
    """A workflow that nobody waits for any more runs on, and its place is taken until it ends."""
    pool = open_pool(lane_width=1)
    first = asyncio.create_task(pool.run(said("0")))
    second = asyncio.create_task(pool.run(said("1")))
    await clock.sleep(3.0)

    first.cancel()
    await clock.sleep(1.0)
    stats = pool.stats().accounts["anna"]
    await second

    assert (stats.started, stats.lingering, stats.queued, stats.cancelled) == (0, 1, 1, 1)
    assert widest(sandbox) == {"anna": 1}
    assert messages(sandbox) == ["0", "1"]
    (abandoned,) = [event for event in told if isinstance(event, WorkflowAbandoned)]
    assert abandoned.workflow_id == sandbox.log.workflows()[0].workflow_id


async def test_timed_out_workflow_keeps_its_place(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, widest: Widest
) -> None:
    """A workflow that outlives its deadline keeps its place; the next starts when it has ended."""
    pool = open_pool(lane_width=1, deadline=8.0)
    (error,) = await all_of(pool.run(said("0")))
    lingering = pool.stats().accounts["anna"].lingering

    (late,) = await all_of(pool.run(said("1")))

    assert isinstance(error, WorkflowTimeout)
    assert lingering == 1
    assert isinstance(late, WorkflowTimeout | TransientError)
    assert widest(sandbox) == {"anna": 1}


@pytest.mark.parametrize("turns", [1, 2, 3, 5, 8, 13, 21, 34])
async def test_cancelled_start(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, widest: Widest, turns: int
) -> None:
    """However early a start is cancelled, no place is lost, and none is given twice."""
    pool = open_pool(lane_width=1, doubt=60.0)
    first = asyncio.create_task(pool.run(said("0")))
    second = asyncio.create_task(pool.run(said("1")))
    for _ in range(turns):
        await clock.sleep(0)
    first.cancel()

    await second

    assert messages(sandbox)[-1] == "1"
    assert widest(sandbox) == {"anna": 1}
    assert pool.stats().started == 0


async def test_lost_write_keeps_its_place_for_a_while(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, widest: Widest
) -> None:
    """A write of unknown outcome may run, so its place stays taken as long as the option says."""
    sandbox.inject(Close())
    pool = open_pool(lane_width=1, doubt=60.0)

    first, second = await all_of(pool.run(said("0")), pool.run(said("1")))

    assert isinstance(first, OutcomeUnknown)
    assert second.errors == ()
    starts = [one.at for one in sandbox.log.requests("start")]
    assert starts[1] - starts[0] == pytest.approx(60.0, abs=3.0)
    assert widest(sandbox) == {"anna": 1}
    assert messages(sandbox) == ["0", "1"]


async def test_later_end_clears_a_doubt(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, widest: Widest
) -> None:
    """Once a workflow that was sent later has ended, the lost one must have ended too."""
    sandbox.inject(Close())
    pool = open_pool(lane_width=2, doubt=10_000.0)

    outcomes = await all_of(*(pool.run(said(str(n))) for n in range(6)))

    assert sum(isinstance(one, OutcomeUnknown) for one in outcomes) == 1
    assert clock.now() < 300
    assert pool.stats().accounts["anna"].lingering == 0
    assert widest(sandbox)["anna"] == 2
    assert sorted(map(str, messages(sandbox))) == [str(n) for n in range(6)]


async def test_lost_read_is_started_again_from_the_queue(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, widest: Widest, reading: FetchPerson
) -> None:
    """A reading start whose reply was lost may run, so it is sent again when there is room."""
    sandbox.inject(Close())
    pool = open_pool(lane_width=1, doubt=30.0)

    results = await all_of(*(pool.run(Call("anna", reading)) for _ in range(3)))

    assert all(result.data is not None for result in results)
    assert len(sandbox.log.workflows()) == 4
    assert widest(sandbox) == {"anna": 1}


async def test_lost_reads_end(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, reading: FetchPerson
) -> None:
    """A reading call gives up after as many attempts as the policy allows."""
    sandbox.inject(Close(), times=None)
    pool = open_pool(lane_width=1, doubt=30.0, policy=attrs.evolve(Policy.batch(), max_attempts=2))

    (error,) = await all_of(pool.run(Call("anna", reading)))

    assert isinstance(error, TransientError)
    assert error.attempts == len(sandbox.log.requests("start")) == 2


async def test_closing_ends_what_waits(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather
) -> None:
    """Closed, the pool ends what waits and what runs; the latter's ids are in the error."""
    pool = open_pool(lane_width=1)
    waiting = asyncio.ensure_future(all_of(*(pool.run(said(str(n))) for n in range(4))))
    await clock.sleep(3.0)

    await pool.aclose()
    errors = await waiting

    assert {type(error) for error in errors} == {ClientClosed}
    (accepted,) = sandbox.log.workflows()
    assert errors[0].workflow_ids == (accepted.workflow_id,)
    with pytest.raises(ClientClosed):
        await pool.run(said("late"))
    await pool.aclose()


async def test_full_queue_lets_callers_wait(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather
) -> None:
    """Beyond the queue's size calls wait outside, in order of arrival, within their deadline."""
    pool = open_pool(lane_width=1, queue_size=2, deadline=200.0)
    waiting = asyncio.ensure_future(all_of(*(pool.run(said(str(n))) for n in range(7))))
    await clock.sleep(2.0)
    stats = pool.stats().accounts["anna"]

    results = await waiting

    assert (stats.started, stats.queued, stats.waiting) == (1, 2, 4)
    assert [result.errors for result in results] == [()] * 7
    assert messages(sandbox) == [str(n) for n in range(7)]


async def test_deadline_and_cancel_outside(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock
) -> None:
    """Who waits outside can be cancelled, and ends at the deadline like everybody else."""
    pool = open_pool(lane_width=1, queue_size=1, deadline=15.0)
    tasks = [asyncio.create_task(pool.run(said(str(n)))) for n in range(5)]
    await clock.sleep(2.0)

    tasks[3].cancel()
    await asyncio.wait(tasks)

    assert tasks[3].cancelled()
    error = tasks[4].exception()
    assert isinstance(error, TransientError)
    assert error.code == "queueTimeout"
    assert pool.stats().queued == 0


async def test_no_deadline(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """Without a deadline a call waits for as long as it takes."""
    pool = open_pool(policy=attrs.evolve(Policy.batch(), deadline=None))
    pool.pause("anna")
    waiting = asyncio.create_task(pool.run(Call("anna", reading)))
    await clock.sleep(30 * 86400.0)

    pool.resume("anna")

    assert (await waiting).data is not None


async def test_cancelled_reading_start(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, widest: Widest, reading: FetchPerson
) -> None:
    """A reading start that was cut off may run, so its place stays taken for a while."""
    sandbox.inject(Stall())
    pool = open_pool(lane_width=1, doubt=60.0, limits={"stPersonProfileViews": 2})
    first = asyncio.create_task(pool.run(Call("anna", reading)))
    await clock.sleep(1.0)
    first.cancel()
    await asyncio.wait((first,))

    assert pool.stats().accounts["anna"].lingering == 1
    result = await pool.run(Call("anna", reading))

    assert first.cancelled()
    assert result.data is not None
    assert widest(sandbox) == {"anna": 1}


async def test_cancelled_before_anything_was_sent(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, writing: SendMessage
) -> None:
    """A start that is cancelled before it was sent costs nothing."""
    pool = await open_pool(max_connections=1, limits={"stMessages": 1}).__aenter__()
    tasks = [asyncio.create_task(pool.run(Call(name, writing))) for name in ("anna", "ben")]
    while not pool.stats().accounts["ben"].started:
        await clock.sleep(0)
    tasks[1].cancel()

    await asyncio.wait(tasks)

    assert tasks[1].cancelled()
    assert (await pool.run(Call("ben", writing))).errors == ()
    assert len(sandbox.log.effects()) == 2


async def test_one_connection_for_all(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, writing: SendMessage
) -> None:
    """Starts of many accounts at once share the connections that are allowed."""
    pool = open_pool(max_connections=1)

    results = await all_of(*(pool.run(Call(name, writing)) for name in ("anna", "ben", "cleo") * 3))

    assert [result.errors for result in results] == [()] * 9
    assert sandbox.log.connections <= 2


async def test_removed_while_a_start_is_under_way(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, holding: Policy
) -> None:
    """A start that comes back refused finds its account gone, and does not wait for it."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding)
    waiting = asyncio.create_task(pool.run(said("0")))
    while not sandbox.log.requests("start"):
        await clock.sleep(0)

    pool.remove_account("anna")
    (error,) = await all_of(waiting)

    assert isinstance(error, FatalError)
    assert (error.code, error.certainty) == ("accountRemoved", "rejected")


async def test_foreign_error_gives_the_place_back(
    open_pool: Open, sandbox: Sandbox, reading: FetchPerson
) -> None:
    """An operation of your own that cannot read its result does not hold its lane up."""

    class Odd(FetchPerson):
        @classmethod
        def _read(cls, completion: object) -> Any:
            raise ZeroDivisionError

    pool = open_pool(lane_width=1)
    with pytest.raises(ZeroDivisionError):
        await pool.run(Call("anna", Odd(person_url=reading.person_url)))

    assert (await pool.run(Call("anna", reading))).data is not None
    assert pool.stats().started == 0


async def test_refused_poll_leaves_a_doubt(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather, writing: SendMessage
) -> None:
    """A workflow that cannot be asked for any more may run on, so its place stays taken."""
    sandbox.inject("invalidIdentificationToken", on="poll")
    pool = open_pool(lane_width=1, doubt=60.0)

    (error,) = await all_of(pool.run(said("0")))

    assert isinstance(error, UserActionRequired)
    assert error.certainty == "accepted"
    assert pool.stats().accounts["anna"].lingering == 1
    await clock.sleep(61.0)
    assert pool.stats().accounts["anna"].lingering == 0


async def test_doubts_end_with_the_pool(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, all_of: Gather
) -> None:
    """A closed pool keeps no alarm."""
    sandbox.inject(Close())
    pool = open_pool(doubt=900.0)
    await all_of(pool.run(said("0")))
    assert pool.stats().accounts["anna"].lingering == 1

    await pool.aclose()
    clock.auto_jump = False

    assert clock.next_due is None or clock.next_due < 800


async def test_totals(
    open_pool: Open, sandbox: Sandbox, all_of: Gather, reading: FetchPerson
) -> None:
    """Totals add up over accounts: results, errors by what they ask for."""
    sandbox.sign_out(account="ben")
    sandbox.inject("invalidWorkflow", account="cleo")
    pool = open_pool()

    await all_of(*(pool.run(Call(name, reading)) for name in ("anna", "ben", "cleo") * 2))

    stats = pool.stats()
    assert (stats.done, stats.failed, stats.started, stats.queued) == (3, 3, 0, 0)
    assert stats.accounts["ben"].failed == {Disposition.USER_ACTION: 2}
    assert stats.accounts["cleo"].failed == {Disposition.FATAL: 1}
