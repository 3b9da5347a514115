"""`webhook.*`: where events go, which, how they are proved, and what became of them.

Source: https://linkedapi.io/docs/admin-webhooks
"""

from collections.abc import Mapping, Sequence
from typing import get_args

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.models.webhooks import (
    WebhookDelivery,
    WebhookEventSelector,
    WebhookPayloadMode,
    WebhookSubscription,
)
from linkedapi_async.wire._query import Query

from . import _checks as checks
from ._base import Repeat, member, nothing, query

__all__ = [
    "delete",
    "delete_header",
    "deliveries",
    "event_types",
    "get",
    "replay_delivery",
    "reveal_secret",
    "rotate_secret",
    "send_test",
    "set_events",
    "set_header",
    "set_headers",
    "set_payload_mode",
    "set_signing",
    "set_webhook",
]


def set_webhook(
    *,
    url: str,
    payload_mode: WebhookPayloadMode | None,
    signing_enabled: bool | None,
    headers: Mapping[str, str] | None,
    events: Sequence[WebhookEventSelector | str] | None,
) -> Query[WebhookSubscription]:
    """Ask to register the one webhook there may be; what is `None` is left to the service."""
    params: dict[str, Json] = {"url": checks.url("url", url)}
    if payload_mode is not None:
        params["payloadMode"] = _mode(payload_mode)
    if signing_enabled is not None:
        params["signingEnabled"] = checks.flag("signing_enabled", signing_enabled)
    if headers is not None:
        params["headers"] = checks.headers(headers)
    if events is not None:
        params["events"] = checks.selectors(events)
    return _told("webhook.set", params, Repeat.NEVER)


def get() -> Query[list[WebhookSubscription]]:
    """Ask for the webhook, if there is one."""
    return query("webhook.get", None, member("webhooks", list[WebhookSubscription]), Repeat.READS)


def set_payload_mode(
    *, webhook_id: str, payload_mode: WebhookPayloadMode
) -> Query[WebhookSubscription]:
    """Ask for fuller or leaner events."""
    params = {**_webhook(webhook_id), "payloadMode": _mode(payload_mode)}
    return _told("webhook.setPayloadMode", params, Repeat.SETTLES)


def set_signing(*, webhook_id: str, signing_enabled: bool) -> Query[WebhookSubscription]:
    """Ask to sign events, or to sign them no more."""
    is_enabled = checks.flag("signing_enabled", signing_enabled)
    params = {**_webhook(webhook_id), "signingEnabled": is_enabled}
    return _told("webhook.setSigning", params, Repeat.SETTLES)


def set_headers(
    *, webhook_id: str, headers: Mapping[str, str] | None
) -> Query[WebhookSubscription]:
    """Ask to send these header fields along and no others; `None` is sent as it is."""
    found = None if headers is None else checks.headers(headers)
    return _told("webhook.setHeaders", {**_webhook(webhook_id), "headers": found}, Repeat.SETTLES)


def set_header(*, webhook_id: str, name: str, value: str) -> Query[WebhookSubscription]:
    """Ask to send one header field along."""
    known, held = checks.header(name, value)
    params = {**_webhook(webhook_id), "name": known, "value": held}
    return _told("webhook.setHeader", params, Repeat.SETTLES)


def delete_header(*, webhook_id: str, name: str) -> Query[WebhookSubscription]:
    """Ask to send one header field along no more."""
    params = {**_webhook(webhook_id), "name": checks.header_name(name)}
    return _told("webhook.deleteHeader", params, Repeat.NEVER)


def reveal_secret(webhook_id: str) -> Query[WebhookSubscription]:
    """Ask for the signing secret."""
    return _told("webhook.revealSecret", _webhook(webhook_id), Repeat.READS)


def rotate_secret(webhook_id: str) -> Query[WebhookSubscription]:
    """Ask for another signing secret."""
    return _told("webhook.rotateSecret", _webhook(webhook_id), Repeat.NEVER)


def set_events(
    *, webhook_id: str, events: Sequence[WebhookEventSelector | str] | None
) -> Query[WebhookSubscription]:
    """Ask to narrow what is delivered; `None` is sent as it is."""
    found = None if events is None else checks.selectors(events)
    return _told("webhook.setEvents", {**_webhook(webhook_id), "events": found}, Repeat.SETTLES)


def event_types() -> Query[list[str]]:
    """Ask for the types that can be chosen."""
    return query("webhook.eventTypes", None, member("eventTypes", list[str]), Repeat.READS)


def delete(webhook_id: str) -> Query[None]:
    """Ask to remove the webhook."""
    return query("webhook.delete", _webhook(webhook_id), nothing, Repeat.NEVER)


def deliveries() -> Query[list[WebhookDelivery]]:
    """Ask what became of events."""
    return query(
        "webhook.deliveries", None, member("deliveries", list[WebhookDelivery]), Repeat.READS
    )


def replay_delivery(delivery_id: str) -> Query[None]:
    """Ask to deliver an event once more."""
    params = {"deliveryId": checks.text("delivery_id", delivery_id)}
    return query("webhook.replayDelivery", params, nothing, Repeat.NEVER)


def send_test() -> Query[None]:
    """Ask to deliver an event that tells nothing."""
    return query("webhook.sendTest", None, nothing, Repeat.NEVER)


def _told(name: str, params: JsonObject, repeat: Repeat) -> Query[WebhookSubscription]:
    return query(name, params, member("webhook", WebhookSubscription), repeat)


def _webhook(webhook_id: object) -> JsonObject:
    return {"id": checks.text("webhook_id", webhook_id)}


def _mode(payload_mode: object) -> str:
    return checks.word("payload_mode", payload_mode, get_args(WebhookPayloadMode))
