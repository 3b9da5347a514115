"""Connecting and reconnecting accounts, to each end."""

import asyncio
import copy
import pickle
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from linkedapi_async import (
    Certainty,
    ClientClosed,
    ConfigurationError,
    FatalError,
    LinkedApi,
    LinkedApiAdmin,
    LinkedApiError,
    OutcomeUnknown,
    Policy,
    ProtocolError,
    TransientError,
    UserActionRequired,
)
from linkedapi_async.admin import ConnectionHandle, SessionTimeout
from linkedapi_async.events import BackingOff, Drift, Event, Raised
from linkedapi_async.models import AdminAccountStatus, ConnectionSessionStatus
from linkedapi_async.operations import RetrieveSSI
from linkedapi_async.testing import Body, FakeClock, Reset, Sandbox

if TYPE_CHECKING:
    from tests.admin.conftest import Connect, Listener

ENDS = [
    ("expired", UserActionRequired, "connectionSessionExpired", "another session"),
    ("error", UserActionRequired, "connectionSessionFailed", "try again"),
    ("cancelled", FatalError, "connectionSessionCancelled", "cancelled"),
]


@pytest.fixture
def seats(sandbox: Sandbox) -> None:
    """Enough seats for everybody."""
    for _ in range(60):
        sandbox.admin.billing.add_seat(sandbox.account().plan)


def later(clock: FakeClock, delay: float, act: Callable[[], object]) -> None:
    """Let a person act after a while."""
    clock.call_later(delay, act)


async def failure(work: Awaitable[Any]) -> LinkedApiError:
    """Return what a call ends in."""
    with pytest.raises(LinkedApiError) as caught:
        await work
    return caught.value


# ── a new account ──


@pytest.mark.usefixtures("seats")
async def test_a_person_connects_an_account(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin, told: list[Event]
) -> None:
    """The handle gives the link, and then the account, ready to be worked with."""
    handle = await admin.connect_account()
    assert handle.link == sandbox.admin.sessions.all[0].link
    assert handle.session_id == sandbox.admin.sessions.all[0].session_id
    assert await handle.status() is ConnectionSessionStatus.PENDING
    later(clock, 31.0, lambda: sandbox.finish_session(handle.session_id, alias="new"))

    account = await handle.finished()

    assert (account.name, account.state) == ("New Member", AdminAccountStatus.ACTIVE)
    assert account.id == sandbox.account("new").account_id
    assert account.identification_token is not None
    async with LinkedApi(
        linked_api_token=sandbox.tokens.linked_api_token,
        identification_token=account.identification_token,
        base_url=sandbox.base_url,
        clock=clock,
    ) as api:
        assert (await api.run(RetrieveSSI())).unwrap().ssi
    assert [type(event) for event in told] == []


@pytest.mark.usefixtures("seats")
async def test_the_state_is_asked_for_every_three_seconds(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """At once, and then at the documented pace; the end is known a pace later at most."""
    handle = await admin.connect_account()
    sandbox.log.clear()
    later(clock, 20.0, lambda: sandbox.finish_session(handle.session_id))

    await handle.finished()

    polls = [
        request.at
        for request in sandbox.log.requests("admin")
        if request.admin_method == "accounts.getConnectionSession"
    ]
    assert polls == [3.0 * turn for turn in range(8)]


@pytest.mark.usefixtures("seats")
async def test_the_state_passes_through_its_steps(clock: FakeClock, admin: LinkedApiAdmin) -> None:
    """From the link's being prepared to the person's looking at the browser."""
    clock.auto_jump = False
    handle = await admin.connect_account()
    seen = [await handle.status()]
    for pause in (2.0, 3.0, 5.0, 890.0):
        await clock.advance(pause)
        seen.append(await handle.status())

    assert [str(state) for state in seen] == [
        "pending",
        "preparing",
        "serving",
        "streaming",
        "expired",
    ]


@pytest.mark.usefixtures("seats")
@pytest.mark.parametrize(("end", "family", "code", "hint"), ENDS)
async def test_a_bad_end_says_what_to_do(
    *,
    sandbox: Sandbox,
    clock: FakeClock,
    admin: LinkedApiAdmin,
    told: list[Event],
    end: Any,
    family: type[LinkedApiError],
    code: str,
    hint: str,
) -> None:
    """Expired, failed and cancelled sessions are errors with a hint, announced once."""
    handle = await admin.connect_account()
    later(clock, 10.0, lambda: sandbox.finish_session(handle.session_id, end))

    error = await failure(handle.finished())

    assert (type(error), error.code) == (family, code)
    assert hint in error.hint
    assert handle.session_id in error.message
    assert error.certainty is Certainty.ACCEPTED
    assert 10 <= error.elapsed < 14
    assert error.account == admin.account
    asked = len(sandbox.log.requests("admin"))
    again = await failure(handle.finished())
    assert (type(again), again.code, again is error) == (family, code, False)
    assert len(sandbox.log.requests("admin")) == asked
    assert [event.code for event in told if isinstance(event, Raised)] == [code]


@pytest.mark.usefixtures("seats")
async def test_cancel_ends_the_session_for_whoever_waits(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """The service is told, and waits learn it."""
    handle = await admin.connect_account()
    waiting = asyncio.ensure_future(failure(handle.finished()))
    await clock.sleep(4)

    await handle.cancel()

    assert (await waiting).code == "connectionSessionCancelled"
    assert await handle.status() is ConnectionSessionStatus.CANCELLED
    assert clock.now() < 8


@pytest.mark.usefixtures("seats")
async def test_a_wait_may_be_cut_short_and_taken_up_again(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin, told: list[Event]
) -> None:
    """A timeout leaves the session open; the second wait gets the account."""
    handle = await admin.connect_account()
    later(clock, 100.0, lambda: sandbox.finish_session(handle.session_id, alias="slow"))

    with pytest.raises(TimeoutError) as caught:
        await handle.finished(timeout=30.0)

    error = caught.value
    assert isinstance(error, SessionTimeout)
    assert isinstance(error, TransientError)
    assert (error.code, error.certainty) == ("connectionSessionOpen", Certainty.ACCEPTED)
    assert "30 s" in error.message
    assert clock.now() == 30
    assert [type(event) for event in told] == [Raised]
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 - our own bytes
        assert (type(twin), str(twin)) == (SessionTimeout, str(error))
    assert (await handle.finished()).name == "Slow Member"


@pytest.mark.usefixtures("seats")
async def test_without_a_timeout_the_deadline_of_the_policy_counts(
    clock: FakeClock, connect: "Connect"
) -> None:
    """From the wait, not from the session; a timeout may be longer."""
    handle = await connect(deadline=20.0).connect_account()
    await clock.sleep(50)

    with pytest.raises(SessionTimeout, match="within 20 s"):
        await handle.finished()
    assert clock.now() == 70
    with pytest.raises(SessionTimeout, match="within 40 s"):
        await handle.finished(timeout=40.0)
    assert clock.now() == 110


@pytest.mark.usefixtures("seats")
async def test_a_policy_without_deadline_waits_for_the_service(
    clock: FakeClock, connect: "Connect"
) -> None:
    """The service lets the session expire by itself."""
    policy = attrs.evolve(Policy.batch(), deadline=None)
    handle = await connect(policy=policy).connect_account()

    assert (await failure(handle.finished())).code == "connectionSessionExpired"
    assert clock.now() >= 900


@pytest.mark.usefixtures("seats")
async def test_cancelling_the_wait_leaves_the_session_open(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """Cancellation passes through at once, and the link still works."""
    handle = await admin.connect_account()
    waiting = asyncio.ensure_future(handle.finished())
    await clock.sleep(4)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert not sandbox.admin.sessions.all[0].status.is_final
    sandbox.finish_session(handle.session_id, alias="new")
    assert (await handle.finished()).name == "New Member"


@pytest.mark.usefixtures("seats")
async def test_many_may_wait_for_one_session(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """One asks for all; whoever stops asking hands over."""
    handle = await admin.connect_account()
    sandbox.log.clear()
    first, *others = [asyncio.ensure_future(handle.finished()) for _ in range(4)]
    await clock.sleep(7)
    first.cancel()
    later(clock, 13.0, lambda: sandbox.finish_session(handle.session_id, alias="new"))

    accounts = await asyncio.gather(*others)

    assert {account.name for account in accounts} == {"New Member"}
    assert len(sandbox.log.requests("admin")) <= 10


@pytest.mark.usefixtures("seats")
async def test_closing_the_client_ends_the_wait(
    sandbox: Sandbox, clock: FakeClock, connect: "Connect"
) -> None:
    """With an error, at once; the session goes on."""
    client = connect()
    handle = await client.connect_account()
    waiting = asyncio.ensure_future(failure(handle.finished()))
    await clock.sleep(4)

    await client.aclose()

    assert isinstance(await waiting, ClientClosed)
    assert clock.now() == 4
    assert not sandbox.admin.sessions.all[0].status.is_final
    assert isinstance(await failure(handle.status()), ClientClosed)


@pytest.mark.usefixtures("seats")
async def test_passing_failures_do_not_end_the_wait(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin, told: list[Event]
) -> None:
    """An outage of a minute, and what the service asks for, are waited out."""
    handle = await admin.connect_account()
    sandbox.inject(503, on="admin", times=12)
    sandbox.inject(Reset(), on="admin", times=5)
    sandbox.inject(429, on="admin", headers={"Retry-After": "20"})
    sandbox.inject(Body(b"<html>"), on="admin", times=2)
    later(clock, 10.0, lambda: sandbox.finish_session(handle.session_id, alias="new"))

    account = await handle.finished()

    assert account.name == "New Member"
    pauses = [event for event in told if isinstance(event, BackingOff)]
    assert len(pauses) == len(told) == 20
    assert sorted({event.delay for event in pauses}) == [3.0, 20.0]
    assert {event.purpose for event in pauses} == {"poll"}


@pytest.mark.usefixtures("seats")
async def test_a_lasting_refusal_ends_the_wait(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """A token that was replaced will not get better by asking on."""
    handle = await admin.connect_account()
    later(clock, 10.0, sandbox.rotate_tokens)

    error = await failure(handle.finished())

    assert (type(error), error.code) == (UserActionRequired, "invalidLinkedApiToken")


@pytest.mark.usefixtures("seats")
async def test_an_unreadable_answer_ends_the_wait(
    sandbox: Sandbox, admin: LinkedApiAdmin, told: list[Event]
) -> None:
    """It is told with its place, and announced."""
    handle = await admin.connect_account()
    sandbox.inject(Body(b'{"success":true,"result":{"session":{"status":5}}}'), on="admin")

    error = await failure(handle.finished())

    assert isinstance(error, ProtocolError)
    assert "result.session.status" in error.message
    assert error.account == admin.account
    assert [event.code for event in told if isinstance(event, Raised)] == ["unreadableAnswer"]


@pytest.mark.usefixtures("seats")
async def test_an_unknown_word_counts_as_under_way(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin, told: list[Event]
) -> None:
    """It is announced once, and waited out."""
    handle = await admin.connect_account()
    dozing = Body(b'{"success":true,"result":{"session":{"status":"dozing"}}}')
    sandbox.inject(dozing, on="admin", times=3)
    assert await handle.status() is ConnectionSessionStatus.UNKNOWN
    later(clock, 10.0, lambda: sandbox.finish_session(handle.session_id, alias="new"))

    assert (await handle.finished()).name == "New Member"
    assert [(event.kind, event.word) for event in told if isinstance(event, Drift)] == [
        ("status", "dozing")
    ]


# ── which account it is ──


@pytest.mark.usefixtures("seats")
async def test_a_list_that_lags_is_asked_again(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """The account may appear a little later than its session succeeds."""
    handle = await admin.connect_account()
    done = Body(b'{"success":true,"result":{"session":{"status":"success"}}}')
    sandbox.inject(done, on="admin")
    later(clock, 7.0, lambda: sandbox.finish_session(handle.session_id, alias="new"))

    assert (await handle.finished()).name == "New Member"
    assert clock.now() == 9


@pytest.mark.usefixtures("seats")
async def test_an_account_that_never_appears_is_told(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """A person may have signed in with an account that was connected already."""
    handle = await admin.connect_account()
    done = Body(b'{"success":true,"result":{"session":{"status":"success"}}}')
    sandbox.inject(done, on="admin")

    error = await failure(handle.finished())

    assert (type(error), error.code) == (OutcomeUnknown, "connectedAccountUnclear")
    assert "no new one" in error.message
    assert "Compare" in error.hint
    assert clock.now() == 12


@pytest.mark.usefixtures("seats")
async def test_sessions_side_by_side_are_told_apart(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """Who comes later is not mistaken for who came before, in whatever order."""
    handles = [await admin.connect_account() for _ in range(3)]
    for handle, after, name in zip(handles, (40.0, 10.0, 25.0), "abc", strict=True):
        act = finishing(sandbox, handle, name)
        later(clock, after, act)

    accounts = await asyncio.gather(*(handle.finished() for handle in handles))

    assert [account.name for account in accounts] == ["A Member", "B Member", "C Member"]


@pytest.mark.usefixtures("seats")
async def test_nobody_is_given_the_account_of_another(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """Two that end within one look cannot be told apart; guessing would be worse."""
    handles = [await admin.connect_account() for _ in range(2)]
    for handle, name in zip(handles, "ab", strict=True):
        later(clock, 10.0, finishing(sandbox, handle, name))

    errors = await asyncio.gather(*(failure(handle.finished()) for handle in handles))

    assert [error.code for error in errors] == ["connectedAccountUnclear"] * 2
    ids = {sandbox.account(alias).account_id for alias in "ab"}
    assert all(account_id in error.message for account_id in ids for error in errors)


@pytest.mark.usefixtures("seats")
async def test_many_sessions_leave_room_for_other_calls(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """Forty waits ask less often each, so that half of the rate is left."""
    handles = [await admin.connect_account() for _ in range(40)]
    await clock.sleep(60)
    start = clock.now()
    waits = [asyncio.ensure_future(handle.finished(timeout=500)) for handle in handles]
    await clock.sleep(200)

    before = clock.now()
    for _ in range(20):
        await admin.limits.get_defaults()

    assert clock.now() - before < 1
    polls = [
        request.at
        for request in sandbox.log.requests("admin")
        if request.admin_method == "accounts.getConnectionSession" and request.at > start + 1
    ]
    assert 100 < len(polls) <= 50 * 200 / 60 + 40
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)


def finishing(sandbox: Sandbox, handle: ConnectionHandle, alias: str) -> Callable[[], object]:
    return lambda: sandbox.finish_session(handle.session_id, alias=alias)


# ── an account that is there ──


async def test_the_owner_reconnects_an_account(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """The handle returns the account as it is listed afterwards."""
    account = sandbox.account()
    sandbox.sign_out()
    handle = await admin.reconnect_account(account.account_id)
    later(clock, 20.0, lambda: sandbox.finish_session(handle.session_id))

    found = await handle.finished()

    assert (found.id, found.state) == (account.account_id, AdminAccountStatus.ACTIVE)
    assert found.identification_token == account.identification_token
    assert found.reconnection_link is None


@pytest.mark.parametrize(("end", "family", "code", "hint"), ENDS)
async def test_a_reconnection_ends_badly_alike(
    *,
    sandbox: Sandbox,
    clock: FakeClock,
    admin: LinkedApiAdmin,
    end: Any,
    family: type[LinkedApiError],
    code: str,
    hint: str,
) -> None:
    """With the same errors."""
    sandbox.sign_out()
    handle = await admin.reconnect_account(sandbox.account().account_id)
    later(clock, 20.0, lambda: sandbox.finish_session(handle.session_id, end))

    error = await failure(handle.finished())

    assert (type(error), error.code) == (family, code)
    assert hint in error.hint


async def test_an_account_that_is_gone_after_its_reconnection(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """It is not in the list any more, whatever the session says."""
    sandbox.sign_out()
    account_id = sandbox.account().account_id
    handle = await admin.reconnect_account(account_id)
    done = Body(b'{"success":true,"result":{"session":{"status":"success"}}}')
    sandbox.inject(done, on="admin", skip=1)
    await admin.accounts.disconnect(account_id)

    assert (await failure(handle.finished())).code == "connectedAccountUnclear"


async def test_an_account_that_needs_no_reconnection_is_refused(
    sandbox: Sandbox, admin: LinkedApiAdmin
) -> None:
    """So is one that is not there."""
    known = await failure(admin.reconnect_account(sandbox.account().account_id))
    unknown = await failure(admin.reconnect_account("00000000-0000-4000-8000-000000000000"))

    assert isinstance(known, FatalError)
    assert (type(unknown), unknown.code) == (FatalError, "accountNotFound")


async def test_a_session_that_is_open_already_is_taken_up(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """Listing a signed-out account has opened one; nothing more is asked for it."""
    sandbox.sign_out()
    (account,) = (await admin.accounts.get_all()).accounts
    sandbox.log.clear()

    handle = admin.continue_reconnection(account)

    assert (handle.session_id, handle.link) == (
        account.reconnection_session_id,
        account.reconnection_link,
    )
    assert sandbox.log.requests() == ()
    later(clock, 5.0, lambda: sandbox.finish_session(handle.session_id))
    assert (await handle.finished()).state is AdminAccountStatus.ACTIVE


async def test_an_account_without_a_session_has_none_to_take_up(admin: LinkedApiAdmin) -> None:
    """The message says how it stands."""
    (account,) = (await admin.accounts.get_all()).accounts

    with pytest.raises(ConfigurationError, match="active"):
        admin.continue_reconnection(account)


# ── no session at all ──


async def test_no_seat_is_told_before_anything_is_opened(
    sandbox: Sandbox, admin: LinkedApiAdmin
) -> None:
    """With the remedy."""
    error = await failure(admin.connect_account())

    assert (type(error), error.code) == (UserActionRequired, "noAvailableSeats")
    assert sandbox.admin.sessions.all == ()


@pytest.mark.parametrize(
    "made",
    [{}, {"sessionId": "s"}, {"connectionLink": "l"}, {"sessionId": "", "connectionLink": "l"}],
)
async def test_a_session_without_id_or_link_is_told(
    listen: Callable[..., Awaitable["Listener"]],
    connect: "Connect",
    told: list[Event],
    made: dict[str, str],
) -> None:
    """Nobody could use it."""
    listener = await listen({"success": True, "result": {"accounts": [], **made}})
    client = connect(base_url=listener.url)

    error = await failure(client.connect_account())

    assert (type(error), error.code) == (ProtocolError, "unreadableAnswer")
    assert error.account == client.account
    assert [event.code for event in told if isinstance(event, Raised)] == ["unreadableAnswer"]


async def test_a_session_shows_its_id_alone(
    listen: Callable[..., Awaitable["Listener"]], connect: "Connect"
) -> None:
    """The link is for the person."""
    made = {"sessionId": "s-1", "connectionLink": "https://app.example/connection/x"}
    listener = await listen({"success": True, "result": {"accounts": [], **made}})

    handle = await connect(base_url=listener.url).connect_account()

    assert repr(handle) == "<ConnectionHandle s-1>"
