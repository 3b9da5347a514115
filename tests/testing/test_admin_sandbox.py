"""The Admin API of the sandbox: refusals, accounts, sessions, seats and limits."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from linkedapi.types import admin as params
from linkedapi.types import webhooks as hooks

from linkedapi_async.testing import (
    Drop,
    FakeClock,
    RequestReceived,
    Sandbox,
    WorkflowCancelled,
)

if TYPE_CHECKING:
    from linkedapi.admin import LinkedApiAdmin

    from tests.testing.conftest import Official, Talk

URL: Final = "https://hooks.example.com/linked-api"
NOBODY: Final = "00000000-0000-4000-8000-000000000000"
READ: Final = {"actionType": "st.retrieveSSI"}


def message(number: int = 1) -> dict[str, str]:
    """Return a message to somebody."""
    person = f"https://www.linkedin.com/in/person{number}"
    return {"actionType": "st.sendMessage", "personUrl": person, "text": "Hi"}


def connect(admin: "LinkedApiAdmin") -> Any:
    """Ask for a link that connects an account."""
    return admin.accounts.create_connection_session()


# ── refusals ──


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ({}, "linkedApiTokenRequired"),
        ({"linked-api-token": "linked_wrong"}, "invalidLinkedApiToken"),
    ],
)
async def test_the_main_token_is_asked_for(
    talk: "Talk", headers: dict[str, str], word: str
) -> None:
    """Only that one, on 401."""
    status, told = await talk.ask("POST", "/admin/accounts.getAll", headers=headers)

    assert (status, told["error"]["type"]) == (401, word)


@pytest.mark.parametrize(
    "name", ["subscription.getPricing", "subscription.getBillingLink", "subscription.cancel"]
)
async def test_withdrawn_methods_are_unknown(talk: "Talk", name: str) -> None:
    """What clients no longer have is answered 404, and still seen in the log."""
    status, told = await talk.ask("POST", f"/admin/{name}")

    assert (status, told["error"]["type"]) == (404, "notFound")
    (request,) = talk.sandbox.log.requests("admin")
    assert request.admin_method == name


async def test_admin_methods_are_posted(talk: "Talk") -> None:
    """A GET is nowhere."""
    status, _ = await talk.ask("GET", "/admin/accounts.getAll")

    assert status == 404
    assert talk.sandbox.log.requests("other")


@pytest.mark.parametrize(
    ("name", "body", "status", "word"),
    [
        ("accounts.disconnect", {}, 401, "accountIdRequired"),
        ("accounts.disconnect", {"accountId": "main"}, 401, "accountIdRequired"),
        ("accounts.disconnect", {"accountId": NOBODY}, 401, "accountNotFound"),
        ("accounts.getConnectionSession", {"sessionId": NOBODY}, 404, "sessionNotFound"),
        ("accounts.getConnectionSession", {}, 400, "invalidRequestPayload"),
        ("accounts.getAll", [], 400, "invalidRequestPayload"),
        ("webhook.setSigning", {"id": "whs-1", "signingEnabled": True}, 400, None),
        ("webhook.sendTest", None, 400, None),
        ("webhook.replayDelivery", {"deliveryId": "1"}, 400, None),
        ("webhook.set", {}, 400, None),
        ("webhook.set", {"url": URL, "payloadMode": "slim"}, 400, None),
        ("webhook.set", {"url": URL, "payloadMode": 1}, 400, None),
        ("webhook.set", {"url": URL, "signingEnabled": "yes"}, 400, None),
        ("webhook.set", {"url": URL, "headers": []}, 400, None),
        ("webhook.set", {"url": URL, "headers": {"A": 1}}, 400, None),
        ("webhook.set", {"url": URL, "headers": {"A": ""}}, 400, None),
        ("webhook.set", {"url": URL, "headers": {"A B": "1"}}, 400, None),
        ("webhook.set", {"url": URL, "events": "workflow.*"}, 400, None),
        ("webhook.set", {"url": URL, "events": ["webhook.test"]}, 400, None),
        ("webhook.set", {"url": "ftp://example.com"}, 400, None),
        ("webhook.set", {"url": "http://example.com"}, 400, None),
        ("webhook.set", {"url": "https://10.0.0.1/hook"}, 400, None),
        ("webhook.set", {"url": "https://[::1"}, 400, None),
        ("webhook.set", {"url": "https://"}, 400, None),
        ("subscription.setSeats", {"quantity": 0}, 400, None),
        ("subscription.setSeats", {"quantity": 1001}, 400, None),
        ("subscription.setSeats", {"quantity": True}, 400, None),
        ("subscription.setSeats", {"quantity": 1, "seatType": "gold"}, 400, None),
    ],
)
async def test_bad_requests_are_refused(
    talk: "Talk", name: str, body: object, status: int, word: str | None
) -> None:
    """Documented words on documented statuses; 400 where there is none."""
    got, told = await talk.ask("POST", f"/admin/{name}", body=body)

    assert (got, told["success"]) == (status, False)
    assert told["error"]["type"] == (word or "invalidRequestPayload")
    assert talk.sandbox.deliveries.webhook is None


@pytest.mark.parametrize(
    "entries",
    [
        None,
        [1],
        [{}],
        [{"category": "stMessages", "period": "yearly", "maxValue": 1}],
        [{"category": "messages", "period": "daily", "maxValue": 1}],
        [{"category": "stMessages", "period": "daily", "maxValue": -1}],
        [{"category": "stMessages", "period": "daily", "maxValue": 1.5}],
        [{"category": "stMessages", "period": "daily", "maxValue": 1, "isEnabled": 1}],
    ],
)
async def test_one_bad_limit_spoils_them_all(talk: "Talk", entries: list[Any] | None) -> None:
    """Nothing is set when an entry is refused, and the text says which."""
    good = {"category": "stPosts", "period": "daily", "maxValue": 1}
    account = talk.sandbox.account()
    body = {"accountId": account.account_id, "limits": entries and [good, *entries]}

    status, told = await talk.ask("POST", "/admin/limits.set", body=body)

    assert (status, told["error"]["type"]) == (400, "invalidRequestPayload")
    assert "limits" in told["error"]["message"]
    assert "stPosts" not in repr(account.limits)


@pytest.mark.parametrize("name", ["webhook.setHeaders", "webhook.setEvents"])
async def test_null_is_not_absence(talk: "Talk", name: str) -> None:
    """A missing key is refused where `null` has a meaning."""
    webhook = talk.sandbox.deliveries.subscribe(URL, headers={"A": "1"}, events=["inbox.*"])

    status, _ = await talk.ask("POST", f"/admin/{name}", body={"id": webhook.webhook_id})

    assert status == 400
    assert (webhook.headers, webhook.events) == ({"A": "1"}, ("inbox.*",))


async def test_there_is_one_webhook(sandbox: Sandbox, official: "Official") -> None:
    """A second one is refused until the first is deleted."""
    sandbox.deliveries.subscribe(URL)

    word = await official.refused(lambda admin: admin.webhooks.set(hooks.SetWebhookParams(url=URL)))

    assert word == "invalidRequestPayload"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/hook", "http://localhost", "https://[::1]/", "https://1.1.1.1", URL],
)
async def test_addresses_of_this_machine_are_taken(
    sandbox: Sandbox, url: str, official: "Official"
) -> None:
    """Beside what the service takes."""
    webhook = await official(lambda admin: admin.webhooks.set(hooks.SetWebhookParams(url=url)))

    assert (webhook.url, webhook.signing_enabled, webhook.secret) == (url, False, None)


# ── how often ──


async def test_a_hundred_requests_a_minute(talk: "Talk", clock: FakeClock) -> None:
    """The next one is 429 until the minute has moved on; starts are not counted."""
    clock.auto_jump = False
    path = "/admin/subscription.getStatus"
    first = [(await talk.ask("POST", path))[0] for _ in range(60)]
    await clock.advance(30)
    first += [(await talk.ask("POST", path))[0] for _ in range(40)]
    status, told = await talk.ask("POST", path)
    started = await talk.ask("POST", "/workflows", body=READ)

    await clock.advance(29)
    early = (await talk.ask("POST", path))[0]
    await clock.advance(1)
    later = [(await talk.ask("POST", path))[0] for _ in range(61)]

    assert first == [200] * 100
    assert (status, told["error"]["type"]) == (429, "tooManyRequests")
    assert started[0] == 200
    assert early == 429
    assert later == [200] * 60 + [429]


async def test_faults_can_wait_for_admin_requests(sandbox: Sandbox, official: "Official") -> None:
    """A word, a status, or silence; other requests pass them by."""
    sandbox.inject("dailyConnectionAttemptsExceeded", on="admin")
    sandbox.inject(502, on="admin", runs=True)

    sandbox.admin.billing.add_seat(sandbox.account().plan)
    assert await official.refused(connect) == "dailyConnectionAttemptsExceeded"
    assert sandbox.admin.sessions.all == ()
    assert await official.refused(connect) == "httpError"
    assert len(sandbox.admin.sessions.all) == 1
    assert [one.fault for one in sandbox.log.requests("admin")] == [
        "dailyConnectionAttemptsExceeded",
        "502",
    ]


def test_admin_requests_have_no_account() -> None:
    """A fault that could never happen is refused."""
    with pytest.raises(ValueError, match="no account"):
        Sandbox().inject(503, on="admin", account="main")


# ── accounts ──


async def test_a_disconnected_account_is_gone(talk: "Talk", clock: FakeClock) -> None:
    """Its token opens nothing, and what it had under way is stopped."""
    account = talk.sandbox.add_account("second")
    headers = talk.headers(account="second")
    talk.sandbox.close_hours(None, account=account)
    for _ in range(2):
        await talk.begin(message(), account="second")

    await talk.ask("POST", "/admin/accounts.disconnect", body={"accountId": account.account_id})

    status, told = await talk.ask("POST", "/workflows", body=READ, headers=headers)
    await clock.sleep(60)
    assert (status, told["error"]["type"]) == (200, "invalidIdentificationToken")
    assert sum(isinstance(one, WorkflowCancelled) for one in talk.sandbox.log) == 2
    assert talk.sandbox.log.effects() == ()
    assert [one.alias for one in talk.sandbox.accounts] == ["main"]


async def test_an_alias_can_come_back(sandbox: Sandbox, official: "Official") -> None:
    """With another id and another token."""
    old = sandbox.account()
    before = old.account_id, old.identification_token
    await official(
        lambda admin: admin.accounts.disconnect(params.DisconnectParams(account_id=before[0])),
    )

    new = sandbox.add_account("main")

    assert not {new.account_id, new.identification_token} & {*before}


async def test_states_agree_with_what_tests_do(sandbox: Sandbox, official: "Official") -> None:
    """Signed out, without a seat, and back."""
    sandbox.add_account("other")

    async def states() -> list[str]:
        told = await official(lambda admin: admin.accounts.get_all())
        return [one.status for one in told.accounts]

    sandbox.sign_out(account="main")
    sandbox.take_seat(account="other")
    first = await states()
    sandbox.take_seat(account="main")
    second = await states()
    sandbox.give_seat()
    sandbox.sign_in()

    assert first == ["reconnection_required", "frozen"]
    assert second == ["frozen", "frozen"]
    assert await states() == ["active", "active"]


async def test_a_profile_is_parsed_by_a_workflow(talk: "Talk", official: "Official") -> None:
    """A new account has no headline until its workflow is over."""
    sandbox = talk.sandbox
    sandbox.admin.billing.add_seat(sandbox.account().plan)
    session = sandbox.admin.sessions.open()
    account = sandbox.finish_session(session.session_id, alias="new", name="New Member")
    assert account is not None

    async def headlines() -> list[str | None]:
        told = await official(lambda admin: admin.accounts.get_all())
        return [one.headline for one in told.accounts]

    before = await headlines()
    started = await official(
        lambda admin: admin.accounts.reparse_account_info(
            params.ReparseAccountInfoParams(account_id=account.account_id)
        ),
    )
    told = await talk.end(started.workflow_id, account="new")

    assert (account.alias, account.name) == ("new", "New Member")
    assert before[1] is None
    assert told["workflowStatus"] == "completed"
    assert None not in await headlines()


async def test_the_sandbox_closes_on_an_unanswered_admin_request(official: "Official") -> None:
    """What waits for an answer does not outlive the sandbox."""
    async with Sandbox() as sandbox:
        sandbox.inject(Drop(), on="admin")
        asking = attrs.evolve(official, sandbox=sandbox).refused(connect)
        waiting = asyncio.create_task(asking)
        while not sandbox.log.replies():
            await sandbox.clock.sleep(0.001)

    assert await waiting == "httpError"
    assert [type(one) for one in sandbox.log][1] is RequestReceived
