"""Carries events to a webhook: signed, and again until somebody takes them.

What is documented: any 2xx acknowledges; anything else is tried again with exponential backoff, up
to 8 attempts. Inferred: how long an attempt and the pauses between them last, and that events of
one workflow or account leave in their order, which no client may lean on.
"""

from typing import Final

import attrs

from linkedapi_async._clock import Clock
from linkedapi_async.webhooks._signature import sign

from ._accounts import Vault
from ._delivery import Delivery, DeliveryStatus, Fate, is_acknowledged
from ._lanes import Lanes
from ._poster import Answered, Poster
from ._subscription import Webhook
from .log import DeliveryAttempted, DeliveryEnded, Log

__all__ = ["ATTEMPTS", "Courier"]

ATTEMPTS: Final = 8
_FIRST_PAUSE: Final = 10.0
"""Seconds before the second attempt; each pause is twice the one before."""
_AT_ONCE: Final = 16
_LOST: Final = 200
"""What somebody on the way said to an event that was lost."""
_UNDISTURBED: Final = Fate()


@attrs.frozen
class _Errand:
    delivery: Delivery
    is_lost: bool = False
    is_copy: bool = False


class Courier:
    """Deliveries, from the moment they are due until they have arrived or are given up.

    Attributes:
        records: Every delivery by its id, oldest first.
    """

    def __init__(self, *, clock: Clock, log: Log, vault: Vault, poster: Poster) -> None:
        self.records: dict[str, Delivery] = {}
        self._clock = clock
        self._log = log
        self._vault = vault
        self._poster = poster
        self._lanes = Lanes(self._run, clock=clock, at_once=_AT_ONCE)

    def send(
        self,
        webhook: Webhook,
        event_type: str,
        event_id: str,
        body: bytes,
        *,
        lane: str,
        fate: Fate = _UNDISTURBED,
    ) -> None:
        """Take an event to a webhook.

        Args:
            webhook: Where to.
            event_type: Such as `workflow.completed`.
            event_id: What tells it from every other event.
            body: The event as it is sent.
            lane: What it is about; events about one thing leave in their order.
            fate: What happens to it on the way.
        """
        now = self._clock.wall()
        delivery = Delivery(
            self._vault.issue_uuid("delivery"), event_id, event_type, lane, body, webhook, now, now
        )
        self.records[delivery.delivery_id] = delivery
        self._lanes.put(lane, _Errand(delivery, is_lost=fate.is_lost), delay=fate.delay)
        if fate.is_doubled:
            self._lanes.put(lane, _Errand(delivery, is_copy=True), delay=fate.second_delay)

    def drop(self, webhook: Webhook) -> None:
        """Give up what a deleted webhook has not been sent yet."""
        for delivery in self.records.values():
            if delivery.webhook is webhook and delivery.status is DeliveryStatus.PENDING:
                self._end(delivery, DeliveryStatus.FAILED, "The webhook was deleted.")

    async def wait_idle(self) -> None:
        """Wait until everything has arrived or was given up."""
        await self._lanes.wait_idle()

    def open(self) -> None:
        """Set off."""
        self._lanes.open()

    async def close(self) -> None:
        """Break off what is under way, and leave the rest."""
        await self._lanes.close()

    async def _run(self, errand: _Errand) -> None:
        delivery = errand.delivery
        if errand.is_copy:
            if delivery.webhook.is_active:
                self._note(delivery, await self._post(delivery), fault="doubled")
            return
        if delivery.is_over:
            return
        delivery.status = DeliveryStatus.DELIVERING
        delivery.attempts += 1
        delivery.updated_at = self._clock.wall()
        if errand.is_lost:
            self._note(delivery, Answered(None), fault="lost")
            self._judge(delivery, Answered(_LOST))
        else:
            answered = await self._post(delivery)
            self._note(delivery, answered)
            self._judge(delivery, answered)

    async def _post(self, delivery: Delivery) -> Answered:
        webhook = delivery.webhook
        now = self._clock.wall().timestamp()
        proof = sign(delivery.body, secret=webhook.secret, now=now) if webhook.is_signed else {}
        return await self._poster.post(webhook, delivery.body, proof)

    def _judge(self, delivery: Delivery, answered: Answered) -> None:
        """Be content, try again later, or give up."""
        delivery.updated_at = self._clock.wall()
        delivery.response_status_code = answered.status
        if is_acknowledged(answered.status):
            self._end(delivery, DeliveryStatus.SUCCESS, None)
            return
        error = answered.error or f"The webhook answered {answered.status}."
        if delivery.attempts >= ATTEMPTS or not delivery.webhook.is_active:
            self._end(delivery, DeliveryStatus.FAILED, error)
            return
        delivery.status, delivery.last_error = DeliveryStatus.PENDING, error
        pause = _FIRST_PAUSE * 2 ** (delivery.attempts - 1)
        self._lanes.put(delivery.lane, _Errand(delivery), delay=pause)

    def _end(self, delivery: Delivery, status: DeliveryStatus, error: str | None) -> None:
        delivery.status, delivery.last_error = status, error
        delivery.updated_at = self._clock.wall()
        self._log.append(
            DeliveryEnded(
                at=self._clock.now(),
                delivery_id=delivery.delivery_id,
                event_id=delivery.event_id,
                event_type=delivery.event_type,
                attempts=delivery.attempts,
                status=status.value,
            )
        )

    def _note(self, delivery: Delivery, answered: Answered, *, fault: str | None = None) -> None:
        self._log.append(
            DeliveryAttempted(
                at=self._clock.now(),
                delivery_id=delivery.delivery_id,
                event_id=delivery.event_id,
                event_type=delivery.event_type,
                attempt=delivery.attempts,
                status=answered.status,
                error=answered.error,
                fault=fault,
            )
        )
