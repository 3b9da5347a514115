"""Pausing, stopping and leaving a batch, and what its progress says meanwhile."""

import asyncio
import gc
import itertools
import weakref
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from linkedapi_async import (
    AccountPool,
    Batch,
    BatchProgress,
    Call,
    ClientClosed,
    Outcome,
    OutcomeUnknown,
    Policy,
)
from linkedapi_async.operations import SendMessage
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing.faults import Delay, Drop, ErrorEnvelope, Reset

if TYPE_CHECKING:
    from tests.batch.conftest import Message, Open, Run

Visit = Callable[..., Call[Any]]


def sent(sandbox: Sandbox) -> Counter[str]:
    """Return how often each message was sent, by its text."""
    return Counter(str(one.params["text"]) for one in sandbox.log.effects("st.sendMessage"))


def calls_of(outcomes: list[Outcome[Any]]) -> Counter[str]:
    """Return how often each message has an outcome, by its text."""
    operations = (one.call.operation for one in outcomes)
    return Counter(one.text for one in operations if isinstance(one, SendMessage))


def is_there(file: Path) -> bool:
    """Return whether a file exists."""
    return file.exists()


def adds_up(progress: BatchProgress) -> bool:
    """Return whether every call that was read stands in exactly one place."""
    parts = (
        progress.done,
        progress.failures,
        progress.uncertain,
        progress.running,
        progress.parked,
        progress.waiting,
    )
    return min(parts) >= 0 and sum(parts) == progress.read


async def collect(batch: Batch[Any], found: list[Outcome[Any]]) -> None:
    """Take outcomes until there are no more."""
    async for outcome in batch:
        assert adds_up(batch.progress)
        found.append(outcome)


# ── pausing ──


async def test_a_pause(
    pool: AccountPool, sandbox: Sandbox, clock: FakeClock, message: "Message", ledger: Path
) -> None:
    """While it pauses nothing is started, what runs comes in, and afterwards all goes on."""
    calls = [message(str(number), "anna") for number in range(6)]
    batch = Batch(pool, calls, ledger=ledger)
    found = [await anext(batch)]
    collecting = asyncio.create_task(collect(batch, found))

    batch.pause()
    batch.pause()
    await clock.sleep(1.0)  # what was about to leave
    begun = len(sandbox.log.workflows())
    await clock.sleep(10 * 3600.0)

    assert len(sandbox.log.workflows()) == begun < 6
    paused = batch.progress
    assert (paused.is_paused, paused.is_stopping) == (True, False)
    assert paused.waiting == 6 - begun
    assert adds_up(paused)
    batch.resume()
    batch.resume()
    await collecting
    assert {one.error for one in found} == {None}
    assert batch.progress.done == 6
    assert not batch.progress.is_paused


async def test_deadlines_stand_still(
    open_pool: "Open", clock: FakeClock, message: "Message", ledger: Path
) -> None:
    """A pause takes nothing from the time that calls have which have not left."""
    pool = open_pool(deadline=600.0)
    batch, found = Batch(pool, [message("1")], ledger=ledger), list[Outcome[Any]]()
    batch.pause()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(3600.0)
    assert found == []

    batch.resume()
    await collecting

    assert [one.error for one in found] == [None]


@pytest.mark.parametrize("begun", [0.0, 5.0])
async def test_a_pause_holds_back_what_was_begun_before(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    *,
    clock: FakeClock,
    message: "Message",
    ledger: Path,
    begun: float,
) -> None:
    """Asking about doubts, and sending again, wait for the end of a pause as well."""
    sandbox.inject(Reset("request", after=100))
    (first,) = await run([message("Shall we talk?")], ledger=ledger)
    assert isinstance(first.error, OutcomeUnknown)
    sandbox.log.clear()

    batch = Batch(open_pool(), [message("Shall we talk?")], ledger=ledger, uncertain="resend")
    found: list[Outcome[Any]] = []
    if begun:
        collecting = asyncio.create_task(collect(batch, found))
        await clock.sleep(begun)  # it waits until there is something to be read
        batch.pause()
    else:
        batch.pause()
        collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(3600.0)
    assert sandbox.log.requests("start") == ()
    batch.resume()
    await collecting

    assert [one.error for one in found] == [None]
    assert sent(sandbox) == {"Shall we talk?": 1}


@pytest.mark.parametrize("is_kept", [False, True])
async def test_a_pause_holds_back_what_backs_off(
    pool: AccountPool,
    sandbox: Sandbox,
    clock: FakeClock,
    message: "Message",
    *,
    ledger: Path,
    is_kept: bool,
) -> None:
    """A start that was refused for a while is not sent again before the end of a pause."""
    sandbox.inject(429, times=2, headers={"Retry-After": "30"})
    calls = [message(str(number)) for number in range(3)]
    batch, found = Batch(pool, calls, ledger=ledger if is_kept else None), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(1.0)
    before = len(sandbox.log.requests("start"))

    for _ in range(2):  # whoever hardly lets it go on lets nothing out
        batch.resume()
        batch.pause()
        await clock.sleep(3600.0)
        assert len(sandbox.log.requests("start")) == before
        assert adds_up(batch.progress)
    batch.resume()
    await collecting

    assert [one.error for one in found] == [None] * 3
    assert sent(sandbox) == {str(number): 1 for number in range(3)}


async def test_a_pause_holds_back_what_was_held(
    open_pool: "Open", sandbox: Sandbox, clock: FakeClock, message: "Message", ledger: Path
) -> None:
    """Nothing looks whether a parked account works again while the batch pauses."""
    sandbox.sign_out(account="anna")
    sandbox.inject(Delay(2.0))
    pool = open_pool(policy=attrs.evolve(Policy.batch(), on_user_action="hold", deadline=None))
    batch, found = Batch(pool, [message("1"), message("2")], ledger=ledger), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(1.0)
    batch.pause()
    await clock.sleep(10.0)
    before = len(sandbox.log.requests("start"))

    sandbox.sign_in(account="anna")
    await clock.sleep(24 * 3600.0)
    assert len(sandbox.log.requests("start")) == before
    batch.resume()
    await collecting

    assert {one.error for one in found} == {None}
    assert sent(sandbox) == {"1": 1, "2": 1}


@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize("ending", ["stop", "leave"])
async def test_the_end_of_a_pause_after_the_end(
    pool: AccountPool,
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
    ending: str,
    is_kept: bool,
) -> None:
    """Whoever resumes a batch that was stopped or left starts nothing by that."""
    calls = [message(str(number)) for number in range(6)]
    batch, found = Batch(pool, calls, ledger=ledger if is_kept else None), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(5.0)
    batch.pause()
    if ending == "stop":
        batch.stop()
    else:
        await batch.aclose()

    batch.resume()
    await collecting
    await clock.sleep(600.0)

    assert found == []
    assert len(sandbox.log.requests("start")) == 2
    assert adds_up(batch.progress)


async def test_a_pause_ends_with_the_pool(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
) -> None:
    """A batch does not pause beyond the life of its pool."""
    sandbox.inject(Reset("request", after=100))
    await run([message("Shall we talk?")], ledger=ledger)
    pool = open_pool()
    endless = (message(str(number)) for number in itertools.count())
    calls = itertools.chain([message("Shall we talk?")], endless)
    batch = Batch(pool, calls, ledger=ledger, uncertain="resend", read_ahead=100)
    found: list[Outcome[Any]] = []
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(5.0)
    batch.pause()
    await clock.sleep(60.0)

    await pool.aclose()
    with pytest.raises(ClientClosed):
        await collecting

    assert {type(one.error) for one in found} == {NoneType, ClientClosed, OutcomeUnknown}
    assert calls_of(found)["Shall we talk?"] == 1
    assert adds_up(batch.progress)


async def test_stopping_a_pause(
    pool: AccountPool, sandbox: Sandbox, clock: FakeClock, message: "Message", ledger: Path
) -> None:
    """A batch that pauses can be stopped."""
    batch, found = Batch(pool, [message("1"), message("2")], ledger=ledger), list[Outcome[Any]]()
    batch.pause()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(5.0)

    batch.stop()
    await collecting

    assert found == []
    assert sandbox.log.requests() == ()


# ── stopping ──


async def test_a_stop(
    pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    *,
    clock: FakeClock,
    message: "Message",
    ledger: Path,
) -> None:
    """A stop starts nothing more and waits for nothing that has a name; the next run goes on."""
    calls = [message(str(number)) for number in range(6)]
    batch, found = Batch(pool, calls, ledger=ledger), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(5.0)
    stopped_at = clock.now()

    batch.stop()
    batch.stop()
    batch.pause()
    await collecting

    assert clock.now() - stopped_at < 1
    assert batch.progress.is_stopping
    assert not batch.progress.is_paused
    assert adds_up(batch.progress)
    assert found == []
    assert len(sandbox.log.workflows()) == 2
    assert {one.error for one in await run(calls, ledger=ledger)} == {None}
    assert sent(sandbox) == {str(number): 1 for number in range(6)}


async def test_a_stop_learns_what_is_under_way(
    pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    *,
    clock: FakeClock,
    message: "Message",
    ledger: Path,
) -> None:
    """A start whose reply is still to come is waited for, so that no doubt is left."""
    sandbox.inject(Delay(8.0), times=2)
    calls = [message(str(number)) for number in range(4)]
    batch, found = Batch(pool, calls, ledger=ledger), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(1.0)

    batch.stop()
    await collecting

    assert len(sandbox.log.workflows()) == 2
    assert {one.error for one in await run(calls, ledger=ledger)} == {None}
    assert sent(sandbox) == {str(number): 1 for number in range(4)}


@pytest.mark.parametrize(("ending", "late"), [("stop", 8.0), ("leave", 1.0)])
async def test_a_stop_learns_what_is_sent_again(
    pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    *,
    clock: FakeClock,
    message: "Message",
    ledger: Path,
    ending: str,
    late: float,
) -> None:
    """That holds for calls of an earlier run too, however late the reply comes.

    Whoever leaves at once still waits for a moment.
    """
    sandbox.inject(Reset("request", after=100))
    calls = [message("Shall we talk?")]
    await run(calls, ledger=ledger)
    sandbox.inject(Delay(late), skip=1)
    batch, found = Batch(pool, calls, ledger=ledger, uncertain="resend"), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    while len(sandbox.log.workflows()) < 2:
        await clock.sleep(0.3)

    if ending == "stop":
        batch.stop()
    else:
        await batch.aclose()
    await collecting

    assert found == []
    assert (batch.progress.running, batch.progress.uncertain) == (1, 0)
    assert {one.error for one in await run(calls, ledger=ledger)} == {None}
    assert sent(sandbox) == {"Shall we talk?": 1}


async def test_a_stop_asks_nothing_more(
    pool: AccountPool, sandbox: Sandbox, clock: FakeClock, message: "Message", ledger: Path
) -> None:
    """A reply that is lost after the stop is a doubt to be told of; nothing is read for it."""
    sandbox.inject(Drop())
    calls = [message("1"), message("1")]
    batch, found = Batch(pool, calls, ledger=ledger, uncertain="resend"), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(1.0)

    batch.stop()
    await collecting

    assert [type(one.error) for one in found] == [OutcomeUnknown]
    assert len(sandbox.log.requests("start")) == 1
    assert adds_up(batch.progress)


@pytest.mark.parametrize("fault", [429, 503, "linkedinAccountSignedOut"])
async def test_a_stop_does_not_try_again(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    *,
    clock: FakeClock,
    message: "Message",
    ledger: Path,
    fault: str | int,
) -> None:
    """What was refused, or is being refused, when a batch is stopped waits for the next run."""
    sandbox.inject(fault, times=2, headers={"Retry-After": "600"})
    sandbox.inject(Delay(4.0), times=2)
    pool = open_pool(policy=attrs.evolve(Policy.batch(), on_user_action="hold", deadline=None))
    calls = [message(str(number), account) for account in ("anna", "ben") for number in range(2)]
    batch, found = Batch(pool, calls, ledger=ledger), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(1.0)
    before, stopped_at = len(sandbox.log.requests("start")), clock.now()

    batch.stop()
    await collecting

    assert clock.now() - stopped_at < 5
    assert len(sandbox.log.requests("start")) == before
    assert adds_up(batch.progress)
    again = await run(calls, ledger=ledger)
    assert [one.error for one in again if isinstance(one.error, OutcomeUnknown)] == [
        one.error for one in again if one.error is not None
    ]
    assert set(sent(sandbox).values()) <= {1, 2}


async def test_a_stop_while_refusals_come(
    open_pool: "Open",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    visit: Visit,
    ledger: Path,
) -> None:
    """What would wait for a person, or for another turn, does not keep a batch from its end."""
    sandbox.sign_out(account="anna")
    sandbox.inject(Delay(3.0), account="anna", times=None)
    sandbox.inject(Drop(), account="ben", times=None)
    policy = attrs.evolve(Policy.batch(), on_user_action="hold", deadline=None, read_timeout=20.0)
    calls = [message("1"), message("2"), visit(5, "ben"), message("4", "cleo")]
    batch, found = Batch(open_pool(policy=policy), calls, ledger=ledger), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(1.0)
    before = len(sandbox.log.requests("start"))

    batch.stop()
    await collecting

    assert found == []
    assert clock.now() < 22
    assert len(sandbox.log.requests("start")) == before == 4
    now = batch.progress
    assert (now.running, now.parked, now.waiting, now.answered) == (1, 2, 1, 0)


@pytest.mark.parametrize("is_begun", [False, True])
async def test_a_stop_before_anything(
    pool: AccountPool, sandbox: Sandbox, message: "Message", ledger: Path, *, is_begun: bool
) -> None:
    """A batch may be stopped before it has done anything, even while its ledger is opened."""
    batch, found = Batch(pool, [message("1")], ledger=ledger), list[Outcome[Any]]()
    batch.pause()
    batch.resume()
    collecting = asyncio.create_task(collect(batch, found))
    if is_begun:
        await asyncio.sleep(0)  # noqa: TID251 - one turn of the loop

    batch.stop()
    await collecting

    assert found == []
    assert is_there(ledger) == is_begun
    assert sandbox.log.requests() == ()


async def test_stop_after_errors(
    pool: AccountPool, sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """After so many errors nothing more is started; failed actions are none."""
    sandbox.inject("messagingNotAllowed", times=5)
    sandbox.inject("invalidWorkflow", skip=5, times=None)
    calls = [message(str(number)) for number in range(30)]
    batch = Batch(pool, calls, ledger=ledger, stop_after=3)

    outcomes = [one async for one in batch]

    errors = [one for one in outcomes if one.error is not None]
    assert 3 <= len(errors) <= 5, "two may be under way"
    assert batch.progress.failures == len(errors)
    assert batch.progress.is_stopping
    assert len(sandbox.log.requests("start")) < 15


async def test_old_errors_stop_nothing(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """Errors and doubts of an earlier run do not stop the next one, which would never get on."""
    sandbox.inject(ErrorEnvelope("brokenDown"), on="failure")
    sandbox.inject(Reset("reply"), account="ben")
    calls = [message("1"), message("2", "ben"), *(message(str(number)) for number in range(3, 9))]
    first = await run(calls[:2], ledger=ledger)
    assert [one.error for one in first if one.error is None] == []

    second = await run(calls, ledger=ledger, stop_after=1)

    assert len(second) == len(calls)
    assert len([one for one in second if one.error is not None]) == 2
    sandbox.inject(Reset("reply"), account="cleo")
    more = [message(str(number), "cleo") for number in range(10)]
    third = await run([*calls, *more], ledger=ledger, stop_after=1)
    assert len(third) < len(calls) + len(more)


async def test_conflicts_are_no_old_errors(
    pool: AccountPool, message: "Message", ledger: Path
) -> None:
    """A key that stands for another call is a mistake of this list: it counts, and stops."""
    calls = [message("1", key="k"), message("2", key="k"), *(message(text) for text in "abcdefgh")]
    batch = Batch(pool, calls, ledger=ledger, stop_after=1)

    outcomes = [one async for one in batch]

    assert [one.error.code for one in outcomes if one.error is not None] == ["keyConflict"]
    assert len(outcomes) < len(calls)
    assert (batch.progress.failures, batch.progress.replayed) == (1, 0)


async def test_a_queue_of_one(
    open_pool: "Open", sandbox: Sandbox, clock: FakeClock, message: "Message", ledger: Path
) -> None:
    """A pool with next to no room for waiting calls works off a batch, pauses and stops it."""
    pool = open_pool(queue_size=1, lane_width=1)
    calls = [message(str(number)) for number in range(8)]
    batch, found = Batch(pool, calls, ledger=ledger, read_ahead=1), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    while not found:
        await clock.sleep(1.0)
    batch.pause()
    await clock.sleep(600.0)
    batch.resume()
    while len(found) < 4:
        await clock.sleep(1.0)
    batch.stop()
    await collecting
    assert 4 <= len(found) <= 6

    again = Batch(pool, calls, ledger=ledger, read_ahead=1)
    assert {one.error async for one in again} == {None}
    assert sent(sandbox) == {str(number): 1 for number in range(8)}


async def test_leaving_at_once(
    pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    *,
    clock: FakeClock,
    message: "Message",
    ledger: Path,
) -> None:
    """Whoever leaves while replies are to come loses nothing and doubles nothing."""
    sandbox.inject(Drop(), times=2)
    calls = [message(str(number)) for number in range(4)]
    batch, found = Batch(pool, calls, ledger=ledger), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(1.0)

    batch.stop()
    await batch.aclose()
    await batch.aclose()
    await collecting

    again = await run(calls, ledger=ledger)
    unsure = [one for one in again if one.error is not None]
    assert {type(one.error) for one in unsure} == {OutcomeUnknown}
    assert len(unsure) == 2
    assert sent(sandbox) == {str(number): 1 for number in range(4)}


@pytest.mark.parametrize("is_thrown_away", [False, True])
@pytest.mark.parametrize("is_stopped", [False, True])
async def test_leaving_gives_a_moment(
    pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
    is_stopped: bool,
    is_thrown_away: bool,
) -> None:
    """A reply that comes within a moment of the leaving is still taken in."""
    sandbox.inject(Delay(1.0), times=None)
    calls = [message(str(number)) for number in range(4)]
    batch = Batch(pool, calls, ledger=ledger)
    waiting = asyncio.create_task(anext(batch, None))
    await clock.sleep(0.5)

    if is_stopped:
        batch.stop()
        await clock.sleep(0.1)
    if is_thrown_away:
        waiting.cancel()
        await asyncio.wait([waiting])
        del batch, waiting
        gc.collect()
        await clock.sleep(2.0)
    else:
        await batch.aclose()
        assert await waiting is None

    assert len(sandbox.log.workflows()) == 2
    assert {one.error for one in await run(calls, ledger=ledger)} == {None}
    assert sent(sandbox) == {str(number): 1 for number in range(4)}


async def test_leaving_the_loop_early(
    pool: AccountPool, run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A batch that nobody iterates any more ends by itself; another run goes on where it was."""
    calls = [message(str(number)) for number in range(6)]
    batch = Batch(pool, calls, ledger=ledger)
    gone = weakref.ref(batch)
    async for outcome in batch:
        assert outcome.error is None
        break
    del batch
    gc.collect()
    assert gone() is None

    outcomes = await run(calls, ledger=ledger)

    assert {one.error for one in outcomes} == {None}
    assert len(outcomes) == 6
    assert sent(sandbox) == {str(number): 1 for number in range(6)}


async def test_several_take_turns(pool: AccountPool, message: "Message", ledger: Path) -> None:
    """Tasks that share a batch get each outcome once."""
    calls = [message(str(number), account) for number in range(4) for account in pool]
    batch, found = Batch(pool, calls, ledger=ledger), list[Outcome[Any]]()

    await asyncio.gather(*(collect(batch, found) for _ in range(3)))

    assert sorted(id(one.call) for one in found) == sorted(map(id, calls))


async def test_two_batches_on_one_pool(
    pool: AccountPool, run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """Batches side by side, on one ledger or two, have all their outcomes and double nothing."""
    calls = [message(f"{account} {number}", account) for number in range(4) for account in pool]
    other = ledger.with_name("other.ledger")
    own = [message(f"own {number}") for number in range(4)]

    first, second, third = await asyncio.gather(
        run(calls, ledger=ledger), run(calls, ledger=ledger), run(own, ledger=other)
    )

    for outcomes, count in ((first, 12), (second, 12), (third, 4)):
        assert {one.error for one in outcomes} == {None}
        assert len(outcomes) == count
    assert set(sent(sandbox).values()) == {1}
    assert len(sandbox.log.workflows()) == 16


# ── progress ──


async def test_progress_before_and_after(
    pool: AccountPool, run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """Counts start at nothing, and end true."""
    sandbox.inject("invalidWorkflow", skip=2)
    calls = [message(str(number)) for number in range(5)]
    batch = Batch(pool, calls, ledger=ledger)
    before = batch.progress
    assert (before.total, before.read, before.answered) == (5, 0, 0)
    assert repr(batch) == "<Batch 0 of 5 answered>"

    outcomes = [one async for one in batch]

    after = batch.progress
    (failure,) = [one.error for one in outcomes if one.error is not None]
    assert adds_up(after)
    assert (after.read, after.done, after.answered, after.replayed) == (5, 4, 5, 0)
    assert after.failed == {failure.disposition: 1}
    assert repr(batch) == "<Batch 5 of 5 answered>"
    again = Batch(pool, iter(calls), ledger=ledger)
    assert repr(again) == "<Batch 0 of ? answered>"
    assert len([one async for one in again]) == 5
    assert (again.progress.total, again.progress.done) == (None, 5)
    assert again.progress.replayed == 4


async def test_progress_while_an_account_stands_aside(
    open_pool: "Open", sandbox: Sandbox, clock: FakeClock, message: "Message", ledger: Path
) -> None:
    """What waits for a parked account is parked; the others go on, and later so does it."""
    sandbox.sign_out(account="ben")
    pool = open_pool(policy=attrs.evolve(Policy.batch(), on_user_action="hold", deadline=None))
    calls = [message(f"{account} {number}", account) for number in range(3) for account in pool]
    batch, found = Batch(pool, calls, ledger=ledger), list[Outcome[Any]]()
    collecting = asyncio.create_task(collect(batch, found))
    await clock.sleep(600.0)

    held = batch.progress
    assert adds_up(held)
    assert (held.done, held.parked, held.waiting, held.running) == (6, 3, 0, 0)
    sandbox.sign_in(account="ben")
    await collecting

    assert (batch.progress.done, batch.progress.parked) == (9, 0)
    assert set(sent(sandbox).values()) == {1}


async def test_progress_tells_the_earliest_end(
    open_pool: "Open", clock: FakeClock, message: "Message", ledger: Path
) -> None:
    """The earliest end follows from the limits of the accounts."""
    pool, today = open_pool(limits={"stMessages": 2}, deadline=7 * 86400.0), clock.wall().date()
    batch = Batch(pool, [message(str(number)) for number in range(5)], ledger=ledger)
    assert {(await anext(batch)).error, (await anext(batch)).error} == {None}

    limited = batch.progress

    assert (limited.done, limited.waiting) == (2, 3)
    assert limited.earliest_feasible_at is not None
    assert (limited.earliest_feasible_at.date() - today).days == 2
    batch.pause()
    assert batch.progress.earliest_feasible_at == limited.earliest_feasible_at
    batch.resume()
    assert len([one async for one in batch]) == 3
    assert batch.progress.earliest_feasible_at is not None
