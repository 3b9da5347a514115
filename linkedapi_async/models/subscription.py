"""What a client has bought: the subscription and its seats."""

from typing import Literal, TypeAlias

import attrs

__all__ = [
    "BillingPeriod",
    "SeatType",
    "SetSeatsResult",
    "SubscriptionSeat",
    "SubscriptionStatus",
]

SeatType: TypeAlias = Literal["core", "plus"]
"""Kinds of seat; `plus` takes Sales Navigator actions too."""

BillingPeriod: TypeAlias = Literal["month", "year"]
"""How often a seat is paid for."""


@attrs.frozen(kw_only=True)
class SubscriptionStatus:
    """How the subscription stands.

    Attributes:
        status: Its state; `None` without a subscription. Known: `active`, `trialing`,
            `past_due`, `canceled`.
        eligible_for_trial: Whether a checkout would begin with a free trial.
        cancel_at_period_end: Whether it ends with the paid period.

    Source: https://linkedapi.io/docs/admin-subscription
    """

    status: str | None = None
    eligible_for_trial: bool | None = None
    cancel_at_period_end: bool | None = None


@attrs.frozen(kw_only=True)
class SubscriptionSeat:
    """Seats of one kind; each covers one connected account.

    Attributes:
        seat_type: The kind. Known: `core`, `plus`.
        quantity: How many.
        billing_period: How often they are paid for. Known: `month`, `year`.

    Source: https://linkedapi.io/docs/admin-subscription
    """

    seat_type: str | None = None
    quantity: int | None = None
    billing_period: str | None = None


@attrs.frozen(kw_only=True)
class SetSeatsResult:
    """What became of a change of seats.

    Attributes:
        status: `complete` when the seats are there, `processing` when somebody has to pay first.
        payment_link: Where to pay; only with `processing`.

    Source: https://linkedapi.io/docs/admin-subscription
    """

    status: str | None = None
    payment_link: str | None = None
