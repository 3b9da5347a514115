"""Questions without a workflow, over sockets: what is sent, what is raised, what is shared."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import attrs
import pytest

from linkedapi_async import LinkedApi, Policy
from linkedapi_async.errors import (
    ClientClosed,
    ConfigurationError,
    FatalError,
    LinkedApiError,
    OutcomeUnknown,
    ProtocolError,
    TransientError,
    UnsupportedByWire,
    UserActionRequired,
)
from linkedapi_async.events import BackingOff, Event, Raised
from linkedapi_async.models import ConversationPoll
from linkedapi_async.operations import FetchPerson, RetrieveSSI, SyncConversation
from linkedapi_async.testing import Body, Drop, FakeClock, Html, Reset, Sandbox

if TYPE_CHECKING:
    from tests.direct.conftest import Connect

PERSON = "https://www.linkedin.com/in/person10"
RELEASES = b'{"since":null,"count":0,"entries":[]}'


@asynccontextmanager
async def listener(reply: bytes = RELEASES) -> AsyncGenerator[tuple[str, list[bytes]]]:
    """Answer every request alike; yield the address and the bytes that came."""
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(reply)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + reply)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}", heads


# ── the older wires ──


async def test_what_a_wire_lacks_is_not_sent(sandbox: Sandbox, connect: "Connect") -> None:
    """Each question that a generation does not answer is refused here."""
    old, older = connect("linked_api_v3"), connect("account_api")
    day = {"start": "2026-01-05", "end": "2026-01-06"}
    calls: list[Callable[[], Any]] = [
        lambda: older.usage(**day),
        *(
            call
            for api in (old, older)
            for call in (
                api.account_info,
                api.inbox.poll,
                api.network.poll,
                lambda api=api: api.inbox.poll_person(PERSON),
                lambda api=api: api.send_feedback("Hi"),
            )
        ),
    ]

    for call in calls:
        with pytest.raises(UnsupportedByWire):
            await call()
    for api in (old, older):
        for follow in (api.inbox.follow, api.network.follow):
            with pytest.raises(UnsupportedByWire):
                follow()

    assert sandbox.log.requests() == ()


@pytest.mark.parametrize("wire", ["linked_api", "linked_api_v3", "account_api"])
async def test_every_wire_has_conversations(
    api: LinkedApi, connect: "Connect", sandbox: Sandbox, wire: str
) -> None:
    """Each generation in its own form; what comes back is the same."""
    await api.run(SyncConversation(person_url=PERSON))
    polls = [ConversationPoll(person_url=PERSON, since="2025-12-21T12:30:00Z")]

    (found,) = await connect(wire).conversations.poll(polls)

    assert (found.person_url, found.type, found.since) == (PERSON, "st", polls[0].since)
    assert [(one.sender, one.text) for one in found.messages or []] == [
        ("us", "Gladly. Tuesday at ten?")
    ]
    assert found.sync_until_at is not None
    assert found.sync_until_at > sandbox.clock.wall()


@pytest.mark.parametrize("wire", ["linked_api", "linked_api_v3", "account_api"])
async def test_unsynced_conversations_are_raised(connect: "Connect", wire: str) -> None:
    """One that nobody ever synced spoils the whole poll."""
    with pytest.raises(FatalError) as caught:
        await connect(wire).conversations.poll([ConversationPoll(person_url=PERSON)])

    assert caught.value.code == "conversationsNotSynced"


@pytest.mark.parametrize("wire", ["linked_api", "linked_api_v3"])
async def test_usage_counts_actions(
    api: LinkedApi, connect: "Connect", clock: FakeClock, wire: str
) -> None:
    """One entry per action, whether or not it succeeded, within the span alone."""
    await api.run(RetrieveSSI())
    await clock.sleep(3600)
    begun = clock.wall()
    await api.run(FetchPerson(person_url=PERSON, retrieve_skills=True))
    await api.run(FetchPerson(person_url="https://www.linkedin.com/in/nobody"))

    found = await connect(wire).usage(start=begun, end=begun + timedelta(days=30))

    assert [(one.action_type, one.success) for one in found] == [
        ("st.openPersonPage", True),
        ("st.retrievePersonSkills", True),
        ("st.openPersonPage", False),
    ]
    assert all(one.time_at is not None and one.time_at >= begun for one in found)


async def test_a_bad_span_is_not_sent(api: LinkedApi, sandbox: Sandbox, clock: FakeClock) -> None:
    """It would be refused for certain."""
    with pytest.raises(ConfigurationError, match="30 days"):
        await api.usage(start=clock.wall(), end=clock.wall() + timedelta(days=31))

    assert sandbox.log.requests() == ()


# ── failures ──


@pytest.mark.parametrize("fault", [503, Html(), Reset(after=10), "tooManyRequests"])
async def test_reading_is_tried_again(
    api: LinkedApi, sandbox: Sandbox, told: list[Event], fault: Any
) -> None:
    """A passing failure costs a pause."""
    sandbox.inject(fault, on="direct")

    assert await api.inbox.poll() == []

    assert len(sandbox.log.requests("direct")) == 2
    (pause,) = [event for event in told if isinstance(event, BackingOff)]
    assert pause.purpose == "direct"


async def test_patience_ends(api: LinkedApi, sandbox: Sandbox) -> None:
    """What does not pass is raised in the end."""
    sandbox.inject(503, on="direct", times=None)

    with pytest.raises(TransientError):
        await api.network.poll()

    assert len(sandbox.log.requests("direct")) == api.policy.max_attempts


async def test_feedback_is_given(api: LinkedApi, sandbox: Sandbox) -> None:
    """All that was given is sent, under the service's names."""
    feedback_id = await api.send_feedback(
        "Broken",
        type="bug",
        severity="high",
        surface="inbox",
        workflow_id="wf-1",
        operation="st.sendMessage",
        error="No.",
        context={"attempts": 3},
    )
    await api.send_feedback("Nice", context={"severity": None})

    assert feedback_id == "feedback-1"
    first, second = sandbox.log.requests("direct")
    assert first.body == {
        "type": "bug",
        "message": "Broken",
        "context": {
            "severity": "high",
            "surface": "inbox",
            "workflowId": "wf-1",
            "operationName": "st.sendMessage",
            "errorText": "No.",
            "attempts": 3,
        },
    }
    assert second.body == {"type": "other", "message": "Nice", "context": {}}


@pytest.mark.parametrize("fault", [Reset(), Drop(), 503])
async def test_feedback_is_not_given_twice(api: LinkedApi, sandbox: Sandbox, fault: Any) -> None:
    """Where nobody can know whether it was taken, that is what is said."""
    sandbox.inject(fault, on="direct")

    with pytest.raises(OutcomeUnknown):
        await api.send_feedback("Hi")

    assert len(sandbox.log.requests("direct")) == 1


async def test_odd_answers_are_announced(
    api: LinkedApi, sandbox: Sandbox, told: list[Event]
) -> None:
    """With the account they were given to."""
    sandbox.inject(Body(b'{"success":true,"result":[]}'), on="direct")

    with pytest.raises(ProtocolError) as caught:
        await api.inbox.poll()

    (raised,) = [event for event in told if isinstance(event, Raised)]
    assert raised.account == caught.value.account == api.account


async def test_a_frozen_account_is_told(api: LinkedApi, sandbox: Sandbox) -> None:
    """A person has to see to the seat."""
    sandbox.admin.billing.take_seat(sandbox.account())

    with pytest.raises(UserActionRequired) as caught:
        await api.inbox.poll()

    assert caught.value.code == "subscriptionRequired"


# ── the site ──


async def test_no_token_reaches_the_site(sandbox: Sandbox, told: list[Event]) -> None:
    """Neither the tokens nor the client's name; the API has had both before and after."""
    tokens = sandbox.tokens
    async with (
        listener() as (site_url, heads),
        LinkedApi(
            base_url=sandbox.base_url, site_url=site_url, on_event=told.append, **tokens
        ) as api,
    ):
        await api.account_info()
        await api.changelog()
        await api.account_info()
        await api.changelog("2026-01-01")

    assert len(heads) == 2
    for head in heads:
        text = head.decode().lower()
        assert tokens.linked_api_token.lower() not in text
        assert tokens.identification_token.lower() not in text
        assert "token" not in text
        assert "\r\nclient:" not in text
        assert "\r\nuser-agent: linkedapi-async-python/" in text
    assert heads[1].startswith(b"GET /api/changelog?since=2026-01-01 HTTP/1.1\r\n")


async def test_a_session_of_yours_asks_the_site_too(sandbox: Sandbox) -> None:
    """It stays open, and no token sticks to it."""
    async with listener() as (site_url, heads), aiohttp.ClientSession() as session:
        async with LinkedApi(
            base_url=sandbox.base_url, site_url=site_url, session=session, **sandbox.tokens
        ) as api:
            await api.account_info()
            await api.changelog()
        assert not session.closed

    assert b"token" not in heads[0].lower()


async def test_the_site_fails_in_its_own_name(
    connect: "Connect", sandbox: Sandbox, told: list[Event]
) -> None:
    """Its troubles are announced under its host, and do not use up the API's patience."""
    api = connect(policy=attrs.evolve(Policy.service(), max_attempts=2))
    sandbox.inject(503, on="site", times=2)

    with pytest.raises(TransientError):
        await api.changelog()

    assert {event.account for event in told} == {"127.0.0.1"}
    assert (await api.changelog()).entries
    assert len(sandbox.log.requests("site")) == 3


async def test_the_site_refuses_bad_moments(connect: "Connect", sandbox: Sandbox) -> None:
    """Such as one that has no zone; it says so itself."""
    api = connect()

    with pytest.raises(FatalError, match="zoned instant") as caught:
        await api.changelog("2026-01-01T12:00:00")

    assert (caught.value.status, caught.value.code) == (400, "httpError")


async def test_releases_come_when_their_week_is_over(connect: "Connect", clock: FakeClock) -> None:
    """Dated by the first day of the week, newest first."""
    api = connect()

    days = [release.date for release in (await api.changelog()).entries]
    await clock.sleep(7 * 86_400)
    later = await api.changelog(clock.wall() - timedelta(days=3))

    assert days == ["2025-12-29", "2025-12-15"]
    assert [release.date for release in later.entries] == ["2026-01-05"]
    assert later.count == 1


def test_the_address_of_the_site_is_checked() -> None:
    """As that of the service, under its own name."""
    with pytest.raises(ConfigurationError, match="site_url='linkedapi"):
        LinkedApi(linked_api_token="a", identification_token="b", site_url="linkedapi.io")


async def test_a_closed_client_answers_nothing(connect: "Connect") -> None:
    """Neither the API nor the site; its siblings neither, and they close nothing."""
    api = connect()
    sibling = api.with_options(deadline=5)
    await sibling.changelog()
    await sibling.aclose()
    await api.changelog()

    await api.aclose()
    await api.aclose()

    for call in (api.changelog, sibling.changelog, sibling.account_info, sibling.inbox.poll):
        with pytest.raises(ClientClosed):
            await call()


# ── the sandbox itself ──

BAD: dict[str, tuple[str, object]] = {
    "/inbox/poll": ("linked_api", []),
    "/inbox/poll ": ("linked_api", {"type": "xx"}),
    "/inbox/poll  ": ("linked_api", {"since": "soon"}),
    "/inbox/poll   ": ("linked_api", {"threadId": 1}),
    "/network/poll": ("linked_api", {"type": "xx"}),
    "/conversations/poll": ("linked_api", {"standard": {}}),
    "/conversations/poll ": ("linked_api", [{"type": "st"}]),
    "/conversations/poll  ": ("linked_api", ["u"]),
    "/account/conversations/poll": ("account_api", "u"),
    "/feedback": ("linked_api", {"type": "bug", "message": ""}),
    "/stats/actions": ("linked_api", None),
    "/stats/actions?start=2026-01-06&end=2026-01-05": ("linked_api", None),
    "/account/stats/actions?start=2026-01-01&end=2026-03-05": ("linked_api_v3", None),
}


@pytest.mark.parametrize("path", BAD)
async def test_bad_questions_are_refused(sandbox: Sandbox, path: str) -> None:
    """The sandbox is as strict as the documentation lets it be."""
    wire, body = BAD[path]
    tokens = sandbox.tokens
    main = tokens.linked_api_token if wire == "linked_api" else tokens.account_api_token
    header = "linked-api-token" if wire == "linked_api" else "account-api-token"
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            "GET" if "stats" in path else "POST",
            f"{sandbox.base_url}{path.strip()}",
            data=None if body is None else json.dumps(body),
            headers={header: main, "identification-token": tokens.identification_token},
        ) as reply,
    ):
        told = await reply.json()

    assert told["error"]["type"].startswith("invalid")


async def test_tokens_are_needed(connect: "Connect", sandbox: Sandbox) -> None:
    """Direct questions are judged by their tokens first."""
    with pytest.raises(LinkedApiError) as caught:
        await connect(identification_token="wrong").inbox.poll()

    assert caught.value.code == "invalidIdentificationToken"
    assert sandbox.log.requests("direct")[0].account is None
