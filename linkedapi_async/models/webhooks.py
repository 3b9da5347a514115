"""The webhook as the Admin API manages it; what it delivers lives in `linkedapi_async.webhooks`.

The signing secret is plain text, left out of every `repr`: receivers take it as it is.
"""

from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from ._times import moment

__all__ = [
    "WebhookDelivery",
    "WebhookEventSelector",
    "WebhookPayloadMode",
    "WebhookSubscription",
]

WebhookPayloadMode: TypeAlias = Literal["fat", "thin"]
"""Whether `workflow.completed` carries the outcome (`fat`) or leaves it to be asked for."""

WebhookEventSelector: TypeAlias = Literal[
    "workflow.created",
    "workflow.started",
    "workflow.completed",
    "account.active",
    "account.reconnectionRequired",
    "account.frozen",
    "account.deleted",
    "inbox.messageReceived",
    "inbox.messageSent",
    "network.connectionAccepted",
    "network.connectionAdded",
    "network.connectionRequestReceived",
    "workflow.*",
    "account.*",
    "inbox.*",
    "network.*",
]
"""What a webhook can be narrowed to. The list grows: any other word is sent as it is."""


@attrs.frozen(kw_only=True)
class WebhookSubscription:
    """The webhook that is registered.

    Attributes:
        id: What the Admin API names it by.
        url: Where deliveries go.
        payload_mode: How much they hold. Known: `fat`, `thin`.
        is_active: Whether it has not been deleted.
        signing_enabled: Whether deliveries are signed.
        header_names: Names of the header fields sent along; the service never tells values.
        events: What is delivered; `None` is everything. Test events always are.
        secret: What deliveries are signed with; a secret. Told only by `set` with signing on,
            `set_signing`, `reveal_secret` and `rotate_secret`.
        created_at: When it was registered, as sent.

    Source: https://linkedapi.io/docs/admin-webhooks
    """

    id: str | None = None
    url: str | None = None
    payload_mode: str | None = None
    is_active: bool | None = None
    signing_enabled: bool | None = None
    header_names: list[str] | None = None
    events: list[str] | None = None
    secret: str | None = attrs.field(default=None, repr=False)
    created_at: str | None = None

    @property
    def created_at_time(self) -> datetime | None:
        """`created_at` as an aware moment; `None` where it cannot be read."""
        return moment(self.created_at)


@attrs.frozen(kw_only=True)
class WebhookDelivery:
    """What became of one event on its way to the webhook.

    Attributes:
        id: The delivery.
        event_type: Such as `workflow.completed`.
        event_id: The `id` within the event, the same each time it is delivered.
        status: How far it is. Known: `pending`, `delivering`, `success`, `failed`.
        attempts: How often it was tried, 8 times at most.
        response_status_code: HTTP status of the last answer; `None` without one.
        last_error: Why the last attempt failed; `None` where it did not.
        created_at: When the event happened, as sent.
        updated_at: When the delivery last changed, as sent.

    Source: https://linkedapi.io/docs/admin-webhooks
    """

    id: str | None = None
    event_type: str | None = None
    event_id: str | None = None
    status: str | None = None
    attempts: int | None = None
    response_status_code: int | None = None
    last_error: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    @property
    def created_at_time(self) -> datetime | None:
        """`created_at` as an aware moment; `None` where it cannot be read."""
        return moment(self.created_at)

    @property
    def updated_at_time(self) -> datetime | None:
        """`updated_at` as an aware moment; `None` where it cannot be read."""
        return moment(self.updated_at)
