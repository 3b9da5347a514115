"""Remedies and webhooks at work for the accounts of a pool."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from linkedapi_async import (
    AccountPool,
    Call,
    LinkedApiAdmin,
    Policy,
    Remedies,
    UserActionRequired,
    WebhookReceiver,
)
from linkedapi_async.events import ActionNeeded, Event, ReconnectionOffered
from linkedapi_async.operations import SendMessage
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.webhooks import sign

Open = Callable[..., AccountPool]
Gather = Callable[..., Awaitable[list[Any]]]
Mend = Callable[..., Remedies]


@pytest.fixture
async def mend(sandbox: Sandbox, clock: FakeClock) -> AsyncIterator[Mend]:
    """Return remedies that hand links to a callback."""
    main = sandbox.tokens.linked_api_token
    async with LinkedApiAdmin(
        linked_api_token=main, base_url=sandbox.base_url, clock=clock
    ) as admin:

        def build(on_link: Callable[[ReconnectionOffered], object] | None = None) -> Remedies:
            return Remedies(admin=admin, on_link=on_link)

        yield build


def told_of(receiver: WebhookReceiver, clock: FakeClock, kind: str, account_id: str) -> None:
    """Deliver what the service would tell of an account."""
    body = (
        f'{{"id": "{kind}-{clock.now()}", "type": "account.{kind}", "createdAt": null, '
        f'"data": {{"accountId": "{account_id}"}}}}'
    ).encode()
    headers = sign(body, secret="s", now=clock.wall().timestamp())
    assert receiver.receive(body, headers).is_accepted


async def test_one_link_brings_a_lane_back(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    all_of: Gather,
    mend: Mend,
    told: list[Event],
    holding: Policy,
    writing: SendMessage,
) -> None:
    """The owner of a signed-out account gets one link; signed in, all of its calls complete."""
    sandbox.sign_out(account="anna")

    async def sign_in(offer: ReconnectionOffered) -> None:
        await clock.sleep(60.0)
        sandbox.finish_session(offer.session_id)

    pool = open_pool(policy=holding, remedies=mend(sign_in))

    results = await all_of(*(pool.run(Call("anna", writing)) for _ in range(50)))

    assert [result.errors for result in results] == [()] * 50
    assert len(sandbox.admin.sessions.all) == 1
    assert len(sandbox.log.effects()) == 50
    assert len([event for event in told if isinstance(event, ReconnectionOffered)]) == 1


async def test_link_that_nobody_opens(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    all_of: Gather,
    mend: Mend,
    holding: Policy,
    writing: SendMessage,
) -> None:
    """A session that fails ends every waiting call with the reason; no other is opened for them."""
    sandbox.sign_out(account="anna")

    def fail(offer: ReconnectionOffered) -> None:
        sandbox.finish_session(offer.session_id, "expired")

    pool = open_pool(policy=holding, remedies=mend(fail))

    errors = await all_of(*(pool.run(Call("anna", writing)) for _ in range(20)))

    assert {type(error) for error in errors} == {UserActionRequired}
    assert all("connection session" in error.message for error in errors)
    assert len(sandbox.admin.sessions.all) == 1


async def test_webhook_parks_and_opens(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    mend: Mend,
    told: list[Event],
    writing: SendMessage,
) -> None:
    """An event parks its account before any call has met it, and another opens it again."""
    receiver = WebhookReceiver(secrets=["s"], clock=clock)
    pool = open_pool(receiver=receiver, remedies=mend(), deadline=3600.0)
    for name in pool:
        await pool[name].account_info()
    account_id = sandbox.account("anna").account_id
    sandbox.sign_out(account="anna")

    told_of(receiver, clock, "reconnectionRequired", account_id)
    await clock.sleep(1.0)
    parked = pool.stats().parked
    with pytest.raises(UserActionRequired) as caught:
        await pool.run(Call("anna", writing))
    sandbox.sign_in(account="anna")
    told_of(receiver, clock, "active", account_id)
    await clock.sleep(1.0)

    assert parked == ("anna",)
    assert caught.value.attempts == 0
    assert pool.stats().parked == ()
    assert (await pool.run(Call("anna", writing))).errors == ()
    assert len([event for event in told if isinstance(event, ActionNeeded)]) == 1
    asked = [one.admin_method for one in sandbox.log.requests("admin")]
    assert asked.count("accounts.getAll") == 3, "once for all accounts, twice by the remedy"
