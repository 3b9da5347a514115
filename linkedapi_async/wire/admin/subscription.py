"""`subscription.*`: the state of the subscription, and its seats.

Source: https://linkedapi.io/docs/admin-subscription
"""

from typing import Final, get_args

from linkedapi_async._types import Json, Plan
from linkedapi_async.models.subscription import (
    BillingPeriod,
    SeatType,
    SetSeatsResult,
    SubscriptionSeat,
    SubscriptionStatus,
)
from linkedapi_async.wire._query import Query

from . import _checks as checks
from ._base import Repeat, member, query, whole

__all__ = ["get_seats", "get_status", "set_seats"]

_MOST_SEATS: Final = 1000


def get_status() -> Query[SubscriptionStatus]:
    """Ask how the subscription stands."""
    return query("subscription.getStatus", None, whole(SubscriptionStatus), Repeat.READS)


def get_seats() -> Query[list[SubscriptionSeat]]:
    """Ask for the seats by kind."""
    return query(
        "subscription.getSeats", None, member("seats", list[SubscriptionSeat]), Repeat.READS
    )


def set_seats(
    *, quantity: int, seat_type: Plan | SeatType, billing_period: BillingPeriod
) -> Query[SetSeatsResult]:
    """Ask for so many seats of a kind."""
    params: dict[str, Json] = {
        "quantity": checks.number("quantity", quantity, least=1, most=_MOST_SEATS),
        "seatType": checks.word("seat_type", seat_type, get_args(SeatType)),
        "billingPeriod": checks.word("billing_period", billing_period, get_args(BillingPeriod)),
    }
    return query("subscription.setSeats", params, whole(SetSeatsResult), Repeat.NEVER)
