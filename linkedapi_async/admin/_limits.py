"""The limits of accounts."""

from collections.abc import Sequence

from linkedapi_async.models.limits import DeleteLimitEntry, Limit, LimitUsage, SetLimitEntry
from linkedapi_async.wire.admin import limits as queries

from ._line import Access

__all__ = ["AdminLimits"]


class AdminLimits:
    """How often accounts may do what. Past a limit, single actions fail with `limitExceeded`.

    Source: https://linkedapi.io/docs/admin-limits
    """

    def __init__(self, access: Access) -> None:
        """Belong to a client; use `LinkedApiAdmin.limits`."""
        self._access = access

    async def get_defaults(self) -> list[Limit]:
        """Return what holds where an account has no limit of its own."""
        return await self._access.ask(queries.get_defaults())

    async def get(self, account_id: str) -> list[Limit]:
        """Return what holds for an account."""
        return await self._access.ask(queries.get(account_id))

    async def get_usage(self, account_id: str) -> list[LimitUsage]:
        """Return what holds for an account, and how much of it is used up."""
        return await self._access.ask(queries.get_usage(account_id))

    async def set(self, *, account_id: str, limits: Sequence[SetLimitEntry]) -> None:
        """Set limits of an account; those not named stay as they are.

        Args:
            account_id: Whose limits.
            limits: One entry for a category and period.
        """
        await self._access.ask(queries.set_limits(account_id=account_id, limits=limits))

    async def delete(self, *, account_id: str, limits: Sequence[DeleteLimitEntry]) -> None:
        """Take limits of an account away; the defaults hold in their place.

        Args:
            account_id: Whose limits.
            limits: Which ones.
        """
        await self._access.ask(queries.delete(account_id=account_id, limits=limits))

    async def reset_to_defaults(self, account_id: str) -> None:
        """Take all limits of an account away; the defaults hold in their place."""
        await self._access.ask(queries.reset_to_defaults(account_id))
