"""Which account a session connected: found in the list, for no reply of the service tells."""

from collections.abc import Callable, Collection
from typing import TypeAlias

from linkedapi_async.models.accounts import AccountsResult, AdminAccount

__all__ = ["Finder", "by_id", "newcomers"]

Finder: TypeAlias = Callable[[AccountsResult], tuple[AdminAccount, ...]]
"""Returns the accounts that a session may have brought in: one is certain, more are not."""


def by_id(account_id: str) -> Finder:
    """Return what finds the account of an id."""

    def find(listed: AccountsResult) -> tuple[AdminAccount, ...]:
        account = listed.find(account_id)
        return () if account is None else (account,)

    return find


def newcomers(before: AccountsResult, claimed: Collection[str]) -> Finder:
    """Return what finds accounts that were not there before.

    Args:
        before: What was listed when the session began.
        claimed: Ids of accounts that other sessions turned out to have brought in; read anew
            each time.
    """
    known = {account.id for account in before.accounts}

    def find(listed: AccountsResult) -> tuple[AdminAccount, ...]:
        return tuple(
            account
            for account in listed.accounts
            if account.id is not None and account.id not in known and account.id not in claimed
        )

    return find
