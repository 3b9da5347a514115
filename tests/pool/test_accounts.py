"""Who belongs to a pool, what it is given, and where it may be used."""

import asyncio
import copy
import pickle
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from linkedapi_async import (
    AccountPool,
    Call,
    ClientClosed,
    ConfigurationError,
    FatalError,
    LinkedApi,
    LinkedApiAdmin,
    Outcome,
    Policy,
    UserActionRequired,
)
from linkedapi_async._clock import Clock
from linkedapi_async._messages import Request
from linkedapi_async._observer import Level, Observed
from linkedapi_async.events import AccountLeftOut, ActionNeeded, Event
from linkedapi_async.models.accounts import AdminAccount
from linkedapi_async.operations import FetchPerson
from linkedapi_async.pool._discovery import sort_out
from linkedapi_async.testing import FakeClock, Sandbox

Open = Callable[..., AccountPool]


# ── options ──


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lane_width": 0}, "lane_width=0 has to be a whole number"),
        ({"queue_size": 0}, "queue_size=0 has to be a whole number"),
        ({"doubt": -1}, "doubt=-1 has to be a number of seconds"),
        ({"doubt": float("nan")}, "doubt=nan"),
        ({"doubt": "long"}, "doubt='long'"),
        ({"doubt": True}, "doubt=True"),
        ({"accounts": ["a"]}, "accounts has to map names to tokens, not be of type list"),
        ({"accounts": {"": "id_1"}}, "'' is no name for an account"),
        ({"accounts": {7: "id_1"}}, "7 is no name for an account"),
        ({"accounts": {"a": ""}}, r"accounts\['a'\] is empty"),
        ({"accounts": {"a": "id_1", "b": "id_1"}}, "'a' and 'b' have the same token"),
        ({"linked_api_token": None}, "linked_api_token is missing"),
        ({"account_api_token": "x"}, "exclude each other"),
        ({"preflight": "maybe"}, "preflight='maybe'"),
        ({"limits": {"nobody": {"stMessages": 5}}}, "limits names 'nobody'"),
        ({"hours": {"nobody": None}}, "hours names 'nobody'"),
        ({"pacing": {"nobody": None}}, "pacing names 'nobody'"),
        ({"limits": {"stMessage": 5}}, "limits, hours or pacing of 'a': "),
    ],
)
def test_unusable_option(options: dict[str, Any], message: str) -> None:
    """Each unusable option is named with its value, before anything is opened."""
    given: dict[str, Any] = {
        "linked_api_token": "linked_1",
        "accounts": {"a": "id_secret"},
        **options,
    }

    with pytest.raises(ConfigurationError, match=message) as caught:
        AccountPool(**given)

    assert "id_1" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"account": ""}, "account=''"),
        ({"account": 5}, "account=5"),
        ({"operation": "fetchPerson"}, "operation='fetchPerson' is no operation"),
        ({"priority": 1.5}, "priority=1.5"),
        ({"priority": True}, "priority=True"),
    ],
)
def test_unusable_call(given: dict[str, Any], message: str, reading: FetchPerson) -> None:
    """A call that cannot be right is refused when it is made."""
    options: dict[str, Any] = {"account": "anna", "operation": reading, **given}

    with pytest.raises(ConfigurationError, match=message):
        Call(**options)


def test_calls_and_outcomes_are_values(reading: FetchPerson) -> None:
    """Calls compare, hash, copy and pickle; so do outcomes."""
    call = Call("anna", reading, "k", 3)
    outcome = Outcome(call, error=UserActionRequired("no", code="linkedinAccountSignedOut"))

    assert Call(account="anna", operation=reading, key="k", priority=3) == call
    assert len({call, Call("anna", reading, "k", 3)}) == 1
    assert pickle.loads(pickle.dumps(call)) == copy.deepcopy(call) == call  # noqa: S301 - our own
    again = pickle.loads(pickle.dumps(outcome))  # noqa: S301 - as above
    assert again.call == call
    assert str(again.error) == str(outcome.error)


async def test_no_secret_shows(open_pool: Open, sandbox: Sandbox) -> None:
    """The pool shows how many accounts it has and where, and no token."""
    pool = open_pool()

    text = f"{pool!r} {pool.stats()!r} {pool['anna']!r}"

    assert repr(pool) == f"<AccountPool of 3 accounts at {sandbox.base_url}>"
    for one in sandbox.accounts:
        assert one.identification_token not in text
    assert sandbox.tokens.linked_api_token not in text


# ── accounts ──


async def test_is_a_collection_of_aliases(open_pool: Open) -> None:
    """It has a length, iterates over aliases, and knows its own."""
    pool = open_pool()

    assert pool.accounts == tuple(pool) == ("anna", "ben", "cleo")
    assert len(pool) == 3
    assert "anna" in pool
    assert "dora" not in pool
    assert pool.policy == Policy.batch()


async def test_client_of_one_account(
    open_pool: Open, sandbox: Sandbox, reading: FetchPerson
) -> None:
    """A member is a client like any other, over the pool's connections; closing it does nothing."""
    pool = open_pool()
    await pool.run(Call("anna", reading))
    connections = sandbox.log.connections

    async with pool["ben"] as api:
        info = await api.account_info()
        result = await api.with_options(deadline=500).run(reading)

    assert isinstance(api, LinkedApi)
    assert api.account == "ben"
    assert info.name == sandbox.account("ben").name
    assert result.data is not None
    assert sandbox.log.connections == connections
    assert (await pool.run(Call("ben", reading))).data is not None
    with pytest.raises(ConfigurationError, match="no account 'dora'; it has 'anna'"):
        pool["dora"]
    await pool.aclose()
    with pytest.raises(ClientClosed):
        await api.run(reading)


async def test_accounts_come_and_go(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """Accounts are added at work; removed, their waiting calls fail and what runs goes on."""
    pool = open_pool(accounts={"anna": sandbox.account("anna").identification_token})
    running, waiting, more = (
        asyncio.create_task(pool.run(Call("anna", reading))) for _ in range(3)
    )
    api = pool.add_account("ben", sandbox.account("ben").identification_token)
    assert api is pool["ben"]
    await pool.run(Call("ben", reading))
    last = asyncio.create_task(pool.run(Call("anna", reading)))
    blocked = asyncio.create_task(pool.run(Call("anna", reading)))
    await clock.sleep(0.1)

    pool.remove_account("anna")
    results = await asyncio.gather(running, waiting, more, last, blocked, return_exceptions=True)

    failed = [one for one in results if isinstance(one, FatalError)]
    assert {one.code for one in failed} == {"accountRemoved"}
    assert {one.certainty for one in failed} == {"not_sent"}
    assert len(failed) + len(sandbox.log.workflows("anna")) == 5
    with pytest.raises(ConfigurationError, match="it has 'ben'"):
        await pool.run(Call("anna", reading))
    with pytest.raises(ConfigurationError, match="has no account 'anna'"):
        pool.remove_account("anna")
    with pytest.raises(ConfigurationError, match="has an account 'ben' already"):
        pool.add_account("ben", "id_other")
    pool.add_account("anna", sandbox.account("anna").identification_token)
    assert (await pool.run(Call("anna", reading))).data is not None


async def test_removed_while_parked(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, holding: Policy, reading: FetchPerson
) -> None:
    """An account that leaves while it is parked leaves nothing behind."""
    sandbox.sign_out(account="anna")
    pool = open_pool(policy=holding)
    tasks = [asyncio.create_task(pool.run(Call("anna", reading))) for _ in range(4)]
    await clock.sleep(1.0)

    pool.remove_account("anna")
    errors = await asyncio.gather(*tasks, return_exceptions=True)

    assert {getattr(error, "code", "") for error in errors} == {"accountRemoved"}
    sandbox.sign_in(account="anna")
    pool.add_account("anna", sandbox.account("anna").identification_token)
    assert (await pool.run(Call("anna", reading))).data is not None
    assert pool.stats().parked == ()


async def test_empty_pool(open_pool: Open, reading: FetchPerson) -> None:
    """A pool may begin without accounts, and says that it has none."""
    pool = open_pool(accounts={})

    with pytest.raises(ConfigurationError, match="no account 'anna'; it has none"):
        await pool.run(Call("anna", reading))


async def test_removed_before_it_was_opened(open_pool: Open, reading: FetchPerson) -> None:
    """An account may leave a pool that nobody has used yet."""
    pool = open_pool()

    pool.remove_account("anna")

    assert pool.accounts == ("ben", "cleo")
    assert (await pool.run(Call("ben", reading))).data is not None


async def test_many_unknown_names(open_pool: Open, reading: FetchPerson) -> None:
    """Of many accounts a few are named."""
    pool = open_pool(accounts={f"member{n}": f"id_{n}" for n in range(40)})

    with pytest.raises(ConfigurationError, match=r"'member1'.* and 35 more"):
        await pool.run(Call("zoe", reading))


async def test_token_callable(open_pool: Open, sandbox: Sandbox, reading: FetchPerson) -> None:
    """Tokens may be supplied, and are asked for once more after one was refused."""
    asked: list[str] = []

    async def supply() -> str:
        asked.append("anna")
        return sandbox.account("anna").identification_token if len(asked) > 1 else "id_old"

    pool = open_pool(accounts={"anna": supply})

    result = await pool.run(Call("anna", reading))

    assert result.data is not None
    assert len(asked) == 2


async def test_failing_token_callable(
    open_pool: Open, told: list[Event], sandbox: Sandbox, reading: FetchPerson
) -> None:
    """A callable that fails ends the call, announced once; the place is free again."""

    async def supply() -> str:
        raise OSError

    pool = open_pool(accounts={"anna": supply})

    for _ in range(4):
        with pytest.raises(FatalError, match="raised OSError"):
            await pool.run(Call("anna", reading))

    assert len([event for event in told if event.name == "linkedapi.raised"]) == 4
    assert pool.stats().started == 0


# ── what can be seen of it ──


async def test_polling_without_bound(
    open_pool: Open, clock: FakeClock, reading: FetchPerson
) -> None:
    """The budget of polls may be lifted; how busy polling is stands in the stats."""
    pool = open_pool(polls_per_second=None)
    assert pool.stats().waits is None
    task = asyncio.create_task(pool.run(Call("anna", reading)))
    await clock.sleep(1.0)

    waits = pool.stats().waits
    assert waits is not None
    assert waits.waiting == 1
    await task


class Gauges:
    """An observer that keeps what it may read of levels."""

    def __init__(self) -> None:
        self.read: list[Callable[[], Iterable[Level]]] = []

    def attend(self, base_url: str, clock: Clock) -> "Gauges":
        """Watch every client."""
        return self

    def follow(self) -> object:
        """Keep no notes."""
        return None

    def sending(self, call: Observed) -> AbstractContextManager[object]:
        """Look away."""
        return nullcontext()

    def receiving(self, call: Observed) -> AbstractContextManager[object]:
        """Look away."""
        return nullcontext()

    def exchange(self, request: Request, call: Observed) -> Any:
        """Look away."""
        return nullcontext()

    def hear(self, event: Event) -> None:
        """Hear nothing."""

    def gauge(self, read: Callable[[], Iterable[Level]]) -> Callable[[], None]:
        """Keep what can be read."""
        self.read.append(read)
        return self.read.clear


async def test_levels_for_an_observer(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, reading: FetchPerson
) -> None:
    """An observer may read at any time how many calls wait and run, and who is parked."""
    gauges = Gauges()
    pool = open_pool(observer=gauges)
    tasks = [asyncio.create_task(pool.run(Call("anna", reading))) for _ in range(5)]
    sandbox.sign_out(account="ben")
    with pytest.raises(UserActionRequired):
        await pool.run(Call("ben", reading))

    (read,) = gauges.read
    levels = {(one.account, one.state): one.count for one in read()}
    await asyncio.wait(tasks)
    await pool.aclose()

    assert levels["anna", "queued"] == 3
    assert levels["anna", "started"] == 2
    assert (levels["anna", "parked"], levels["ben", "parked"]) == (0, 1)
    assert not gauges.read


# ── event loops ──


def test_outside_of_a_loop() -> None:
    """Without an event loop there is nothing to resume, and the message says so."""
    pool = AccountPool(linked_api_token="linked_1", accounts={"a": "id_1"})

    with pytest.raises(ConfigurationError, match="no running event loop") as caught:
        pool.resume()

    assert caught.value.code == "wrongLoop"
    assert pool.stats().accounts == {}


async def test_another_loop(open_pool: Open, reading: FetchPerson) -> None:
    """A pool belongs to the first event loop that uses it; closing it from another one works."""
    pool = open_pool()
    await pool.run(Call("anna", reading))

    async def elsewhere() -> None:
        with pytest.raises(ConfigurationError, match="belongs to another event loop"):
            await pool.run(Call("anna", reading))
        with pytest.raises(ConfigurationError, match="belongs to another event loop"):
            await pool["anna"].run(reading)
        await pool.aclose()

    await asyncio.to_thread(asyncio.run, elsewhere())

    with pytest.raises(ClientClosed):
        await pool.run(Call("anna", reading))


async def test_closed_before_it_was_used(open_pool: Open, reading: FetchPerson) -> None:
    """A pool that never was used closes, and stays closed."""
    pool = open_pool()

    await pool.aclose()

    with pytest.raises(ClientClosed):
        pool.pause("anna")
    with pytest.raises(ClientClosed):
        await anext(pool.map([Call("anna", reading)]))


def test_closed_after_its_loop(reading: FetchPerson) -> None:
    """Closed when its loop is over, there is nothing left to close."""

    async def use(pool: AccountPool) -> None:
        pool.pause("a")

    pool = AccountPool(linked_api_token="linked_1", accounts={"a": "id_1"})
    asyncio.run(use(pool))

    asyncio.run(pool.aclose())

    with pytest.raises(ClientClosed):
        asyncio.run(use(pool))


# ── discovery ──


def listed(number: int, name: str | None = "Ann Lee", **more: Any) -> AdminAccount:
    given: dict[str, Any] = {
        "id": f"{number:08d}-aaaa",
        "name": name,
        "identification_token": f"id_{number}",
        "status": "active",
    }
    return AdminAccount(**{**given, **more})


def test_names_are_unique_and_stable() -> None:
    """Names come from members; where several have the same, or none, ids tell them apart."""
    found = sort_out(
        [listed(1), listed(2, "Ben Ray"), listed(3), listed(4, None), listed(5, "  ", id=None)]
    )

    assert list(found.tokens) == [
        "Ann Lee (00000001)", "Ben Ray", "Ann Lee (00000003)", "00000004-aaaa", "unnamed",
    ]  # fmt: skip
    assert found.ids["Ben Ray"] == "00000002-aaaa"


def test_accounts_without_a_token_are_left_out() -> None:
    """What cannot work is told with the reason."""
    found = sort_out([listed(1, identification_token=None), listed(2, "Ben", status="frozen")])

    assert not found.tokens
    assert "without an identification token" in found.left_out["Ann Lee"]
    assert "no seat" in found.left_out["Ben"]


def test_names_of_your_own() -> None:
    """Who knows better names accounts."""
    found = sort_out([listed(1), listed(2)], lambda account: account.id or "")

    assert list(found.tokens) == ["00000001-aaaa", "00000002-aaaa"]


async def test_discovered_accounts(
    sandbox: Sandbox, clock: FakeClock, told: list[Event], reading: FetchPerson
) -> None:
    """The Admin API's accounts work; signed-out ones are parked before any request."""
    for alias in ("dora", "emil"):
        sandbox.add_account(alias, name=alias.title())
    sandbox.sign_out(account="dora")
    sandbox.take_seat(account="emil")
    async with LinkedApiAdmin(
        linked_api_token=sandbox.tokens.linked_api_token, base_url=sandbox.base_url, clock=clock
    ) as admin:
        pool = await AccountPool.discover(
            admin,
            linked_api_token=sandbox.tokens.linked_api_token,
            base_url=sandbox.base_url,
            clock=clock,
            on_event=told.append,
        )
        async with pool:
            names = set(pool)
            with pytest.raises(UserActionRequired) as caught:
                await pool.run(Call("Dora", reading))
            result = await pool.run(Call(sandbox.account("anna").name, reading))

    assert "Dora" in names
    assert "Emil" not in names
    assert result.data is not None
    assert (caught.value.attempts, caught.value.code) == (0, "linkedinAccountSignedOut")
    assert not sandbox.log.requests("start", "dora")
    assert [event.account for event in told if isinstance(event, ActionNeeded)] == ["Dora"]
    assert [event.account for event in told if isinstance(event, AccountLeftOut)] == ["Emil"]
