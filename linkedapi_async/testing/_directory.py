"""The connected accounts: who they are, what opens them, and who wants to know how they stand."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import TypeAlias

from linkedapi_async._clock import Clock
from linkedapi_async._types import Plan
from linkedapi_async.errors import fold

from ._accounts import Account, Standing, Vault
from ._captured import Captured
from ._limits import DEFAULTS, Limit, LimitKey, Limits
from ._problems import SandboxError
from ._registry import actions

__all__ = ["Directory", "Watcher", "categories", "check_category"]

Watcher: TypeAlias = Callable[[Account, Standing], None]
"""Told of an account that stands differently than before."""


def categories() -> frozenset[str]:
    """Return what limits can be set on: the categories of the action tables."""
    return frozenset(one.category for one in actions().values() if one.category is not None)


def check_category(category: str) -> None:
    """Insist on a category of the service.

    Raises:
        SandboxError: It is none.
    """
    if category not in categories():
        msg = f"No limits for {category!r}; there are {', '.join(sorted(categories()))}."
        raise SandboxError(msg)


class Directory:
    """Every account there is.

    Attributes:
        by_token: The accounts by identification token.
        default_limits: What holds for accounts without a limit of their own.
    """

    def __init__(
        self, *, vault: Vault, clock: Clock, on_captured: Callable[[Account, Captured], None]
    ) -> None:
        self.by_token: dict[str, Account] = {}
        self.default_limits: dict[LimitKey, Limit] = {one.key: one for one in DEFAULTS}
        self._vault = vault
        self._clock = clock
        self._on_captured = on_captured
        self._by_alias: dict[str, Account] = {}
        self._by_id: dict[str, Account] = {}
        self._watchers: list[Watcher] = []

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Every account, in the order they were added."""
        return tuple(self._by_alias.values())

    def watch(self, watcher: Watcher) -> None:
        """Tell somebody from now on."""
        self._watchers.append(watcher)

    def get(self, alias: str | None) -> Account:
        """Return an account by its alias; the first one without.

        Raises:
            SandboxError: There is no such account.
        """
        if alias is None and self._by_alias:
            return next(iter(self._by_alias.values()))
        try:
            return self._by_alias[alias or ""]
        except KeyError:
            msg = f"No account {alias!r}; there are {', '.join(self._by_alias) or 'none'}."
            raise SandboxError(msg) from None

    def find(self, account_id: str) -> Account | None:
        """Return an account by the id the Admin API gives it."""
        return self._by_id.get(account_id)

    def add(
        self,
        alias: str | None,
        *,
        plan: Plan,
        limits: Mapping[str, int] | None = None,
        name: str | None = None,
        is_parsed: bool = True,
    ) -> Account:
        """Connect an account.

        Raises:
            SandboxError: The alias is taken, or a limit has no category of the service.
        """
        alias = self._free_alias() if alias is None else alias
        if alias in self._by_alias:
            msg = f"There is an account {alias!r} already."
            raise SandboxError(msg)
        for category in limits or ():
            check_category(category)
        account = Account(
            alias,
            plan,
            name or f"{alias.title()} Member",
            self._vault,
            Limits(limits, defaults=self.default_limits),
            connected_at=self._clock.wall(),
            is_parsed=is_parsed,
        )
        account.on_captured = partial(self._on_captured, account)
        self._by_alias[alias] = self._by_id[account.account_id] = account
        self.by_token[account.identification_token] = account
        self._tell(account, account.standing)
        return account

    def remove(self, account: Account) -> None:
        """Disconnect an account: nothing opens it any more."""
        del self._by_alias[account.alias]
        del self._by_id[account.account_id]
        del self.by_token[account.identification_token]
        self._tell(account, Standing.DELETED)

    def rotate(self, account: Account) -> None:
        """Replace an identification token; the old one is worthless at once."""
        del self.by_token[account.identification_token]
        account.rotate()
        self.by_token[account.identification_token] = account

    def block(self, account: Account, word: str) -> None:
        """Refuse an account's starts with a row of the catalogue."""
        before = account.standing
        account.blocks[fold(word)] = None
        self._compare(account, before)

    def unblock(self, account: Account, word: str | None) -> None:
        """Take a refusal back; without a word, all of them."""
        before = account.standing
        if word is None:
            account.blocks.clear()
        else:
            account.blocks.pop(fold(word), None)
        self._compare(account, before)

    def _free_alias(self) -> str:
        names = (f"account{number}" for number in count(len(self._by_alias) + 1))
        return next(name for name in names if name not in self._by_alias)

    def _compare(self, account: Account, before: Standing) -> None:
        if account.standing is not before:
            self._tell(account, account.standing)

    def _tell(self, account: Account, standing: Standing) -> None:
        for watcher in self._watchers:
            watcher(account, standing)
