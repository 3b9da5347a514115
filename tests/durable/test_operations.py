"""Durable operations in one process: what is handed in, stored, heard and handed back."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs
import pytest
from aiohttp import web
from dbos import DBOS, DBOSClient, DBOSConfig, SetWorkflowID, error
from sqlalchemy.engine import make_url

from linkedapi_async import (
    AccountPool,
    ConfigurationError,
    FatalError,
    LedgerError,
    Policy,
    UserActionRequired,
)
from linkedapi_async.durable import DurableHandle, DurableOperations, forward
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.receiver import WebhookReceiver
from linkedapi_async.testing import Sandbox
from linkedapi_async.webhooks import sign

if TYPE_CHECKING:
    from .conftest import Base

PERSON = "https://www.linkedin.com/in/person5"
QUICK = attrs.evolve(Policy.bot(), waiting="eager", poll_base=0.1, poll_max=0.5)

Make = Callable[..., DurableOperations]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.fixture
async def service() -> AsyncIterator[Sandbox]:
    """The service in real time."""
    async with Sandbox(accounts=("a", "b"), duration=0.05) as running:
        yield running


@pytest.fixture
def make(service: Sandbox, sqlite_base: "Base") -> Make:
    """Return durable operations for the service."""

    def new(policy: Policy = QUICK, version: str = "1", **options: Any) -> DurableOperations:
        def open_pool(receiver: WebhookReceiver) -> AccountPool:
            return AccountPool(
                linked_api_token=service.tokens.linked_api_token,
                accounts={one.alias: one.identification_token for one in service.accounts},
                base_url=service.base_url,
                policy=policy,
                receiver=receiver,
            )

        given: dict[str, Any] = {
            "accounts": open_pool,
            "ledger": sqlite_base.ledger,
            "queue_interval": 0.05,
            **options,
        }
        config = sqlite_base.config() | {"application_version": version}
        return DurableOperations(cast("DBOSConfig", config), **given)

    return new


def message(text: str = "Hello") -> SendMessage:
    """Return a write."""
    return SendMessage(person_url=PERSON, text=text)


def ask(base: "Base", query: str) -> list[Any]:
    """Return rows of the database of DBOS."""
    connection = sqlite3.connect(make_url(base.url).database or "")
    rows = connection.execute(query).fetchall()
    connection.close()
    return rows


def paused(
    service: Sandbox, opened: list[tuple[AccountPool, asyncio.AbstractEventLoop]]
) -> Callable[[WebhookReceiver], Awaitable[AccountPool]]:
    """Return what opens a pool whose account `a` starts nothing yet, and tells where it is."""

    async def open_pool(receiver: WebhookReceiver) -> AccountPool:
        pool = AccountPool(
            linked_api_token=service.tokens.linked_api_token,
            accounts={"a": service.accounts[0].identification_token},
            base_url=service.base_url,
            policy=QUICK,
            receiver=receiver,
        )
        await pool.__aenter__()
        pool.pause("a")
        opened.append((pool, asyncio.get_running_loop()))
        return pool

    return open_pool


async def test_results(make: Make, service: Sandbox, sqlite_base: "Base") -> None:
    """Results come back typed; the same handed in again is the same, also after a restart."""
    durable = make(rate=(5, 0.5))
    async with durable:
        handle = await durable.enqueue("a", FetchPerson(person_url=PERSON), key=1)
        result = await handle.result()
        again = await durable.enqueue("a", FetchPerson(person_url=PERSON), key=1)
        assert again.workflow_id == handle.workflow_id == "linkedapi:1"
        derived = await durable.enqueue("a", message())
        assert (await derived.outcome()).error is None
        with pytest.raises(FatalError) as caught:
            await durable.enqueue("a", message(), key=1)
    async with make() as later:
        replayed = await (await later.enqueue("a", FetchPerson(person_url=PERSON), key=1)).result()

    assert result.data is not None
    assert result.data.name
    assert replayed == result
    assert caught.value.code == "keyConflict"
    assert len(service.log.requests("start")) == 2
    assert ask(sqlite_base, "SELECT DISTINCT serialization FROM workflow_status") == [
        ("portable_json",)
    ]
    assert repr(handle) == "<DurableHandle fetchPerson linkedapi:1>"
    assert repr(durable) == "<DurableOperations linkedapi as worker-1>"


async def test_errors(make: Make, service: Sandbox) -> None:
    """An operation that cannot be done ends in its error, as data of the workflow."""
    service.inject("linkedinAccountSignedOut", account="a")
    async with make() as durable:
        handle = await durable.enqueue("a", message("first"))
        unknown = await durable.enqueue("c", message("second"))
        with pytest.raises(UserActionRequired) as caught:
            await handle.result()
        with pytest.raises(FatalError, match="no account 'c'"):
            await unknown.result()

    assert caught.value.code == "linkedinAccountSignedOut"
    assert not service.log.effects()


async def test_again(make: Make, service: Sandbox) -> None:
    """What was refused is done once its cause is gone; what was done is answered the same."""
    service.inject("plusSeatRequired")
    async with make() as durable:
        handle = await durable.enqueue("a", message())
        assert isinstance((await handle.outcome()).error, UserActionRequired)
        for _ in range(2):
            await handle.again()
            assert (await handle.outcome()).error is None

    assert len(service.log.effects()) == 1
    assert len(service.log.requests("start")) == 2


async def test_other_versions(
    make: Make, service: Sandbox, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    """What a version has left unfinished is told by the next one, and done by the one it is of."""
    patient = attrs.evolve(QUICK, poll_base=3.0, poll_max=3.0)
    async with make(policy=patient) as durable:
        for text in ("first", "second"):
            await durable.enqueue("a", message(text), key=text)
        await until(lambda: bool(service.log.effects()))
    async with make(version="2"):
        assert "under application_version '1': 2 of the accounts a," in caplog.text
    caplog.clear()
    async with make() as durable:
        for text in ("first", "second"):
            handle = await durable.enqueue("a", message(text), key=text)
            assert (await handle.outcome()).error is None

    assert "application_version" not in caplog.text
    assert len(service.log.requests("start")) == 2


async def test_many_waits(make: Make, service: Sandbox) -> None:
    """However many outcomes are waited for, few threads ask for them."""
    async with make() as durable:
        handles = [await durable.enqueue("a", message(str(number))) for number in range(40)]
        waiting = [asyncio.ensure_future(handle.outcome()) for handle in handles for _ in range(5)]
        done, pending = await asyncio.wait(waiting, timeout=1.0)
        names = [thread.name for thread in threading.enumerate()]
        for wait in pending:
            wait.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

        nobody = DurableHandle("linkedapi:nobody", handles[0].call, "linkedapi")
        with pytest.raises(error.DBOSException):
            await nobody.outcome()

    assert len(pending) > len(done)
    assert len([name for name in names if name.startswith("dbos-executor")]) < 25


async def test_waits_outlast_trouble(
    make: Make, service: Sandbox, sqlite_base: "Base", until: Until
) -> None:
    """A database that fails for a moment ends no wait; a close does."""
    opened: list[tuple[AccountPool, asyncio.AbstractEventLoop]] = []
    async with make(accounts=paused(service, opened)) as durable:
        handle = await durable.enqueue("a", message())
        ((pool, loop),) = opened
        await until(lambda: pool.stats().accounts["a"].queued == 1)
        waiting = asyncio.ensure_future(handle.outcome())
        await asyncio.wait({waiting}, timeout=1.5)
        ask(sqlite_base, "ALTER TABLE workflow_status RENAME TO away")
        await asyncio.wait({waiting}, timeout=1.5)
        ask(sqlite_base, "ALTER TABLE away RENAME TO workflow_status")
        loop.call_soon_threadsafe(pool.resume, "a")
        assert (await waiting).error is None

        loop.call_soon_threadsafe(pool.pause, "a")
        left = asyncio.ensure_future((await durable.enqueue("a", message("second"))).outcome())
        await until(lambda: pool.stats().accounts["a"].queued == 1)
    with pytest.raises(error.DBOSException):
        await left


async def test_child(make: Make, service: Sandbox) -> None:
    """Inside a workflow of DBOS, an operation is a child of that, and runs once."""
    durable = make()

    @DBOS.workflow(name="campaign")
    async def campaign() -> str:
        handle: DurableHandle[None] = await durable.enqueue("a", message(), key="child")
        return "sent" if (await handle.outcome()).error is None else "failed"

    async with durable:
        with SetWorkflowID("one"):
            first = await DBOS.start_workflow_async(campaign)
        with SetWorkflowID("one"):
            second = await DBOS.start_workflow_async(campaign)
        assert [await first.get_result(), await second.get_result()] == ["sent", "sent"]
        found = await DBOS.list_workflows_async(parent_workflow_id="one")

    assert [one.workflow_id for one in found] == ["linkedapi:child"]
    assert len(service.log.effects()) == 1


async def test_closed_in_the_middle(make: Make, service: Sandbox, until: Until) -> None:
    """What was waited for when it closed is gone on with by the next launch, sent once."""
    patient = attrs.evolve(QUICK, poll_base=3.0, poll_max=3.0)
    durable = make(policy=patient)
    async with durable:
        handle = await durable.enqueue("a", message())
        await until(lambda: bool(service.log.effects()))
    async with durable:
        assert (await durable.enqueue("a", message())).workflow_id == handle.workflow_id
        assert (await handle.outcome()).error is None

    assert len(service.log.requests("start")) == 1


async def test_cancelled_and_resumed(make: Make, service: Sandbox, until: Until) -> None:
    """A workflow of DBOS that is cancelled says so; resumed it waits again, and sends nothing."""
    patient = attrs.evolve(QUICK, poll_base=5.0, poll_max=5.0)
    async with make(policy=patient) as durable:
        handle = await durable.enqueue("a", message())
        await until(lambda: bool(service.log.effects()))
        waiting = asyncio.ensure_future(handle.outcome())
        await DBOS.cancel_workflow_async(handle.workflow_id)
        with pytest.raises(error.DBOSException):
            await waiting
        await DBOS.resume_workflow_async(handle.workflow_id)
        assert (await handle.outcome()).error is None

    assert len(service.log.requests("start")) == 1


async def test_cancelled_before_it_left(make: Make, service: Sandbox, until: Until) -> None:
    """Cancelled before its turn, an operation is not sent later, but when it is resumed."""
    opened: list[tuple[AccountPool, asyncio.AbstractEventLoop]] = []
    async with make(accounts=paused(service, opened)) as durable:
        first = await durable.enqueue("a", message("first"))
        ((pool, loop),) = opened
        await until(lambda: pool.stats().accounts["a"].queued == 1)
        await DBOS.cancel_workflow_async(first.workflow_id)
        await until(lambda: pool.stats().accounts["a"].cancelled == 1)
        second = await durable.enqueue("a", message("second"))
        loop.call_soon_threadsafe(pool.resume, "a")
        assert (await second.outcome()).error is None
        assert [one.params["text"] for one in service.log.effects()] == ["second"]

        await DBOS.resume_workflow_async(first.workflow_id)
        assert (await first.outcome()).error is None

    assert [one.params["text"] for one in service.log.effects()] == ["second", "first"]


@pytest.mark.parametrize("is_outside", [False, True])
async def test_push(make: Make, service: Sandbox, sqlite_base: "Base", *, is_outside: bool) -> None:
    """An event ends the wait, whoever receives it; sent by two receivers it is taken once."""
    lazy = attrs.evolve(QUICK, poll_base=60.0, poll_max=60.0)
    client = DBOSClient(system_database_url=sqlite_base.url) if is_outside else None
    receivers: list[WebhookReceiver] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        receipts = [receiver.receive(body, request.headers) for receiver in receivers]
        return web.Response(status=receipts[0].status)

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hook = service.deliveries.subscribe(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    receivers += [WebhookReceiver(secrets=[hook.secret]) for _ in range(2)]
    try:
        async with make(policy=lazy) as durable:
            ends = [forward(receiver, client=client) for receiver in receivers]
            outcome = await (await durable.enqueue("a", message())).outcome()
            for end in ends:
                end()
    finally:
        await runner.cleanup()
        if client is not None:
            client.destroy()

    assert outcome.error is None
    assert outcome.result is not None
    assert not service.log.requests("poll"), "the event held the outcome"
    assert len(ask(sqlite_base, "SELECT * FROM notifications")) == 1
    assert len(service.log.effects()) == 1


async def test_launch_is_refused(make: Make, sqlite_base: "Base", tmp_path: Path) -> None:
    """Nothing is launched beside another launch, inside a loop, or without ledger or accounts."""
    durable = make()
    with pytest.raises(ConfigurationError, match="not launched"):
        await durable.enqueue("a", message())
    with pytest.raises(ConfigurationError, match="async with"):
        durable.launch()
    with pytest.raises(LedgerError):
        await make(ledger=str(tmp_path / "nowhere" / "ledger")).__aenter__()
    with pytest.raises(ConfigurationError, match="no AccountPool"):
        await make(accounts=print).__aenter__()
    async with durable:
        with pytest.raises(ConfigurationError, match="already"):
            await durable.__aenter__()
        with pytest.raises(ConfigurationError, match="launched already"):
            await make(name="other").__aenter__()
    DBOS(config=cast("DBOSConfig", sqlite_base.config("worker-2")))
    with pytest.raises(ConfigurationError, match="made elsewhere"):
        await make().__aenter__()
    DBOS.destroy()


async def test_cancelled_launch(make: Make, service: Sandbox) -> None:
    """A launch that hangs can be cancelled: nothing stays open, and the next one succeeds."""
    asked = threading.Event()

    async def hang(_: WebhookReceiver) -> AccountPool:
        asked.set()
        never: asyncio.Future[AccountPool] = asyncio.get_running_loop().create_future()
        return await never

    launching = asyncio.ensure_future(make(accounts=hang).__aenter__())
    await asyncio.to_thread(asked.wait)
    launching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await launching

    async with make() as durable:
        assert (await (await durable.enqueue("a", message())).outcome()).error is None


async def test_cancelled_while_it_closes(make: Make, service: Sandbox) -> None:
    """It closes to the end, and the application's loop goes on, with threads of its own."""
    durable = make()
    await durable.__aenter__()
    assert (await (await durable.enqueue("a", message())).outcome()).error is None
    closing = asyncio.ensure_future(durable.__aexit__(None, None, None))
    await service.clock.sleep(0)

    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing

    assert await asyncio.to_thread(int) == 0
    async with durable:
        assert (await (await durable.enqueue("a", message())).outcome()).error is None


async def test_whichever_is_launched(make: Make, service: Sandbox) -> None:
    """Of two under one name the one that is launched works, though the other was made later."""
    first, second = make(), make()

    for durable in (first, second):
        async with durable:
            handle = await durable.enqueue("a", message())
            assert (await handle.outcome()).error is None

    assert len(service.log.effects()) == 1


async def test_without_a_loop(make: Make, service: Sandbox) -> None:
    """A program without an event loop of its own launches and closes too; closing twice is fine."""
    durable = make()

    def use() -> None:
        with durable:
            handle = asyncio.run(durable.enqueue("a", message()))
            assert asyncio.run(handle.outcome()).error is None
        durable.close()

    await asyncio.to_thread(use)
    assert len(service.log.effects()) == 1


async def test_nobody_to_forward_to(
    service: Sandbox, caplog: pytest.LogCaptureFixture, until: Until
) -> None:
    """An event that cannot be passed on is logged, and nothing else happens."""
    receiver = WebhookReceiver(secrets=["secret"])
    end = forward(receiver)

    for data in ({}, {"workflowId": "wf-1"}):
        event = {"id": f"event {len(data)}", "type": "workflow.completed", "data": data}
        body = json.dumps(event).encode()
        headers = sign(body, secret="secret", now=service.clock.wall().timestamp())
        assert receiver.receive(body, headers).is_accepted
    await until(lambda: bool(caplog.records))
    end()

    assert "event 1 could not be passed on" in caplog.text
    assert "event 0" not in caplog.text
