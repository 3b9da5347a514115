"""Following over sockets: every item once, whatever is cut off, late, crowded or failing."""

import asyncio
import weakref
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from linkedapi_async import LinkedApi, Policy
from linkedapi_async.errors import (
    ClientClosed,
    ConfigurationError,
    FatalError,
    ProtocolError,
    UserActionRequired,
)
from linkedapi_async.events import BackingOff, Event, Held
from linkedapi_async.following import Stream
from linkedapi_async.models import ConversationPoll
from linkedapi_async.operations import (
    NvSyncConversation,
    SendMessage,
    SyncConversation,
    SyncInbox,
    SyncNetwork,
)
from linkedapi_async.testing import Body, Delay, FakeClock, Html, Reset, Sandbox

if TYPE_CHECKING:
    from tests.direct.conftest import Capture, Connect

SITE = "https://www.linkedin.com/in"
PERSON = f"{SITE}/person1"


async def take(stream: Stream[Any], count: int) -> list[Any]:
    """Return so many items."""
    return [await anext(stream) for _ in range(count)]


async def is_quiet(stream: Stream[Any], clock: FakeClock, seconds: float = 900.0) -> bool:
    """Return whether nothing more comes for a while."""
    try:
        async with clock.timer(seconds):
            await anext(stream)
    except TimeoutError:
        return True
    return False


def polled_at(sandbox: Sandbox) -> list[float]:
    """Return when polls came."""
    return [request.at for request in sandbox.log.requests("direct")]


# ── every item once ──

FAULTS: tuple[Any, ...] = (503, Html(), Reset(), Reset("request", 5), "tooManyRequests", Delay(60))


@pytest.mark.parametrize("includes_edge", [True, False])
@pytest.mark.parametrize("cluster", [1, 40, 300])
async def test_a_thousand_messages_through_ten_restarts(  # noqa: PLR0917 - fixtures and columns
    sandbox: Sandbox,
    connect: "Connect",
    capture: "Capture",
    clock: FakeClock,
    includes_edge: bool,  # noqa: FBT001 - a column
    cluster: int,
) -> None:
    """Messages in crowds of one millisecond, captured late, while polls fail: each comes once."""
    sandbox.direct.includes_edge = includes_edge
    chance = Random(f"{includes_edge} {cluster}")
    expected: list[str] = []

    async def arrive() -> None:
        while len(expected) < 1000:
            count = min(chance.randint(1, cluster), 1000 - len(expected))
            late = chance.choice((0, 0, chance.uniform(0, 240)))
            expected.extend(capture(count, late=late))
            if chance.random() < 0.2:
                sandbox.inject(chance.choice(FAULTS), on="direct", times=chance.randint(1, 3))
            await clock.sleep(chance.uniform(0, 4 * count))

    arriving = asyncio.ensure_future(arrive())
    got: list[str] = []
    cursor: str | None = None
    for restart in range(11):
        api = connect()
        stream = api.inbox.follow(cursor, interval=20.0)
        most = chance.randint(1, 180) if restart < 10 else 1000
        while most and len(got) < 1000:
            got.append((await anext(stream)).id or "")
            most -= 1
        cursor = stream.cursor
        await api.aclose()
    await arriving
    sandbox.clear_faults()

    assert sorted(got) == sorted(expected)
    assert await is_quiet(connect().inbox.follow(cursor), clock)


async def test_one_client_hands_out_what_it_saw(
    api: LinkedApi, capture: "Capture", sandbox: Sandbox
) -> None:
    """Oldest first, one poll for all there is, and a cursor within the handful."""
    expected = capture(3)
    stream = api.inbox.follow()

    first = await anext(stream)
    cursor = stream.cursor
    rest = await take(stream, 2)
    again = await take(api.inbox.follow(cursor), 2)

    assert [one.id for one in (first, *rest)] == expected
    assert again == rest
    assert len(polled_at(sandbox)) == 2


async def test_following_begins_where_it_is_told(
    api: LinkedApi, capture: "Capture", clock: FakeClock, sandbox: Sandbox
) -> None:
    """With a moment, as a datetime or as text; with what else narrows it."""
    capture()
    await clock.sleep(100)
    expected = capture()
    moment = clock.wall()

    for since in (moment, moment.isoformat()):
        (found,) = await take(api.inbox.follow(since, type="st", thread_id="2-main-1"), 1)
        assert [found.id] == expected
    assert sandbox.log.requests("direct")[0].body == {
        "since": "2026-01-05T09:01:39.000Z",
        "type": "st",
        "threadId": "2-main-1",
    }


@pytest.mark.parametrize(
    "options",
    [
        {"interval": 0},
        {"interval": float("inf")},
        {"interval": "30"},
        {"interval": True},
        {"overlap": -1},
        {"since": "soon"},
        {"since": "inbox1.AAAA"},
    ],
    ids=str,
)
def test_options_are_checked(options: dict[str, Any]) -> None:
    """Before anything is sent."""
    api = LinkedApi(linked_api_token="a", identification_token="b")

    with pytest.raises(ConfigurationError):
        api.inbox.follow(**options)
    with pytest.raises(ConfigurationError):
        api.network.follow(**options)


async def test_a_cursor_is_of_its_kind(api: LinkedApi) -> None:
    """What was read of an inbox tells nothing of the network."""
    with pytest.raises(ConfigurationError, match="no cursor of network"):
        api.network.follow(api.inbox.follow().cursor)


# ── when it asks ──


async def test_it_asks_on_schedule(api: LinkedApi, sandbox: Sandbox, clock: FakeClock) -> None:
    """At once, then at the interval, give or take a fifth."""
    stream = api.inbox.follow(interval=60.0)

    assert await is_quiet(stream, clock, 600)

    moments = polled_at(sandbox)
    pauses = [after - before for before, after in pairwise(moments)]
    assert moments[0] == 0
    assert 8 <= len(pauses) <= 12
    assert all(48 <= pause <= 72 for pause in pauses)
    assert len(set(pauses)) > 1
    assert repr(stream) == "<Stream pollInbox every 60 s>"


async def test_failures_are_waited_out(
    sandbox: Sandbox, connect: "Connect", capture: "Capture", told: list[Event]
) -> None:
    """However many: pauses grow, and each is announced as one of a poll, not of a retry."""
    api = connect(policy=attrs.evolve(Policy.service(), max_delay=100.0))
    capture()
    sandbox.inject(503, on="direct", times=30)

    await anext(api.inbox.follow(interval=10.0))

    pauses = [event for event in told if isinstance(event, BackingOff)]
    assert len(pauses) == 30
    assert {event.purpose for event in pauses} == {"poll"}
    assert pauses[0].delay < 15
    assert all(80 <= event.delay <= 120 for event in pauses[10:])


async def test_a_success_begins_anew(
    api: LinkedApi, sandbox: Sandbox, capture: "Capture", told: list[Event]
) -> None:
    """After it, pauses are short again."""
    capture()
    stream = api.inbox.follow(interval=1.0)
    sandbox.inject(503, on="direct", times=5)
    await anext(stream)
    capture()
    sandbox.inject(503, on="direct")
    await anext(stream)

    *_, before, after = [event.delay for event in told if isinstance(event, BackingOff)]
    assert before > 3
    assert after < 1.3


async def test_the_service_says_when(sandbox: Sandbox, api: LinkedApi, capture: "Capture") -> None:
    """Retry-After counts, as far as the policy follows it."""
    capture()
    sandbox.inject(429, on="direct", headers={"Retry-After": "25"})

    await anext(api.inbox.follow(interval=1.0))

    before, after = polled_at(sandbox)
    assert after - before == pytest.approx(25.0, abs=0.1)


async def test_a_refusal_is_raised_and_gone_on_from(
    api: LinkedApi, sandbox: Sandbox, capture: "Capture"
) -> None:
    """The stream and its cursor are as before; what was missed comes once the cause is gone."""
    expected = capture()
    stream = api.inbox.follow(interval=10.0)
    got = [await anext(stream)]
    cursor = stream.cursor
    sandbox.admin.billing.take_seat(sandbox.account())
    expected += capture()

    with pytest.raises(UserActionRequired):
        await anext(stream)
    with pytest.raises(UserActionRequired):
        await anext(stream)
    assert stream.cursor == cursor
    sandbox.admin.billing.give_seat(sandbox.account())
    got.append(await anext(stream))

    assert [one.id for one in got] == expected
    moments = polled_at(sandbox)
    assert all(after - before >= 8 for before, after in pairwise(moments))


async def test_an_answer_of_another_form_is_raised(
    api: LinkedApi, sandbox: Sandbox, capture: "Capture"
) -> None:
    """And gone on from likewise."""
    expected = capture()
    sandbox.inject(Body(b'{"success":true,"result":{"messages":[1]}}'), on="direct")
    stream = api.inbox.follow()

    with pytest.raises(ProtocolError, match=r"result\.messages"):
        await anext(stream)

    assert (await anext(stream)).id == expected[0]


async def test_holding_waits_for_a_person(
    sandbox: Sandbox,
    connect: "Connect",
    capture: "Capture",
    clock: FakeClock,
    told: list[Event],
) -> None:
    """For hours if need be: following has no deadline."""
    api = connect(policy=attrs.evolve(Policy.service(), on_user_action="hold"))
    sandbox.admin.billing.take_seat(sandbox.account())
    expected = capture()
    waiting = asyncio.ensure_future(anext(api.inbox.follow()))
    await clock.sleep(6 * 3600)
    assert not waiting.done()

    sandbox.admin.billing.give_seat(sandbox.account())

    assert (await waiting).id == expected[0]
    assert [event for event in told if isinstance(event, Held)]


# ── how it ends ──


async def test_closing_the_client_ends_the_wait(connect: "Connect", clock: FakeClock) -> None:
    """With the error every wait ends in then."""
    api = connect()
    stream = api.inbox.follow()
    waiting = asyncio.ensure_future(anext(stream))
    await clock.sleep(100)

    await api.aclose()

    with pytest.raises(ClientClosed):
        await waiting
    with pytest.raises(ClientClosed):
        await anext(stream)


@pytest.mark.parametrize("after", [0.0, 100.0])
async def test_closing_the_stream_ends_the_loop(
    api: LinkedApi, sandbox: Sandbox, capture: "Capture", clock: FakeClock, after: float
) -> None:
    """Whether it waits or asks just then; the cursor can be gone on from."""
    sandbox.inject(Delay(5), on="direct", skip=1)
    expected = capture()
    stream = api.inbox.follow(interval=30.0)
    got: list[str | None] = []

    async def loop() -> None:
        async for one in stream:
            got.append(one.id)  # noqa: PERF401 - what came counts also when the rest does not

    looping = asyncio.ensure_future(loop())
    await clock.sleep(after or 1.0)
    expected += capture()
    while not after and len(polled_at(sandbox)) < 2:
        await clock.sleep(1.0)
    await stream.aclose()
    await looping
    await stream.aclose()

    assert got == expected[: len(got)]
    assert [one.id for one in await take(api.inbox.follow(stream.cursor), 2 - len(got))] == (
        expected[len(got) :]
    )
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_cancelling_loses_nothing(
    api: LinkedApi, sandbox: Sandbox, capture: "Capture", clock: FakeClock
) -> None:
    """In the middle of a request, too."""
    expected = capture(5)
    sandbox.inject(Delay(10), on="direct", times=3)
    stream = api.inbox.follow()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with clock.timer(5):
                await anext(stream)

    assert [one.id for one in await take(stream, 5)] == expected
    assert await is_quiet(stream, clock)


async def test_tasks_may_share_a_stream(
    api: LinkedApi, capture: "Capture", clock: FakeClock, sandbox: Sandbox
) -> None:
    """Each item goes to one of them, and one asks for all."""
    stream = api.inbox.follow(interval=10.0)
    waiting = [asyncio.ensure_future(take(stream, 5)) for _ in range(4)]
    expected: list[str] = []
    for _ in range(4):
        await clock.sleep(25)
        expected += capture(5)

    got = [one.id for found in await asyncio.gather(*waiting) for one in found]

    assert sorted(got) == sorted(expected)
    assert len(polled_at(sandbox)) < 20


# ── what else can be followed ──


async def test_a_conversation_on_linkedin_is_followed(api: LinkedApi, sandbox: Sandbox) -> None:
    """From the moment the inbox is watched, both sides."""
    await api.run(SendMessage(person_url=PERSON, text="Too early"))
    await api.run(SyncInbox())
    stream = api.inbox.follow(interval=5.0)
    sandbox.receive_message(1, "Hello")
    first = await anext(stream)
    await api.run(SendMessage(person_url=PERSON, text="Good day"))
    second = await anext(stream)

    assert [(one.sender, one.text) for one in (first, second)] == [
        ("them", "Hello"),
        ("us", "Good day"),
    ]


@pytest.mark.parametrize("kind", [None, "connectionAdded"])
async def test_the_network_is_followed(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock, kind: Any
) -> None:
    """Each change once, of all kinds or of one."""
    await api.run(SyncNetwork())
    sandbox.add_connection(1)
    sandbox.receive_invitation(2)
    stream = api.network.follow(type=kind)
    got = await take(stream, 1 if kind else 2)
    sandbox.add_connection(3)
    got += await take(api.network.follow(stream.cursor, type=kind), 1)

    added = [(one.type, one.person_url) for one in got if one.type == "connectionAdded"]
    assert added == [("connectionAdded", f"{SITE}/person{number}") for number in (1, 3)]
    assert len(got) == (2 if kind else 3)
    await clock.sleep(1)
    assert await is_quiet(api.network.follow(clock.wall()), clock)


@pytest.mark.parametrize("wire", ["linked_api", "linked_api_v3", "account_api"])
async def test_conversations_are_followed(
    api: LinkedApi, connect: "Connect", sandbox: Sandbox, clock: FakeClock, wire: str
) -> None:
    """Several with one cursor, on every wire; each message with the conversation it came in."""
    await api.run(SyncConversation(person_url=PERSON))
    await api.run(NvSyncConversation(person_url=PERSON))
    await api.run(SyncConversation(person_url=f"{SITE}/person10"))
    polls = [
        ConversationPoll(person_url=PERSON),
        ConversationPoll(person_url=PERSON, type="nv"),
        ConversationPoll(person_url=f"{SITE}/person10", since=clock.wall()),
    ]
    older = connect(wire)
    stream = older.conversations.follow(polls)
    got: list[tuple[str, str | None]] = []
    cursor: str | None = None
    for number in range(6):
        await clock.sleep(1)
        person, channel = (10, "st") if number % 3 == 2 else (1, ("st", "nv")[number % 3])
        sandbox.receive_message(person, f"Message {number}", channel=channel)  # type: ignore[arg-type]  # both are
        stream = older.conversations.follow(polls, cursor)
        update = await anext(stream)
        assert update.conversation == polls[number % 3]
        assert update.sync_until_at is not None
        got.append((update.conversation.type, update.message.text))
        cursor = stream.cursor

    assert got == [(("st", "nv", "st")[n % 3], f"Message {n}") for n in range(6)]
    assert await is_quiet(stream, clock)
    assert await is_quiet(older.conversations.follow(polls[:1], cursor), clock)
    (early,) = await take(older.conversations.follow(polls[2:], "2025-12-21T12:30:00Z"), 1)
    assert early.message.text == "Message 2"


async def test_a_start_counts_for_conversations_without_one(
    api: LinkedApi, clock: FakeClock, sandbox: Sandbox
) -> None:
    """Their own `since` wins over the common one."""
    await api.run(SyncConversation(person_url=f"{SITE}/person10"))
    await api.run(SyncConversation(person_url=f"{SITE}/person20"))
    polls = [
        ConversationPoll(person_url=f"{SITE}/person10", since="2025-01-01"),
        ConversationPoll(person_url=f"{SITE}/person20"),
    ]
    stream = api.conversations.follow(polls, clock.wall())
    got = await take(stream, 2)
    sandbox.receive_message(20, "New")
    got += await take(stream, 1)

    assert [one.conversation.person_url[-2:] for one in got] == ["10", "10", "20"]
    assert [one.message.sender for one in got] == ["them", "us", "them"]


async def test_unsynced_conversations_cannot_be_followed(api: LinkedApi) -> None:
    """Nor can none at all."""
    with pytest.raises(FatalError) as caught:
        await anext(api.conversations.follow([ConversationPoll(person_url=PERSON)]))
    assert caught.value.code == "conversationsNotSynced"

    with pytest.raises(ConfigurationError, match="empty"):
        api.conversations.follow([])


def conversation(url: str | None, *texts: str) -> str:
    """Return a conversation as the service tells it, without ids and moments."""
    messages = ",".join(f'{{"text":"{text}"}}' for text in texts)
    name = "null" if url is None else f'"{url}"'
    return f'{{"personUrl":{name},"type":"st","messages":[{messages}]}}'


async def test_conversations_without_a_name_are_told_by_their_place(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """As long as there are as many as were asked for; what has no id is told by what it says."""
    polls = [ConversationPoll(person_url="a"), ConversationPoll(person_url="b")]
    result = f"[{conversation(None, 'Same', 'Same', 'Other')},{conversation('x', 'Same')}]"
    sandbox.inject(Body(f'{{"success":true,"result":{result}}}'.encode()), on="direct", times=None)
    stream = api.conversations.follow(polls)

    got = await take(stream, 3)

    assert {(one.conversation.person_url, one.message.text) for one in got} == {
        ("a", "Other"),
        ("a", "Same"),
        ("b", "Same"),
    }
    assert await is_quiet(stream, clock, 60)


async def test_a_conversation_nobody_asked_for_is_raised(api: LinkedApi, sandbox: Sandbox) -> None:
    """It could be anybody's."""
    body = f'{{"success":true,"result":[{conversation("x")},{conversation("y")}]}}'
    sandbox.inject(Body(body.encode()), on="direct")

    with pytest.raises(ProtocolError, match=r"result\[0\]"):
        await anext(api.conversations.follow([ConversationPoll(person_url="a")]))


async def test_a_forgotten_stream_is_gone(api: LinkedApi, capture: "Capture") -> None:
    """It holds no task and no timer: it lives while somebody has it."""
    capture()
    stream = api.inbox.follow()
    await anext(stream)
    there = weakref.ref(stream)

    del stream

    assert there() is None
