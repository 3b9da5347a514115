"""Webhook deliveries: real requests to a receiver, judged by the official SDK's verifier."""

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from linkedapi.types.webhooks import (
    AccountWebhookEvent,
    MessageWebhookEvent,
    NetworkWebhookEvent,
    WebhookTestEvent,
    WorkflowWebhookEvent,
)
from linkedapi.webhooks import parse_webhook_event

from linkedapi_async.testing import (
    DeliveryAttempted,
    DeliveryEnded,
    FakeClock,
    Sandbox,
    SandboxError,
)

if TYPE_CHECKING:
    from tests.testing.conftest import Receiver, Talk

READ = {"actionType": "st.retrieveSSI"}


# ── what comes ──


async def test_a_workflow_is_told_of(talk: "Talk", receiver: "Receiver") -> None:
    """Three events, in order, signed, with the outcome a poll gives."""
    webhook = talk.sandbox.deliveries.subscribe(receiver.url, headers={"X-Key": "secret"})

    workflow_id = await talk.begin(READ)
    outcome = await talk.end(workflow_id)
    await talk.sandbox.deliveries.wait_idle()

    told = [parse_webhook_event(body) for _, body in receiver.got]
    account_id = talk.sandbox.account().account_id
    assert receiver.types == ["workflow.created", "workflow.started", "workflow.completed"]
    assert receiver.trusts(webhook) == [True] * 3
    assert [headers["X-Key"] for headers, _ in receiver.got] == ["secret"] * 3
    assert [one.id for one in told] == [f"{one}:{workflow_id}" for one in receiver.types]
    assert [one["data"]["status"] for one in receiver.events] == ["pending", "running", "completed"]
    for one in told:
        assert isinstance(one, WorkflowWebhookEvent)
        assert (one.data.workflow_id, one.data.account_id) == (workflow_id, account_id)
    assert [one["data"].get("result") for one in receiver.events] == [None, None, outcome]


async def test_a_failure_is_an_end(talk: "Talk", receiver: "Receiver") -> None:
    """The event is `workflow.completed`, its status `failed`."""
    talk.sandbox.deliveries.subscribe(receiver.url, events=["workflow.completed"])
    talk.sandbox.inject("linkedinAccountSignedOut", on="failure")

    await talk.end(await talk.begin(READ))
    await talk.sandbox.deliveries.wait_idle()

    (event,) = receiver.events
    assert event["data"]["status"] == "failed"
    assert event["data"]["result"]["failure"]["reason"] == "linkedinAccountSignedOut"


async def test_a_thin_event_holds_no_outcome(talk: "Talk", receiver: "Receiver") -> None:
    """It has to be polled for."""
    talk.sandbox.deliveries.subscribe(
        receiver.url, payload_mode="thin", events=["workflow.completed"]
    )

    await talk.end(await talk.begin(READ))
    await talk.sandbox.deliveries.wait_idle()

    assert [set(one["data"]) for one in receiver.events] == [{"workflowId", "accountId", "status"}]


async def test_cancelled_work_sends_no_end(talk: "Talk", receiver: "Receiver") -> None:
    """Nor does work of the wires that knew no such webhooks."""
    talk.sandbox.deliveries.subscribe(receiver.url)
    talk.sandbox.close_hours(None)
    workflow_id = await talk.begin(READ)
    await talk.start(READ, wire="linked_api_v3")

    await talk.ask("DELETE", f"/workflows/{workflow_id}")
    talk.sandbox.open_hours()
    await talk.clock.sleep(60)

    assert receiver.types == ["workflow.created"]


async def test_accounts_are_told_of(talk: "Talk", receiver: "Receiver") -> None:
    """Every change of their standing, and none that changes nothing."""
    sandbox = talk.sandbox
    sandbox.deliveries.subscribe(receiver.url)
    account = sandbox.account()

    sandbox.sign_out()
    sandbox.sign_out()
    sandbox.block("trialLimitReached")
    sandbox.take_seat()
    sandbox.unblock()
    sandbox.add_account("new")
    await talk.ask("POST", "/admin/accounts.disconnect", body={"accountId": account.account_id})
    await sandbox.deliveries.wait_idle()

    first = [one for one in receiver.events if one["data"]["accountId"] == account.account_id]
    assert [(one["type"], one["data"]["status"]) for one in first] == [
        ("account.reconnectionRequired", "reconnection_required"),
        ("account.frozen", "frozen"),
        ("account.active", "active"),
        ("account.deleted", "deleted"),
    ]
    assert [one["type"] for one in receiver.events if one not in first] == ["account.active"]
    assert len({one["id"] for one in receiver.events}) == 5
    assert isinstance(parse_webhook_event(receiver.got[0][1]), AccountWebhookEvent)


async def test_what_is_watched_is_told_of(talk: "Talk", receiver: "Receiver") -> None:
    """Messages and changes of the network, once monitoring is on."""
    sandbox = talk.sandbox
    await talk.run([{"actionType": "st.syncInbox"}, {"actionType": "st.syncNetwork"}])
    sandbox.deliveries.subscribe(receiver.url, events=["inbox.*", "network.*"])

    sandbox.receive_message(5, "Hello")
    person = sandbox.world.person(5)
    await talk.run({"actionType": "st.sendMessage", "personUrl": person.url, "text": "Good day"})
    world = sandbox.world
    stranger = next(one for one in world.people if world.relation(one) == "notConnected")
    sandbox.receive_invitation(stranger)
    await sandbox.deliveries.wait_idle()

    received, sent, invited = (parse_webhook_event(body) for _, body in receiver.got)
    assert isinstance(received, MessageWebhookEvent)
    assert isinstance(sent, MessageWebhookEvent)
    assert isinstance(invited, NetworkWebhookEvent)
    assert receiver.types == [
        "inbox.messageReceived",
        "inbox.messageSent",
        "network.connectionRequestReceived",
    ]
    assert (received.data.sender, received.data.text) == ("them", "Hello")
    assert (sent.data.sender, sent.data.text) == ("us", "Good day")
    assert received.data.thread_id == sent.data.thread_id
    assert received.data.message_id != sent.data.message_id
    assert received.data.person_public_url == person.url
    assert received.data.account_id == invited.data.account_id == sandbox.account().account_id
    assert None not in received.data.model_dump().values()
    assert None not in invited.data.model_dump().values()


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        (None, {"workflow.created", "workflow.started", "workflow.completed", "account.frozen"}),
        ([], set[str]()),
        (["workflow.*"], {"workflow.created", "workflow.started", "workflow.completed"}),
        (["workflow.started", "account.frozen"], {"workflow.started", "account.frozen"}),
        (["network.*", "account.active"], set[str]()),
    ],
)
async def test_selectors_narrow_what_comes(
    talk: "Talk", receiver: "Receiver", selectors: list[str] | None, expected: set[str]
) -> None:
    """Types and groups; the test event always comes."""
    talk.sandbox.deliveries.subscribe(receiver.url, events=selectors)

    await talk.end(await talk.begin(READ))
    talk.sandbox.take_seat()
    await talk.ask("POST", "/admin/webhook.sendTest")
    await talk.sandbox.deliveries.wait_idle()

    assert {*receiver.types} == expected | {"webhook.test"}
    assert isinstance(
        parse_webhook_event(next(body for _, body in receiver.got if b"webhook.test" in body)),
        WebhookTestEvent,
    )


async def test_signing_may_be_off(talk: "Talk", receiver: "Receiver") -> None:
    """Then no signature comes."""
    webhook = talk.sandbox.deliveries.subscribe(receiver.url, is_signed=False)

    await talk.ask("POST", "/admin/webhook.sendTest")
    await talk.sandbox.deliveries.wait_idle()

    assert receiver.trusts(webhook) == [False]
    assert not any(name.lower().startswith("linked-api") for name in receiver.got[0][0])


async def test_a_new_secret_counts_at_once(talk: "Talk", receiver: "Receiver") -> None:
    """Attempts that are still to come are signed with it."""
    receiver.answers = [500]
    webhook = talk.sandbox.deliveries.subscribe(receiver.url)
    old = webhook.secret
    await talk.ask("POST", "/admin/webhook.sendTest")
    while not talk.sandbox.log.deliveries():
        await talk.clock.sleep(0)

    await talk.ask("POST", "/admin/webhook.rotateSecret", body={"id": webhook.webhook_id})
    await talk.sandbox.deliveries.wait_idle()

    assert webhook.secret != old
    assert receiver.trusts(webhook) == [False, True]


async def test_types_to_come_are_delivered(sandbox: Sandbox, receiver: "Receiver") -> None:
    """A test can send what the service does not know yet; groups select it too."""
    deliveries = sandbox.deliveries
    deliveries.subscribe(receiver.url, events=["workflow.*"])

    deliveries.emit("workflow.paused", "workflow.paused:1", {"workflowId": "1"}, lane="1")
    deliveries.emit("invoice.paid", "invoice.paid:1", {}, lane="2")
    await deliveries.wait_idle()

    assert [(one["id"], one["data"]) for one in receiver.events] == [
        ("workflow.paused:1", {"workflowId": "1"})
    ]


# ── again and again ──


async def test_what_is_not_acknowledged_comes_again(talk: "Talk", receiver: "Receiver") -> None:
    """After pauses that double, with the same id; a redirect is no acknowledgement."""
    receiver.answers = [500, 307, 404]
    webhook = talk.sandbox.deliveries.subscribe(receiver.url)

    await talk.ask("POST", "/admin/webhook.sendTest")
    await talk.sandbox.deliveries.wait_idle()

    moments = receiver.moments
    pauses = [after - before for before, after in pairwise(moments)]
    (delivery,) = talk.sandbox.deliveries.records
    assert pauses == pytest.approx([10, 20, 40])
    assert len({one["id"] for one in receiver.events}) == 1
    assert receiver.trusts(webhook) == [True] * 4
    assert (delivery.status, delivery.attempts, delivery.last_error) == ("success", 4, None)
    assert [one.status for one in talk.sandbox.log.deliveries("webhook.test")] == [
        500,
        307,
        404,
        200,
    ]
    (ended,) = (one for one in talk.sandbox.log if isinstance(one, DeliveryEnded))
    assert (ended.attempts, ended.status, ended.event_id) == (4, "success", delivery.event_id)


async def test_eight_attempts_are_enough(talk: "Talk", receiver: "Receiver") -> None:
    """Then the delivery has failed; a replay is another one of the same event."""
    receiver.answers = [503] * 8
    talk.sandbox.deliveries.subscribe(receiver.url)
    await talk.ask("POST", "/admin/webhook.sendTest")
    await talk.sandbox.deliveries.wait_idle()
    (failed,) = talk.sandbox.deliveries.records
    told = failed.told()

    await talk.ask("POST", "/admin/webhook.replayDelivery", body={"deliveryId": failed.delivery_id})
    await talk.sandbox.deliveries.wait_idle()

    _, replay = talk.sandbox.deliveries.records
    assert (told["status"], told["attempts"], told["responseStatusCode"]) == ("failed", 8, 503)
    assert (replay.status, replay.attempts) == ("success", 1)
    assert replay.event_id == failed.event_id
    assert replay.delivery_id != failed.delivery_id
    assert len({body for _, body in receiver.got}) == 1


async def test_a_receiver_that_is_slow_is_given_up(talk: "Talk", receiver: "Receiver") -> None:
    """An attempt has its time, and what comes later is not heard."""
    receiver.patience = 11.0
    talk.sandbox.deliveries.subscribe(receiver.url)

    await talk.ask("POST", "/admin/webhook.sendTest")
    while not talk.sandbox.log.deliveries():
        await talk.clock.sleep(1)
    receiver.patience = 0.0
    await talk.sandbox.deliveries.wait_idle()

    first, second = talk.sandbox.log.deliveries()
    assert (first.status, first.error) == (None, "No answer within 10 s.")
    assert (second.status, second.attempt) == (200, 2)


async def test_a_receiver_that_is_away_is_tried_again(sandbox: Sandbox) -> None:
    """A refused connection is an error of that attempt."""
    sandbox.deliveries.subscribe("http://127.0.0.1:9/hook", events=[])

    sandbox.deliveries.emit("webhook.test", "webhook.test:1", {}, lane="")
    await sandbox.deliveries.wait_idle()

    (delivery,) = sandbox.deliveries.records
    assert (delivery.status, delivery.attempts) == ("failed", 8)
    assert delivery.last_error is not None
    assert "127.0.0.1" in delivery.last_error


async def test_nothing_leaves_this_machine(talk: "Talk", receiver: "Receiver") -> None:
    """An address elsewhere is tried and not reached, unless it leads here."""
    sandbox = talk.sandbox
    sandbox.deliveries.subscribe("https://hooks.example.com/linked-api?key=1")
    await talk.ask("POST", "/admin/webhook.sendTest")
    await sandbox.deliveries.wait_idle()

    sandbox.deliveries.lead("https://hooks.example.com", receiver.url.partition("/hook")[0])
    await talk.ask("POST", "/admin/webhook.sendTest")
    await sandbox.deliveries.wait_idle()

    first, second = sandbox.deliveries.records
    assert (first.status, first.response_status_code) == ("failed", None)
    assert first.last_error == "The sandbox delivers on its own machine only."
    assert second.status == "success"
    assert receiver.paths == ["/linked-api?key=1"]


async def test_a_deleted_webhook_drops_what_is_pending(talk: "Talk", receiver: "Receiver") -> None:
    """What waits is given up at once, what is under way is not tried again."""
    sandbox = talk.sandbox
    receiver.answers = [500, 500]
    receiver.patience = 5.0
    webhook = sandbox.deliveries.subscribe(receiver.url)
    sandbox.deliveries.disturb(doubled=1.0)
    sandbox.sign_out()
    sandbox.sign_in()
    while not receiver.got:
        await talk.clock.sleep(0)

    await talk.ask("POST", "/admin/webhook.delete", body={"id": webhook.webhook_id})
    sandbox.take_seat()
    await sandbox.deliveries.wait_idle()

    under_way, pending = sandbox.deliveries.records
    assert (under_way.status, under_way.attempts) == ("failed", 1)
    assert under_way.last_error == "The webhook answered 500."
    assert (pending.status, pending.attempts) == ("failed", 0)
    assert pending.last_error == "The webhook was deleted."
    assert len(receiver.got) == 1
    assert not sandbox.deliveries.replay(pending.delivery_id)


async def test_another_webhook_takes_the_place(sandbox: Sandbox, receiver: "Receiver") -> None:
    """`subscribe` replaces; each has its own id and secret."""
    first = sandbox.deliveries.subscribe(receiver.url)

    second = sandbox.deliveries.subscribe(receiver.url)

    assert sandbox.deliveries.webhook is second
    assert (first.is_active, second.is_active) == (False, True)
    assert first.webhook_id != second.webhook_id
    assert first.secret != second.secret


@pytest.mark.parametrize(
    ("problem", "arguments"),
    [
        ("url", {"url": "http://example.com"}),
        ("headers", {"url": "http://localhost", "headers": {"A": "\r\n"}}),
        ("events", {"url": "http://localhost", "events": ["workflow"]}),
    ],
)
async def test_a_bad_webhook_is_said(
    sandbox: Sandbox, problem: str, arguments: dict[str, Any]
) -> None:
    """A test that is mistaken is told why."""
    with pytest.raises(SandboxError, match=f"^{problem}: "):
        sandbox.deliveries.subscribe(**arguments)


# ── beside the work ──


async def test_the_engine_does_not_wait(talk: "Talk", receiver: "Receiver") -> None:
    """Work goes on while a receiver sleeps; only so many deliveries are under way."""
    receiver.patience = 9.0
    talk.sandbox.deliveries.subscribe(receiver.url, events=["workflow.created"])

    for _ in range(40):
        await talk.begin(READ)
    while len(talk.sandbox.log.actions()) < 40:
        await talk.clock.sleep(0.01)
    done_at = talk.clock.now()
    await talk.sandbox.deliveries.wait_idle()

    assert done_at < 9
    assert len(receiver.got) == 40
    assert receiver.most == 16


async def test_deliveries_end_with_the_sandbox(clock: FakeClock, receiver: "Receiver") -> None:
    """What is under way and what is planned is left; later events go nowhere."""
    receiver.patience = 100.0
    async with Sandbox(clock=clock) as sandbox:
        sandbox.deliveries.subscribe(receiver.url)
        sandbox.sign_out()
        while not receiver.got:
            await clock.sleep(0)
        sandbox.deliveries.disturb(spread=50.0)
        sandbox.add_account("later")

    sandbox.sign_in()
    await clock.sleep(1000)

    assert len(receiver.got) == 1
    assert [one.status for one in sandbox.deliveries.records] == ["delivering"] + ["pending"] * 2


async def test_events_before_the_sandbox_opens_wait(clock: FakeClock, receiver: "Receiver") -> None:
    """A webhook may be registered first."""
    sandbox = Sandbox(clock=clock)
    sandbox.deliveries.subscribe(receiver.url)
    sandbox.deliveries.disturb(spread=50.0)
    sandbox.sign_out()

    async with sandbox:
        await sandbox.deliveries.wait_idle()

    assert receiver.types == ["account.reconnectionRequired"]


async def test_records_hide_what_is_secret(sandbox: Sandbox, receiver: "Receiver") -> None:
    """Neither the log nor a repr tells the secret or a header's value."""
    webhook = sandbox.deliveries.subscribe(receiver.url, headers={"Authorization": "hidden"})
    sandbox.sign_out()
    await sandbox.deliveries.wait_idle()

    shown = repr([webhook, *sandbox.deliveries.records, *sandbox.log])
    assert any(isinstance(one, DeliveryAttempted) for one in sandbox.log)
    assert webhook.secret not in shown
    assert "hidden" not in shown


async def test_idle_is_at_once(sandbox: Sandbox) -> None:
    """With nothing to deliver nobody waits."""
    async with asyncio.timeout(1):  # noqa: TID251 - a bound on the test itself
        await sandbox.deliveries.wait_idle()
    assert sandbox.deliveries.records == ()
