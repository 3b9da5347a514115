"""The same question through the official SDK 1.4.7 and through ours: same request, same answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import attrs
import linkedapi as official
import pytest
from linkedapi.changelog import get_changelog
from linkedapi.types.message import (
    ConversationPollRequest,
    InboxPersonPollRequest,
    InboxPollRequest,
)
from linkedapi.types.network import NetworkPollRequest
from linkedapi.types.statistics import ApiUsageParams
from pydantic import BaseModel

from linkedapi_async import LinkedApi
from linkedapi_async.errors import FatalError, UserActionRequired
from linkedapi_async.models import (
    Conversation,
    ConversationMessage,
    ConversationPoll,
    ConversationUpdate,
    InboxMessage,
    InboxThread,
    NetworkChange,
    UsedAction,
)
from linkedapi_async.operations import (
    FetchPerson,
    NvSyncInbox,
    RetrieveSSI,
    SendMessage,
    SyncConversation,
    SyncInbox,
    SyncNetwork,
)
from linkedapi_async.testing import FakeClock, Sandbox

if TYPE_CHECKING:
    from tests.direct.conftest import Ask, Connect

SITE = "https://www.linkedin.com/in"
PERSON = f"{SITE}/person1"
START, END = "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"

Theirs = Callable[[official.LinkedApi], Any]
Ours = Callable[[LinkedApi], Awaitable[Any]]


def since(seconds: float) -> str:
    """Return a moment of the test as text."""
    return f"2026-01-05T09:{seconds / 60:02.0f}:00.000Z"


QUESTIONS: dict[str, tuple[Theirs, Ours]] = {
    "account": (lambda api: api.get_account_info(), lambda api: api.account_info()),
    "inbox": (lambda api: api.poll_inbox(), lambda api: api.inbox.poll()),
    "inbox since": (
        lambda api: api.poll_inbox(InboxPollRequest(since=since(120), type="st")),
        lambda api: api.inbox.poll(since=since(120), type="st"),
    ),
    "inbox of a thread": (
        lambda api: api.poll_inbox(InboxPollRequest(thread_id="2-main-1")),
        lambda api: api.inbox.poll(thread_id="2-main-1"),
    ),
    "person": (
        lambda api: api.poll_inbox(InboxPersonPollRequest(person_url=PERSON)),
        lambda api: api.inbox.poll_person(PERSON),
    ),
    "person since": (
        lambda api: api.poll_inbox(
            InboxPersonPollRequest(
                person_url=PERSON, since=since(120), type="st", thread_id="2-main-1"
            )
        ),
        lambda api: api.inbox.poll_person(
            PERSON, since=since(120), type="st", thread_id="2-main-1"
        ),
    ),
    "stranger": (
        lambda api: api.poll_inbox(InboxPersonPollRequest(person_url=f"{SITE}/nobody")),
        lambda api: api.inbox.poll_person(f"{SITE}/nobody"),
    ),
    "network": (lambda api: api.poll_network(), lambda api: api.network.poll()),
    "network since": (
        lambda api: api.poll_network(NetworkPollRequest(since=since(60), type="connectionAdded")),
        lambda api: api.network.poll(since=since(60), type="connectionAdded"),
    ),
    "conversations": (
        lambda api: api.poll_conversations(
            [
                ConversationPollRequest(person_url=PERSON, type="st"),
                ConversationPollRequest(
                    person_url=f"{SITE}/person10", type="st", since="2026-01-01"
                ),
            ]
        ),
        lambda api: api.conversations.poll(
            [
                ConversationPoll(person_url=PERSON),
                ConversationPoll(person_url=f"{SITE}/person10", since="2026-01-01"),
            ]
        ),
    ),
    "usage": (
        lambda api: api.get_api_usage(ApiUsageParams(start=START, end=END)),
        lambda api: api.usage(start=START, end=END),
    ),
}


@pytest.fixture
async def busy(api: LinkedApi, sandbox: Sandbox, clock: FakeClock) -> Sandbox:
    """An account that watches everything, and to which something has happened."""
    sandbox.receive_message(1, "Before anything was watched")
    for operation in (SyncInbox(), NvSyncInbox(), SyncNetwork()):
        await api.run(operation)
    await api.run(SyncConversation(person_url=PERSON))
    await api.run(SyncConversation(person_url=f"{SITE}/person10"))
    for number in range(1, 4):
        await clock.sleep(60)
        sandbox.receive_message(1, f"Message {number}")
        sandbox.receive_message(2, f"Message {number}", channel="nv")
        sandbox.add_connection(number + 51)
    await api.run(SendMessage(person_url=PERSON, text="An answer"))
    await api.run(FetchPerson(person_url=f"{SITE}/nobody"))
    await api.run(RetrieveSSI())
    sandbox.log.clear()
    return sandbox


def plain(value: Any) -> Any:
    """Return what one of the two SDKs gave as plain data, `None` left out."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    if hasattr(value, "__attrs_attrs__"):
        return plain(attrs.asdict(value))
    match value:
        case {**facts}:
            return {key: plain(item) for key, item in facts.items() if item is not None}
        case [*items]:
            return [plain(item) for item in items]
        case _:
            return value


@pytest.mark.parametrize("name", QUESTIONS)
async def test_both_ask_and_answer_alike(
    busy: Sandbox, api: LinkedApi, ask: "Ask", name: str
) -> None:
    """Method, path and JSON are the same, and every field of what comes back."""
    theirs, ours = QUESTIONS[name]

    mapped = await ask(theirs)
    found = await ours(api)

    first, second = busy.log.requests()
    assert (first.method, first.path, first.body) == (second.method, second.path, second.body)
    assert second.purpose == ("account" if name == "account" else "direct")
    assert mapped.errors == []
    assert plain(found) == plain(mapped.data)
    assert name == "stranger" or found


async def test_the_changelog_is_the_same(sandbox: Sandbox, connect: "Connect") -> None:
    """On the public site, with a moment and without."""
    api = connect()
    url = f"{sandbox.base_url}/api/changelog"

    def read(moment: str | None) -> Any:
        return get_changelog(moment, url=url)

    for moment in (None, "2025-12-20", "2025-12-31T00:00:00+02:00"):
        theirs = await asyncio.to_thread(read, moment)
        ours = await api.changelog(moment)

        assert plain(ours) == plain(theirs)
        assert ours.entries
        first, second = sandbox.log.requests("site")[-2:]
        assert first.path == second.path


async def test_what_is_not_synced_is_raised_here(
    sandbox: Sandbox, api: LinkedApi, ask: "Ask"
) -> None:
    """The official SDK returns it like the error of an action; nobody awaits one of ours."""
    theirs, ours = QUESTIONS["conversations"]

    mapped = await ask(theirs)
    with pytest.raises(FatalError) as caught:
        await ours(api)

    assert [error.type for error in mapped.errors] == [caught.value.code]
    assert caught.value.code == "conversationsNotSynced"
    assert "SyncConversation" in caught.value.hint


@pytest.mark.parametrize("name", QUESTIONS)
async def test_refusals_are_raised_by_both(
    sandbox: Sandbox, api: LinkedApi, ask: "Ask", name: str
) -> None:
    """A token that is no longer good; without the HTTP status, SDK 1.4.7 would return some."""
    theirs, ours = QUESTIONS[name]
    sandbox.inject("invalidIdentificationToken", on="any", times=None, status=401)

    with pytest.raises(official.LinkedApiError) as official_one:
        await ask(theirs)
    with pytest.raises(UserActionRequired) as caught:
        await ours(api)

    assert official_one.value.type == caught.value.code == "invalidIdentificationToken"


def test_moments_of_models_are_offered(sandbox: Sandbox) -> None:
    """Text stays as it was sent; the moment stands beside it."""
    text = "2026-01-05T09:00:00.000Z"
    at = sandbox.clock.wall()
    update = ConversationUpdate(
        conversation=ConversationPoll(person_url="u"),
        message=ConversationMessage(),
        sync_until=text,
    )

    assert InboxMessage(time=text).time_at == at
    assert ConversationMessage(time=text).time_at == at
    assert UsedAction(time=text).time_at == at
    assert InboxThread(history_from=text).history_from_at == at
    assert Conversation(sync_until=text).sync_until_at == at
    assert NetworkChange(detected_at=text).detected_at_time == at
    assert update.sync_until_at == at
