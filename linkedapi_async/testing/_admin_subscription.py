"""Serves `subscription.*`: its state, and seats.

Three methods that clients once had (`getPricing`, `getBillingLink`, `cancel`) are not served.

Source: https://linkedapi.io/docs/admin-subscription
"""

from typing import Final

from linkedapi_async._types import Json, Plan

from ._admin_calls import Call, method
from ._billing import BillingPeriod

__all__ = ["get_seats", "get_status", "set_seats"]

_MOST_SEATS: Final = 1000


@method("subscription.getStatus")
def get_status(call: Call) -> dict[str, Json]:
    """Tell how the subscription stands."""
    return call.office.admin.billing.told_status()


@method("subscription.getSeats")
def get_seats(call: Call) -> dict[str, Json]:
    """List the seats by kind."""
    return {"seats": call.office.admin.billing.told_seats()}


@method("subscription.setSeats")
def set_seats(call: Call) -> dict[str, Json]:
    """Change the seats at once, or say where to pay first."""
    quantity = call.number("quantity", 1, _MOST_SEATS)
    plan = Plan(call.choice("seatType", list(Plan)))
    period = BillingPeriod(call.choice("billingPeriod", list(BillingPeriod)))
    link = call.office.admin.billing.buy(plan, period, quantity)
    if link is None:
        return {"status": "complete"}
    return {"status": "processing", "paymentLink": link}
