"""What waits for a person is brought to that person, once, and goes on when it is done."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any, cast

import attrs
import pytest

from linkedapi_async import (
    LinkedApi,
    LinkedApiAdmin,
    Policy,
    Remedies,
    UserActionRequired,
    WebhookReceiver,
)
from linkedapi_async._types import Plan
from linkedapi_async.errors import ConfigurationError
from linkedapi_async.events import (
    ActionNeeded,
    ActionResolved,
    Event,
    ReconnectionEnded,
    ReconnectionOffered,
    RemedyFailed,
    SeatsShown,
)
from linkedapi_async.operations import RetrieveSSI, SendMessage
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.webhooks import sign

PERSON = "https://www.linkedin.com/in/person5"
HOLDING = attrs.evolve(Policy.batch(), on_user_action="hold")
Connect = Callable[..., LinkedApi]


@pytest.fixture
async def connect(sandbox: Sandbox, clock: FakeClock, told: list[Event]) -> AsyncIterator[Connect]:
    """Return clients with remedies; all are closed at the end."""
    async with AsyncExitStack() as stack:
        main = sandbox.tokens.linked_api_token

        def build(
            on_link: Any = None, *, patience: float = 3600.0, token: str = main, **options: Any
        ) -> LinkedApi:
            admin = LinkedApiAdmin(linked_api_token=token, base_url=sandbox.base_url, clock=clock)
            stack.push_async_callback(admin.aclose)
            given: dict[str, Any] = {
                "base_url": sandbox.base_url,
                "clock": clock,
                "on_event": told.append,
                "policy": HOLDING,
                "account": "main",
                **sandbox.tokens,
            }
            remedies = Remedies(admin=admin, on_link=on_link, patience=patience)
            api = LinkedApi(remedies=remedies, **{**given, **options})
            stack.push_async_callback(api.aclose)
            return api

        yield build


def of(told: list[Event], *kinds: type[Event]) -> list[Event]:
    """Return the events of some kinds."""
    return [event for event in told if isinstance(event, kinds)]


@pytest.mark.soak
async def test_one_link_brings_all_calls_back(
    connect: Connect, sandbox: Sandbox, told: list[Event], clock: FakeClock, *, soaking: bool
) -> None:
    """However many calls were refused: one session, one link, and all of them complete."""
    count = 500 if soaking else 100
    sandbox.sign_out()

    async def sign_in(offer: ReconnectionOffered) -> None:
        await clock.sleep(60.0)
        sandbox.finish_session(offer.session_id)

    api = connect(sign_in)
    results = await asyncio.gather(
        *[
            api.run(SendMessage(person_url=PERSON, text=f"Hello {number}"))
            for number in range(count)
        ]
    )

    assert all(result.errors == () for result in results)
    assert len(sandbox.admin.sessions.all) == 1
    assert len(sandbox.log.actions("st.sendMessage")) == count
    (offer,) = of(told, ReconnectionOffered)
    assert [type(event) for event in of(told, ActionNeeded, ReconnectionOffered)] == [
        ActionNeeded,
        ReconnectionOffered,
    ]
    assert isinstance(offer, ReconnectionOffered)
    assert offer.session_id in offer.link
    assert len(of(told, ActionResolved)) == 1
    (end,) = of(told, ReconnectionEnded)
    assert end == ReconnectionEnded(account="main", session_id=offer.session_id, succeeded=True)


@pytest.mark.parametrize("outcome", ["expired", "error", "cancelled"])
async def test_a_session_that_fails_ends_the_calls(
    connect: Connect, sandbox: Sandbox, told: list[Event], outcome: Any
) -> None:
    """Held calls end with the service's word, what became of the session, and the hint."""
    sandbox.sign_out()

    def end(offer: ReconnectionOffered) -> None:
        sandbox.finish_session(offer.session_id, outcome)

    api = connect(end)

    found = await asyncio.gather(
        *[api.run(RetrieveSSI()) for _ in range(5)], return_exceptions=True
    )

    for error in found:
        assert isinstance(error, UserActionRequired)
        assert error.code == "linkedinAccountSignedOut"
        assert "connection session" in error.message
        assert error.hint
    (ended,) = of(told, ReconnectionEnded)
    assert isinstance(ended, ReconnectionEnded)
    assert not ended.succeeded
    assert of(told, ActionResolved) == []


async def test_a_later_call_gets_another_session(
    connect: Connect, sandbox: Sandbox, told: list[Event]
) -> None:
    """After a session has failed, the next refusal offers a new link."""
    sandbox.sign_out()
    outcomes: Any = iter(["expired", "success"])

    def end(offer: ReconnectionOffered) -> None:
        sandbox.finish_session(offer.session_id, next(outcomes))

    api = connect(end)
    with pytest.raises(UserActionRequired):
        await api.run(RetrieveSSI())

    result = await api.run(RetrieveSSI())

    assert result.errors == ()
    assert len(of(told, ReconnectionOffered)) == 2


async def test_calls_that_raise_are_remedied_too(
    connect: Connect, sandbox: Sandbox, told: list[Event], clock: FakeClock
) -> None:
    """Without holding, the call raises at once, and the account is brought back all the same."""
    sandbox.sign_out()
    offers: list[ReconnectionOffered] = []
    api = connect(offers.append, policy=Policy.service())

    with pytest.raises(UserActionRequired):
        await api.run(RetrieveSSI())
    await clock.sleep(10.0)
    sandbox.finish_session(offers[0].session_id)
    await clock.sleep(10.0)

    assert len(of(told, ActionResolved)) == 1
    assert (await api.run(RetrieveSSI())).errors == ()


async def test_a_failing_callback_harms_nothing(
    connect: Connect, sandbox: Sandbox, caplog: pytest.LogCaptureFixture, told: list[Event]
) -> None:
    """What the callback raises is logged; the event tells the link as well."""
    sandbox.sign_out()

    def fail(offer: ReconnectionOffered) -> None:
        sandbox.finish_session(offer.session_id)
        raise ValueError(offer.session_id)

    result = await connect(fail).run(RetrieveSSI())

    assert result.errors == ()
    assert "callback_failed" in caplog.text
    assert len(of(told, ReconnectionOffered)) == 1


async def test_nobody_signs_in(
    connect: Connect, sandbox: Sandbox, told: list[Event], clock: FakeClock
) -> None:
    """Patience has an end: the remedy is given up with an event, calls hold until their own."""
    sandbox.sign_out()
    api = connect(patience=100.0)

    with pytest.raises(UserActionRequired):
        await api.with_options(deadline=200.0).run(RetrieveSSI())

    (failed,) = of(told, RemedyFailed)
    assert isinstance(failed, RemedyFailed)
    assert (failed.cause, failed.code) == ("linkedinAccountSignedOut", "connectionSessionOpen")


async def test_another_workspace_cannot_help(
    connect: Connect, sandbox: Sandbox, told: list[Event]
) -> None:
    """An admin token that the service refuses is told once, and the calls hold on."""
    sandbox.sign_out()
    api = connect(token="linked_wrong")

    with pytest.raises(UserActionRequired) as caught:
        await api.with_options(deadline=30.0).run(RetrieveSSI())

    assert caught.value.code == "linkedinAccountSignedOut"
    (failed,) = of(told, RemedyFailed)
    assert isinstance(failed, RemedyFailed)
    assert failed.code == "invalidLinkedApiToken"


async def test_an_account_that_is_not_listed(
    connect: Connect, sandbox: Sandbox, told: list[Event]
) -> None:
    """Where the Admin API knows no account with this token, a person has to look."""
    api = connect(identification_token="id_of_another_workspace")
    sandbox.inject("linkedinAccountSignedOut", on="start", times=None)

    with pytest.raises(UserActionRequired):
        await api.with_options(deadline=30.0).run(RetrieveSSI())

    (failed,) = of(told, RemedyFailed)
    assert isinstance(failed, RemedyFailed)
    assert failed.code == "accountNotFound"


async def test_seats_are_shown(connect: Connect, sandbox: Sandbox, told: list[Event]) -> None:
    """A call that lacks a seat tells what is paid for beside what is in use; nothing is bought."""
    sandbox.add_account("second")
    sandbox.block("subscriptionRequired")
    api = connect(policy=Policy.service())

    with pytest.raises(UserActionRequired):
        await api.run(RetrieveSSI())
    await sandbox.clock.sleep(1.0)

    (shown,) = of(told, SeatsShown)
    assert isinstance(shown, SeatsShown)
    assert shown.code == "subscriptionRequired"
    assert sum(shown.bought.values()) == 2
    assert shown.used == 2
    asked = {request.admin_method for request in sandbox.log.requests("admin")}
    assert asked == {"subscription.getSeats", "accounts.getAll"}


async def test_closing_ends_a_remedy(
    connect: Connect, sandbox: Sandbox, told: list[Event], clock: FakeClock
) -> None:
    """A closed client watches nothing any more; the session stays open for the owner."""
    sandbox.sign_out()
    api = connect()
    waiting = asyncio.ensure_future(api.run(RetrieveSSI()))
    await clock.sleep(10.0)

    await api.aclose()
    with pytest.raises(Exception, match="closed"):
        await waiting
    seen = len(sandbox.log.requests("admin"))
    await clock.sleep(60.0)

    assert len(sandbox.log.requests("admin")) == seen
    assert not sandbox.admin.sessions.all[0].status.is_final


def test_only_remedies_help(connect: Connect) -> None:
    """Something else is refused by name."""
    with pytest.raises(ConfigurationError, match="is no Remedies"):
        LinkedApi(linked_api_token="l", identification_token="i", remedies=cast("Any", "x"))


# ── what the webhook tells of the account ──


def deliver(receiver: WebhookReceiver, clock: FakeClock, kind: str, account_id: str) -> None:
    """Hand over an account event."""
    body = (
        f'{{"id": "{kind}-{clock.now()}", "type": "account.{kind}", "createdAt": null, '
        f'"data": {{"accountId": "{account_id}"}}}}'
    ).encode()
    headers = sign(body, secret="s", now=clock.wall().timestamp())
    assert receiver.receive(body, headers).is_accepted


async def test_an_active_account_is_resumed(
    connect: Connect, sandbox: Sandbox, told: list[Event], clock: FakeClock
) -> None:
    """`account.active` lets held calls go on, whoever signed the account in."""
    receiver = WebhookReceiver(secrets=["s"], clock=clock)
    sandbox.sign_out()
    api = connect(receiver=receiver)
    waiting = asyncio.ensure_future(api.run(RetrieveSSI()))
    await clock.sleep(100.0)
    starts = len(sandbox.log.requests("start"))
    sandbox.sign_in()

    deliver(receiver, clock, "active", "somebody-else")
    await clock.sleep(0.1)
    assert not waiting.done()
    deliver(receiver, clock, "active", sandbox.account().account_id)
    await clock.sleep(0.1)

    assert (await waiting).errors == ()
    assert len(sandbox.log.requests("start")) == starts + 1
    assert len(of(told, ActionResolved)) == 1


async def test_an_account_is_parked_before_a_call_meets_it(
    connect: Connect, sandbox: Sandbox, told: list[Event], clock: FakeClock
) -> None:
    """`account.reconnectionRequired` announces the cause and offers the link at once."""
    receiver = WebhookReceiver(secrets=["s"], clock=clock)
    api = connect(receiver=receiver)
    await api.run(RetrieveSSI())
    sandbox.sign_out()

    deliver(receiver, clock, "reconnectionRequired", sandbox.account().account_id)
    deliver(receiver, clock, "frozen", sandbox.account().account_id)
    await clock.sleep(1.0)

    assert [type(event) for event in of(told, ActionNeeded, ReconnectionOffered)] == [
        ActionNeeded,
        ReconnectionOffered,
    ]
    waiting = asyncio.ensure_future(api.run(RetrieveSSI()))
    await clock.sleep(1.0)
    sandbox.finish_session(sandbox.admin.sessions.all[0].session_id)
    assert (await waiting).errors == ()
    assert len(of(told, ActionNeeded)) == 1


async def test_an_event_that_cannot_be_placed(
    connect: Connect, sandbox: Sandbox, told: list[Event], clock: FakeClock
) -> None:
    """Where the Admin API does not answer, an account event changes nothing."""
    receiver = WebhookReceiver(secrets=["s"], clock=clock)
    api = connect(receiver=receiver, token="linked_wrong")
    await api.run(RetrieveSSI())

    deliver(receiver, clock, "reconnectionRequired", sandbox.account().account_id)
    await clock.sleep(1.0)

    assert of(told, ActionNeeded) == []


async def test_an_admin_cause_that_is_gone(
    sandbox: Sandbox, clock: FakeClock, told: list[Event]
) -> None:
    """A question that is answered again closes what stopped it, and the next time is told anew."""
    main = sandbox.tokens.linked_api_token
    async with LinkedApiAdmin(
        linked_api_token=main, base_url=sandbox.base_url, clock=clock, on_event=told.append
    ) as admin:
        for _ in range(2):
            with pytest.raises(UserActionRequired):
                await admin.connect_account()
            sandbox.admin.billing.add_seat(Plan.PLUS)
            handle = await admin.connect_account()
            sandbox.finish_session(handle.session_id)

    kinds = [type(event) for event in of(told, ActionNeeded, ActionResolved)]
    assert kinds == [ActionNeeded, ActionResolved] * 2


async def test_an_account_that_is_listed_as_active(
    connect: Connect, sandbox: Sandbox, told: list[Event], clock: FakeClock
) -> None:
    """Where the Admin API sees nothing to reconnect, a person has to look."""
    sandbox.inject("linkedinAccountSignedOut", on="start")
    api = connect(policy=Policy.service())

    with pytest.raises(UserActionRequired):
        await api.run(RetrieveSSI())
    await clock.sleep(1.0)

    assert len(of(told, RemedyFailed)) == 1
    assert of(told, ReconnectionOffered) == []
