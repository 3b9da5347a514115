"""What the service says accounts may still do, asked of the Admin API now and then."""

import asyncio
from typing import TYPE_CHECKING, Final

from linkedapi_async.errors import LinkedApiError
from linkedapi_async.events import LimitsUnread
from linkedapi_async.wire import IDENTIFICATION

from ._lane import Lane

if TYPE_CHECKING:
    from linkedapi_async.admin import LinkedApiAdmin

__all__ = ["Allowances"]

_FRESH: Final = 900.0
"""Seconds that an answer counts; what is started meanwhile is counted here."""


class Allowances:
    """Asks for limits and their usage, account by account, when their lanes are busy."""

    def __init__(self, admin: "LinkedApiAdmin", ids: dict[str, str]) -> None:
        """Ask nothing yet.

        Args:
            admin: Manages the accounts.
            ids: What it calls those that are known, by alias.
        """
        self._admin = admin
        self._ids = ids
        self._listing = asyncio.Lock()
        self._asked_at: dict[Lane, float] = {}

    def is_due(self, lane: Lane) -> bool:
        """Return whether a lane's account should be asked about; asking counts from here."""
        now = lane.session.core.clock.now()
        if now - self._asked_at.get(lane, -_FRESH) < _FRESH:
            return False
        self._asked_at[lane] = now
        return True

    async def read(self, lane: Lane) -> None:
        """Believe what the service says of an account; if it says nothing, what is known holds."""
        core = lane.session.core
        try:
            account_id = await self._find(lane)
            at = core.clock.wall()
            usage = [] if account_id is None else await self._admin.limits.get_usage(account_id)
        except LinkedApiError as error:
            core.sink.emit(
                LimitsUnread(
                    account=lane.alias, code=error.code, message=error.message, hint=error.hint
                )
            )
        else:
            assert lane.quotas is not None  # noqa: S101 - with an admin client all are counted
            lane.quotas.take_in((), usage, at)

    async def _find(self, lane: Lane) -> str | None:
        """Return what the Admin API calls an account; `None` for one that it does not list."""
        async with self._listing:
            if lane.alias not in self._ids:
                secret = await lane.session.core.tokens[IDENTIFICATION].get()
                for account in (await self._admin.accounts.get_all()).accounts:
                    if account.identification_token == secret.value and account.id:
                        self._ids[lane.alias] = account.id
            return self._ids.get(lane.alias)
