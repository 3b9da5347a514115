"""Calls that an earlier run has begun, and ledgers that get in the way: every turn it may take."""

import asyncio
import gc
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async import (
    AccountPool,
    Batch,
    Call,
    Certainty,
    ConfigurationError,
    FatalError,
    LedgerError,
    Outcome,
    OutcomeUnknown,
    Policy,
    UserActionRequired,
    WorkflowTimeout,
)
from linkedapi_async._types import Plane
from linkedapi_async.errors.catalog import CATALOG
from linkedapi_async.events import CallReconciled, CallUncertain, Event
from linkedapi_async.ledger import State
from linkedapi_async.operations import operations
from linkedapi_async.operations._examples import example
from linkedapi_async.stores import SqliteLedger
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing.faults import ErrorEnvelope, Reset

if TYPE_CHECKING:
    from tests.batch.conftest import Message, Open, Run

Visit = Callable[..., Call[Any]]
Rewrite = Callable[..., None]

TEXT = "Shall we talk about it tomorrow?"


def sent(sandbox: Sandbox) -> Counter[str]:
    """Return how often each message was sent, by its text."""
    return Counter(str(one.params["text"]) for one in sandbox.log.effects("st.sendMessage"))


@pytest.fixture
def rewrite(ledger: Path) -> Rewrite:
    """Change every row of the ledger, as if something had happened to them."""

    def change(**columns: str | None) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        with closing(sqlite3.connect(ledger)) as connection:
            connection.execute(f"UPDATE calls SET {names}", tuple(columns.values()))  # noqa: S608 - names of a test
            connection.commit()

    return change


class Gated(SqliteLedger):
    """A ledger that keeps claims waiting until it is told.

    Attributes:
        gate: Set to let them pass.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.gate = asyncio.Event()

    async def claim(self, *args: Any, **options: Any) -> Any:
        """Wait, then claim."""
        await self.gate.wait()
        return await super().claim(*args, **options)


class Full(SqliteLedger):
    """A ledger that has no room for anything new."""

    async def claim(self, *_: Any, **__: Any) -> Any:
        """Fail."""
        msg = "The disk is full"
        raise LedgerError(msg)


class Shared(SqliteLedger):
    """A ledger that tells when a claim comes too late.

    Attributes:
        on_taken: Called then.
    """

    on_taken: Callable[[], object]

    async def claim(self, intent: Any, **options: Any) -> Any:
        """Claim, and tell."""
        row = await super().claim(intent, **options)
        if row.mark != intent.mark:
            self.on_taken()
        return row


class Blind(SqliteLedger):
    """A ledger that cannot tell who lives."""

    async def is_alive(self, owner: str) -> bool:
        """Fail."""
        msg = f"Nobody knows of {owner}"
        raise LedgerError(msg)


# ── rows of every kind ──


@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN])
async def test_a_read_that_was_cut_off_is_sent_again(
    run: "Run", sandbox: Sandbox, visit: Visit, rewrite: Rewrite, *, ledger: Path, state: State
) -> None:
    """Whatever became of a call that only reads, sending it again does no harm."""
    await run([visit()], ledger=ledger)
    rewrite(state=state.value, owner="somebody long gone", outcome=None, workflow_id=None)

    (outcome,) = await run([visit()], ledger=ledger)

    assert outcome.error is None
    assert len(sandbox.log.workflows()) == 2


async def test_a_write_that_was_cut_off(
    run: "Run",
    sandbox: Sandbox,
    message: "Message",
    rewrite: Rewrite,
    *,
    told: list[Event],
    ledger: Path,
) -> None:
    """A call that was about to be sent when its process died is uncertain, and told of as such."""
    await run([message(TEXT, key="k")], ledger=ledger)
    rewrite(state="sending", owner="somebody long gone", outcome=None, workflow_id=None)

    (outcome,) = await run([message(TEXT, key="k")], ledger=ledger)

    assert isinstance(outcome.error, OutcomeUnknown)
    assert outcome.error.code == "startInterrupted"
    assert outcome.error.account == "anna"
    assert [one.key for one in told if isinstance(one, CallUncertain)] == ["k"]
    assert sent(sandbox) == {TEXT: 1}


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.UNCERTAIN])
@pytest.mark.parametrize("outcome", ["{", '{"error": {"family": "Nonsense"}}', "[]"])
async def test_an_outcome_that_cannot_be_read(
    run: "Run",
    sandbox: Sandbox,
    message: "Message",
    rewrite: Rewrite,
    *,
    ledger: Path,
    state: State,
    outcome: str,
) -> None:
    """A row whose outcome is damaged is an error of that call alone; nothing is sent again."""
    await run([message("1", key="k")], ledger=ledger)
    rewrite(state=state.value, outcome=outcome)

    first, second = await run([message("1", key="k"), message("2")], ledger=ledger)

    refused, other = (first, second) if first.call.key == "k" else (second, first)
    assert isinstance(refused.error, LedgerError)
    assert refused.error.code == "ledgerDamaged"
    assert other.error is None
    assert sent(sandbox) == {"1": 1, "2": 1}


async def test_a_completion_that_nobody_understands(
    run: "Run", sandbox: Sandbox, visit: Visit, rewrite: Rewrite, ledger: Path
) -> None:
    """A completion that does not fit the operation is an error of its account's call."""
    await run([visit()], ledger=ledger)
    rewrite(outcome='{"completion": 5, "evidence": ""}')

    (outcome,) = await run([visit()], ledger=ledger)

    assert outcome.error is not None
    assert outcome.error.account == "anna"
    assert outcome.error.workflow_id == sandbox.log.workflows()[0].workflow_id
    assert len(sandbox.log.workflows()) == 1


# ── waiting on ──


async def test_what_ran_has_failed(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
) -> None:
    """A workflow of an earlier run that fails is a failure of this one, and of the next."""
    sandbox.inject(ErrorEnvelope("brokenDown"), on="failure")
    batch = Batch(open_pool(), [message("1")], ledger=ledger)
    waiting = asyncio.create_task(anext(batch, None))
    await clock.sleep(5.0)
    batch.stop()
    assert await waiting is None

    (second,) = await run([message("1")], ledger=ledger)
    (third,) = await run([message("1")], ledger=ledger)

    assert isinstance(second.error, FatalError)
    assert isinstance(third.error, FatalError)
    assert second.error.code == third.error.code == "brokenDown"
    assert len(sandbox.log.workflows()) == 1


@pytest.mark.parametrize("is_thrown_away", [False, True])
async def test_left_while_waiting_on(
    pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
    is_thrown_away: bool,
) -> None:
    """A batch that waits for workflows of an earlier run can be left, too."""
    for _ in range(2):
        batch = Batch(pool, [message("1"), message("2", "ben")], ledger=ledger)
        waiting = asyncio.create_task(anext(batch, None))
        await clock.sleep(2.0)
        assert batch.progress.running == 2
        if is_thrown_away:
            waiting.cancel()
            await asyncio.wait([waiting])
            del batch, waiting
            gc.collect()
            await clock.sleep(0.1)
        else:
            await batch.aclose()
            assert await waiting is None

    outcomes = await run([message("1"), message("2", "ben")], ledger=ledger)

    assert {one.error for one in outcomes} == {None}
    assert sent(sandbox) == {"1": 1, "2": 1}


async def test_a_deadline_loses_nothing(
    open_pool: "Open", run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A workflow that takes longer than its call may is waited for by the next run."""
    hasty = open_pool(deadline=3.0)
    (first,) = await run([message("1")], ledger=ledger, pool=hasty)
    (second,) = await run([message("1")], ledger=ledger)

    assert isinstance(first.error, WorkflowTimeout)
    assert second.error is None
    assert sent(sandbox) == {"1": 1}


async def test_a_workflow_that_was_forgotten(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
) -> None:
    """A workflow that the service denies is never sent again; its error says what is left to do."""
    batch = Batch(open_pool(), [message("1")], ledger=ledger)
    waiting = asyncio.create_task(anext(batch, None))
    await clock.sleep(2.0)
    await batch.aclose()
    assert await waiting is None
    sandbox.inject(404, on="poll", times=None)

    (denied,) = await run([message("1")], ledger=ledger)
    sandbox.clear_faults()
    (found,) = await run([message("1")], ledger=ledger)

    assert isinstance(denied.error, FatalError)
    assert "under another key" in denied.error.hint
    assert found.error is None
    assert sent(sandbox) == {"1": 1}


@pytest.mark.parametrize("uncertain", ["report", "reconcile", "resend"])
async def test_the_account_is_gone(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    *,
    message: "Message",
    ledger: Path,
    uncertain: str,
) -> None:
    """Calls of accounts that the pool has lost are errors of theirs, whatever was begun of them."""
    sandbox.inject(Reset("request", after=100), account="ben")
    calls = [message(TEXT, "ben"), message("2", "ben"), message("3"), message("4", "cleo")]
    batch = Batch(open_pool(), [calls[0], calls[3]], ledger=ledger)
    assert isinstance((await anext(batch)).error, OutcomeUnknown)
    await batch.aclose()  # the other one was accepted
    smaller = open_pool(accounts={"anna": sandbox.account("anna").identification_token})

    outcomes = await run(calls, ledger=ledger, pool=smaller, uncertain=uncertain)

    errors = {id(one.call): one.error for one in outcomes}
    doubtful, fresh, other, accepted = (errors[id(call)] for call in calls)
    assert isinstance(doubtful, OutcomeUnknown)
    assert isinstance(fresh, ConfigurationError)
    assert isinstance(accepted, ConfigurationError)
    assert other is None
    assert ("no account 'ben'" in str(doubtful)) == (uncertain != "report")


async def test_what_was_found_out_is_kept(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A run that only reports doubts tells, and keeps, what an earlier one has found out."""
    sandbox.inject(Reset("request", after=100))
    (asked,) = await run([message(TEXT)], ledger=ledger, uncertain="reconcile")

    again = [(await run([message(TEXT)], ledger=ledger))[0].error for _ in range(2)]

    assert "not carried out" in str(asked.error)
    assert [str(error) for error in again] == [str(asked.error)] * 2


# ── the same once more ──

WORDS = ("linkedinAccountSignedOut", "languageNotSupported", "workingHoursWaitExpired", "newWord")
ROWS = [row for row in CATALOG.values() if row.plane is Plane.REQUEST]
FAILURES = [
    *(
        ("linked_api", row.type, "failure")
        for row in CATALOG.values()
        if row.plane is Plane.REQUEST
    ),
    *(("linked_api_v3", word, "failure") for word in WORDS),
    *(("account_api", word, on) for word in WORDS for on in ("start", "failure")),
]
BEFORE = ("sendConnectionRequest", "sendMessage", "nvSendMessage", "commentOnPost")


async def test_results_are_told_twice_alike(
    open_pool: "Open", run: "Run", sandbox: Sandbox, ledger: Path
) -> None:
    """Whatever an operation brings, the next run brings the very same, without a request."""
    found = operations()
    calls = [
        Call("anna", example(found[name], is_full=is_full), f"{name} {is_full}")
        for name in dict.fromkeys((*BEFORE, *found))
        for is_full in (False, True)
    ]
    pool = open_pool(deadline=None)
    first = {one.call.key: one for one in await run(calls, ledger=ledger, pool=pool)}
    sandbox.log.clear()

    second = {one.call.key: one for one in await run(calls, ledger=ledger)}

    assert sandbox.log.requests() == ()
    assert len(first) == len(calls)
    assert second == first
    assert [one.error for one in first.values() if one.error is not None] == []


@pytest.mark.parametrize(("wire", "code", "on"), FAILURES)
async def test_errors_are_told_twice_alike(
    open_pool: "Open",
    sandbox: Sandbox,
    message: "Message",
    *,
    ledger: Path,
    wire: str,
    code: str,
    on: Any,
) -> None:
    """What ran and failed, or may have, is told of alike by the next run, in every fact."""
    tokens: dict[str, Any] = {}
    if wire != "linked_api":
        main = sandbox.tokens.account_api_token
        tokens = {"linked_api_token": None, "account_api_token": main, "wire": wire}
    pool = open_pool(policy=Policy.service(), **tokens)
    sandbox.inject(ErrorEnvelope(code), on=on)
    (first,) = [one async for one in Batch(pool, [message("1")], ledger=ledger)]
    asked = len(sandbox.log.requests())

    (second,) = [one async for one in Batch(pool, [message("1")], ledger=ledger)]

    assert first.error is not None
    assert first.error.certainty in {Certainty.ACCEPTED, Certainty.MAYBE_ACCEPTED}
    assert second.error is not None
    assert type(second.error) is type(first.error)
    assert vars(second.error) == vars(first.error)
    assert len(sandbox.log.requests()) == asked


async def test_doubts_are_told_twice_alike(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A lost reply is told of in the next run with the same facts and the same advice."""
    sandbox.inject(Reset("reply"))

    (first,) = await run([message("1")], ledger=ledger)
    (second,) = await run([message("1")], ledger=ledger)

    assert first.error is not None
    assert second.error is not None
    assert vars(second.error) == vars(first.error)


# ── sending again ──


async def test_sent_again_and_refused(
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    message: "Message",
    *,
    told: list[Event],
    ledger: Path,
) -> None:
    """What is proved not done may be refused when it is sent again; the next run tries anew."""
    sandbox.inject(Reset("request", after=100))
    await run([message(TEXT)], ledger=ledger)
    sandbox.inject("linkedinAccountSignedOut", skip=1)

    (second,) = await run([message(TEXT)], ledger=ledger, uncertain="resend")
    await clock.sleep(60.0)
    (third,) = await run([message(TEXT)], ledger=ledger, uncertain="resend")

    assert isinstance(second.error, UserActionRequired)
    assert third.error is None
    assert sent(sandbox) == {TEXT: 1}
    assert len([one for one in told if isinstance(one, CallReconciled)]) == 1


async def test_sent_again_and_lost_again(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A second sending whose reply is lost is looked into like the first."""
    sandbox.inject(Reset("request", after=100))
    sandbox.inject(Reset("reply"), skip=1)

    (outcome,) = await run([message(TEXT)], ledger=ledger, uncertain="resend")

    assert outcome.error is None
    assert sent(sandbox) == {TEXT: 1}


async def test_many_look_into_the_same(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    message: "Message",
    *,
    rewrite: Rewrite,
    ledger: Path,
) -> None:
    """Batches that look into one doubt at the same time come to one end, and send it once."""
    sandbox.inject(Reset("request", after=100))
    await run([message(TEXT)], ledger=ledger)
    options = [("resend", open_pool()), ("resend", open_pool()), ("reconcile", open_pool())]

    outcomes = await asyncio.gather(
        *(
            run([message(TEXT)], ledger=ledger, uncertain=uncertain, pool=pool)
            for uncertain, pool in options
        )
    )

    assert sent(sandbox) == {TEXT: 1}
    assert [one.error for (one,) in outcomes[:2]] == [None, None]
    rewrite(state="sending", owner="gone", outcome=None, workflow_id=None)
    again = await asyncio.gather(
        *(
            run([message(TEXT)], ledger=ledger, uncertain="reconcile", pool=pool)
            for _, pool in options
        )
    )
    assert [one.error for (one,) in again] == [None] * 3
    assert sent(sandbox) == {TEXT: 1}


async def test_more_is_known_by_now(
    pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    rewrite: Rewrite,
    ledger: Path,
) -> None:
    """What somebody else finds out while a doubt is looked into is what counts."""
    sandbox.inject(Reset("request", after=100))
    await run([message(TEXT)], ledger=ledger)
    batch = Batch(pool, [message(TEXT)], ledger=ledger, uncertain="reconcile")
    waiting = asyncio.create_task(anext(batch))
    await clock.sleep(5.0)

    rewrite(state="refused")

    assert (await waiting).error is None
    assert sent(sandbox) == {TEXT: 1}


async def test_a_doubt_without_a_reason(
    run: "Run", sandbox: Sandbox, message: "Message", rewrite: Rewrite, ledger: Path
) -> None:
    """An uncertain row that does not tell why is as uncertain as any."""
    await run([message("1")], ledger=ledger)
    rewrite(state="uncertain", outcome='{"completion": [], "evidence": ""}')

    (outcome,) = await run([message("1")], ledger=ledger)

    assert isinstance(outcome.error, OutcomeUnknown)
    assert outcome.error.code == "startInterrupted"
    assert sent(sandbox) == {"1": 1}


async def test_a_pool_that_is_closed_meanwhile(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
) -> None:
    """A doubt that cannot be looked into any more stays a doubt."""
    sandbox.inject(Reset("request", after=100))
    await run([message(TEXT)], ledger=ledger)
    pool, found = open_pool(), list[Outcome[Any]]()
    batch = Batch(pool, [message(TEXT)], ledger=ledger, uncertain="resend")

    async def collect() -> None:
        found.extend([one async for one in batch])

    collecting = asyncio.create_task(collect())
    await clock.sleep(12.0)
    await pool.aclose()
    await collecting

    assert [type(one.error) for one in found] == [OutcomeUnknown]
    assert sent(sandbox) == {}


# ── ledgers in the way ──


async def test_no_room_to_send(
    run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """What cannot be written down is not sent."""
    with pytest.raises(LedgerError, match="full"):
        await run([message("1"), message("2")], ledger=Full(ledger))

    assert sandbox.log.requests() == ()


async def test_stopped_by_what_is_somebody_elses(
    pool: AccountPool, sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """A call that turns out to be another one's is not looked after once the batch is stopped."""
    shared = Shared(ledger)
    batch = Batch(pool, [message("1"), message("1")], ledger=shared)
    shared.on_taken = batch.stop

    assert [one async for one in batch] == []

    assert len(sandbox.log.workflows()) <= 1
    assert (batch.progress.read, batch.progress.answered) == (2, 0)


async def test_stopped_between_claim_and_start(
    pool: AccountPool, sandbox: Sandbox, clock: FakeClock, message: "Message", ledger: Path
) -> None:
    """A stop while calls are being written down starts none of those that are somebody else's."""
    gated = Gated(ledger)
    batch = Batch(pool, [message("1"), message("1")], ledger=gated)
    waiting = asyncio.create_task(anext(batch, None))
    while batch.progress.read < 2:
        await clock.sleep(0.1)
    await clock.sleep(1.0)

    batch.stop()
    gated.gate.set()

    assert await waiting is None
    assert len(sandbox.log.workflows()) <= 1
    assert batch.progress.answered == 0


async def test_two_send_the_same_again(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    visit: Visit,
    rewrite: Rewrite,
    ledger: Path,
) -> None:
    """Of two batches that are about to send the same again one does, and both have its outcome."""
    await run([visit()], ledger=ledger)
    rewrite(state="uncertain", outcome=None, workflow_id=None)

    async with Gated(ledger) as gated:

        async def release() -> None:
            await clock.sleep(5.0)
            gated.gate.set()

        first, second, _ = await asyncio.gather(
            run([visit()], ledger=gated, pool=open_pool()),
            run([visit()], ledger=gated, pool=open_pool()),
            release(),
        )

    assert [one.error for one in (*first, *second)] == [None, None]
    assert len(sandbox.log.workflows()) == 2


async def test_no_room_to_send_again(
    run: "Run", sandbox: Sandbox, visit: Visit, rewrite: Rewrite, ledger: Path
) -> None:
    """What cannot be written down is not sent again either."""
    await run([visit()], ledger=ledger)
    rewrite(state="uncertain", outcome=None, workflow_id=None)

    with pytest.raises(LedgerError, match="full"):
        await run([visit()], ledger=Full(ledger))

    assert len(sandbox.log.workflows()) == 1
    assert (await run([visit()], ledger=ledger))[0].error is None


async def test_nobody_knows_who_lives(
    run: "Run", sandbox: Sandbox, message: "Message", rewrite: Rewrite, ledger: Path
) -> None:
    """Where a ledger cannot tell whether somebody sends a call, nothing is done."""
    await run([message("1")], ledger=ledger)
    rewrite(state="sending", owner="somebody else", outcome=None, workflow_id=None)

    with pytest.raises(LedgerError, match="Nobody knows"):
        await run([message("1")], ledger=Blind(ledger))

    assert sent(sandbox) == {"1": 1}


async def test_a_ledger_that_breaks_while_looking(
    pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
) -> None:
    """A ledger that breaks while doubts are looked into ends the batch; they stay doubts."""
    sandbox.inject(Reset("request", after=100))
    await run([message(TEXT)], ledger=ledger)
    batch = Batch(pool, [message(TEXT)], ledger=ledger, uncertain="resend")
    waiting = asyncio.create_task(anext(batch))
    await clock.sleep(5.0)
    hidden = [one.rename(one.with_name(f"{one.name}.hidden")) for one in ledger.parent.iterdir()]

    with pytest.raises(LedgerError, match="removed"):
        await waiting

    for one in hidden:
        one.rename(one.with_name(one.name.removesuffix(".hidden")))
    (outcome,) = await run([message(TEXT)], ledger=ledger)
    assert isinstance(outcome.error, OutcomeUnknown)
    assert sent(sandbox) == {}
