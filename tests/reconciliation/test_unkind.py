"""Clocks that differ, readings that lag, queues in another order: nothing is concluded wrongly."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeAlias

import attrs
import pytest

from linkedapi_async import CustomWorkflow, LinkedApi, OutcomeUnknown, Policy
from linkedapi_async.operations import (
    AcceptInvitation,
    CommentOnPost,
    CreatePost,
    CreateRepost,
    FetchPerson,
    FetchPost,
    ManageConversation,
    NvSendMessage,
    Operation,
    ReactToPost,
    RemoveConnection,
    ReplyToComment,
    RetrieveInvitations,
    RetrievePendingRequests,
    SearchPosts,
    SendConnectionRequest,
    SendMessage,
    SyncConversation,
    SyncInbox,
    WithdrawConnectionRequest,
)
from linkedapi_async.reconciliation import Verdict, reconcile
from linkedapi_async.testing import Body, FakeClock, Reset, Sandbox
from linkedapi_async.testing.log import ActionExecuted

SITE = "https://www.linkedin.com"
BOB = f"{SITE}/in/person2"
HELLO = SendMessage(person_url=BOB, text="Good morning")

Connect: TypeAlias = Callable[..., LinkedApi]


class Wrong:
    """The time of another clock, whose moments are told wrongly."""

    def __init__(self, right: FakeClock, ahead: float) -> None:
        self.now, self.draw, self.sleep = right.now, right.draw, right.sleep
        self.call_later, self.timer = right.call_later, right.timer
        self.wall = lambda: right.wall() + timedelta(seconds=ahead)


@pytest.fixture
async def slow(clock: FakeClock) -> AsyncIterator[Sandbox]:
    """A service whose workflows take ten seconds."""
    async with Sandbox(seed=0, clock=clock, duration=10.0) as sandbox:
        yield sandbox


@pytest.fixture
async def connect(slow: Sandbox, clock: FakeClock) -> AsyncIterator[Connect]:
    """Open a client whose clock may be wrong by some seconds."""
    opened: list[LinkedApi] = []

    def open_client(ahead: float = 0.0, **options: Any) -> LinkedApi:
        client = LinkedApi(
            base_url=slow.base_url,
            clock=Wrong(clock, ahead) if ahead else clock,
            **{**slow.tokens, **options},
        )
        opened.append(client)
        return client

    yield open_client
    for client in opened:
        await client.aclose()


async def lose(
    api: LinkedApi, sandbox: Sandbox, operation: Operation[Any], *, is_read: bool
) -> datetime:
    """Start something whose reply is lost; return when, by that client's clock."""
    since = api.clock.wall()
    sandbox.inject(Reset(side="reply") if is_read else Reset(side="request", after=100))
    with pytest.raises(OutcomeUnknown):
        await api.start(operation)
    return since


# ── clocks ──


@pytest.mark.parametrize("ahead", [-86400.0, -3600.0, -150.0, 150.0, 3600.0, 86400.0])
@pytest.mark.parametrize(
    "operation", [HELLO, CreatePost(text="What I learned"), CreatePost(text="🎉")]
)
async def test_a_wrong_clock_makes_nothing_undone(
    operation: Operation[Any], ahead: float, connect: Connect, slow: Sandbox
) -> None:
    """Minutes, an hour as by a wrong zone, a day: the service's own clock is what counts."""
    api = connect(ahead)
    since = await lose(api, slow, operation, is_read=True)

    finding = await reconcile(api, operation, since=since)

    assert finding.verdict is not Verdict.NOT_DONE
    assert len(slow.log.effects()) == 1


@pytest.mark.parametrize("ahead", [-3600.0, -150.0, 150.0, 3600.0])
async def test_a_clock_that_was_wrong_and_is_right(
    ahead: float, connect: Connect, slow: Sandbox
) -> None:
    """Whichever of both has told when it was sent: what was written before is not taken for it."""
    api = connect(ahead)
    await api.run(HELLO)
    await api.clock.sleep(abs(ahead) / 2)
    since = await lose(api, slow, HELLO, is_read=False)

    finding = await reconcile(api, HELLO, since=since)

    assert finding.verdict is not Verdict.DONE


# ── what lags ──


@pytest.mark.parametrize("lag", [0.0, *range(10, 60, 2), 600.0])
async def test_statistics_that_lag_prove_nothing_by_a_reading_of_somebody_else(
    lag: float, connect: Connect, slow: Sandbox, clock: FakeClock
) -> None:
    """One queued before the doubtful start is not the one that was run to find out."""
    api = connect()
    await api.run(SyncInbox())
    thread = slow.receive_message(4, "Good morning").thread_id
    await clock.sleep(3600.0)
    slow.direct.lag = lag
    filing = ManageConversation(thread_id=thread, operation="archive")
    await api.start(FetchPerson(person_url=BOB))
    await api.start(RetrievePendingRequests())
    since = await lose(api, slow, filing, is_read=True)

    finding = await reconcile(api, filing, since=since)

    assert finding.verdict is Verdict.UNKNOWN
    assert len(slow.log.effects()) == 1


@pytest.mark.parametrize("lag", [0.0, 3.0, 600.0])
async def test_a_history_that_lags_holds_no_proof(
    lag: float, connect: Connect, slow: Sandbox
) -> None:
    """A conversation that was just loaded may be told a moment later."""
    api = connect()
    slow.direct.lag = lag
    since = await lose(api, slow, HELLO, is_read=True)

    finding = await reconcile(api, HELLO, since=since)

    assert finding.verdict is not Verdict.NOT_DONE
    assert len(slow.log.effects()) == 1


async def test_an_inbox_that_does_not_know_the_person_holds_no_proof(
    connect: Connect, slow: Sandbox
) -> None:
    """It may know another form of the address; the conversation that was synced counts as well."""
    api = connect()
    since = await lose(api, slow, HELLO, is_read=True)
    await api.account_info()
    slow.inject(
        Body(b'{"success": true, "result": {"messages": [], "threads": []}}'), on="direct", skip=1
    )

    finding = await reconcile(api, HELLO, since=since)

    *_, inbox = slow.log.requests("direct")
    assert inbox.fault is not None
    assert finding.verdict is Verdict.DONE


# ── queues ──


@pytest.mark.parametrize(
    "operation", [HELLO, SendConnectionRequest(person_url=f"{SITE}/in/person3")]
)
async def test_what_was_parked_may_start_in_any_order(
    operation: Operation[Any], connect: Connect, slow: Sandbox
) -> None:
    """A reading that waited for the working hours proves nothing of what waited beside it."""
    api = connect(policy=Policy.batch())
    slow.close_hours(3600.0, is_reversed=True)
    since = await lose(api, slow, operation, is_read=True)

    finding = await reconcile(api, operation, since=since)

    assert finding.verdict is Verdict.DONE
    assert len(slow.log.effects()) == 1


async def test_a_reading_that_is_parked_each_time_proves_nothing(
    connect: Connect, slow: Sandbox, clock: FakeClock
) -> None:
    """It is run three times; then a person has to look."""
    api = connect(policy=Policy.batch())
    since = await lose(api, slow, HELLO, is_read=False)

    async def close_again() -> None:
        for _ in range(4):
            slow.close_hours(60.0)
            await clock.sleep(61.0)

    closing = asyncio.create_task(close_again())
    finding = await reconcile(api, SendConnectionRequest(person_url=BOB), since=since)
    await closing

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.evidence.endswith("so it may still be to come.")
    assert len(slow.log.workflows()) == 3


async def test_an_older_sync_does_not_say_until_when(connect: Connect, slow: Sandbox) -> None:
    """As the public pages have it; what is told of the conversation is believed then."""
    api = connect()
    await api.run(SyncConversation(person_url=BOB))
    since = await lose(api, slow, HELLO, is_read=True)
    await api.clock.sleep(60.0)
    report = b'{"actionType": "st.syncConversation", "success": true}'
    ended = b'{"success": true, "result": {"workflowStatus": "completed", "completion": %b}}'
    slow.inject(Body(ended % report), on="poll")

    finding = await reconcile(api, HELLO, since=since)

    assert finding.verdict is Verdict.DONE


# ── all of it at once ──

POSTS = f"{SITE}/posts"
TEXTS = (
    "Hi",
    "Hi 👋",
    "Good morning",
    "Good morning to you, and to all of your team",
    "See a.example/b",
)
READINGS: tuple[Operation[Any], ...] = (
    FetchPerson(person_url=BOB),
    FetchPost(post_url=f"{POSTS}/post3", retrieve_comments=True),
    RetrieveInvitations(),
    RetrievePendingRequests(),
    SearchPosts(term="morning"),
    SyncConversation(person_url=BOB),
)


@attrs.frozen
class Life:
    """A stretch of an account's life, as a seed determines it.

    Attributes:
        chance: What is drawn from.
        thread: A thread its watched inbox knows.
        comment: Address of a comment.
        invitation: Address of a company it is invited to follow.
    """

    chance: Random
    thread: str
    comment: str
    invitation: str

    def write(self) -> Operation[Any]:
        """Return something that writes, alike to others that it may return."""
        pick = self.chance.choice
        someone = f"{SITE}/in/person{pick((2, 3, 5, 6, 10))}"
        post, text = f"{POSTS}/post{pick((3, 4))}", pick(TEXTS)
        return pick(
            (
                SendMessage(person_url=BOB, text=text),
                SendMessage(person_url=someone, text=text),
                SendMessage(thread_id=self.thread, text=text),
                NvSendMessage(person_url=f"{SITE}/in/person8", text=text, subject="You"),
                SendConnectionRequest(person_url=someone),
                WithdrawConnectionRequest(person_url=someone),
                RemoveConnection(person_url=someone),
                CommentOnPost(post_url=post, text=text),
                ReplyToComment(comment_url=self.comment, text=text),
                ReactToPost(post_url=post, type=pick(("like", "love"))),
                CreatePost(text=text),
                CreateRepost(post_url=post, text=pick((None, text))),
                AcceptInvitation(invitation_type="companyFollow", company_url=self.invitation),
                ManageConversation(thread_id=self.thread, operation=pick(("archive", "star"))),
                CustomWorkflow([_tree(SendMessage(person_url=someone, text=text))]),
                CustomWorkflow(
                    [
                        _tree(SendMessage(person_url=someone, text=text)),
                        _tree(ReactToPost(post_url=post, type="like")),
                    ]
                ),
            )
        )

    def anything(self) -> Operation[Any]:
        """Return a reading, or now and then something that writes."""
        return self.write() if self.chance.random() < 0.3 else self.chance.choice(READINGS)


def _tree(operation: Operation[Any]) -> Any:
    return operation.workflow()


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(4))
async def test_no_verdict_is_ever_wrong(
    batch: int, connect: Connect, slow: Sandbox, clock: FakeClock, *, soaking: bool
) -> None:
    """Whatever lags, waits, lies before and behind it, and whatever the clock of this machine says.

    What is found done has taken effect by then; what is found undone never does.
    """
    setup = connect()
    await setup.run(SyncInbox())
    thread = slow.receive_message(4, "Good morning").thread_id
    written = await setup.run(CommentOnPost(post_url=f"{POSTS}/post3", text="Well said"))
    invited = next(
        one for one in (await setup.run(RetrieveInvitations())).unwrap() if one.company_url
    )
    told: Counter[Verdict] = Counter()
    for number in range(300 if soaking else 10):
        chance = Random(f"{batch}:{number}")
        life = Life(chance, thread, written.unwrap().comment_url or "", invited.company_url or "")
        await clock.sleep(chance.choice((0.0, 30.0, 3600.0, 7 * 3600.0)))
        told[await _live(life, connect, slow, clock)] += 1
    assert told[Verdict.DONE] > 0
    assert told[Verdict.NOT_DONE] > 0
    assert told[Verdict.UNKNOWN] < 0.7 * told.total()


async def _live(life: Life, connect: Connect, slow: Sandbox, clock: FakeClock) -> Verdict:
    """Lose one start amid others, and judge what is found of it."""
    chance, policy = life.chance, Policy.batch()
    api = connect(chance.choice((0, 0, 0, -3, 70, -70, 300, -300, 3600)), policy=policy)
    other = connect(policy=policy)
    slow.direct.lag = chance.choice((0.0, 0.0, 0.0, 4.0, 30.0, 900.0))
    operation, is_read = life.write(), chance.random() < 0.5
    for _ in range(chance.randrange(4)):
        await other.start(chance.choice((operation, life.anything())))
        await clock.sleep(chance.choice((0.0, 5.0, 40.0, 200.0)))
    if chance.random() < 0.3:
        slow.close_hours(chance.choice((20.0, 900.0)), is_reversed=chance.random() < 0.5)
    begun_at, count = clock.now(), len(slow.log.workflows())
    since = await lose(api, slow, operation, is_read=is_read)
    mine = [one.workflow_id for one in slow.log.workflows()[count:]]
    assert len(mine) == is_read
    for _ in range(chance.randrange(3)):
        await clock.sleep(chance.choice((0.0, 5.0, 40.0)))
        await other.start(life.anything())

    finding = await reconcile(api, operation, since=since)

    alike = [one for one in _alike(slow, operation) if one.at >= begun_at]
    await clock.sleep(7200.0)  # whatever was still to come
    happened = [one for one in slow.log.effects() if one.workflow_id in mine]
    is_right = {
        Verdict.DONE: bool(alike) or _is_standing(operation),
        Verdict.NOT_DONE: not happened,
        Verdict.UNKNOWN: True,
    }[finding.verdict]
    assert is_right, (operation, str(finding), happened)
    return finding.verdict


def _alike(slow: Sandbox, operation: Operation[Any]) -> list[ActionExecuted]:
    """Return what has had the effects that an operation has."""
    tree = operation.workflow()
    wanted = [
        {key: value for key, value in root.items() if key != "actionType"}
        for root in (tree if isinstance(tree, list) else [tree])
    ]
    found = [one for one in slow.log.effects() if dict(one.params) in wanted]
    return found if len({str(one.params) for one in found}) == len(wanted) else []


def _is_standing(operation: Operation[Any]) -> bool:
    """Whether it is done as well where what it was meant for holds anyway."""
    return not isinstance(
        operation,
        SendMessage | NvSendMessage | CommentOnPost | ReplyToComment | CreatePost | CreateRepost,
    ) and not isinstance(operation, CustomWorkflow)
