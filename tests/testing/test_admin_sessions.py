"""Connection sessions and seats: who is connected, who pays for it."""

from typing import TYPE_CHECKING, Any, Final

import pytest
from linkedapi.types import admin as params

from linkedapi_async._types import Plan
from linkedapi_async.testing import (
    FakeClock,
    Sandbox,
    SandboxError,
    SubscriptionStatus,
)

if TYPE_CHECKING:
    from linkedapi.admin import LinkedApiAdmin

    from tests.testing.conftest import Official, Talk

READ: Final = {"actionType": "st.retrieveSSI"}


def connect(admin: "LinkedApiAdmin") -> Any:
    """Ask for a link that connects an account."""
    return admin.accounts.create_connection_session()


# ── sessions ──


async def test_a_session_gets_ready_by_itself(sandbox: Sandbox, clock: FakeClock) -> None:
    """On the sandbox's clock, until it expires."""
    clock.auto_jump = False
    session = sandbox.admin.sessions.open()
    seen = [session.status]
    for seconds in (2, 3, 5, 890):
        await clock.advance(seconds)
        seen.append(session.status)

    assert seen == ["pending", "preparing", "serving", "streaming", "expired"]
    assert [one.is_final for one in seen] == [False] * 4 + [True]


async def test_a_finished_connection_adds_an_account(talk: "Talk", official: "Official") -> None:
    """It has a seat, a token, and works."""
    sandbox = talk.sandbox
    seats = params.SetSeatsParams(quantity=2, seat_type="plus", billing_period="month")
    await official(lambda admin: admin.subscription.set_seats(seats))
    created = await official(lambda admin: admin.accounts.create_connection_session())

    account = sandbox.finish_session(created.session_id)

    assert account is not None
    assert await official.refused(lambda admin: admin.accounts.create_connection_session()) == (
        "noAvailableSeats"
    )
    told = await official(
        lambda admin: admin.accounts.get_connection_session(
            params.GetConnectionSessionParams(session_id=created.session_id)
        ),
    )
    assert told.session.status == "success"
    assert account.alias == "account2"
    assert (await talk.run(READ, account="account2"))["success"]


async def test_sessions_under_way_hold_seats(sandbox: Sandbox, official: "Official") -> None:
    """One free seat is given out once; a session that ends without success frees it."""
    sandbox.admin.billing.add_seat(sandbox.account().plan)

    first = await official(connect)
    word = await official.refused(connect)
    nobody = sandbox.finish_session(first.session_id, "error")
    second = await official(connect)

    assert (word, nobody) == ("noAvailableSeats", None)
    assert second.session_id != first.session_id


async def test_a_seat_that_is_gone_ends_a_connection(sandbox: Sandbox) -> None:
    """The person signs in and there is no room any more."""
    session = sandbox.admin.sessions.open()

    assert sandbox.finish_session(session.session_id) is None
    assert session.status == "error"
    assert len(sandbox.accounts) == 1


async def test_a_finished_reconnection_signs_in(sandbox: Sandbox, official: "Official") -> None:
    """The link that `getAll` made up leads to it; it is given out again while it is under way."""
    sandbox.sign_out()
    (first,) = (await official(lambda admin: admin.accounts.get_all())).accounts
    again = await official(
        lambda admin: admin.accounts.create_reconnection_session(
            params.CreateReconnectionSessionParams(account_id=first.id)
        ),
    )

    account = sandbox.finish_session(first.reconnection_session_id)

    (after,) = (await official(lambda admin: admin.accounts.get_all())).accounts
    assert again.reconnection_session_id == first.reconnection_session_id
    assert first.reconnection_link.endswith(first.reconnection_session_id)
    assert account is sandbox.account()
    assert (after.status, after.reconnection_session_id) == ("active", None)


async def test_signing_in_elsewhere_ends_a_reconnection(
    sandbox: Sandbox, official: "Official"
) -> None:
    """The session of an account that came back, or left, is over; others are not touched."""
    sandbox.add_account("gone")
    sandbox.add_account("frozen")
    sandbox.sign_out()
    sessions = [sandbox.admin.sessions.open(one) for one in sandbox.accounts]

    sandbox.sign_in(account="main")
    await official(
        lambda admin: admin.accounts.disconnect(
            params.DisconnectParams(account_id=sandbox.account("gone").account_id)
        ),
    )
    sandbox.take_seat(account="frozen")

    assert [one.status for one in sessions] == ["success", "cancelled", "pending"]


async def test_an_account_that_works_is_not_reconnected(
    sandbox: Sandbox, official: "Official"
) -> None:
    """Inferred: the request is refused as a bad one."""
    account_id = sandbox.account().account_id

    word = await official.refused(
        lambda admin: admin.accounts.create_reconnection_session(
            params.CreateReconnectionSessionParams(account_id=account_id)
        ),
    )

    assert word == "invalidRequestPayload"


async def test_attempts_to_connect_may_be_used_up(
    sandbox: Sandbox, clock: FakeClock, official: "Official"
) -> None:
    """A test sets how many a day has; the next day has as many again."""
    sandbox.admin.sessions.attempts_per_day = 1
    for _ in range(3):
        sandbox.admin.billing.add_seat(sandbox.account().plan)

    await official(connect)
    word = await official.refused(connect)
    await clock.sleep(86_400)
    await official(connect)

    assert word == "dailyConnectionAttemptsExceeded"
    assert len(sandbox.admin.sessions.all) == 2


async def test_only_open_sessions_can_be_finished(sandbox: Sandbox) -> None:
    """A test that is mistaken is told."""
    session = sandbox.admin.sessions.open()

    with pytest.raises(SandboxError, match="streaming"):
        sandbox.admin.sessions.finish(session.session_id, "streaming", alias=None, name=None)
    sandbox.finish_session(session.session_id, "cancelled")
    session.end(session.status.__class__("success"))

    assert session.status == "cancelled"
    with pytest.raises(SandboxError, match="over"):
        sandbox.finish_session(session.session_id)
    with pytest.raises(SandboxError, match="unknown"):
        sandbox.finish_session("nothing")


# ── seats ──


async def test_fewer_seats_freeze_the_surplus(talk: "Talk", official: "Official") -> None:
    """Those connected last freeze, and thaw when there are seats again."""
    sandbox = talk.sandbox
    for alias in ("second", "third"):
        sandbox.add_account(alias)

    async def buy(quantity: int) -> list[str]:
        seats = params.SetSeatsParams(quantity=quantity, seat_type="plus", billing_period="month")
        assert (await official(lambda admin: admin.subscription.set_seats(seats))).status == (
            "complete"
        )
        return [one.standing.value for one in sandbox.accounts]

    assert await buy(1) == ["active", "frozen", "frozen"]
    refusal = await talk.start(READ, account="third")
    assert refusal["error"]["type"] == "subscriptionRequired"
    assert await buy(2) == ["active", "active", "frozen"]
    assert await buy(5) == ["active", "active", "active"]
    assert sandbox.admin.billing.free_seats == 2


async def test_seats_decide_the_plan(talk: "Talk", official: "Official") -> None:
    """On core seats Sales Navigator is closed."""
    seats = params.SetSeatsParams(quantity=1, seat_type="core", billing_period="month")
    search = {"actionType": "nv.searchPeople", "term": "cto"}

    await official(lambda admin: admin.subscription.set_seats(seats))

    assert (await talk.start(search))["error"]["type"] == "plusPlanRequired"


async def test_kinds_of_seats_are_told_apart(sandbox: Sandbox, official: "Official") -> None:
    """A new account takes the kind that is free."""
    sandbox.add_account("small", plan=Plan.CORE)
    sandbox.take_seat(account="main")
    sandbox.take_seat(account="main")
    seats = (await official(lambda admin: admin.subscription.get_seats())).seats
    sandbox.admin.billing.add_seat(Plan.CORE)
    session = sandbox.admin.sessions.open()
    account = sandbox.finish_session(session.session_id)

    assert [(one.seat_type, one.quantity) for one in seats] == [("core", 1)]
    assert account is not None
    assert account.plan is Plan.CORE
    sandbox.give_seat(account="small")
    assert sandbox.admin.billing.seats == 2


async def test_a_lapsed_subscription_is_bought_again(
    sandbox: Sandbox, official: "Official"
) -> None:
    """Everything freezes; a checkout link is given out, and what is paid for thaws."""
    billing = sandbox.admin.billing
    billing.lapse()
    lapsed = await official(lambda admin: admin.subscription.get_status())
    frozen = sandbox.account().standing
    seats = params.SetSeatsParams(quantity=1, seat_type="plus", billing_period="year")
    told = await official(lambda admin: admin.subscription.set_seats(seats))
    assert billing.seats == 0

    billing.pay()

    assert (lapsed.status, frozen) == ("canceled", "frozen")
    assert told.status == "processing"
    assert told.payment_link.startswith("https://checkout.stripe.com/")
    assert (billing.status, billing.seats) == ("active", 1)
    assert sandbox.account().standing == "active"
    billing.lapse()
    sandbox.unblock()
    sandbox.take_seat()
    assert (billing.seats, sandbox.account().standing) == (0, "frozen")
    with pytest.raises(SandboxError, match="checkout"):
        billing.pay()


async def test_a_first_subscription_begins_with_a_trial(
    sandbox: Sandbox, official: "Official"
) -> None:
    """No status without a subscription; the trial is used up by taking it."""
    billing = sandbox.admin.billing
    billing.status, billing.is_eligible_for_trial, billing.is_ending = None, True, True
    before = await official(lambda admin: admin.subscription.get_status())
    seats = params.SetSeatsParams(quantity=2, seat_type="plus", billing_period="month")
    await official(lambda admin: admin.subscription.set_seats(seats))

    billing.pay()

    after = await official(lambda admin: admin.subscription.get_status())
    assert (before.status, before.eligible_for_trial, before.cancel_at_period_end) == (
        None,
        True,
        True,
    )
    assert billing.status is SubscriptionStatus.TRIALING
    assert (after.status, after.eligible_for_trial, after.cancel_at_period_end) == (
        "trialing",
        False,
        False,
    )
