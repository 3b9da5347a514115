"""The same calls through the official client and this one, over real sockets."""

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import pytest

from linkedapi_async.models import DeleteLimitEntry, SetLimitEntry
from linkedapi_async.testing import FakeClock, Sandbox

if TYPE_CHECKING:
    from tests.admin.conftest import Connect, Listener, Method, Official

Step: TypeAlias = tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]


@attrs.frozen
class Twins:
    """Two sandboxes of one seed, on one clock that stands still.

    Attributes:
        ours: The one this library's client talks to.
        theirs: The one the official client talks to.
        clock: Their time.
    """

    ours: Sandbox
    theirs: Sandbox
    clock: FakeClock


@pytest.fixture
async def twins() -> AsyncIterator[Twins]:
    """Two sandboxes that answer alike."""
    clock = FakeClock(auto_jump=False)
    async with Sandbox(clock=clock) as ours, Sandbox(clock=clock) as theirs:
        yield Twins(ours, theirs, clock)


@pytest.fixture
async def hook() -> AsyncIterator[str]:
    """An endpoint on this machine that takes every delivery."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"


def account(facts: dict[str, Any]) -> dict[str, Any]:
    return {"account_id": facts["accounts.get_all"]["accounts"][0]["id"]}


def webhook(facts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"webhook_id": facts["webhooks.set"]["id"], **more}


def session(facts: dict[str, Any]) -> dict[str, Any]:
    return {"session_id": facts["accounts.create_connection_session"]["session_id"]}


def nothing(facts: dict[str, Any]) -> dict[str, Any]:
    return {}


SET = [
    SetLimitEntry(category="stMessages", period="daily", max_value=7),
    SetLimitEntry(category="stPosts", period="weekly", max_value=0, is_enabled=False),
]
DELETE = [DeleteLimitEntry(category="stPosts", period="weekly")]
SEATS = {"quantity": 3, "seat_type": "core", "billing_period": "year"}

STEPS: list[Step] = [
    ("subscription.get_status", nothing),
    ("subscription.set_seats", lambda _: SEATS),
    ("subscription.get_seats", nothing),
    ("accounts.get_all", nothing),
    ("limits.get_defaults", nothing),
    ("limits.set", lambda facts: {**account(facts), "limits": SET}),
    ("limits.get", account),
    ("limits.get_usage", account),
    ("limits.delete", lambda facts: {**account(facts), "limits": DELETE}),
    ("limits.get", account),
    ("limits.reset_to_defaults", account),
    ("limits.get_usage", account),
    ("accounts.create_connection_session", nothing),
    ("accounts.get_connection_session", session),
    ("accounts.get_all", nothing),
    ("accounts.cancel_connection_session", session),
    ("accounts.get_connection_session", session),
    ("accounts.reparse_account_info", account),
    ("accounts.regenerate_identification_token", account),
    ("sign_out", nothing),
    ("accounts.create_reconnection_session", account),
    ("accounts.get_all", nothing),
    ("webhooks.event_types", nothing),
    ("webhooks.get", nothing),
    (
        "webhooks.set",
        lambda facts: {
            "url": facts["hook"],
            "payload_mode": "thin",
            "signing_enabled": True,
            "headers": {"X-One": "1"},
            "events": ["workflow.*", "account.frozen"],
        },
    ),
    ("webhooks.get", nothing),
    ("webhooks.set_payload_mode", lambda facts: webhook(facts, payload_mode="fat")),
    ("webhooks.set_signing", lambda facts: webhook(facts, signing_enabled=False)),
    ("webhooks.set_header", lambda facts: webhook(facts, name="X-Two", value="2")),
    ("webhooks.delete_header", lambda facts: webhook(facts, name="x-one")),
    ("webhooks.set_headers", lambda facts: webhook(facts, headers={"A": "b", "C": "d"})),
    ("webhooks.set_headers", lambda facts: webhook(facts, headers=None)),
    ("webhooks.set_events", lambda facts: webhook(facts, events=["inbox.*"])),
    ("webhooks.set_events", lambda facts: webhook(facts, events=None)),
    ("webhooks.set_signing", lambda facts: webhook(facts, signing_enabled=True)),
    ("webhooks.reveal_secret", webhook),
    ("webhooks.rotate_secret", webhook),
    ("webhooks.send_test", nothing),
    ("delivered", nothing),
    ("webhooks.deliveries", nothing),
    (
        "webhooks.replay_delivery",
        lambda facts: {"delivery_id": facts["webhooks.deliveries"][0]["id"]},
    ),
    ("delivered", nothing),
    ("webhooks.deliveries", nothing),
    ("webhooks.delete", webhook),
    ("accounts.disconnect", account),
    ("accounts.get_all", nothing),
]


async def test_every_method_does_the_same(
    *,
    twins: Twins,
    hook: str,
    official: "Official",
    connect: "Connect",
    methods: dict[str, "Method"],
    plain: Callable[[Any], Any],
) -> None:
    """Two equal sandboxes answer both clients alike, and have been asked alike."""
    token = twins.ours.tokens.linked_api_token
    admin = connect(linked_api_token=token, base_url=twins.ours.base_url, clock=twins.clock)
    acts: dict[str, Callable[[Sandbox], Awaitable[Any]]] = {
        "sign_out": sign_out,
        "delivered": delivered,
    }
    facts: dict[str, Any] = {"hook": hook}
    for name, arguments in STEPS:
        if name in acts:
            await acts[name](twins.ours)
            await acts[name](twins.theirs)
            continue
        given = arguments(facts)
        asking = functools.partial(methods[name].official, arguments=given)
        theirs = plain(await official(twins.theirs.base_url, token, asking))
        ours = plain(await methods[name].ours(admin, given))
        assert ours == theirs, name
        facts[name] = ours

    assert {name for name, _ in STEPS} - set(acts) == set(methods)
    ours_asked, theirs_asked = (
        [(one.method, one.path, one.body) for one in sandbox.log.requests()]
        for sandbox in (twins.ours, twins.theirs)
    )
    assert ours_asked == theirs_asked
    assert {reply.status for reply in twins.ours.log.replies()} == {200}


async def sign_out(sandbox: Sandbox) -> None:
    sandbox.sign_out()


async def delivered(sandbox: Sandbox) -> None:
    await sandbox.deliveries.wait_idle()


SAME = ("", "content-type", "linked-api-token")


async def test_requests_look_the_same(
    method: "Method",
    listen: Callable[..., Awaitable["Listener"]],
    official: "Official",
    connect: "Connect",
    any_reply: Any,
) -> None:
    """First line, content type, token, and a body or none; the client's own name beside them."""
    listener = await listen(any_reply)
    asking = functools.partial(method.official, arguments=method.least)

    await official(listener.url, "linked_1", asking)
    await method.ours(connect(linked_api_token="linked_1", base_url=listener.url), method.least)

    theirs, ours = listener.heads
    assert [ours[name] for name in SAME] == [theirs[name] for name in SAME]
    assert (theirs["client"], ours["client"]) == ("python", "linkedapi-async-python")
    assert "identification-token" not in ours
    their_body, our_body = (json.loads(body or b"null") for body in listener.bodies)
    assert our_body == their_body
    assert ("content-length" in ours) == ("content-length" in theirs)
