"""The client itself: options, environment, siblings, names."""

import asyncio
import inspect
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, assert_type, cast

import aiohttp
import pytest

import linkedapi_async
from linkedapi_async import ClientClosed, ConfigurationError, LinkedApi, LinkedApiAdmin, Policy
from linkedapi_async.admin import AdminAccounts, ConnectionHandle
from linkedapi_async.events import BackingOff, Event
from linkedapi_async.models import (
    AccountsResult,
    AdminAccount,
    ConnectionSessionStatus,
    DeleteLimitEntry,
    Limit,
    LimitUsage,
    RegenerateTokenResult,
    SetLimitEntry,
    SetSeatsResult,
    SubscriptionSeat,
    WebhookDelivery,
    WebhookSubscription,
)
from linkedapi_async.testing import FakeClock, Sandbox

if TYPE_CHECKING:
    from tests.admin.conftest import Connect

Loose = cast("Callable[..., LinkedApiAdmin]", LinkedApiAdmin)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"linked_api_token": ""}, "linked_api_token is empty"),
        ({"linked_api_token": None}, "linked_api_token has to be text"),
        ({"linked_api_token": "a b"}, "linked_api_token"),
        ({"base_url": "api.linkedapi.io"}, "base_url='api.linkedapi.io'"),
        ({"deadline": 0}, "deadline=0"),
        ({"policy": "batch"}, "policy='batch'"),
        ({"on_event": 5}, "on_event=5"),
        ({"proxy": "nonsense"}, "proxy"),
        ({"max_connections": 0}, "max_connections=0"),
        ({"max_reply_bytes": 0}, "max_reply_bytes=0"),
    ],
)
def test_unusable_options_are_refused_by_name(options: dict[str, Any], named: str) -> None:
    """Before anything is opened or sent."""
    with pytest.raises(ConfigurationError, match=named):
        Loose(**{"linked_api_token": "linked_1", **options})


def test_the_token_is_needed_and_named() -> None:
    """No positional options, no default token."""
    with pytest.raises(TypeError, match="linked_api_token"):
        Loose()
    with pytest.raises(TypeError):
        Loose("linked_1")


def test_options_are_those_of_the_other_client() -> None:
    """What both clients have is called alike, and means the same."""
    ours = inspect.signature(LinkedApiAdmin).parameters
    theirs = inspect.signature(LinkedApi).parameters
    shared = ours.keys() - {"alias"}
    own = {"linked_api_token", "max_connections"}

    assert shared <= theirs.keys()
    assert {name for name in shared if ours[name].default != theirs[name].default} == own
    assert {ours[name].kind for name in ours} == {inspect.Parameter.KEYWORD_ONLY}


def test_the_environment_gives_token_and_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options given beside it count more."""
    monkeypatch.setenv("LINKED_API_TOKEN", "linked_env")
    monkeypatch.setenv("LINKED_API_BASE_URL", "https://one.example")

    admin = LinkedApiAdmin.from_env()
    other = LinkedApiAdmin.from_env(linked_api_token="linked_2", base_url="https://two.example/")

    assert repr(admin) == f"<LinkedApiAdmin https://one.example account={admin.account}>"
    assert "https://two.example account=" in repr(other)
    assert admin.account != other.account


@pytest.mark.parametrize("value", [None, ""])
def test_an_environment_without_token_is_told(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    """By the variable's name."""
    monkeypatch.delenv("LINKED_API_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("LINKED_API_TOKEN", value)

    with pytest.raises(ConfigurationError, match="LINKED_API_TOKEN is not set"):
        LinkedApiAdmin.from_env()


async def test_a_sibling_shares_all_but_its_policy(
    sandbox: Sandbox, connect: "Connect", told: list[Event]
) -> None:
    """Connections and closing are common, patience is its own."""
    admin = connect()
    sibling = admin.with_options(policy=Policy(max_attempts=1), deadline=5.0)
    assert (sibling.policy.max_attempts, sibling.policy.deadline) == (1, 5.0)
    assert (admin.policy.max_attempts, admin.policy.deadline) == (3, 600.0)
    await admin.webhooks.get()
    await sibling.webhooks.get()
    assert sandbox.log.connections == 1

    sandbox.inject(503, on="admin")
    with pytest.raises(linkedapi_async.TransientError):
        await sibling.webhooks.get()
    assert not [event for event in told if isinstance(event, BackingOff)]

    await sibling.aclose()
    await admin.webhooks.get()
    await admin.aclose()
    with pytest.raises(ClientClosed):
        await sibling.webhooks.get()


async def test_it_is_a_context_manager(sandbox: Sandbox, clock: FakeClock) -> None:
    """Leaving the block closes it, and again does nothing."""
    token = sandbox.tokens.linked_api_token
    async with LinkedApiAdmin(
        linked_api_token=token, base_url=sandbox.base_url, clock=clock
    ) as admin:
        assert (await admin.subscription.get_status()).status == "active"
    await admin.aclose()

    with pytest.raises(ClientClosed):
        await admin.subscription.get_status()


async def test_an_application_may_bring_its_session(sandbox: Sandbox, connect: "Connect") -> None:
    """It stays open, and is used."""
    async with aiohttp.ClientSession() as session:
        admin = connect(session=session)
        assert await admin.webhooks.get() == []
        await admin.aclose()
        assert not session.closed


def test_one_client_serves_several_loops() -> None:
    """One after the other, each with connections of its own."""
    admin = LinkedApiAdmin(linked_api_token="linked_1", base_url="http://127.0.0.1:9")
    quick = admin.with_options(policy=Policy(max_attempts=1))

    for _ in range(2):
        with pytest.raises(linkedapi_async.TransientError):
            asyncio.run(quick.webhooks.get())


def test_outside_a_loop_nothing_works() -> None:
    """And the message says why."""
    admin = LinkedApiAdmin(linked_api_token="linked_1")
    work = admin.webhooks.get()

    with pytest.raises(ConfigurationError, match="no running event loop"):
        work.send(None)


def test_the_name_resolves_lazily() -> None:
    """At the top level, and without loading anything for who does not ask."""
    code = (
        "import sys, linkedapi_async; assert 'linkedapi_async.admin' not in sys.modules; "
        "from linkedapi_async import LinkedApiAdmin; print(LinkedApiAdmin.__module__)"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )

    assert ran.stdout.startswith("linkedapi_async.admin")
    assert "LinkedApiAdmin" in linkedapi_async.__all__


async def test_an_alias_names_the_client_in_events(connect: "Connect") -> None:
    """Else a fingerprint does, once the token is known."""

    async def token() -> str:
        return "linked_wrong"

    admin = connect(linked_api_token=token)
    assert admin.account == "unresolved"
    with pytest.raises(linkedapi_async.UserActionRequired) as caught:
        await admin.webhooks.get()

    assert admin.account == caught.value.account != "unresolved"
    assert connect(alias="ops").account == "ops"


async def shapes(admin: LinkedApiAdmin) -> None:
    """What type checkers make of calls; never run, only checked."""
    assert_type(admin.accounts, AdminAccounts)
    assert_type(await admin.accounts.get_all(), AccountsResult)
    assert_type((await admin.accounts.get_all()).accounts[0], AdminAccount)
    assert_type(await admin.accounts.regenerate_identification_token("a"), RegenerateTokenResult)
    assert_type(await admin.subscription.get_seats(), list[SubscriptionSeat])
    assert_type(
        await admin.subscription.set_seats(quantity=1, seat_type="core", billing_period="year"),
        SetSeatsResult,
    )
    assert_type(await admin.limits.get("a"), list[Limit])
    assert_type(await admin.limits.get_usage("a"), list[LimitUsage])
    entry = SetLimitEntry(category="a word of tomorrow", period="daily", max_value=1)
    await admin.limits.set(account_id="a", limits=[entry])
    await admin.limits.set(account_id="a", limits=(entry,))
    assert_type(await admin.webhooks.get(), list[WebhookSubscription])
    assert_type(await admin.webhooks.deliveries(), list[WebhookDelivery])
    assert_type(await admin.webhooks.event_types(), list[str])
    handle = await admin.connect_account()
    assert_type(handle, ConnectionHandle)
    assert_type(await handle.finished(timeout=5), AdminAccount)
    assert_type(await handle.status(), ConnectionSessionStatus)
    assert_type(admin.with_options(deadline=3), LinkedApiAdmin)


async def mistakes(admin: LinkedApiAdmin) -> None:
    """What a checker has to refuse; never run, only checked."""
    LinkedApiAdmin()  # type: ignore[call-arg]  # the point - no token
    LinkedApiAdmin(linked_api_token="a", identification_token="b")  # type: ignore[call-arg]  # the point - the Admin API takes none
    SetLimitEntry(category="stPosts", period="hourly", max_value=1)  # type: ignore[arg-type]  # the point - no such period
    entry = DeleteLimitEntry(category="stPosts", period="daily")
    await admin.limits.set(account_id="a", limits=[entry])  # type: ignore[list-item]  # the point - the other kind of entry
    await admin.subscription.set_seats(quantity=1, seat_type="gold", billing_period="year")  # type: ignore[arg-type]  # the point - no such seat
    await admin.limits.set("a", [])  # type: ignore[call-arg]  # the point - two parameters are named
