"""The webhook: where events go, which, how they are proved, and what became of them."""

from collections.abc import Mapping, Sequence

from linkedapi_async.models.webhooks import (
    WebhookDelivery,
    WebhookEventSelector,
    WebhookPayloadMode,
    WebhookSubscription,
)
from linkedapi_async.wire.admin import webhooks as queries

from ._line import Access

__all__ = ["AdminWebhooks"]


class AdminWebhooks:
    """The one webhook that the owner of the main token may have.

    It hears of all accounts. What it delivers is read by `linkedapi_async.webhooks`.

    Source: https://linkedapi.io/docs/admin-webhooks
    """

    def __init__(self, access: Access) -> None:
        """Belong to a client; use `LinkedApiAdmin.webhooks`."""
        self._access = access

    async def set(
        self,
        *,
        url: str,
        payload_mode: WebhookPayloadMode | None = None,
        signing_enabled: bool | None = None,
        headers: Mapping[str, str] | None = None,
        events: Sequence[WebhookEventSelector | str] | None = None,
    ) -> WebhookSubscription:
        """Register the webhook and return it, with its `secret` if deliveries are signed.

        Args:
            url: Where deliveries go: HTTPS, and no private address. It cannot be changed: delete
                the webhook and set another.
            payload_mode: `fat` has the outcome in `workflow.completed`, `thin` leaves it to be
                asked for; `None` leaves that to the service (`fat`).
            signing_enabled: Whether deliveries are signed; `None` leaves that to the service.
            headers: Header fields to send along.
            events: Event types, or groups such as `workflow.*`; `None` is every event.
        """
        query = queries.set_webhook(
            url=url,
            payload_mode=payload_mode,
            signing_enabled=signing_enabled,
            headers=headers,
            events=events,
        )
        del headers  # frames show their locals, and these may be credentials
        return await self._access.ask(query)

    async def get(self) -> list[WebhookSubscription]:
        """Return the webhook in a list, or an empty one."""
        return await self._access.ask(queries.get())

    async def set_payload_mode(
        self, *, webhook_id: str, payload_mode: WebhookPayloadMode
    ) -> WebhookSubscription:
        """Change how much deliveries hold: `fat` or `thin`."""
        return await self._access.ask(
            queries.set_payload_mode(webhook_id=webhook_id, payload_mode=payload_mode)
        )

    async def set_signing(self, *, webhook_id: str, signing_enabled: bool) -> WebhookSubscription:
        """Sign deliveries, or sign them no more; the `secret` comes back when enabling."""
        return await self._access.ask(
            queries.set_signing(webhook_id=webhook_id, signing_enabled=signing_enabled)
        )

    async def set_headers(
        self, *, webhook_id: str, headers: Mapping[str, str] | None
    ) -> WebhookSubscription:
        """Send these header fields along and no others; `None` or none at all clears them."""
        query = queries.set_headers(webhook_id=webhook_id, headers=headers)
        del headers  # frames show their locals, and these may be credentials
        return await self._access.ask(query)

    async def set_header(self, *, webhook_id: str, name: str, value: str) -> WebhookSubscription:
        """Send one header field along, in place of one whose name differs at most by case."""
        query = queries.set_header(webhook_id=webhook_id, name=name, value=value)
        del value  # frames show their locals, and this may be a credential
        return await self._access.ask(query)

    async def delete_header(self, *, webhook_id: str, name: str) -> WebhookSubscription:
        """Send one header field along no more; case makes no difference in its name."""
        return await self._access.ask(queries.delete_header(webhook_id=webhook_id, name=name))

    async def reveal_secret(self, webhook_id: str) -> WebhookSubscription:
        """Return the webhook with its `secret`, which stays as it is."""
        return await self._access.ask(queries.reveal_secret(webhook_id))

    async def rotate_secret(self, webhook_id: str) -> WebhookSubscription:
        """Replace the secret and return the webhook with it; the old one is dead at once.

        After `OutcomeUnknown`, `reveal_secret` tells the one that is good now.
        """
        return await self._access.ask(queries.rotate_secret(webhook_id))

    async def set_events(
        self, *, webhook_id: str, events: Sequence[WebhookEventSelector | str] | None
    ) -> WebhookSubscription:
        """Narrow what is delivered to types or groups; `None` is everything."""
        return await self._access.ask(queries.set_events(webhook_id=webhook_id, events=events))

    async def event_types(self) -> list[str]:
        """Return the types that can be chosen, in the service's order."""
        return await self._access.ask(queries.event_types())

    async def delete(self, webhook_id: str) -> None:
        """Remove the webhook; its history stays, deliveries under way are dropped."""
        await self._access.ask(queries.delete(webhook_id))

    async def deliveries(self) -> list[WebhookDelivery]:
        """Return what became of events, the newest first."""
        return await self._access.ask(queries.deliveries())

    async def replay_delivery(self, delivery_id: str) -> None:
        """Deliver an event once more, under the same event id."""
        await self._access.ask(queries.replay_delivery(delivery_id))

    async def send_test(self) -> None:
        """Deliver a `webhook.test` event."""
        await self._access.ask(queries.send_test())
