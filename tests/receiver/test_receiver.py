"""Deliveries are believed when they prove genuine, taken once, and told to whoever listens."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from linkedapi_async._types import WorkflowId
from linkedapi_async.errors import ConfigurationError
from linkedapi_async.events import DeliveryRefused, Event
from linkedapi_async.receiver import Receipt, WebhookReceiver
from linkedapi_async.testing import FakeClock
from linkedapi_async.webhooks import InboxEvent, WebhookEvent, WebhookTest, WorkflowCompleted

Deliver = Callable[..., tuple[bytes, dict[str, str]]]


def test_a_genuine_delivery_is_taken(receiver: WebhookReceiver, deliver: Deliver) -> None:
    """The receipt carries the event and says 200."""
    receipt = receiver.receive(*deliver("webhook.test", message="Hello"))

    assert receipt.is_accepted
    assert isinstance(receipt.event, WebhookTest)
    assert receipt.event.message == "Hello"


def test_a_repetition_is_taken_once(receiver: WebhookReceiver, deliver: Deliver) -> None:
    """The same event id is acknowledged again, and told nobody."""
    told: list[WebhookEvent] = []
    receiver.subscribe(WebhookEvent, told.append)

    first = receiver.receive(*deliver(event_id="e", workflowId="w"))
    again = receiver.receive(*deliver(event_id="e", workflowId="w"))

    assert first.event is not None
    assert again == Receipt(200, reason="delivered before")
    assert told == [first.event]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"secret": "another"}, 401),
        ({"kind": "workflow.completed", "workflowId": 7}, 400),
    ],
)
def test_what_is_not_believed(
    receiver: WebhookReceiver,
    deliver: Deliver,
    heard: list[Event],
    change: dict[str, Any],
    status: int,
) -> None:
    """A forged or unreadable delivery is refused with one event that tells why."""
    told: list[WebhookEvent] = []
    receiver.subscribe(WebhookEvent, told.append)

    receipt = receiver.receive(*deliver(**change))

    assert (receipt.status, receipt.event, receipt.is_accepted) == (status, None, False)
    assert heard == [DeliveryRefused(account="", status=status, reason=receipt.reason)]
    assert told == []
    assert not receiver.is_alive()


def test_a_large_body_is_refused(clock: FakeClock, deliver: Deliver) -> None:
    """What is larger than allowed is not even verified."""
    small = WebhookReceiver(secrets=["x"], clock=clock, max_body_bytes=10)

    assert small.receive(*deliver()).status == 413


def test_listeners_hear_their_kind(
    receiver: WebhookReceiver, deliver: Deliver, caplog: pytest.LogCaptureFixture
) -> None:
    """A subscription is to a class and what is below it; it ends when asked; it may fail."""
    inbox: list[InboxEvent] = []
    ends: list[WorkflowCompleted] = []
    end = receiver.subscribe(InboxEvent, inbox.append)
    receiver.subscribe(InboxEvent, lambda event: 1 // 0)
    receiver.subscribe(WorkflowCompleted, ends.append)

    receiver.receive(*deliver("inbox.messageReceived", text="Hi"))
    receiver.receive(*deliver(workflowId="w"))
    end()
    end()
    receiver.receive(*deliver("inbox.messageSent", text="Hello"))

    assert [event.text for event in inbox] == ["Hi"]
    assert [event.workflow_id for event in ends] == ["w"]
    assert "callback_failed" in caplog.text


@pytest.mark.parametrize("path", ["/hooks", "/hooks/"])
async def test_the_app_answers_on_a_socket(
    serve_app: Callable[[web.Application], "asyncio.Future[str]"],
    receiver: WebhookReceiver,
    deliver: Deliver,
    path: str,
) -> None:
    """Mounted anywhere, it takes deliveries by POST and bounds their size."""
    outer = web.Application()
    outer.add_subapp("/hooks", receiver.app())
    address = await serve_app(outer)

    async with aiohttp.ClientSession() as client:
        body, headers = deliver("webhook.test", message="Hello")
        async with client.post(address + path, data=body, headers=headers) as reply:
            assert (reply.status, await reply.text()) == (200, "ok")
        async with client.post(address + path, data=body, headers=headers) as reply:
            assert (reply.status, await reply.text()) == (200, "delivered before")
        async with client.post(address + path, data=b"{}") as reply:
            assert reply.status == 401
        async with client.post(address + path, data=io.BytesIO(bytes(17 * 1024 * 1024))) as reply:
            assert reply.status == 413
        async with client.get(address + path) as reply:
            assert reply.status == 405


@pytest.fixture
async def serve_app() -> AsyncIterator[Any]:
    """Serve an application on a free port and return its address."""
    runners: list[web.AppRunner] = []

    async def serve(app: web.Application) -> str:
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0]
        return f"http://{host}:{port}"

    yield serve
    for runner in runners:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"secrets": []}, "secret"),
        ({"secrets": [""]}, "secret"),
        ({"secrets": ["x"], "tolerance": -1}, "tolerance=-1"),
        ({"secrets": ["x"], "safety_interval": float("inf")}, "safety_interval=inf"),
        ({"secrets": ["x"], "capacity": 0}, "capacity=0"),
    ],
)
def test_unusable_options(options: dict[str, Any], told: str) -> None:
    """Each is refused by name."""
    with pytest.raises(ConfigurationError, match=told):
        WebhookReceiver(**options)


def test_secrets_are_replaced(receiver: WebhookReceiver, deliver: Deliver) -> None:
    """While a secret is rotated both count; then the new one alone."""
    receiver.use_secrets(["the-signing-secret", "new"])
    assert receiver.receive(*deliver()).is_accepted
    assert receiver.receive(*deliver(secret="new")).is_accepted

    receiver.use_secrets(["new"])
    assert not receiver.receive(*deliver()).is_accepted
    with pytest.raises(ConfigurationError, match="empty"):
        receiver.use_secrets([])


def test_secrets_show_nowhere(receiver: WebhookReceiver) -> None:
    """Neither the receiver nor its parts print what signs."""
    assert "the-signing-secret" not in repr(receiver) + repr(vars(receiver))


async def test_an_end_wakes_its_watchers(
    receiver: WebhookReceiver, deliver: Deliver, clock: FakeClock
) -> None:
    """All who watch a workflow hear of its end once; who came later hears at once."""
    heard: list[Any] = []
    ends = [
        receiver.watch(WorkflowId("w"), heard.append),
        receiver.watch(WorkflowId("w"), heard.append),
    ]
    receiver.watch(WorkflowId("other"), heard.append)

    receiver.receive(*deliver("workflow.started", workflowId="w", status="running"))
    receiver.receive(*deliver(workflowId="w", status="completed"))
    await clock.sleep(0)
    assert len(heard) == 2

    for end in ends:
        end()
    receiver.watch(WorkflowId("w"), heard.append)
    await clock.sleep(0)
    assert len(heard) == 3
    assert repr(receiver) == "<WebhookReceiver watching=2 alive=True>"


async def test_ended_workflows_are_forgotten_in_order(clock: FakeClock, deliver: Deliver) -> None:
    """Only so many ends are remembered for waits that begin later."""
    receiver = WebhookReceiver(secrets=["the-signing-secret"], clock=clock, capacity=2)
    heard: list[Any] = []

    for name in "abc":
        receiver.receive(*deliver(workflowId=name, status="completed"))
    for name in "abc":
        receiver.watch(WorkflowId(name), heard.append)
    await clock.sleep(0)

    assert len(heard) == 2


async def test_deliveries_come_from_any_thread(receiver: WebhookReceiver, deliver: Deliver) -> None:
    """A server in another thread wakes a wait on this loop."""
    woken = asyncio.get_running_loop().create_future()
    receiver.watch(WorkflowId("w"), woken.set_result)

    receipt = await asyncio.to_thread(
        receiver.receive, *deliver(workflowId="w", status="completed")
    )

    assert receipt.is_accepted
    assert (await woken).progress is None


def test_a_wait_whose_loop_is_over(receiver: WebhookReceiver, deliver: Deliver) -> None:
    """A watcher that is left behind harms nobody."""

    async def leave() -> None:
        receiver.watch(WorkflowId("w"), lambda news: None)

    asyncio.run(leave())

    assert receiver.receive(*deliver(workflowId="w", status="completed")).is_accepted


# ── whether deliveries can be relied on ──


async def test_trust(receiver: WebhookReceiver, deliver: Deliver, clock: FakeClock) -> None:
    """Any event of a workflow proves deliveries; an end that never came disproves them."""
    heard: list[Any] = []
    receiver.watch(WorkflowId("w"), heard.append)
    assert not receiver.is_alive()

    receiver.receive(*deliver("webhook.test", message="x"))
    assert not receiver.is_alive()
    receiver.receive(*deliver("workflow.created", workflowId="a", status="pending"))
    assert receiver.is_alive()

    receiver.missed(WorkflowId("a"))
    assert receiver.is_alive()
    receiver.review()
    await clock.advance(5.0)
    assert not receiver.is_alive()
    receiver.review()
    await clock.sleep(0)
    assert heard == [None]

    receiver.receive(*deliver("workflow.created", workflowId="b", status="pending"))
    assert not receiver.is_alive()
    receiver.receive(*deliver(workflowId="b", status="completed"))
    assert receiver.is_alive()


def test_patience_grows_with_what_was_delivered(
    receiver: WebhookReceiver, deliver: Deliver
) -> None:
    """Hundreds of ends without a miss make the safety net slower, up to six times."""
    assert receiver.safety_interval == 300.0
    for number in range(50):
        receiver.receive(*deliver(workflowId=f"w{number}", status="completed"))
    assert receiver.safety_interval == 450.0
    for number in range(50, 1000):
        receiver.receive(*deliver(workflowId=f"w{number}", status="completed"))
    assert receiver.safety_interval == 1800.0


async def test_an_event_that_comes_late_is_no_miss(
    receiver: WebhookReceiver, deliver: Deliver, clock: FakeClock
) -> None:
    """Within the grace, or before the poll, an end counts as delivered."""
    receiver.receive(*deliver(workflowId="before", status="completed"))
    receiver.missed(WorkflowId("before"))
    receiver.missed(WorkflowId("late"))
    await clock.advance(4.9)
    receiver.receive(*deliver(workflowId="late", status="completed"))
    await clock.advance(60.0)

    assert receiver.is_alive()


async def test_what_was_never_proved_is_not_missed(
    receiver: WebhookReceiver, clock: FakeClock
) -> None:
    """Without a single delivery there is nothing to lose."""
    receiver.missed(WorkflowId("a"))
    await clock.advance(60.0)

    assert not receiver.is_alive()
