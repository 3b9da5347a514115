"""Workflows whose start nobody knows the end of, found by what webhook events tell."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from aiohttp import web

from linkedapi_async import AccountPool, Batch, Call, OutcomeUnknown
from linkedapi_async._types import WorkflowId
from linkedapi_async.batch._orphans import Orphans
from linkedapi_async.events import CallAdopted, Event, Raised
from linkedapi_async.operations import CustomWorkflow
from linkedapi_async.pool._client import backstage
from linkedapi_async.receiver import WebhookReceiver
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing.faults import Drop, Reset
from linkedapi_async.webhooks import sign

if TYPE_CHECKING:
    from tests.batch.conftest import Message, Open, Run

HOOK = "https://hooks.example.com"


def sent(sandbox: Sandbox) -> Counter[str]:
    """Return how often each message was sent, by its text."""
    return Counter(str(one.params["text"]) for one in sandbox.log.effects("st.sendMessage"))


@asynccontextmanager
async def listening(
    sandbox: Sandbox, clock: FakeClock, mode: Literal["fat", "thin"]
) -> AsyncGenerator[WebhookReceiver]:
    """Hear what the service delivers from now on, over a socket."""
    webhook = sandbox.deliveries.subscribe(f"{HOOK}/in", payload_mode=mode)
    receiver = WebhookReceiver(secrets=[webhook.secret], clock=clock)
    outer = web.Application()
    outer.add_subapp("/in", receiver.app())
    runner = web.AppRunner(outer)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox.deliveries.lead(HOOK, "http://{}:{}".format(*runner.addresses[0]))
    yield receiver
    await runner.cleanup()


@pytest.fixture(params=["fat", "thin"])
async def receiver(
    request: pytest.FixtureRequest, sandbox: Sandbox, clock: FakeClock
) -> AsyncIterator[WebhookReceiver]:
    """Hears everything."""
    async with listening(sandbox, clock, request.param) as hearing:
        yield hearing


@pytest.fixture
def hearing_pool(open_pool: "Open", receiver: WebhookReceiver) -> AccountPool:
    """A pool that hears events."""
    return open_pool(receiver=receiver)


async def test_lost_replies_are_made_up_for(
    hearing_pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    *,
    message: "Message",
    told: list[Event],
    ledger: Path,
) -> None:
    """A workflow whose start got no reply is adopted by its mark, whatever else runs meanwhile."""
    sandbox.inject(Reset("reply"), times=2)
    calls = [message(str(number), account) for number in range(3) for account in hearing_pool]

    outcomes = await run(calls, ledger=ledger, pool=hearing_pool)

    assert {one.error for one in outcomes} == {None}
    results = [one.result for one in outcomes if one.result is not None]
    ids = {one.workflow_id for one in results}
    assert ids == {one.workflow_id for one in sandbox.log.workflows()}
    assert sent(sandbox) == {"0": 3, "1": 3, "2": 3}
    assert len([one for one in told if isinstance(one, CallAdopted)]) == 2


async def test_calls_alike_are_told_apart(
    hearing_pool: AccountPool, run: "Run", sandbox: Sandbox, message: "Message", ledger: Path
) -> None:
    """Marks tell two lost starts of the very same content apart; both are adopted."""
    sandbox.inject(Reset("reply"), times=2)
    calls = [message("hi", key=key) for key in "ab"]

    outcomes = await run(calls, ledger=ledger, pool=hearing_pool)

    ids = {one.result.workflow_id for one in outcomes if one.result is not None}
    assert ids == {one.workflow_id for one in sandbox.log.workflows()}
    assert len(ids) == 2


@pytest.mark.parametrize("mode", ["fat", "thin"])
async def test_orphans_of_an_earlier_run(
    open_pool: "Open",
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    told: list[Event],
    ledger: Path,
    mode: Literal["fat", "thin"],
) -> None:
    """What an earlier run began without learning its name is adopted when its end is told.

    The receiver is as new as the process, and has heard of nothing yet.
    """
    sandbox.inject(Drop())
    batch = Batch(open_pool(), [message("1")], ledger=ledger)
    waiting = asyncio.create_task(anext(batch, None))
    await clock.sleep(2.0)
    await batch.aclose()
    assert await waiting is None

    async with listening(sandbox, clock, mode) as receiver:
        pool = open_pool(receiver=receiver)
        (outcome,) = await run([message("1")], ledger=ledger, pool=pool)

    assert outcome.error is None
    assert outcome.result is not None
    assert outcome.result.workflow_id == sandbox.log.workflows()[0].workflow_id
    assert sent(sandbox) == {"1": 1}
    assert [type(one) for one in told].count(CallAdopted) == 1


async def test_nothing_to_adopt(
    hearing_pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    *,
    clock: FakeClock,
    message: "Message",
    ledger: Path,
) -> None:
    """A start that never arrived stays uncertain, after a moment in which events would tell."""
    sandbox.inject(Reset("request", after=100))
    began_at = clock.now()

    calls = [message("1"), message("2")]
    (first, second) = await run(calls, ledger=ledger, pool=hearing_pool)

    assert isinstance((first.error or second.error), OutcomeUnknown)
    assert None in {first.error, second.error}
    assert clock.now() - began_at < 120
    assert sum(sent(sandbox).values()) == 1


async def test_what_has_no_mark_is_nobodys(
    hearing_pool: AccountPool, run: "Run", sandbox: Sandbox, told: list[Event], ledger: Path
) -> None:
    """A label of the caller's own is left alone, so that nothing tells whose the workflow is."""
    sandbox.inject(Reset("reply"))
    tree: dict[str, Any] = {
        "actionType": "st.sendMessage",
        "personUrl": "https://www.linkedin.com/in/person5",
        "text": "1",
        "label": "mine",
    }

    (outcome,) = await run([Call("anna", CustomWorkflow(tree))], ledger=ledger, pool=hearing_pool)

    assert isinstance(outcome.error, OutcomeUnknown)
    assert len(sandbox.log.workflows()) == 1
    assert [one for one in told if isinstance(one, CallAdopted)] == []


async def test_without_a_ledger_nothing_is_adopted(
    hearing_pool: AccountPool, run: "Run", sandbox: Sandbox, message: "Message"
) -> None:
    """Without a ledger nothing is marked, and a lost reply is a lost reply."""
    sandbox.inject(Reset("reply"))

    (outcome,) = await run([message("1")], pool=hearing_pool)

    assert isinstance(outcome.error, OutcomeUnknown)
    assert ["label" in str(one.document) for one in sandbox.log.workflows()] == [False]


async def test_events_about_others(
    hearing_pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    message: "Message",
    ledger: Path,
) -> None:
    """Workflows that others start on the same accounts are read, and left alone."""
    sandbox.inject(Reset("reply"))
    others = [message(f"other {number}") for number in range(3)]

    mine, theirs = await asyncio.gather(
        run([message("mine")], ledger=ledger, pool=hearing_pool),
        run(others, pool=hearing_pool),
    )

    outcomes = [*mine, *theirs]
    assert sum(one.error is not None for one in outcomes) <= 1
    assert set(sent(sandbox).values()) == {1}
    assert len(sandbox.log.workflows()) == 4


async def test_others_who_never_rest(
    open_pool: "Open",
    hearing_pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
) -> None:
    """An account that others keep busy for ever does not keep a doubt open for ever."""
    sandbox.inject(Reset("request", after=100))
    others = open_pool()

    async def never_rest() -> None:
        for number in itertools.count():
            await others.run(message(f"other {number}"))

    running = asyncio.ensure_future(run([message("mine")], ledger=ledger, pool=hearing_pool))
    await clock.sleep(1.0)
    busy = [asyncio.create_task(never_rest()) for _ in range(2)]
    (outcome,) = await running
    for task in busy:
        task.cancel()
    await asyncio.wait(busy)

    assert isinstance(outcome.error, OutcomeUnknown)
    assert clock.now() < 1_200
    assert sent(sandbox)["mine"] == 0


async def test_the_event_of_an_orphan_is_lost(
    hearing_pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
) -> None:
    """An orphan whose end no event tells is looked at before long, and adopted all the same."""
    sandbox.inject(Reset("reply"))
    calls = [message("mine"), message("other", "ben")]

    async def lose() -> None:
        await clock.sleep(5.0)
        sandbox.deliveries.disturb(lost=1.0)

    outcomes, _ = await asyncio.gather(run(calls, ledger=ledger, pool=hearing_pool), lose())

    assert {one.error for one in outcomes} == {None}
    assert clock.now() < 900
    assert sent(sandbox) == {"mine": 1, "other": 1}


async def test_an_account_of_nobody(
    hearing_pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
    told: list[Event],
) -> None:
    """Events of an account that the pool does not have hold nothing up, and alarm nobody."""
    sandbox.inject(Reset("request", after=100))

    async def disturb() -> None:
        await clock.sleep(1.0)
        for number in range(3):
            data = {"workflowId": f"wf-{number}", "accountId": "somebody", "status": "running"}
            sandbox.deliveries.emit("workflow.started", f"event-{number}", data, lane="others")
        sandbox.deliveries.emit("workflow.started", "event-of-nothing", {}, lane="others")

    calls = [message("1"), message("2", "ben")]
    outcomes, _ = await asyncio.gather(run(calls, ledger=ledger, pool=hearing_pool), disturb())

    assert [type(one.error) for one in outcomes if one.error] == [OutcomeUnknown]
    assert clock.now() < 900
    assert [event.code for event in told if isinstance(event, Raised)] == ["connectionLost"]


@pytest.mark.parametrize("sandbox", [600.0], indirect=True)
async def test_an_orphan_that_takes_its_time(
    hearing_pool: AccountPool,
    run: "Run",
    sandbox: Sandbox,
    clock: FakeClock,
    *,
    message: "Message",
    ledger: Path,
) -> None:
    """An orphan is looked for as long as it runs, a service in trouble notwithstanding."""
    sandbox.inject(Reset("reply"))
    sandbox.inject(503, on="poll", skip=2, times=10)

    outcomes = await run([message("1"), message("2", "ben")], ledger=ledger, pool=hearing_pool)

    assert {one.error for one in outcomes} == {None}
    assert 600 <= clock.now() < 2000
    assert sent(sandbox) == {"1": 1, "2": 1}


async def test_two_adopt_the_same(
    open_pool: "Open",
    run: "Run",
    receiver: WebhookReceiver,
    sandbox: Sandbox,
    *,
    message: "Message",
    told: list[Event],
    ledger: Path,
) -> None:
    """Two batches that find the same orphan both wait for it; one has adopted it."""
    sandbox.inject(Reset("reply"))

    both = await asyncio.gather(
        *(run([message("1")], ledger=ledger, pool=open_pool(receiver=receiver)) for _ in range(2))
    )

    assert [one.error for outcomes in both for one in outcomes] == [None, None]
    assert [type(one) for one in told].count(CallAdopted) == 1
    assert sent(sandbox) == {"1": 1}


async def test_only_so_much_is_remembered(
    hearing_pool: AccountPool, receiver: WebhookReceiver, sandbox: Sandbox
) -> None:
    """Neither workflows that are waited for nor those that nobody knows pile up."""
    orphans = Orphans(hearing_pool, backstage(hearing_pool).core, receiver)
    webhook = sandbox.deliveries.webhook
    assert webhook is not None
    assert webhook.secret is not None
    for number in range(10_050):
        orphans.know(WorkflowId(f"known-{number}"), "anna")
    about = [{"workflowId": f"wf-{number}", "accountId": "a"} for number in range(10_050)]
    for number, data in enumerate([*about, {"workflowId": "known-10049"}]):
        event = {
            "id": f"event-{number}",
            "type": "workflow.started",
            "createdAt": "2026-01-05T09:00:00.000Z",
            "data": data,
        }
        body = json.dumps(event).encode()
        headers = sign(body, secret=webhook.secret, now=sandbox.clock.wall().timestamp())
        assert receiver.receive(body, headers).is_accepted
    await sandbox.clock.sleep(0)

    assert len(orphans._known) == len(orphans._candidates) == 10_000
    orphans.close()
