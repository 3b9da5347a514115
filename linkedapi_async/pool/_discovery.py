"""From the accounts the Admin API lists to those a pool can work with."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import attrs

from linkedapi_async.models.accounts import AdminAccount, AdminAccountStatus

__all__ = ["Discovered", "sort_out"]

_SHORT = 8


@attrs.frozen(kw_only=True)
class Discovered:
    """Accounts by alias.

    Attributes:
        tokens: Identification tokens of those that can work.
        ids: What the Admin API and webhooks call them.
        signed_out: Those among them whose owner has to sign in first.
        left_out: Those that cannot work, with the reason.
    """

    tokens: Mapping[str, str] = attrs.field(repr=False)
    ids: Mapping[str, str]
    signed_out: Sequence[str]
    left_out: Mapping[str, str]


def sort_out(
    accounts: Sequence[AdminAccount], name: Callable[[AdminAccount], str] | None = None
) -> Discovered:
    """Return which accounts can work, under names that are unique.

    Args:
        accounts: As the Admin API lists them.
        name: Returns an account's alias; without it the member's name, with a part of the id
            where several have the same, or the id where there is none.
    """
    wished = [(name or _name)(account) for account in accounts]
    often = Counter(wished)
    tokens: dict[str, str] = {}
    ids: dict[str, str] = {}
    signed_out: list[str] = []
    left_out: dict[str, str] = {}
    for account, wish in zip(accounts, wished, strict=True):
        account_id = account.id or ""
        alias = wish if often[wish] == 1 else f"{wish} ({account_id[:_SHORT]})"
        if account.state is AdminAccountStatus.FROZEN:
            left_out[alias] = "frozen: no seat covers it"
            continue
        if not account.identification_token:
            left_out[alias] = "listed without an identification token"
            continue
        tokens[alias] = account.identification_token
        ids[alias] = account_id
        if account.state is AdminAccountStatus.RECONNECTION_REQUIRED:
            signed_out.append(alias)
    return Discovered(tokens=tokens, ids=ids, signed_out=signed_out, left_out=left_out)


def _name(account: AdminAccount) -> str:
    return (account.name or "").strip() or account.id or "unnamed"
