"""Events that get lost, come twice, overtake each other, or were never sent."""

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from linkedapi.webhooks import verify_webhook_signature

from linkedapi_async._types import Json
from linkedapi_async.testing import (
    FakeClock,
    Sandbox,
    SandboxError,
)
from linkedapi_async.testing._routes import Wire

if TYPE_CHECKING:
    from linkedapi_async.testing._deliveries import Forgery
    from tests.testing.conftest import Receiver, Talk

READ = {"actionType": "st.retrieveSSI"}


async def _disturbed(
    clock: FakeClock, receiver: "Receiver", seed: int, **harm: float
) -> tuple[Sandbox, list[str]]:
    """Run forty workflows one after another, and return the ids of what came."""
    receiver.got.clear()
    async with Sandbox(clock=clock, seed=seed, duration=1.0) as sandbox:
        sandbox.deliveries.subscribe(receiver.url, events=["workflow.completed"])
        sandbox.deliveries.disturb(**harm)
        for _ in range(40):
            sandbox._engine.accept(Wire.LINKED_API, sandbox.account(), READ, request=0)
        while len(sandbox.log.actions()) < 40:
            await clock.sleep(1)
        await sandbox.deliveries.wait_idle()
    return sandbox, [event["id"] for event in receiver.events]


async def test_events_get_lost(clock: FakeClock, receiver: "Receiver") -> None:
    """The service believes them delivered; the log knows better, and a replay brings them."""
    sandbox, came = await _disturbed(clock, receiver, 3, lost=0.25)
    again, came_again = await _disturbed(clock, receiver, 3, lost=0.25)

    lost = [one for one in sandbox.log.deliveries() if one.fault == "lost"]
    assert 4 <= len(lost) <= 16
    assert {*came} == {one.event_id for one in sandbox.log.deliveries() if one.fault is None}
    assert len(came) == 40 - len(lost)
    assert {one.status for one in sandbox.deliveries.records} == {"success"}
    assert {one.response_status_code for one in sandbox.deliveries.records} == {200}
    assert came_again == came
    assert len(again.log) == len(sandbox.log)


async def test_lost_events_can_be_replayed(talk: "Talk", receiver: "Receiver") -> None:
    """A replay is not disturbed, nor is a test."""
    deliveries = talk.sandbox.deliveries
    deliveries.subscribe(receiver.url)
    deliveries.disturb(lost=1.0)
    talk.sandbox.sign_out()
    await talk.ask("POST", "/admin/webhook.sendTest")
    await deliveries.wait_idle()
    before = receiver.types[:]
    lost, _ = deliveries.records

    assert deliveries.replay(lost.delivery_id)
    await deliveries.wait_idle()

    assert before == ["webhook.test"]
    assert receiver.types[1:] == ["account.reconnectionRequired"]


async def test_events_come_twice(clock: FakeClock, receiver: "Receiver") -> None:
    """With the same id; the copy is no attempt of the delivery's own."""
    sandbox, came = await _disturbed(clock, receiver, 3, doubled=0.25)

    copies = [one.event_id for one in sandbox.log.deliveries() if one.fault == "doubled"]
    counts = Counter(came)
    assert 4 <= len(copies) <= 16
    assert [one for one, count in counts.items() if count == 2] == copies
    assert len(counts) == 40
    assert {one.attempts for one in sandbox.deliveries.records} == {1}


async def test_events_overtake_each_other(clock: FakeClock, receiver: "Receiver") -> None:
    """Scattered over a while, they arrive in another order, the same in every run."""
    _, orderly = await _disturbed(clock, receiver, 3)
    _, scattered = await _disturbed(clock, receiver, 3, spread=600.0)
    _, again = await _disturbed(clock, receiver, 3, spread=600.0)
    _, otherwise = await _disturbed(clock, receiver, 4, spread=600.0)

    assert scattered != orderly
    assert sorted(scattered) == sorted(orderly)
    assert again == scattered
    assert otherwise != scattered


@pytest.mark.parametrize(
    "harm", [{"lost": 1.1}, {"doubled": -0.1}, {"spread": -1.0}], ids=lambda one: next(iter(one))
)
async def test_disturbances_have_bounds(sandbox: Sandbox, harm: dict[str, float]) -> None:
    """A share is a share."""
    with pytest.raises(ValueError, match=next(iter(harm))):
        sandbox.deliveries.disturb(**harm)


@pytest.mark.parametrize(
    ("forgery", "is_trusted"),
    [
        ("signature", False),
        ("unsigned", False),
        ("altered", False),
        ("stale", False),
        ("workflow", True),
    ],
)
async def test_events_are_forged(
    talk: "Talk", receiver: "Receiver", forgery: "Forgery", *, is_trusted: bool
) -> None:
    """Each in its own way; the service lists none of them, the log does."""
    receiver.answers = [401]
    webhook = talk.sandbox.deliveries.subscribe(receiver.url)

    status = await talk.sandbox.deliveries.forge(forgery)

    (event,) = receiver.events
    (attempt,) = talk.sandbox.log.deliveries()
    assert status == 401
    assert receiver.trusts(webhook) == [is_trusted]
    assert event["type"] == "workflow.completed"
    assert (await talk.ask("GET", f"/workflows/{event['data']['workflowId']}"))[0] == 404
    assert (attempt.fault, attempt.delivery_id) == (f"forged: {forgery}", "")
    assert (attempt.status, attempt.event_id) == (401, event["id"])
    assert talk.sandbox.deliveries.records == ()


async def test_a_stale_event_was_once_good(sandbox: Sandbox, receiver: "Receiver") -> None:
    """Only its age is wrong."""
    webhook = sandbox.deliveries.subscribe(receiver.url)
    await sandbox.deliveries.forge("stale")

    ((headers, body),) = receiver.got
    stamp = headers["linked-api-signature-timestamp"]
    assert verify_webhook_signature(
        raw_body=body,
        timestamp=stamp,
        signature=headers["linked-api-signature"],
        secret=webhook.secret,
        now_seconds=int(stamp),
    )


async def test_a_forgery_may_be_given(sandbox: Sandbox, receiver: "Receiver") -> None:
    """Such as one about a workflow there really is."""
    event: dict[str, Json] = {
        "id": "1",
        "type": "account.deleted",
        "data": {"accountId": "everybody"},
    }
    sandbox.deliveries.subscribe(receiver.url)

    await sandbox.deliveries.forge(event=event)

    assert receiver.events == [event]


async def test_a_forgery_needs_a_victim(sandbox: Sandbox) -> None:
    """Without a webhook there is nobody to deceive."""
    with pytest.raises(SandboxError, match="No webhook"):
        await sandbox.deliveries.forge()
