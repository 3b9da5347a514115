"""What the steps ask of the accounts: no wait is given up, and nothing starts without its row."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from linkedapi_async import AccountPool, Policy
from linkedapi_async._clock import elsewhere
from linkedapi_async._types import JsonObject
from linkedapi_async.durable._dispatch import Dispatch
from linkedapi_async.durable._forms import write_operation
from linkedapi_async.durable._values import read_value
from linkedapi_async.errors import LedgerError
from linkedapi_async.ledger import Change, State
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.pool import Call
from linkedapi_async.receiver import WebhookReceiver
from linkedapi_async.stores import SqliteLedger
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing.faults import Drop

PERSON = "https://www.linkedin.com/in/person5"
MESSAGE = SendMessage(person_url=PERSON, text="Hello")

Open = Callable[..., Any]


class Bolt:
    """A lock that the test holds.

    Attributes:
        losses: How often it will be found lost.
    """

    def __init__(self) -> None:
        """Be held."""
        self.losses = 0

    def acquire(self) -> bool:
        """Be taken."""
        return True

    def is_held(self) -> bool:
        """Return whether it is held."""
        self.losses -= 1
        return self.losses < 0

    def release(self) -> None:
        """Be let go."""


class Moody(SqliteLedger):
    """A ledger that cannot be used now and then.

    Attributes:
        failures: How often it will fail.
        code: What it then says.
        loses: What it cannot store.
    """

    def __init__(self, path: Path) -> None:
        """Be of good cheer."""
        super().__init__(path)
        self.failures = 0
        self.code = "ledgerUnusable"
        self.loses: State | None = None

    def note(self, change: Change) -> "asyncio.Future[bool]":
        """Note a change, unless it is to be lost."""
        if change.state is not self.loses:
            return super().note(change)
        lost: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        lost.set_exception(LedgerError("Not this"))
        return lost

    async def look(self, keys: Any) -> Any:
        """Return what is remembered.

        Raises:
            LedgerError: It is in a mood.
        """
        if self.failures:
            self.failures -= 1
            msg = "Not now"
            raise LedgerError(msg, code=self.code)
        return await super().look(keys)


@attrs.define(eq=False)
class House:
    """What a dispatch works with.

    Attributes:
        dispatch: It.
        bolt: Its lock.
        ledger: Its ledger.
        pool: Its accounts.
    """

    dispatch: Dispatch
    bolt: Bolt
    ledger: Moody
    pool: AccountPool

    async def submit(self, operation: Any = MESSAGE, account: str = "main") -> Any:
        """Submit an operation as the first step does."""
        return await self.dispatch.submit("run", account, dict(write_operation(operation)), "key")

    async def wait(self, operation: Any = MESSAGE, account: str = "main") -> Any:
        """Wait for it as the second step does."""
        return await self.dispatch.wait("run", account, dict(write_operation(operation)), "key")


@pytest.fixture
async def sandbox(clock: FakeClock) -> AsyncIterator[Sandbox]:
    """The service, where everything takes a minute."""
    async with Sandbox(clock=clock, duration=60.0) as running:
        yield running


@pytest.fixture
async def open_house(
    sandbox: Sandbox, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[Callable[..., Any]]:
    """Return a house for the sandbox's main account, closed with the test."""
    houses: list[House] = []

    async def new(*, is_late: bool = False, **options: Any) -> House:
        account = sandbox.accounts[0]
        pool = AccountPool(
            linked_api_token=sandbox.tokens.linked_api_token,
            accounts={"main": account.identification_token},
            base_url=sandbox.base_url,
            clock=clock,
            **options,
        )

        async def opened(_: WebhookReceiver) -> AccountPool:
            return pool

        bolt, ledger = Bolt(), Moody(tmp_path / "ledger")
        dispatch = Dispatch(opened if is_late else lambda _: pool, ledger, "report", bolt)
        await dispatch.open()
        houses.append(House(dispatch, bolt, ledger, pool))
        return houses[-1]

    yield new
    for house in houses:
        await house.dispatch.close()


def outcome(value: Any, operation: Any = MESSAGE) -> Any:
    """Return the outcome that a value holds."""
    return read_value(value, Call("main", operation, "key"))


async def test_two_steps(sandbox: Sandbox, open_house: Open) -> None:
    """The first step ends when the workflow has a name, the second with its outcome."""
    house = await open_house(is_late=True)

    value = await house.submit()
    ended = await house.wait()

    (workflow,) = sandbox.log.workflows()
    assert value == {"state": "accepted", "workflow_id": workflow.workflow_id, "outcome": None}
    assert (ended["state"], ended["workflow_id"]) == ("done", workflow.workflow_id)
    assert outcome(ended).error is None
    assert await house.wait() == ended, "the ledger knows"
    assert len(sandbox.log.requests("start")) == 1


async def test_entered_again(sandbox: Sandbox, open_house: Open) -> None:
    """After a restart both steps find the workflow again."""
    first = await open_house()
    value = await first.submit()
    await first.dispatch.close()

    second = await open_house()
    assert await second.submit() == value
    assert (await second.wait())["state"] == "done"
    assert len(sandbox.log.requests("start")) == 1


async def test_longer_than_the_deadline(sandbox: Sandbox, open_house: Open) -> None:
    """A workflow that outlasts the policy's deadline is waited for all the same."""
    house = await open_house(deadline=20.0)

    await house.submit()

    assert (await house.wait())["state"] == "done"


async def test_until_a_person_acts(sandbox: Sandbox, open_house: Open) -> None:
    """A workflow that cannot be asked for until a person acts is asked for again later."""
    house = await open_house()
    refusal = sandbox.inject("invalidLinkedApiToken", on="poll", times=2)

    await house.submit()

    assert (await house.wait())["state"] == "done"
    assert refusal.hits == 2


async def test_never_to_be_asked_for(sandbox: Sandbox, open_house: Open) -> None:
    """A workflow that cannot be asked for at all is told as accepted, with what was told."""
    house = await open_house()
    sandbox.inject(404, on="poll", times=None)

    await house.submit()
    value = await house.wait()

    assert value["state"] == "accepted"
    assert outcome(value).error.status == 404


async def test_failed_workflow(sandbox: Sandbox, open_house: Open) -> None:
    """A workflow that fails ends in that, and is not asked for again."""
    house = await open_house()
    sandbox.inject("languageNotSupported", on="failure")

    await house.submit()
    value = await house.wait()

    assert value["state"] == "failed"
    assert outcome(value).error.code == "languageNotSupported"
    assert value["workflow_id"]
    assert await house.wait() == value, "the ledger knows"


async def test_lost_reply(sandbox: Sandbox, open_house: Open) -> None:
    """A start whose reply is lost is uncertain, a value, and stays so when entered again."""
    house = await open_house(policy=attrs.evolve(Policy.service(), max_attempts=1))
    sandbox.inject(Drop())

    value = await house.submit()
    again = await house.submit()

    assert value["state"] == again["state"] == "uncertain"
    assert len(sandbox.log.requests("start")) == 1


async def test_lock_lost(
    sandbox: Sandbox, open_house: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """While another may work under the executor id, nothing is started, and the log says so."""
    house = await open_house()
    house.bolt.losses = 2

    with caplog.at_level(logging.ERROR, "linkedapi_async"):
        value = await house.submit()

    assert value["state"] == "accepted"
    assert [record.getMessage()[:8] for record in caplog.records] == ["The lock"] * 2


async def test_lock_taken_again(
    open_house: Open, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A lock that is lost is taken again also while nothing is to be started, and told once."""
    house = await open_house()
    house.bolt.losses = 2

    with caplog.at_level(logging.ERROR, "linkedapi_async"):
        await clock.sleep(100.0)

    assert house.bolt.losses < 0
    assert [record.getMessage()[:8] for record in caplog.records] == ["The lock"]


async def test_ledger_out_of_use(
    sandbox: Sandbox, clock: FakeClock, open_house: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """While the ledger cannot be used nothing is sent, and then it is."""
    house = await open_house()
    house.ledger.failures = 2
    before = clock.now()

    with caplog.at_level(logging.ERROR, "linkedapi_async"):
        value = await house.submit()

    assert value["state"] == "accepted"
    assert sandbox.log.requests("start")[0].at >= before + 30
    assert len(caplog.records) == 2


async def test_name_not_stored(sandbox: Sandbox, open_house: Open) -> None:
    """A step that could not have the workflow's name stored goes on to the end instead."""
    house = await open_house()
    house.ledger.loses = State.ACCEPTED

    assert (await house.submit())["state"] == "done"
    house.dispatch.relay(None)


async def test_damaged_row(sandbox: Sandbox, open_house: Open) -> None:
    """A damaged row is told, and nothing is sent for it."""
    house = await open_house()
    house.ledger.failures, house.ledger.code = 1, "ledgerDamaged"

    value = await house.submit()

    assert value["state"] == "refused"
    assert outcome(value).error.code == "ledgerDamaged"
    assert not sandbox.log.requests("start")


async def test_of_another_version(sandbox: Sandbox, open_house: Open) -> None:
    """An operation that this version does not know is refused by both steps."""
    house = await open_house()
    form: JsonObject = {"operation": "flyToTheMoon", "parameters": {}}

    values = [
        await step("run", "main", form, "key")
        for step in (house.dispatch.submit, house.dispatch.wait)
    ]

    assert {value["state"] for value in values} == {"refused"}
    assert outcome(values[0]).error.code == "invalidConfiguration"


async def test_pool_closed(open_house: Open, sandbox: Sandbox) -> None:
    """Where the pool was closed, a step ends without an outcome, to be run again."""
    house = await open_house()
    await house.submit()
    waiting = asyncio.ensure_future(house.wait())
    await asyncio.wait({waiting}, timeout=0)

    await house.pool.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_answered_at_once(sandbox: Sandbox, open_house: Open) -> None:
    """What needs no second step is an outcome already."""
    house = await open_house()
    operation = FetchPerson(person_url=PERSON)
    await house.submit(operation)
    await house.wait(operation)

    value = await house.submit(operation)

    assert value["state"] == "done"
    assert outcome(value, operation).result.data.name


async def test_cancelled_before_it_left(
    sandbox: Sandbox, open_house: Open, until: Callable[[Callable[[], bool]], Any]
) -> None:
    """A step that DBOS cancels sends nothing any more; entered again, it does."""
    house = await open_house()
    await house.pool.run(Call("main", FetchPerson(person_url=PERSON)))
    house.pool.pause("main")
    submitting = asyncio.ensure_future(house.submit())
    with elsewhere():  # time stands still meanwhile
        await until(lambda: house.pool.stats().accounts["main"].queued == 1)

    submitting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await submitting
    house.pool.resume("main")
    await house.pool.run(Call("main", FetchPerson(person_url=PERSON)))

    assert len(sandbox.log.requests("start")) == 2, "the readings"
    assert (await house.submit())["state"] == "accepted"
    assert (await house.wait())["state"] == "done"
    assert len(sandbox.log.requests("start")) == 3


async def test_resumed_while_it_lets_go(sandbox: Sandbox, open_house: Open) -> None:
    """A wait that begins while the cancelled one before it lets go has an outcome of its own."""
    house = await open_house()
    await house.submit()
    first = asyncio.ensure_future(house.wait())
    await asyncio.wait({first}, timeout=0)

    first.cancel()
    second = asyncio.ensure_future(house.wait())

    assert (await second)["state"] == "done"
    assert first.cancelled()
    assert len(sandbox.log.requests("start")) == 1
