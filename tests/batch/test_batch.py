"""A batch on one machine: what comes out, and what another run makes of it."""

import asyncio
import itertools
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from unittest.mock import Mock
from uuid import UUID

import pytest

from linkedapi_async import (
    AccountPool,
    Batch,
    Call,
    ClientClosed,
    ConfigurationError,
    FatalError,
    InvalidWorkflowLocally,
    LedgerError,
    Outcome,
    OutcomeUnknown,
    UserActionRequired,
)
from linkedapi_async.events import CallUncertain, Event
from linkedapi_async.ledger import State
from linkedapi_async.operations import CustomWorkflow, FetchPerson, Operation, SendMessage
from linkedapi_async.stores import SqliteLedger
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing.faults import ErrorEnvelope, Reset

if TYPE_CHECKING:
    from tests.batch.conftest import Message, Open, Run

Visit = Callable[..., Call[Any]]


def sent(sandbox: Sandbox) -> Counter[str]:
    """Return how often each message was sent, by its text."""
    return Counter(str(one.params["text"]) for one in sandbox.log.effects("st.sendMessage"))


def list_names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(one.name for one in folder.iterdir())


async def collect(batch: Batch[Any]) -> list[Outcome[Any]]:
    """Return the outcomes that are left."""
    return [one async for one in batch]


async def rows(path: Path) -> Counter[State]:
    """Return how many rows of a ledger are in which state."""
    async with SqliteLedger(path) as ledger:
        return Counter({state: count for state, count in (await ledger.counts()).items() if count})


# ── outcomes ──


async def test_outcomes_come_as_calls_end(
    run: "Run", message: "Message", visit: Visit, ledger: Path
) -> None:
    """Each call has one outcome, in the order they end; an account's one after the other."""
    calls = [message("1"), message("2"), message("3", "ben"), visit(5, "cleo", key=7)]

    outcomes = await run(calls, ledger=ledger)

    assert sorted(map(id, calls)) == sorted(id(one.call) for one in outcomes)
    assert outcomes[-1].call is calls[1]
    assert {one.error for one in outcomes} == {None}
    assert await rows(ledger) == {State.DONE: 4}


async def test_failures_are_data(
    run: "Run", sandbox: Sandbox, message: "Message", visit: Visit, ledger: Path
) -> None:
    """What fails does so alone; what the service refused may be sent by another run."""
    sandbox.inject("linkedinAccountSignedOut", account="ben", times=None)
    calls = [message("1"), message("2", "ben"), visit(9_999), message("4", "nobody")]

    outcomes = {id(one.call): one for one in await run(calls, ledger=ledger)}

    first, parked, missing, unknown = (outcomes[id(call)] for call in calls)
    assert first.error is None
    assert isinstance(parked.error, UserActionRequired)
    assert missing.result is not None
    assert [one.type for one in missing.result.errors] == ["personNotFound"]
    assert isinstance(unknown.error, ConfigurationError)
    assert await rows(ledger) == {State.DONE: 2, State.REFUSED: 1}


async def test_without_a_ledger(run: "Run", sandbox: Sandbox, message: "Message") -> None:
    """Without a ledger nothing is remembered, nothing is marked, and keys may be anything."""
    calls = [message("1", key=("a", 1)), message("1", key=("a", 2))]

    outcomes = await run(calls)

    assert {one.call.key for one in outcomes} == {("a", 1), ("a", 2)}
    assert sent(sandbox) == {"1": 2}
    assert all("label" not in str(one.document) for one in sandbox.log.workflows())


async def test_marks_leave_labels_alone(run: "Run", sandbox: Sandbox, ledger: Path) -> None:
    """With a ledger what writes carries a mark, unless the caller's label stands there."""
    tree = {"actionType": "st.sendMessage", "personUrl": "https://www.linkedin.com/in/person5"}
    own = Call("anna", CustomWorkflow({**tree, "text": "own", "label": "mine"}))
    bare = Call("anna", CustomWorkflow({**tree, "text": "bare"}))

    await run([own, bare], ledger=ledger)

    labels = {str(one.params["text"]): one.label for one in sandbox.log.effects()}
    assert labels["own"] == "mine"
    assert (labels["bare"] or "").startswith("intent:")


@pytest.mark.parametrize("error", [None, "messagingNotAllowed"])
async def test_marks_stay_out_of_results(
    run: "Run", sandbox: Sandbox, ledger: Path, message: "Message", error: str | None
) -> None:
    """A result looks as it would without a ledger, also the second time; own labels stand in it."""
    if error is not None:
        sandbox.inject(error, times=None)
    tree = {"actionType": "st.sendMessage", "personUrl": "https://www.linkedin.com/in/person5"}
    labelled = [{**tree, "text": "1", "label": "intent:mine"}, {**tree, "text": "2"}]
    calls = [message("3"), Call("anna", CustomWorkflow(labelled))]

    bare, marked, again = [
        {id(one.call): one.result for one in await run(calls, **options)}
        for options in ({}, {"ledger": ledger}, {"ledger": ledger})
    ]

    for call in calls:
        plain, first, second = (found[id(call)] for found in (bare, marked, again))
        assert plain is not None
        assert first is not None
        assert first == second
        assert (first.completion, first.errors) == (plain.completion, plain.errors)
        assert ("intent:mine" in str(first.completion)) == (call is calls[1])
    sent_labels = [str(one.document).count("intent:") for one in sandbox.log.workflows()]
    assert sorted(sent_labels) == [0, 1, 1, 2]


async def test_nothing_happens_before_it_is_asked_for(
    pool: AccountPool, sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A batch that nobody iterates reads, opens and sends nothing."""
    batch = Batch(pool, (message(text) for text in "abc"), ledger=ledger)
    await batch.aclose()

    assert list_names(ledger.parent) == []
    assert sandbox.log.requests() == ()
    assert batch.progress.read == 0
    assert await collect(batch) == []
    assert list_names(ledger.parent) == []


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"pool": None}, "pool=None"),
        ({"calls": 5}, "calls=5"),
        ({"ledger": 5}, "ledger=5"),
        ({"uncertain": "guess"}, "uncertain='guess'"),
        ({"stop_after": 0}, "stop_after=0"),
        ({"read_ahead": 0}, "read_ahead=0"),
        ({"ledger": "ftp://somewhere"}, "ftp://"),
    ],
)
def test_options_are_checked(open_pool: "Open", options: dict[str, Any], named: str) -> None:
    """An unusable option is named at once."""
    with pytest.raises(ConfigurationError, match=named):
        Batch(options.pop("pool", open_pool()), options.pop("calls", []), **options)


# ── keys ──


async def test_the_same_call_twice(
    run: "Run", sandbox: Sandbox, message: "Message", visit: Visit, ledger: Path
) -> None:
    """Calls alike are one call: it is started once, and each of them has its outcome."""
    calls = [message("hi"), message("hi"), visit(5), visit(5), message("hi", "ben")]

    outcomes = await run(calls, ledger=ledger)

    assert sorted(map(id, calls)) == sorted(id(one.call) for one in outcomes)
    assert {one.error for one in outcomes} == {None}
    assert len(sandbox.log.workflows()) == 3
    data = [one.unwrap() for one in outcomes if isinstance(one.call.operation, FetchPerson)]
    assert data[0] == data[1]


async def test_keys_tell_calls_apart(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """Calls alike with keys of their own are several calls; one key is one call."""
    uuid = UUID(int=1)
    calls = [message("hi", key=key) for key in ("a", 1, uuid, "1")]

    outcomes = await run(calls, ledger=ledger)

    assert {one.error for one in outcomes} == {None}
    assert sent(sandbox) == {"hi": 3}


async def test_a_key_for_two_calls(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A key that stands for another call is refused, within one list and by the next one."""
    calls = [message("one", key="k"), message("two", key="k")]
    first = await run(calls, ledger=ledger)
    second = await run([message("three", "ben", key="k")], ledger=ledger)

    errors = [one.error for one in first if one.error is not None] + [second[0].error]
    assert [type(error) for error in errors] == [FatalError, FatalError]
    assert {error.code for error in errors if error is not None} == {"keyConflict"}
    assert "'k'" in str(errors[1])
    assert sum(sent(sandbox).values()) == 1


@pytest.mark.parametrize("key", ["", True, 1.5, ("a", 1), "\ud800", "a\0b", "x" * 501])
async def test_keys_that_cannot_be_kept(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path, key: object
) -> None:
    """A call whose key no ledger can hold is refused, and nothing else is."""
    outcomes = await run([message("1"), message("2", key=key), message("3")], ledger=ledger)

    refused = [one for one in outcomes if one.error is not None]
    assert [type(one.error) for one in refused] == [ConfigurationError]
    assert refused[0].call.key == key
    assert sent(sandbox) == {"1": 1, "3": 1}


# ── lists ──


async def test_lists_may_be_asynchronous(
    run: "Run", sandbox: Sandbox, message: "Message", clock: FakeClock, ledger: Path
) -> None:
    """Calls may come one by one, whenever they come."""

    async def trickle() -> AsyncIterator[Call[None]]:
        for text in "abc":
            await clock.sleep(60.0)
            yield message(text)

    outcomes = await run(trickle(), ledger=ledger)

    assert len(outcomes) == 3
    assert sent(sandbox) == {"a": 1, "b": 1, "c": 1}


async def test_lists_may_be_endless(
    pool: AccountPool, sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """No more is read than may be under way; leaving the loop ends it."""
    batch = Batch(
        pool, (message(str(number)) for number in itertools.count()), ledger=ledger, read_ahead=10
    )

    async with batch:
        outcomes = [await anext(batch) for _ in range(30)]
        read = batch.progress.read

    assert len({one.call.operation for one in outcomes}) == 30
    assert 30 <= read <= 30 + 10 + 64
    assert await collect(batch) == []
    assert sum(sent(sandbox).values()) >= 30


async def test_lists_that_are_no_generators(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """Anything that can be iterated is a list."""

    class Texts:
        def __init__(self) -> None:
            self.left = list("abc")

        def __aiter__(self) -> "Texts":
            return self

        async def __anext__(self) -> Call[None]:
            if not self.left:
                raise StopAsyncIteration
            return message(self.left.pop())

    assert len(await run(Texts(), ledger=ledger)) == 3
    assert len(await run({message("d"): None}, ledger=ledger)) == 1
    assert await run([], ledger=ledger) == []
    assert sent(sandbox) == {"a": 1, "b": 1, "c": 1, "d": 1}


async def test_lists_that_never_begin(run: "Run", ledger: Path) -> None:
    """An iterator that raises at once is told of at once."""
    with pytest.raises(ZeroDivisionError):
        await run((1 // 0 for _ in "a"), ledger=ledger)


@pytest.mark.parametrize("is_async", [False, True])
async def test_lists_that_break_off(
    pool: AccountPool, sandbox: Sandbox, message: "Message", ledger: Path, *, is_async: bool
) -> None:
    """What an iterator raises is raised once all that it gave before has its outcome."""

    def break_off() -> Iterator[Call[None]]:
        yield message("1")
        yield message("2")
        raise ZeroDivisionError

    async def trickle() -> AsyncIterator[Call[None]]:
        for one in break_off():
            yield one

    batch = Batch(pool, trickle() if is_async else break_off(), ledger=ledger)
    outcomes = [await anext(batch), await anext(batch)]

    with pytest.raises(ZeroDivisionError):
        await anext(batch)
    assert await collect(batch) == []
    assert {one.error for one in outcomes} == {None}
    assert sent(sandbox) == {"1": 1, "2": 1}
    assert batch.progress.answered == batch.progress.read == 2


async def test_lists_that_break_off_after_earlier_calls(
    open_pool: "Open",
    sandbox: Sandbox,
    clock: FakeClock,
    message: "Message",
    ledger: Path,
) -> None:
    """That holds for what an earlier run has begun, too: it is waited for before the raising."""
    left = Batch(open_pool(), [message("1")], ledger=ledger)
    waiting = asyncio.create_task(anext(left, None))
    await clock.sleep(2.0)
    await left.aclose()
    assert await waiting is None

    def break_off() -> Iterator[Call[None]]:
        yield message("1")
        raise ZeroDivisionError

    batch = Batch(open_pool(), break_off(), ledger=ledger)

    assert (await anext(batch)).error is None
    with pytest.raises(ZeroDivisionError):
        await anext(batch)
    assert sent(sandbox) == {"1": 1}


async def test_lists_hold_calls(
    pool: AccountPool, sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """What is no call is named, once what came before it has its outcome."""
    calls: list[Any] = [message("1"), "call me"]
    batch = Batch(pool, calls, ledger=ledger)

    assert (await anext(batch)).error is None
    with pytest.raises(ConfigurationError, match="'call me' is no Call"):
        await anext(batch)

    assert sent(sandbox) == {"1": 1}
    assert batch.progress.total == 2


async def test_workflows_that_are_no_json(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A workflow that cannot be sent is refused alone, as it is without a ledger."""
    tree: Any = {"actionType": "st.createPost", "text": datetime(2026, 1, 1, tzinfo=UTC)}
    calls = [message("1"), Call("anna", CustomWorkflow(tree)), message("3")]

    outcomes = {id(one.call): one.error for one in await run(calls, ledger=ledger)}

    first, refused, third = (outcomes[id(call)] for call in calls)
    assert isinstance(refused, InvalidWorkflowLocally)
    assert (first, third) == (None, None)
    assert sent(sandbox) == {"1": 1, "3": 1}


async def test_operations_that_break(
    pool: AccountPool, sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """An operation of one's own that raises ends the reading; what came before has its outcome."""
    broken = Mock(Operation, name="broken")
    broken.workflow.side_effect = ZeroDivisionError
    batch = Batch(pool, [message("1"), Call("anna", broken), message("3")], ledger=ledger)

    assert (await anext(batch)).error is None
    with pytest.raises(ZeroDivisionError):
        await anext(batch)

    assert sent(sandbox) == {"1": 1}


async def test_a_closed_pool(run: "Run", pool: AccountPool, message: "Message") -> None:
    """A pool that is closed ends the batch."""
    await pool.aclose()

    with pytest.raises(ClientClosed):
        await run([message("1")])


# ── another run ──


async def test_what_is_known_needs_no_request(
    run: "Run", sandbox: Sandbox, message: "Message", visit: Visit, ledger: Path
) -> None:
    """Run again, a list that is done brings the same outcomes without a single request."""
    sandbox.inject("personNotFound")
    calls = [message("1"), visit(5), visit(6), message("4", "ben")]
    first = {id(one.call): one for one in await run(calls, ledger=ledger)}
    sandbox.log.clear()

    second = {id(one.call): one for one in await run(calls, ledger=ledger)}

    assert sandbox.log.requests() == ()
    assert second == first


async def test_accepted_ones_are_waited_for(
    open_pool: "Open",
    run: "Run",
    pool: AccountPool,
    *,
    clock: FakeClock,
    sandbox: Sandbox,
    message: "Message",
    visit: Visit,
    ledger: Path,
) -> None:
    """What the service runs when a batch is left is waited for by the next, and not sent again."""
    calls = [message("1"), message("2"), message("3"), visit(5, "ben")]
    batch = Batch(pool, calls, ledger=ledger)
    waiting = asyncio.create_task(anext(batch))
    await clock.sleep(5.0)
    assert (batch.progress.running, batch.progress.waiting) == (3, 1)
    await batch.aclose()
    with pytest.raises(StopAsyncIteration):
        await waiting
    assert await rows(ledger) == {State.ACCEPTED: 3}

    outcomes = await run(calls, ledger=ledger, pool=open_pool())

    assert len(outcomes) == 4
    assert {one.error for one in outcomes} == {None}
    assert len(sandbox.log.workflows()) == 4
    assert await rows(ledger) == {State.DONE: 4}


async def test_a_write_that_failed_is_not_sent_again(
    run: "Run", sandbox: Sandbox, message: "Message", visit: Visit, ledger: Path
) -> None:
    """A workflow given up as one that ran may have written: only what reads is sent again."""
    sandbox.inject(ErrorEnvelope("brokenDown"), on="failure", times=None)
    calls = [message("1"), visit(5)]
    first = await run(calls, ledger=ledger)
    sandbox.clear_faults()
    before = len(sandbox.log.workflows())

    second = {id(one.call): one for one in await run(calls, ledger=ledger)}

    assert all(one.error is not None for one in first)
    write, read = (second[id(call)] for call in calls)
    told = next(one.error for one in first if one.call is calls[0])
    assert type(write.error) is type(told)
    assert str(write.error) == str(told)
    assert read.error is None
    assert len(sandbox.log.workflows()) == before + 1
    assert sent(sandbox) == {}


# ── doubts ──


async def test_doubts_are_told(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    *,
    message: "Message",
    visit: Visit,
    told: list[Event],
    ledger: Path,
) -> None:
    """A write whose reply was lost is uncertain, and stays so; a read is sent again."""
    sandbox.inject(Reset("reply"), times=2)
    calls = [message("1"), visit(5, "ben"), message("3", "cleo")]
    first = {id(one.call): one for one in await run(calls, ledger=ledger)}
    second = {id(one.call): one for one in await run(calls, ledger=ledger, pool=open_pool())}

    for outcomes in (first, second):
        write, read, other = (outcomes[id(call)] for call in calls)
        assert isinstance(write.error, OutcomeUnknown)
        assert read.error is None
        assert other.error is None
    assert sent(sandbox) == {"1": 1, "3": 1}
    assert [one.key for one in told if isinstance(one, CallUncertain)] != []
    assert await rows(ledger) == {State.DONE: 2, State.UNCERTAIN: 1}


@pytest.mark.parametrize("side", ["request", "reply"])
@pytest.mark.parametrize("uncertain", ["reconcile", "resend"])
async def test_doubts_are_cleared_up(
    run: "Run",
    sandbox: Sandbox,
    message: "Message",
    *,
    ledger: Path,
    uncertain: str,
    side: Literal["request", "reply"],
) -> None:
    """Asking the service shows what happened; what has not is sent again where that is wanted."""
    sandbox.inject(Reset(side, after=100))

    (outcome,) = await run([message("Shall we talk?")], ledger=ledger, uncertain=uncertain)

    if side == "request" and uncertain == "reconcile":
        assert isinstance(outcome.error, OutcomeUnknown)
        assert "not carried out" in str(outcome.error)
        assert sent(sandbox) == {}
    else:
        assert outcome.error is None
        assert sent(sandbox) == {"Shall we talk?": 1}


async def test_doubts_about_twins_stay(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """Two calls of the same content leave the same trace: nobody can tell whose it is."""
    sandbox.inject(Reset("reply"))
    calls = [message("Shall we talk?", key=key) for key in "ab"]

    outcomes = await run(calls, ledger=ledger, uncertain="resend")

    unsure = [one for one in outcomes if isinstance(one.error, OutcomeUnknown)]
    assert len(unsure) == 1
    assert sent(sandbox) == {"Shall we talk?": 2}


async def test_doubts_about_an_earlier_twin_stay(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    message: "Message",
    ledger: Path,
    *,
    clock: FakeClock,
) -> None:
    """A call that was sent before, and carried out after, may have left what is found."""

    async def calls() -> AsyncIterator[Call[None]]:
        yield message("Shall we talk?", key="a")
        await clock.sleep(3)
        yield message("Shall we talk?", key="b")

    sandbox.inject(Reset("request", after=300), skip=1)  # what was cut off is not carried out

    first, second = await run(
        calls(), ledger=ledger, uncertain="resend", pool=open_pool(lane_width=2)
    )

    assert first.result is not None
    assert isinstance(second.error, OutcomeUnknown)
    assert sent(sandbox) == {"Shall we talk?": 1}


# ── the ledger itself ──


async def test_a_damaged_row_is_refused_alone(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A row that cannot be read stands for nothing: its call is refused, the others go on."""
    await run([message("1", key="a")], ledger=ledger)
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("UPDATE calls SET state = 'unheard of'")
        connection.commit()

    outcomes = await run([message("1", key="a"), message("2", key="b")], ledger=ledger)

    refused = next(one for one in outcomes if one.call.key == "a")
    assert isinstance(refused.error, LedgerError)
    assert refused.error.code == "ledgerDamaged"
    assert sent(sandbox) == {"1": 1, "2": 1}


async def test_a_ledger_that_cannot_be_opened(
    run: "Run", sandbox: Sandbox, message: "Message", tmp_path: Path
) -> None:
    """Without its ledger a batch does nothing, and says why."""
    with pytest.raises(LedgerError, match="no folder"):
        await run([message("1")], ledger=tmp_path / "missing" / "calls.ledger")

    assert sandbox.log.requests() == ()


async def test_a_ledger_that_breaks(
    run: "Run", pool: AccountPool, sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A ledger that cannot be written any more stops the batch; once it can, nothing is lost."""
    calls = [message(f"{account} {number}", account) for number in range(5) for account in pool]
    batch = Batch(pool, calls, ledger=ledger)
    assert (await anext(batch)).error is None
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON calls BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
        connection.commit()
        with pytest.raises(LedgerError):
            await collect(batch)
        begun = len(sandbox.log.workflows())
        connection.execute("DROP TRIGGER full")
        connection.commit()

    again = await run(calls, ledger=ledger)

    assert begun < len(calls)
    assert len(again) == len(calls)
    unsure = [one for one in again if one.error is not None]
    assert {type(one.error) for one in unsure} <= {OutcomeUnknown}
    assert set(sent(sandbox).values()) == {1}
    assert len(sent(sandbox)) == len(calls) - sum(
        sent(sandbox)[one.call.operation.text] == 0
        for one in unsure
        if isinstance(one.call.operation, SendMessage)
    )


async def test_a_ledger_that_is_removed(
    pool: AccountPool, sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """Without its file a batch stops, and says so once."""
    batch = Batch(pool, [message(str(number)) for number in range(9)], ledger=ledger)
    assert (await anext(batch)).error is None
    for file in ledger.parent.iterdir():
        file.unlink()

    with pytest.raises(LedgerError, match="removed"):
        await collect(batch)

    assert await collect(batch) == []
    assert len(sandbox.log.workflows()) < 9


async def test_a_ledger_of_ones_own(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A ledger that is open may serve several batches, and stays open."""
    async with SqliteLedger(ledger) as own:
        both = await asyncio.gather(
            run([message("1")], ledger=own),
            run([message("1"), message("2"), message("3")], ledger=own),
        )
        counts = await own.counts()

    assert {one.error for outcomes in both for one in outcomes} == {None}
    assert counts[State.DONE] == 3
    assert sent(sandbox) == {"1": 1, "2": 1, "3": 1}


async def test_a_ledger_that_many_create(ledger: Path) -> None:
    """Whoever opens a ledger at the very moment that another creates it finds it, or helps."""
    for number in range(50):
        several = [SqliteLedger(ledger.with_name(f"{number}.ledger")) for _ in range(4)]

        await asyncio.gather(*(one.open() for one in several))

        counts = [await one.counts() for one in several]
        assert {sum(count.values()) for count in counts} == {0}
        await asyncio.gather(*(one.close() for one in several))


async def test_no_token_is_kept(
    run: "Run", sandbox: Sandbox, message: "Message", visit: Visit, ledger: Path
) -> None:
    """No token stands in the ledger's files, whatever became of the calls."""
    sandbox.inject("linkedinAccountSignedOut", account="ben")
    sandbox.inject(Reset("reply"), account="cleo")
    await run([message("1"), visit(5), message("2", "ben"), message("3", "cleo")], ledger=ledger)

    kept = b"".join(one.read_bytes() for one in ledger.parent.iterdir())
    secrets = [token for one in sandbox.accounts for token in one.tokens.values()]
    assert kept
    assert [one for one in secrets if one.encode() in kept] == []
