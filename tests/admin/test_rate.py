"""The documented 100 requests in 60 seconds, kept by the client."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async import Certainty, ClientClosed, LinkedApiAdmin, TransientError
from linkedapi_async.events import Event
from linkedapi_async.testing import Delay, FakeClock, Sandbox

if TYPE_CHECKING:
    from tests.admin.conftest import Connect


async def test_300_calls_at_once_meet_no_429(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin, told: list[Event]
) -> None:
    """A hundred at once, a hundred after a minute, a hundred after another."""
    await asyncio.gather(*(admin.subscription.get_status() for _ in range(300)))

    sent = [round(request.at) for request in sandbox.log.requests("admin")]
    assert [sent.count(at) for at in (0, 60, 120)] == [100, 100, 100]
    assert {reply.status for reply in sandbox.log.replies()} == {200}
    assert 120 <= clock.now() < 121
    assert told == []


async def test_slow_replies_meet_no_429_either(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """A place is free a minute after the reply, whenever the service counted the request."""
    sandbox.inject(Delay(5.0), on="admin", times=None)

    await asyncio.gather(*(admin.webhooks.get() for _ in range(250)))

    assert {reply.status for reply in sandbox.log.replies()} == {200}
    assert 135 <= clock.now() < 136


async def test_siblings_share_the_minute(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """Whatever policy they have, the service counts them together."""
    sibling = admin.with_options(deadline=300.0)

    calls = [one.limits.get_defaults() for _ in range(60) for one in (admin, sibling)]
    await asyncio.gather(*calls)

    assert {reply.status for reply in sandbox.log.replies()} == {200}
    assert 60 <= clock.now() < 61


async def test_a_call_waits_no_longer_than_its_deadline(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """A place that comes too late is not waited for; nothing was sent."""
    await asyncio.gather(*(admin.webhooks.get() for _ in range(100)))

    with pytest.raises(TransientError) as caught:
        await admin.with_options(deadline=10.0).webhooks.get()

    assert caught.value.certainty is Certainty.NOT_SENT
    assert "limit of requests" in caught.value.message
    assert 10 <= clock.now() < 11
    assert len(sandbox.log.requests("admin")) == 100


async def test_a_cancelled_wait_takes_no_place(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """Who gives up in the queue leaves it to the others, in their order."""
    await asyncio.gather(*(admin.webhooks.get() for _ in range(100)))
    waiting = [asyncio.ensure_future(admin.webhooks.get()) for _ in range(150)]
    await clock.sleep(1)

    for task in waiting[:50]:
        task.cancel()
    outcomes: list[Any] = await asyncio.gather(*waiting, return_exceptions=True)

    assert [isinstance(one, asyncio.CancelledError) for one in outcomes] == [True] * 50 + [
        False
    ] * 100
    assert 60 <= clock.now() < 61
    assert len(sandbox.log.requests("admin")) == 200


async def test_closing_ends_the_wait_for_a_place(
    sandbox: Sandbox, clock: FakeClock, connect: "Connect"
) -> None:
    """Whoever waits for its turn hears that the client was closed; nothing more is sent."""
    admin = connect()
    await asyncio.gather(*(admin.webhooks.get() for _ in range(100)))
    waiting = [asyncio.ensure_future(admin.webhooks.get()) for _ in range(5)]
    await clock.sleep(1)

    await admin.aclose()

    outcomes: list[Any] = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in outcomes] == [ClientClosed] * 5
    assert len(sandbox.log.requests("admin")) == 100
