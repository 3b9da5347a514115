"""Conversations on LinkedIn and in Sales Navigator, and what is caught of them."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from linkedapi_async import FatalError, LinkedApi
from linkedapi_async.models import ConversationPoll
from linkedapi_async.operations import (
    ManageConversation,
    NvManageConversation,
    NvSendMessage,
    NvSyncConversation,
    SendMessage,
    SyncConversation,
    SyncInbox,
)
from linkedapi_async.operations.configs import ManageConversationConfig
from linkedapi_async.testing import Account, CapturedMessage, FakeClock, Message, Sandbox

if TYPE_CHECKING:
    from tests.testing.conftest import Talk

SITE = "https://www.linkedin.com"
STRANGER = f"{SITE}/in/person1"
CONNECTION = f"{SITE}/in/person5"
RESERVED = f"{SITE}/in/person11"
DAY = 86_400


async def codes(api: LinkedApi, operation: Any) -> list[str]:
    """Return the errors of an operation."""
    return [error.type for error in (await api.run(operation)).errors]


def texts(account: Account, channel: str = "st") -> list[tuple[str, str]]:
    """Return who wrote what in all conversations of a channel."""
    return [
        (message.sender, message.text)
        for thread in account.threads.values()
        for message in thread.messages
        if thread.channel == channel
    ]


def caught(account: Account) -> list[tuple[str, str, str]]:
    """Return what was caught of the inboxes."""
    return [
        (item.channel, item.event_type, item.text)
        for item in account.captured
        if isinstance(item, CapturedMessage)
    ]


# ── writing ──


async def test_a_message_is_in_its_thread(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """By person it begins a conversation, by thread it goes on; a thread wins over a person."""
    await api.run(SendMessage(person_url=STRANGER, text="One"))
    (thread,) = sandbox.account().threads.values()
    await clock.sleep(DAY)

    elsewhere = f"{SITE}/in/nobody"
    await api.run(SendMessage(thread_id=thread.thread_id, person_url=elsewhere, text="Two"))
    sandbox.receive_message(1, "Three")

    assert texts(sandbox.account()) == [("us", "One"), ("us", "Two"), ("them", "Three")]
    assert thread.messages[1].at - thread.messages[0].at >= timedelta(days=1)
    assert len({message.message_id for message in thread.messages}) == 3
    assert {message.thread_id for message in thread.messages} == {thread.thread_id}


async def test_a_child_tidies_the_thread_just_written_to(api: LinkedApi, sandbox: Sandbox) -> None:
    """The same from the root, by the id of the thread."""
    starred = ManageConversationConfig(operation="star")
    await api.run(SendMessage(person_url=STRANGER, text="Hi", manage_conversation=starred))
    (thread,) = sandbox.account().threads.values()
    assert thread.flags == {"star"}

    for operation in ("archive", "mute", "unstar", "unarchive"):
        tidy: Any = ManageConversation(thread_id=thread.thread_id, operation=operation)
        assert await codes(api, tidy) == []

    assert thread.flags == {"mute"}


async def test_a_message_goes_to_whoever_is_open(talk: "Talk") -> None:
    """Below a profile the message needs no address, and its child no thread."""
    tidy = {"actionType": "st.manageConversation", "operation": "archive"}
    tree = {
        "actionType": "st.openPersonPage",
        "personUrl": STRANGER,
        "then": {"actionType": "st.sendMessage", "text": "Hi", "then": tidy},
    }

    report = await talk.run(tree)

    done = {"actionType": "st.manageConversation", "success": True}
    assert report["data"]["then"] == {
        "actionType": "st.sendMessage",
        "success": True,
        "data": {"then": done},
    }
    (thread,) = talk.sandbox.account().threads.values()
    assert (thread.person, thread.flags) == (1, {"archive"})


@pytest.mark.parametrize("state", ["a connection", "an answer"])
@pytest.mark.parametrize("channel", ["st", "nv"])
async def test_the_reserved_answer_those_they_know(
    api: LinkedApi, sandbox: Sandbox, state: str, channel: Any
) -> None:
    """Who takes messages from connections only also takes a reply."""
    if state == "a connection":
        sandbox.add_connection(11)
    else:
        sandbox.receive_message(11, "Hello", channel=channel)
    message: Any = (
        SendMessage(person_url=RESERVED, text="Hi")
        if channel == "st"
        else NvSendMessage(person_url=RESERVED, text="Hi", subject="Hello")
    )

    assert await codes(api, message) == []
    assert texts(sandbox.account(), channel)[-1] == ("us", "Hi")


async def test_messages_are_rationed(api: LinkedApi, sandbox: Sandbox, clock: FakeClock) -> None:
    """LinkedIn's own ration ends in the error the service has for it, until the month is over."""
    sandbox.account().allowances["messages"] = 1
    message: Any = SendMessage(person_url=CONNECTION, text="Hi")

    told = [await codes(api, message) for _ in range(2)]
    await clock.sleep(31 * DAY)

    assert told == [[], ["messagingNotAllowed"]]
    assert await codes(api, message) == []


async def test_in_mails_are_rationed(api: LinkedApi, sandbox: Sandbox) -> None:
    """Only a conversation begun with somebody who is no connection costs one."""
    sandbox.account().allowances["inMails"] = 1

    def begin(number: int) -> NvSendMessage:
        url = f"{SITE}/in/person{number}"
        return NvSendMessage(person_url=url, text="Hi", subject="Hello")

    told = [await codes(api, begin(number)) for number in (1, 5, 1, 2)]

    assert told == [[], [], [], ["messagingNotAllowed"]]
    assert await codes(api, NvSendMessage(thread_id="nv-main-1", text="Again")) == []


async def test_a_subject_heads_a_conversation(api: LinkedApi, sandbox: Sandbox) -> None:
    """It is needed once and ignored afterwards."""
    await api.run(NvSendMessage(person_url=STRANGER, text="One", subject="Hello"))
    (thread,) = sandbox.account().threads.values()
    await api.run(NvSendMessage(thread_id=thread.thread_id, text="Two", subject="Ignored"))
    await api.run(NvSendMessage(person_url=STRANGER, text="Three"))

    assert [(one.text, one.subject) for one in thread.messages] == [
        ("One", "Hello"),
        ("Two", None),
        ("Three", None),
    ]
    assert thread.channel == "nv"


async def test_the_inboxes_are_apart(api: LinkedApi, sandbox: Sandbox) -> None:
    """A thread of one is none of the other's."""
    standard = sandbox.receive_message(1, "Hello").thread_id
    sales = sandbox.receive_message(1, "Hello", channel="nv").thread_id

    assert standard != sales
    assert await codes(api, SendMessage(thread_id=sales, text="Hi")) == ["threadNotFound"]
    assert await codes(api, NvSendMessage(thread_id=standard, text="Hi")) == ["threadNotFound"]
    assert await codes(api, NvManageConversation(thread_id=sales, operation="archive")) == []
    assert sandbox.account().threads[sales].flags == {"archive"}
    assert await codes(api, NvManageConversation(thread_id=sales, operation="unarchive")) == []
    assert sandbox.account().threads[sales].flags == set()


# ── history ──


@pytest.mark.parametrize("operation", [SyncConversation, NvSyncConversation])
async def test_a_synced_conversation_keeps_its_history(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock, operation: Any
) -> None:
    """All before and what comes until the end is stored; syncing again catches up."""
    channel: Any = "st" if operation is SyncConversation else "nv"

    def receive(text: str) -> Message:
        return sandbox.receive_message(1, text, channel=channel)

    receive("before")
    (thread,) = sandbox.account().threads.values()
    assert list(thread.history) == []

    synced = (await api.run(operation(person_url=STRANGER, days=2))).unwrap()
    await clock.sleep(DAY)
    receive("within")
    await clock.sleep(2 * DAY)
    receive("after")

    assert synced.sync_until_at is not None
    assert thread.synced_until is not None
    assert abs(synced.sync_until_at - thread.synced_until) < timedelta(seconds=1)
    assert [message.text for message in thread.history] == ["before", "within"]

    again = (await api.run(operation(person_url=STRANGER))).unwrap()

    assert [message.text for message in thread.history] == ["before", "within", "after"]
    assert again.sync_until_at is not None
    left = again.sync_until_at - clock.wall()
    assert timedelta(days=29) < left <= timedelta(days=30)


async def test_what_is_told_may_lag(api: LinkedApi, sandbox: Sandbox, clock: FakeClock) -> None:
    """Histories, their syncs and statistics are those of some seconds ago."""
    poll = ConversationPoll(person_url=STRANGER)
    sandbox.receive_message(1, "before")
    sandbox.direct.lag = 60.0
    begun_at = clock.wall()
    first = (await api.run(SyncConversation(person_url=STRANGER))).unwrap()

    with pytest.raises(FatalError):
        await api.conversations.poll([poll])
    assert await api.usage(start=begun_at, end=begun_at + timedelta(days=1)) == []
    assert (await api.inbox.poll_person(STRANGER)).messages == []
    await clock.sleep(60.0)
    await api.run(SyncConversation(person_url=STRANGER, days=9))
    (told,) = await api.conversations.poll([poll])
    history = await api.inbox.poll_person(STRANGER)

    assert told.sync_until_at is not None
    assert first.sync_until_at is not None
    assert abs(told.sync_until_at - first.sync_until_at) < timedelta(seconds=1)
    assert [one.text for one in history.messages] == ["before"]
    assert [one.history_complete for one in history.threads] == [True]
    assert len(await api.usage(start=begun_at, end=begun_at + timedelta(days=1))) == 1


async def test_some_have_written_before(api: LinkedApi, sandbox: Sandbox) -> None:
    """Every tenth person and you have a history from the start, which syncing loads."""
    for number in (10, 1):
        await api.run(SyncConversation(person_url=f"{SITE}/in/person{number}"))

    old, new = sandbox.account().threads.values()

    assert [message.sender for message in old.history] == ["them", "us"]
    assert list(new.history) == []


async def test_syncing_works_below_a_page(talk: "Talk") -> None:
    """Both kinds take the person whose page is open."""
    children = [
        {"actionType": "st.syncConversation", "days": 1},
        {"actionType": "nv.syncConversation", "days": 90},
    ]

    report = await talk.run(
        {"actionType": "st.openPersonPage", "personUrl": STRANGER, "then": children}
    )

    assert [list(one["data"]) for one in report["data"]["then"]] == [["syncUntil"]] * 2
    threads = talk.sandbox.account().threads.values()
    assert {(one.person, one.channel) for one in threads} == {(1, "st"), (1, "nv")}


# ── monitoring ──


async def test_only_later_messages_are_caught(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """What either side writes after switching on is caught, with all there is to tell."""
    account = sandbox.account()
    await api.run(SendMessage(person_url=STRANGER, text="Too early"))
    sandbox.receive_message(1, "Too early")

    await api.run(SyncInbox())
    await api.run(SendMessage(person_url=STRANGER, text="Caught"))
    answer = sandbox.receive_message(1, "Caught too")
    sandbox.receive_message(1, "Another inbox", channel="nv")
    sandbox.add_connection(2)

    assert caught(account) == [
        ("st", "inbox.messageSent", "Caught"),
        ("st", "inbox.messageReceived", "Caught too"),
    ]
    person = sandbox.world.person(1)
    item = account.captured[1]
    assert isinstance(item, CapturedMessage)
    assert attrs.asdict(item) | {"inbox_message_id": ""} == {
        "inbox_message_id": "",
        "message_id": answer.message_id,
        "channel": "st",
        "thread_id": answer.thread_id,
        "person_urn": person.urn,
        "person_hashed_url": person.hashed_url,
        "person_public_url": person.url,
        "sender": "them",
        "text": "Caught too",
        "at": clock.wall(),
    }


async def test_the_order_within_a_workflow_counts(talk: "Talk") -> None:
    """A message after the switch is caught, though no time has passed."""
    message = {"actionType": "nv.sendMessage", "personUrl": STRANGER, "subject": "Hello"}

    await talk.run(
        [
            {**message, "text": "Before"},
            {"actionType": "nv.syncInbox"},
            {**message, "text": "After"},
        ]
    )

    assert caught(talk.sandbox.account()) == [("nv", "inbox.messageSent", "After")]


async def test_a_message_that_was_not_sent_is_not_caught(api: LinkedApi, sandbox: Sandbox) -> None:
    """Neither an error nor a limit of the account leaves anything behind."""
    account = sandbox.add_account("tight", limits={"stMessages": 0, "nvMessages": 0})
    async with LinkedApi(base_url=sandbox.base_url, **account.tokens, clock=sandbox.clock) as tight:
        await tight.run(SyncInbox())
        told = [
            await codes(tight, SendMessage(person_url=STRANGER, text="Hi")),
            await codes(tight, NvSendMessage(person_url=STRANGER, text="Hi", subject="Hello")),
        ]

    assert told == [["limitExceeded"]] * 2
    assert (account.captured, account.threads) == ([], {})
    assert list(account.monitored) == ["st"]
