"""The official SDK's admin client, unmodified, against the sandbox: each of its 32 methods."""

import inspect
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

import attrs
import pytest
from linkedapi.admin import LinkedApiAdmin, accounts, limits, subscription, webhooks
from linkedapi.types import admin as params
from linkedapi.types import webhooks as hooks

from linkedapi_async.testing import Account, Sandbox, Webhook
from linkedapi_async.testing._admin_calls import methods
from linkedapi_async.testing._directory import categories
from linkedapi_async.testing._subscription import selectors

if TYPE_CHECKING:
    from tests.testing.conftest import Official

URL: Final = "https://hooks.example.com/linked-api"
LINK: Final = "https://app.linkedapi.io/connection"


@attrs.frozen
class Stage:
    """What each method finds there: two accounts, one of them signed out, and all that follows."""

    sandbox: Sandbox
    account: Account
    away: Account
    session_id: str
    webhook: Webhook
    delivery_id: str


@pytest.fixture
async def stage(sandbox: Sandbox, official: "Official") -> Stage:
    """A free seat, two accounts, a session under way, a webhook and something delivered."""
    away = sandbox.add_account("away")
    sandbox.sign_out(account=away)
    sandbox.admin.billing.add_seat(away.plan)
    webhook = sandbox.deliveries.subscribe(URL, headers={"X-Key": "hidden"})
    sandbox.deliveries.lead("https://hooks.example.com", sandbox.base_url)  # answered 404
    await official(lambda admin: admin.webhooks.send_test())
    await sandbox.deliveries.wait_idle()
    (delivery,) = sandbox.deliveries.records
    session = sandbox.admin.sessions.open()
    account = sandbox.account("main")
    return Stage(sandbox, account, away, session.session_id, webhook, delivery.delivery_id)


Served: TypeAlias = Callable[[LinkedApiAdmin, Stage], None]
CASES: Final[dict[str, Served]] = {}


def served(name: str) -> Callable[[Served], Served]:
    """Register what a method of the client has to find, by its name on the wire."""

    def register(case: Served) -> Served:
        CASES[name] = case
        return case

    return register


@served("subscription.getStatus")
def get_status(admin: LinkedApiAdmin, stage: Stage) -> None:
    told = admin.subscription.get_status()
    assert (told.status, told.eligible_for_trial, told.cancel_at_period_end) == (
        "active",
        False,
        False,
    )


@served("subscription.getSeats")
def get_seats(admin: LinkedApiAdmin, stage: Stage) -> None:
    (told,) = admin.subscription.get_seats().seats or []
    assert (told.seat_type, told.quantity, told.billing_period) == ("plus", 3, "month")


@served("subscription.setSeats")
def set_seats(admin: LinkedApiAdmin, stage: Stage) -> None:
    wanted = params.SetSeatsParams(quantity=5, seat_type="plus", billing_period="year")
    told = admin.subscription.set_seats(wanted)
    (seats,) = admin.subscription.get_seats().seats or []
    assert (told.status, told.payment_link) == ("complete", None)
    assert (seats.seat_type, seats.quantity, seats.billing_period) == ("plus", 5, "year")


@served("accounts.getAll")
def get_all(admin: LinkedApiAdmin, stage: Stage) -> None:
    told = admin.accounts.get_all()
    main, away = told.accounts or []
    (pending,) = told.pending_connection_sessions or []
    assert (main.id, away.id) == (stage.account.account_id, stage.away.account_id)
    assert (main.name, main.url) == ("Main Member", "https://www.linkedin.com/in/main")
    assert main.identification_token == stage.account.identification_token
    assert (main.status, away.status) == ("active", "reconnection_required")
    assert (main.country_code, main.connected_at) == ("US", "2026-01-05T09:00:00.000Z")
    assert main.headline
    assert main.avatar_url
    assert (main.reconnection_session_id, main.reconnection_link) == (None, None)
    assert away.reconnection_link == f"{LINK}/{away.reconnection_session_id}"
    assert (pending.session_id, pending.status) == (stage.session_id, "pending")


@served("accounts.disconnect")
def disconnect(admin: LinkedApiAdmin, stage: Stage) -> None:
    admin.accounts.disconnect(params.DisconnectParams(account_id=stage.account.account_id))
    assert stage.sandbox.accounts == (stage.away,)


@served("accounts.reparseAccountInfo")
def reparse_account_info(admin: LinkedApiAdmin, stage: Stage) -> None:
    wanted = params.ReparseAccountInfoParams(account_id=stage.account.account_id)
    told = admin.accounts.reparse_account_info(wanted)
    (workflow,) = stage.sandbox.log.workflows()
    assert told.workflow_id == workflow.workflow_id


@served("accounts.regenerateIdentificationToken")
def regenerate_identification_token(admin: LinkedApiAdmin, stage: Stage) -> None:
    before = stage.account.identification_token
    wanted = params.RegenerateTokenParams(account_id=stage.account.account_id)
    told = admin.accounts.regenerate_identification_token(wanted)
    assert told.token == stage.account.identification_token != before


@served("accounts.createConnectionSession")
def create_connection_session(admin: LinkedApiAdmin, stage: Stage) -> None:
    over = params.CancelConnectionSessionParams(session_id=stage.session_id)
    admin.accounts.cancel_connection_session(over)
    told = admin.accounts.create_connection_session()
    assert told.session_id != stage.session_id
    assert told.connection_link == f"{LINK}/{told.session_id}"


@served("accounts.createReconnectionSession")
def create_reconnection_session(admin: LinkedApiAdmin, stage: Stage) -> None:
    wanted = params.CreateReconnectionSessionParams(account_id=stage.away.account_id)
    told = admin.accounts.create_reconnection_session(wanted)
    assert told.reconnection_session_id
    assert told.reconnection_link == f"{LINK}/{told.reconnection_session_id}"


@served("accounts.getConnectionSession")
def get_connection_session(admin: LinkedApiAdmin, stage: Stage) -> None:
    wanted = params.GetConnectionSessionParams(session_id=stage.session_id)
    told = admin.accounts.get_connection_session(wanted).session
    assert told is not None
    assert (told.session_id, told.status, told.type) == (stage.session_id, "pending", "connection")


@served("accounts.cancelConnectionSession")
def cancel_connection_session(admin: LinkedApiAdmin, stage: Stage) -> None:
    wanted = params.CancelConnectionSessionParams(session_id=stage.session_id)
    admin.accounts.cancel_connection_session(wanted)
    assert [one.status for one in stage.sandbox.admin.sessions.all] == ["cancelled"]


def _limits_of(admin: LinkedApiAdmin, stage: Stage) -> set[tuple[Any, ...]]:
    wanted = params.GetLimitsParams(account_id=stage.account.account_id)
    return {
        (one.category, one.period, one.max_value, one.is_enabled)
        for one in admin.limits.get(wanted).limits or []
    }


def _set_limit(admin: LinkedApiAdmin, stage: Stage, value: int) -> None:
    entry = params.SetLimitEntry(category="stMessages", period="daily", max_value=value)
    admin.limits.set(params.SetLimitsParams(account_id=stage.account.account_id, limits=[entry]))


REQUESTS: Final = ("stConnectionRequests", "daily", 10, False)
DEFAULTS: Final = {("stMessages", "daily", 50, False), REQUESTS}


@served("limits.getDefaults")
def get_defaults(admin: LinkedApiAdmin, stage: Stage) -> None:
    _set_limit(admin, stage, 7)
    assert {
        (one.category, one.period, one.max_value, one.is_enabled)
        for one in admin.limits.get_defaults().limits or []
    } == DEFAULTS


@served("limits.get")
def get_limits(admin: LinkedApiAdmin, stage: Stage) -> None:
    assert _limits_of(admin, stage) == DEFAULTS


@served("limits.getUsage")
def get_usage(admin: LinkedApiAdmin, stage: Stage) -> None:
    wanted = params.GetLimitsUsageParams(account_id=stage.account.account_id)
    assert {
        (one.category, one.period, one.max_value, one.is_enabled, one.current_usage)
        for one in admin.limits.get_usage(wanted).usage or []
    } == {(*one, 0) for one in DEFAULTS}


@served("limits.set")
def set_limits(admin: LinkedApiAdmin, stage: Stage) -> None:
    _set_limit(admin, stage, 7)
    assert _limits_of(admin, stage) == {("stMessages", "daily", 7, True), REQUESTS}


@served("limits.delete")
def delete_limits(admin: LinkedApiAdmin, stage: Stage) -> None:
    _set_limit(admin, stage, 7)
    entry = params.DeleteLimitEntry(category="stMessages", period="daily")
    admin.limits.delete(
        params.DeleteLimitsParams(account_id=stage.account.account_id, limits=[entry])
    )
    assert _limits_of(admin, stage) == DEFAULTS


@served("limits.resetToDefaults")
def reset_limits(admin: LinkedApiAdmin, stage: Stage) -> None:
    _set_limit(admin, stage, 7)
    admin.limits.reset_to_defaults(params.ResetLimitsParams(account_id=stage.account.account_id))
    assert _limits_of(admin, stage) == DEFAULTS


@served("webhook.set")
def set_webhook(admin: LinkedApiAdmin, stage: Stage) -> None:
    admin.webhooks.delete(hooks.DeleteWebhookParams(id=stage.webhook.webhook_id))
    told = admin.webhooks.set(
        hooks.SetWebhookParams(
            url=URL,
            payload_mode="thin",
            signing_enabled=True,
            headers={"X-Other": "hidden"},
            events=["workflow.*", "account.frozen"],
        )
    )
    current = stage.sandbox.deliveries.webhook
    assert current is not None
    assert (told.id, told.secret) == (current.webhook_id, current.secret)
    assert current.webhook_id.startswith("whs-")
    assert re.fullmatch("[0-9a-f]{64}", current.secret)
    assert (told.url, told.payload_mode) == (URL, "thin")
    assert (told.is_active, told.signing_enabled) == (True, True)
    assert told.header_names == ["X-Other"]
    assert told.events == ["workflow.*", "account.frozen"]
    assert told.created_at


@served("webhook.get")
def get_webhooks(admin: LinkedApiAdmin, stage: Stage) -> None:
    (told,) = admin.webhooks.get()
    assert (told.id, told.url) == (stage.webhook.webhook_id, URL)
    assert (told.payload_mode, told.signing_enabled) == ("fat", True)
    assert (told.header_names, told.events, told.secret) == (["X-Key"], None, None)


@served("webhook.setPayloadMode")
def set_payload_mode(admin: LinkedApiAdmin, stage: Stage) -> None:
    wanted = hooks.SetWebhookPayloadModeParams(id=stage.webhook.webhook_id, payload_mode="thin")
    told = admin.webhooks.set_payload_mode(wanted)
    assert (told.payload_mode, told.secret) == ("thin", None)


@served("webhook.setSigning")
def set_signing(admin: LinkedApiAdmin, stage: Stage) -> None:
    webhook_id = stage.webhook.webhook_id
    off, on = (
        admin.webhooks.set_signing(
            hooks.SetWebhookSigningParams(id=webhook_id, signing_enabled=wanted)
        )
        for wanted in (False, True)
    )
    assert (off.signing_enabled, off.secret) == (False, None)
    assert (on.signing_enabled, on.secret) == (True, stage.webhook.secret)


@served("webhook.setHeaders")
def set_headers(admin: LinkedApiAdmin, stage: Stage) -> None:
    webhook_id = stage.webhook.webhook_id
    given: tuple[dict[str, str] | None, ...] = ({"A": "1", "B": "2"}, None, {"C": "3"}, {})
    told = [
        admin.webhooks.set_headers(
            hooks.SetWebhookHeadersParams(id=webhook_id, headers=headers)
        ).header_names
        for headers in given
    ]
    assert told == [["A", "B"], [], ["C"], []]


@served("webhook.setHeader")
def set_header(admin: LinkedApiAdmin, stage: Stage) -> None:
    wanted = hooks.SetWebhookHeaderParams(id=stage.webhook.webhook_id, name="x-key", value="new")
    assert admin.webhooks.set_header(wanted).header_names == ["x-key"]
    assert stage.webhook.headers == {"x-key": "new"}


@served("webhook.deleteHeader")
def delete_header(admin: LinkedApiAdmin, stage: Stage) -> None:
    wanted = hooks.DeleteWebhookHeaderParams(id=stage.webhook.webhook_id, name="X-KEY")
    assert admin.webhooks.delete_header(wanted).header_names == []


@served("webhook.revealSecret")
def reveal_secret(admin: LinkedApiAdmin, stage: Stage) -> None:
    wanted = hooks.RevealWebhookSecretParams(id=stage.webhook.webhook_id)
    told = [admin.webhooks.reveal_secret(wanted).secret for _ in range(2)]
    assert told == [stage.webhook.secret] * 2


@served("webhook.rotateSecret")
def rotate_secret(admin: LinkedApiAdmin, stage: Stage) -> None:
    before = stage.webhook.secret
    wanted = hooks.RotateWebhookSecretParams(id=stage.webhook.webhook_id)
    assert admin.webhooks.rotate_secret(wanted).secret == stage.webhook.secret != before


@served("webhook.setEvents")
def set_events(admin: LinkedApiAdmin, stage: Stage) -> None:
    webhook_id = stage.webhook.webhook_id
    given: tuple[list[hooks.WebhookEventSelector] | None, ...] = (["inbox.*"], None)
    told = [
        admin.webhooks.set_events(hooks.SetWebhookEventsParams(id=webhook_id, events=events)).events
        for events in given
    ]
    assert told == [["inbox.*"], None]


@served("webhook.eventTypes")
def event_types(admin: LinkedApiAdmin, stage: Stage) -> None:
    assert admin.webhooks.event_types() == [
        one for one in get_args(hooks.WebhookEventType) if one != "webhook.test"
    ]


@served("webhook.delete")
def delete_webhook(admin: LinkedApiAdmin, stage: Stage) -> None:
    admin.webhooks.delete(hooks.DeleteWebhookParams(id=stage.webhook.webhook_id))
    assert admin.webhooks.get() == []
    assert [one.id for one in admin.webhooks.deliveries()] == [stage.delivery_id]


@served("webhook.deliveries")
def list_deliveries(admin: LinkedApiAdmin, stage: Stage) -> None:
    (told,) = admin.webhooks.deliveries()
    assert (told.id, told.event_type) == (stage.delivery_id, "webhook.test")
    assert (told.status, told.attempts, told.response_status_code) == ("failed", 8, 404)
    assert told.last_error == "The webhook answered 404."
    assert told.created_at is not None
    assert told.updated_at is not None
    assert told.created_at < told.updated_at


@served("webhook.replayDelivery")
def replay_delivery(admin: LinkedApiAdmin, stage: Stage) -> None:
    wanted = hooks.ReplayWebhookDeliveryParams(delivery_id=stage.delivery_id)
    admin.webhooks.replay_delivery(wanted)
    replay, first = admin.webhooks.deliveries()
    assert first.id == stage.delivery_id != replay.id
    assert first.event_id == replay.event_id


@served("webhook.sendTest")
def send_test(admin: LinkedApiAdmin, stage: Stage) -> None:
    admin.webhooks.send_test()
    test, first = admin.webhooks.deliveries()
    assert (test.event_type, first.event_type) == ("webhook.test", "webhook.test")
    assert test.event_id != first.event_id


@pytest.mark.parametrize("name", CASES)
async def test_the_official_client_is_served(stage: Stage, official: "Official", name: str) -> None:
    """Each method finds what it asks for, and the log has its name."""
    await official(lambda admin: CASES[name](admin, stage))

    requests = stage.sandbox.log.requests("admin")
    assert name in {one.admin_method for one in requests}
    assert {(one.wire, one.account) for one in requests} == {("linked_api", None)}


def test_every_method_is_served() -> None:
    """No more and no fewer than the client has: 32."""
    sources = "".join(inspect.getsource(one) for one in (accounts, limits, subscription, webhooks))

    assert {*re.findall(r"/admin/([\w.]+)", sources)} == {*methods()} == {*CASES}
    assert len(CASES) == 32


def test_words_are_those_of_the_client() -> None:
    """Categories of limits; selectors of events, in their order."""
    assert categories() == {*get_args(params.LimitCategory)}
    assert selectors() == get_args(hooks.WebhookEventSelector)
