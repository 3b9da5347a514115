"""A webhook makes a stream ask at once; what it is not about does not."""

import asyncio
import gc
import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from aiohttp import web

from linkedapi_async import LinkedApi, Policy
from linkedapi_async.following import Stream
from linkedapi_async.models import ConversationPoll
from linkedapi_async.operations import SyncConversation, SyncInbox, SyncNetwork
from linkedapi_async.receiver import WebhookReceiver
from linkedapi_async.testing import CapturedMessage, Delay, FakeClock, Sandbox
from linkedapi_async.webhooks import sign

if TYPE_CHECKING:
    from tests.direct.conftest import Capture, Connect

HOOK = "https://hooks.example.com/"
SECRET = "the-signing-secret"
MINE, OTHERS = "account-1", "account-2"

Tell = Callable[..., None]


@pytest.fixture
def receiver(clock: FakeClock) -> WebhookReceiver:
    """Hears events on the test's clock."""
    return WebhookReceiver(secrets=[SECRET], clock=clock)


@pytest.fixture
def heard(connect: "Connect", receiver: WebhookReceiver) -> LinkedApi:
    """A client whose events are heard."""
    return connect(receiver=receiver)


@pytest.fixture
def tell(receiver: WebhookReceiver, clock: FakeClock) -> Tell:
    """Deliver an event, rightly signed."""
    numbers = iter(range(1, 1_000_000))

    def deliver(kind: str = "inbox.messageReceived", **data: Any) -> None:
        facts = {"accountId": MINE, "type": "st", "threadId": "2-main-1", **data}
        event = {"id": f"event-{next(numbers)}", "type": kind, "data": facts}
        body = json.dumps(event).encode()
        headers = sign(body, secret=SECRET, now=clock.wall().timestamp())
        assert receiver.receive(body, headers).event is not None

    return deliver


@attrs.define
class Waiting:
    """A stream that waits for its first item, far from its next poll.

    Attributes:
        stream: The stream.
        item: What it will hand out.
        begun: When it began to wait.
    """

    stream: Stream[Any]
    item: asyncio.Task[Any]
    begun: float


async def wait(stream: Stream[Any], clock: FakeClock) -> Waiting:
    """Let a stream find nothing and wait."""

    async def first() -> Any:
        return await anext(stream)

    item = asyncio.get_running_loop().create_task(first())
    await clock.sleep(10)
    return Waiting(stream, item, clock.now())


def polls(sandbox: Sandbox) -> int:
    """Return how often was asked."""
    return len(sandbox.log.requests("direct"))


async def test_an_event_is_asked_about_at_once(
    heard: LinkedApi, sandbox: Sandbox, clock: FakeClock, capture: "Capture", tell: Tell
) -> None:
    """No time passes until the message is there."""
    scene = await wait(heard.inbox.follow(interval=3600.0), clock)
    (expected,) = capture()

    tell(messageId=expected)

    assert (await scene.item).id == expected
    assert clock.now() == scene.begun
    assert polls(sandbox) == 2


async def test_an_event_of_another_thread_counts(
    heard: LinkedApi, clock: FakeClock, capture: "Capture", tell: Tell
) -> None:
    """Web servers deliver on threads of their own."""
    scene = await wait(heard.inbox.follow(interval=3600.0), clock)
    (expected,) = capture()

    thread = threading.Thread(target=tell)
    thread.start()
    thread.join()

    assert (await scene.item).id == expected
    assert clock.now() == scene.begun


async def test_an_event_between_two_items_is_not_lost(
    heard: LinkedApi, clock: FakeClock, capture: "Capture", tell: Tell
) -> None:
    """What is told while the application deals with an item is asked about next."""
    first = capture()
    stream = heard.inbox.follow(interval=3600.0)
    got = [(await anext(stream)).id]
    await clock.sleep(10)
    second = capture()

    tell()
    got.append((await anext(stream)).id)

    assert got == [*first, *second]
    assert clock.now() < 11


async def test_an_event_during_a_poll_is_asked_about_anew(
    heard: LinkedApi, sandbox: Sandbox, clock: FakeClock, capture: "Capture", tell: Tell
) -> None:
    """The answer under way may be older than it."""
    sandbox.inject(Delay(5), on="direct")
    stream = heard.inbox.follow(interval=3600.0)
    waiting = asyncio.ensure_future(anext(stream))
    await clock.sleep(2)
    (expected,) = capture()

    tell()

    assert (await waiting).id == expected
    assert clock.now() < 6


@pytest.mark.parametrize(
    ("options", "data"),
    [
        ({"type": "nv"}, {}),
        ({"thread_id": "2-main-9"}, {}),
        ({}, {"kind": "network.connectionAdded"}),
        ({}, {"kind": "workflow.completed"}),
    ],
)
async def test_an_event_about_something_else_is_not_asked_about(  # noqa: PLR0917 - and columns
    heard: LinkedApi,
    sandbox: Sandbox,
    clock: FakeClock,
    tell: Tell,
    options: dict[str, Any],
    data: dict[str, Any],
) -> None:
    """Another inbox, another thread, another kind of event."""
    scene = await wait(heard.inbox.follow(interval=3600.0, **options), clock)

    tell(**data)
    await clock.sleep(60)

    assert polls(sandbox) == 1
    await scene.stream.aclose()
    with pytest.raises(StopAsyncIteration):
        await scene.item


async def test_many_events_are_one_question(
    heard: LinkedApi, sandbox: Sandbox, clock: FakeClock, tell: Tell
) -> None:
    """A crowd of them is asked about once, and again after a breath while more come."""
    scene = await wait(heard.inbox.follow(interval=3600.0), clock)

    for _ in range(50):
        tell()
        await clock.sleep(0.1)
    await clock.sleep(10)

    assert 5 <= polls(sandbox) <= 13
    await scene.stream.aclose()
    with pytest.raises(StopAsyncIteration):
        await scene.item


async def test_an_event_does_not_cut_a_pause_short(
    heard: LinkedApi, sandbox: Sandbox, clock: FakeClock, capture: "Capture", tell: Tell
) -> None:
    """What the service asked for after a failure holds."""
    capture()
    sandbox.inject(429, on="direct", headers={"Retry-After": "20"})
    scene = await wait(heard.inbox.follow(interval=1.0), clock)

    tell()
    await scene.item

    first, second = sandbox.log.requests("direct")
    assert second.at - first.at == pytest.approx(20.0, abs=0.1)


async def test_events_of_other_accounts_are_learned_to_be_theirs(
    heard: LinkedApi, sandbox: Sandbox, clock: FakeClock, capture: "Capture", tell: Tell
) -> None:
    """A message that is told and polled names the account; then others wake nobody here."""
    scene = await wait(heard.inbox.follow(interval=3600.0), clock)
    tell(accountId=OTHERS, messageId="somebody else's")
    await clock.sleep(10)
    assert polls(sandbox) == 2
    (expected,) = capture()
    tell(messageId=expected)
    await scene.item

    again = await wait(scene.stream, clock)
    other = await wait(heard.network.follow(interval=3600.0), clock)
    before = polls(sandbox)
    for kind in ("inbox.messageReceived", "network.connectionAdded"):
        tell(kind, accountId=OTHERS)
        await clock.sleep(10)
    assert polls(sandbox) == before

    (last,) = capture()
    tell(accountId=None)
    assert (await again.item).id == last
    other.item.cancel()


async def test_little_is_remembered_of_others(
    heard: LinkedApi, clock: FakeClock, capture: "Capture", tell: Tell
) -> None:
    """However many events of others come before the account is known."""
    scene = await wait(heard.inbox.follow(interval=3600.0), clock)
    for number in range(1200):
        tell(accountId=OTHERS, messageId=f"theirs-{number}")
    (expected,) = capture()
    tell(messageId=expected)

    assert (await scene.item).id == expected


async def test_a_stream_that_is_gone_hears_nothing(
    heard: LinkedApi, receiver: WebhookReceiver, capture: "Capture", tell: Tell
) -> None:
    """Closed or forgotten: the receiver keeps nothing of it."""
    capture()
    kept = [heard.inbox.follow() for _ in range(2)]
    await asyncio.gather(*[anext(stream) for stream in kept])
    assert len(receiver._listeners) == 2

    await kept.pop().aclose()
    assert len(receiver._listeners) == 1
    kept.clear()
    gc.collect()

    assert receiver._listeners == []
    tell()


async def test_the_network_is_asked_about(
    sandbox: Sandbox, clock: FakeClock, receiver: WebhookReceiver, connect: "Connect", tell: Tell
) -> None:
    """Of the kind that is followed."""
    heard = connect(receiver=receiver, policy=Policy.batch())
    await heard.run(SyncNetwork())
    scene = await wait(heard.network.follow(type="connectionAdded", interval=3600.0), clock)
    tell("network.connectionAccepted")
    await clock.sleep(10)
    assert polls(sandbox) == 1

    sandbox.add_connection(1)
    tell("network.connectionAdded")

    assert (await scene.item).type == "connectionAdded"
    assert clock.now() < scene.begun + 11


async def test_conversations_are_asked_about(
    sandbox: Sandbox, clock: FakeClock, heard: LinkedApi, tell: Tell
) -> None:
    """When the watched inbox tells of a message."""
    person = "https://www.linkedin.com/in/person1"
    await heard.run(SyncConversation(person_url=person))
    polled = [ConversationPoll(person_url=person)]
    scene = await wait(heard.conversations.follow(polled, interval=3600.0), clock)
    sandbox.receive_message(1, "Hello")

    tell()

    assert (await scene.item).message.text == "Hello"
    assert clock.now() == scene.begun


async def test_the_whole_way(sandbox: Sandbox, clock: FakeClock, connect: "Connect") -> None:
    """Somebody writes, the service delivers, the stream asks: each message once, at once."""
    webhook = sandbox.deliveries.subscribe(HOOK)
    receiver = WebhookReceiver(secrets=[webhook.secret], clock=clock)
    runner = web.AppRunner(receiver.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    sandbox.deliveries.lead(HOOK, f"http://{host}:{port}")
    api = connect(receiver=receiver)
    await api.run(SyncInbox())
    scene = await wait(api.inbox.follow(interval=3600.0), clock)

    sandbox.receive_message(1, "Hello")
    first = await scene.item
    other = sandbox.add_account("other")
    other.watch("st", clock.wall())
    for number in range(5):
        sandbox.receive_message(2, f"Not for you {number}", account=other)
        await clock.sleep(10)
    before = polls(sandbox)
    again = await wait(scene.stream, clock)
    sandbox.receive_message(1, "Hello again")
    second = await again.item
    await api.aclose()
    await runner.cleanup()

    assert [first.text, second.text] == ["Hello", "Hello again"]
    assert clock.now() - scene.begun < 70
    assert before == 2
    assert polls(sandbox) == 3
    captured = [one for one in sandbox.account().captured if isinstance(one, CapturedMessage)]
    assert [one.inbox_message_id for one in captured] == [first.id, second.id]


def test_a_loop_that_is_over_is_not_rung_on(
    receiver: WebhookReceiver, clock: FakeClock, tell: Tell
) -> None:
    """An event for a stream whose loop has ended is nobody's."""
    streams: list[Stream[Any]] = []

    async def follow() -> None:
        async with (
            Sandbox(clock=clock) as sandbox,
            LinkedApi(
                base_url=sandbox.base_url, clock=clock, receiver=receiver, **sandbox.tokens
            ) as api,
        ):
            streams.append(api.inbox.follow())
            with pytest.raises(TimeoutError):
                async with clock.timer(1):
                    await anext(streams[0])

    asyncio.run(follow())

    tell()

    assert len(receiver._listeners) == 1
