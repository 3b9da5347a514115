"""The subscription and its seats."""

from linkedapi_async._types import Plan
from linkedapi_async.models.subscription import (
    BillingPeriod,
    SeatType,
    SetSeatsResult,
    SubscriptionSeat,
    SubscriptionStatus,
)
from linkedapi_async.wire.admin import subscription as queries

from ._line import Access

__all__ = ["AdminSubscription"]


class AdminSubscription:
    """What the owner of the main token has bought.

    Source: https://linkedapi.io/docs/admin-subscription
    """

    def __init__(self, access: Access) -> None:
        """Belong to a client; use `LinkedApiAdmin.subscription`."""
        self._access = access

    async def get_status(self) -> SubscriptionStatus:
        """Return how the subscription stands."""
        return await self._access.ask(queries.get_status())

    async def get_seats(self) -> list[SubscriptionSeat]:
        """Return the seats by kind; each covers one connected account."""
        return await self._access.ask(queries.get_seats())

    async def set_seats(
        self, *, quantity: int, seat_type: Plan | SeatType, billing_period: BillingPeriod
    ) -> SetSeatsResult:
        """Have so many seats of a kind: at once, or after somebody paid at the `payment_link`.

        This costs money, and is never sent twice on the library's own account. With fewer seats
        than connected accounts the surplus accounts freeze.

        Args:
            quantity: How many, 1 to 1000.
            seat_type: `core` or `plus`.
            billing_period: `month` or `year`.
        """
        return await self._access.ask(
            queries.set_seats(quantity=quantity, seat_type=seat_type, billing_period=billing_period)
        )
