"""What a test holds of the Admin API's side: the subscription, the sessions, the default limits."""

from typing import Literal

from linkedapi_async._clock import Clock

from ._accounts import Vault
from ._billing import Billing
from ._directory import Directory, check_category
from ._limits import Limit, Period
from ._sessions import Sessions

__all__ = ["Admin"]


class Admin:
    """The client of the sandbox as its owner sees it on the platform.

    Attributes:
        billing: The subscription and its seats.
        sessions: The connection sessions.
    """

    def __init__(self, *, directory: Directory, vault: Vault, clock: Clock) -> None:
        self.billing: Billing = Billing(directory=directory, vault=vault)
        self.sessions: Sessions = Sessions(
            directory=directory, vault=vault, clock=clock, billing=self.billing
        )
        self._directory = directory

    def limit_by_default(
        self,
        category: str,
        max_value: int,
        *,
        period: Literal["daily", "weekly", "monthly"] = "daily",
        is_enabled: bool = True,
    ) -> None:
        """Set what holds for every account that has no limit of its own there.

        The documented defaults are listed and not enforced, until a test does so with this.

        Args:
            category: Such as `stMessages`.
            max_value: How many actions.
            period: How long they count: the day, the week from Monday or the month, in UTC.
            is_enabled: Whether it is enforced.

        Raises:
            SandboxError: There is no such category.
        """
        check_category(category)
        limit = Limit(category, Period(period), max_value, is_enabled)
        self._directory.default_limits[limit.key] = limit
