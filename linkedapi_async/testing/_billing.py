"""The subscription: who pays for how many seats, and which accounts they cover.

Inferred, where the documentation is silent: buying seats replaces all there were, every account
then sits on one of the bought kind, the accounts connected last are the surplus that freezes, and
those connected first thaw first.
"""

from enum import StrEnum
from typing import Final

from linkedapi_async._types import Json, Plan

from ._accounts import SEAT, Account, Standing, Vault
from ._directory import Directory
from ._problems import SandboxError

__all__ = ["Billing", "BillingPeriod", "SubscriptionStatus"]

_CHECKOUT: Final = "https://checkout.stripe.com/c/pay/"


class BillingPeriod(StrEnum):
    """How often a seat is paid for."""

    MONTH = "month"
    YEAR = "year"


class SubscriptionStatus(StrEnum):
    """How a subscription stands."""

    ACTIVE = "active"
    TRIALING = "trialing"
    PAST_DUE = "past_due"
    CANCELED = "canceled"


_PAID: Final = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING})


class Billing:
    """What the sandbox's client has bought.

    Attributes:
        status: How the subscription stands, `None` without one; set it as a test needs it.
        is_eligible_for_trial: Whether a checkout would begin with a trial.
        is_ending: Whether it ends with the paid period.
    """

    def __init__(self, *, directory: Directory, vault: Vault) -> None:
        self.status: SubscriptionStatus | None = SubscriptionStatus.ACTIVE
        self.is_eligible_for_trial: bool = False
        self.is_ending: bool = False
        self._directory = directory
        self._vault = vault
        self._seats: dict[tuple[Plan, BillingPeriod], int] = {}
        self._checkout: tuple[Plan, BillingPeriod, int] | None = None

    @property
    def seats(self) -> int:
        """How many seats there are."""
        return sum(self._seats.values())

    @property
    def free_seats(self) -> int:
        """How many seats nobody sits on."""
        return max(0, self.seats - len(self._active()))

    @property
    def free_plan(self) -> Plan | None:
        """What kind of seat nobody sits on, `None` when every seat is taken."""
        active = self._active()
        for plan in Plan:
            taken = sum(one.plan is plan for one in active)
            if sum(count for (kind, _), count in self._seats.items() if kind is plan) > taken:
                return plan
        return None

    def told_seats(self) -> list[Json]:
        """Return the seats as the Admin API writes them."""
        return [
            {"seatType": plan.value, "quantity": count, "billingPeriod": period.value}
            for (plan, period), count in self._seats.items()
            if count
        ]

    def told_status(self) -> dict[str, Json]:
        """Return the state of the subscription as the Admin API writes it."""
        told: dict[str, Json] = {} if self.status is None else {"status": self.status.value}
        told["eligibleForTrial"] = self.is_eligible_for_trial
        told["cancelAtPeriodEnd"] = self.is_ending
        return told

    def buy(self, plan: Plan, period: BillingPeriod, quantity: int) -> str | None:
        """Change the seats; return where to pay first when nothing has been paid for yet."""
        if self.status in _PAID:
            self._settle(plan, period, quantity)
            return None
        self._checkout = plan, period, quantity
        return f"{_CHECKOUT}{self._vault.issue('checkout')}"

    def pay(self) -> None:
        """Complete the checkout whose link the client was given last.

        Raises:
            SandboxError: No checkout is open.
        """
        if self._checkout is None:
            msg = "No checkout is open: nobody has set seats without a paid subscription."
            raise SandboxError(msg)
        checkout, self._checkout = self._checkout, None
        self.status = (
            SubscriptionStatus.TRIALING if self.is_eligible_for_trial else SubscriptionStatus.ACTIVE
        )
        self.is_eligible_for_trial = False
        self.is_ending = False
        self._settle(*checkout)

    def lapse(self) -> None:
        """Let the subscription end: every account freezes until seats are paid for again."""
        self.status = SubscriptionStatus.CANCELED
        self.is_ending = False
        self._seats.clear()
        self._cover()

    def add_seat(self, plan: Plan) -> None:
        """Add a seat that is paid for by the month, and let nobody sit on it yet."""
        kind = plan, BillingPeriod.MONTH
        self._seats[kind] = self._seats.get(kind, 0) + 1

    def take_seat(self, account: Account) -> None:
        """Let the seat of an account run out."""
        if account.standing is not Standing.FROZEN:
            paid = [kind for kind, count in self._seats.items() if count]
            for kind in [one for one in paid if one[0] is account.plan][:1]:
                self._seats[kind] -= 1
            self._directory.block(account, SEAT)

    def give_seat(self, account: Account) -> None:
        """Pay for a seat for an account again."""
        if account.standing is Standing.FROZEN:
            self.add_seat(account.plan)
            self._directory.unblock(account, SEAT)

    def _settle(self, plan: Plan, period: BillingPeriod, quantity: int) -> None:
        self._seats = {(plan, period): quantity}
        for account in self._directory.accounts:
            account.plan = plan
        self._cover()

    def _cover(self) -> None:
        """Freeze the accounts there are too many of, thaw those there is a seat for."""
        active = self._active()
        for account in active[self.seats :]:
            self._directory.block(account, SEAT)
        frozen = [one for one in self._directory.accounts if one.standing is Standing.FROZEN]
        for account in frozen[: max(0, self.seats - len(active))]:
            self._directory.unblock(account, SEAT)

    def _active(self) -> list[Account]:
        return [one for one in self._directory.accounts if one.standing is not Standing.FROZEN]
