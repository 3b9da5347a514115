"""Serves `webhook.*`: where events go, which, how they are proved, and what became of them.

Inferred, where the documentation is silent: a second webhook, an unknown id and a bad address are
`invalidRequestPayload`; a webhook has a secret from the first, whether or not it signs; signing is
off unless it is asked for.

Source: https://linkedapi.io/docs/admin-webhooks
"""

from linkedapi_async._types import Json

from ._admin_calls import Call, method
from ._subscription import PayloadMode, selectors

__all__ = [
    "delete_header",
    "delete_webhook",
    "event_types",
    "get_webhooks",
    "list_deliveries",
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


@method("webhook.set")
def set_webhook(call: Call) -> dict[str, Json]:
    """Register the one webhook there may be."""
    url, params = call.text("url"), call.params
    call.examine(url=url)
    mode = _mode(call) if "payloadMode" in params else PayloadMode.FAT
    is_signed = "signingEnabled" in params and call.flag("signingEnabled")
    headers, events = call.headers(), call.events()
    if call.office.deliveries.webhook is not None:
        call.reject("url", "cannot be changed: delete the webhook first")
    webhook = call.office.deliveries.subscribe(
        url, payload_mode=mode, is_signed=is_signed, headers=headers, events=events
    )
    return {"webhook": webhook.told(with_secret=is_signed)}


@method("webhook.get")
def get_webhooks(call: Call) -> dict[str, Json]:
    """List the webhook, if there is one."""
    webhook = call.office.deliveries.webhook
    return {"webhooks": [] if webhook is None else [webhook.told()]}


@method("webhook.setPayloadMode")
def set_payload_mode(call: Call) -> dict[str, Json]:
    """Change how much events hold."""
    webhook = call.webhook()
    webhook.payload_mode = _mode(call)
    return {"webhook": webhook.told()}


@method("webhook.setSigning")
def set_signing(call: Call) -> dict[str, Json]:
    """Sign events from now on, or no more."""
    webhook = call.webhook()
    webhook.is_signed = call.flag("signingEnabled")
    return {"webhook": webhook.told(with_secret=webhook.is_signed)}


@method("webhook.setHeaders")
def set_headers(call: Call) -> dict[str, Json]:
    """Replace all extra headers."""
    webhook = call.webhook()
    if "headers" not in call.params:
        call.reject("headers", "must be an object or null")
    webhook.set_headers(call.headers())
    return {"webhook": webhook.told()}


@method("webhook.setHeader")
def set_header(call: Call) -> dict[str, Json]:
    """Add or replace an extra header."""
    webhook, name, value = call.webhook(), call.text("name"), call.text("value")
    call.examine(headers={name: value})
    webhook.set_header(name, value)
    return {"webhook": webhook.told()}


@method("webhook.deleteHeader")
def delete_header(call: Call) -> dict[str, Json]:
    """Remove an extra header."""
    webhook = call.webhook()
    webhook.delete_header(call.text("name"))
    return {"webhook": webhook.told()}


@method("webhook.revealSecret")
def reveal_secret(call: Call) -> dict[str, Json]:
    """Tell the secret."""
    return {"webhook": call.webhook().told(with_secret=True)}


@method("webhook.rotateSecret")
def rotate_secret(call: Call) -> dict[str, Json]:
    """Replace the secret at once."""
    webhook = call.webhook()
    webhook.rotate()
    return {"webhook": webhook.told(with_secret=True)}


@method("webhook.setEvents")
def set_events(call: Call) -> dict[str, Json]:
    """Narrow what is delivered."""
    webhook = call.webhook()
    if "events" not in call.params:
        call.reject("events", "must be a list or null")
    webhook.events = call.events()
    return {"webhook": webhook.told()}


@method("webhook.eventTypes")
def event_types(call: Call) -> dict[str, Json]:  # noqa: ARG001 - called as all are
    """List the types that can be selected."""
    return {"eventTypes": [one for one in selectors() if not one.endswith("*")]}


@method("webhook.delete")
def delete_webhook(call: Call) -> dict[str, Json]:
    """Remove the webhook and keep its history."""
    call.webhook()
    call.office.deliveries.unsubscribe()
    return {}


@method("webhook.deliveries")
def list_deliveries(call: Call) -> dict[str, Json]:
    """List what became of events, the newest first."""
    return {"deliveries": [one.told() for one in reversed(call.office.deliveries.records)]}


@method("webhook.replayDelivery")
def replay_delivery(call: Call) -> dict[str, Json]:
    """Deliver an event once more."""
    if not call.office.deliveries.replay(call.text("deliveryId")):
        call.reject("deliveryId", "names no delivery, or there is no webhook")
    return {}


@method("webhook.sendTest")
def send_test(call: Call) -> dict[str, Json]:
    """Deliver an event that tells nothing."""
    if call.office.deliveries.webhook is None:
        call.reject("webhook", "is not registered")
    call.office.herald.test()
    return {}


def _mode(call: Call) -> PayloadMode:
    return PayloadMode(call.choice("payloadMode", list(PayloadMode)))
