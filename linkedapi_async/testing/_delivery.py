"""One event on its way to the webhook, and what a test lets happen to it there."""

from datetime import datetime
from enum import StrEnum
from random import Random
from typing import TypeAlias

import attrs

from linkedapi_async._types import Json

from ._subscription import Webhook, stamp

__all__ = ["Delivery", "DeliveryStatus", "Disturbance", "Fate", "is_acknowledged"]


class DeliveryStatus(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERING = "delivering"
    SUCCESS = "success"
    FAILED = "failed"


def is_acknowledged(status: int | None) -> bool:
    """Return whether an HTTP status is one that takes an event off the service's hands."""
    return status is not None and 200 <= status <= 299  # noqa: PLR2004 - what HTTP calls a success


@attrs.define(eq=False)
class Delivery:
    """What `webhook.deliveries` lists.

    Attributes:
        delivery_id: Its own id; a replay has another.
        event_id: Id of the event, which a replay repeats.
        event_type: Such as `workflow.completed`.
        lane: What it concerns: events of one lane leave in their order.
        body: The event as it is sent.
        webhook: Where it goes.
        created_at: When it came to be.
        updated_at: When it last got further.
        status: How far it is.
        attempts: How often it was tried.
        response_status_code: HTTP status of the last answer, `None` before one.
        last_error: Why the last attempt failed, `None` for no reason.
    """

    delivery_id: str
    event_id: str
    event_type: str
    lane: str
    body: bytes = attrs.field(repr=False)
    webhook: Webhook = attrs.field(repr=False)
    created_at: datetime
    updated_at: datetime
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: int = 0
    response_status_code: int | None = None
    last_error: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether it will not be tried again."""
        return self.status in {DeliveryStatus.SUCCESS, DeliveryStatus.FAILED}

    def told(self) -> dict[str, Json]:
        """Return it as the Admin API writes it."""
        return {
            "id": self.delivery_id,
            "eventType": self.event_type,
            "eventId": self.event_id,
            "status": self.status.value,
            "attempts": self.attempts,
            "responseStatusCode": self.response_status_code,
            "lastError": self.last_error,
            "createdAt": stamp(self.created_at),
            "updatedAt": stamp(self.updated_at),
        }


Share: TypeAlias = float
"""A part of all, from 0.0 to 1.0."""

_SHARE = (attrs.validators.ge(0.0), attrs.validators.le(1.0))


@attrs.frozen
class Fate:
    """What happens to one event.

    Attributes:
        is_lost: It is not sent, and nobody notices.
        is_doubled: It is sent a second time.
        delay: Seconds before it is sent.
        second_delay: Seconds before it is sent for the second time.
    """

    is_lost: bool = False
    is_doubled: bool = False
    delay: float = 0.0
    second_delay: float = 0.0


@attrs.frozen(kw_only=True)
class Disturbance:
    """What happens to events on their way.

    Attributes:
        lost: Share of them that is never sent.
        doubled: Share of them that is sent twice.
        spread: Seconds over which they are scattered.
    """

    lost: Share = attrs.field(default=0.0, validator=_SHARE)
    doubled: Share = attrs.field(default=0.0, validator=_SHARE)
    spread: float = attrs.field(default=0.0, validator=attrs.validators.ge(0.0))

    def fate(self, seed: int, event_id: str) -> Fate:
        """Return what happens to an event: the same in every run, whatever else is under way."""
        chance = Random(f"{seed}:{event_id}")  # noqa: S311 - runs have to repeat
        is_lost = chance.random() < self.lost
        is_doubled = chance.random() < self.doubled
        return Fate(
            is_lost,
            is_doubled and not is_lost,
            chance.random() * self.spread,
            chance.random() * self.spread,
        )
