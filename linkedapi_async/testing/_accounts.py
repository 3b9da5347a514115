"""The accounts of a sandbox: their tokens, their standing, what they did on LinkedIn."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

import attrs

from linkedapi_async._types import Plan

from ._limits import Limits
from ._members import Member
from ._usage import ExecutedAction

__all__ = ["SEAT", "SESSION", "Account", "Hours", "Standing", "Tokens", "Vault"]

SEAT: Final = "subscriptionRequired"
"""What starts of an account without a seat are refused with."""
SESSION: Final = "linkedinAccountSignedOut"
"""What starts of an account are refused with after LinkedIn has ended its session."""


@attrs.frozen
class Tokens(Mapping[str, Any]):
    """What opens one account, on every wire.

    As a mapping it lists what `LinkedApi` takes for the current API, so
    `LinkedApi(base_url=sandbox.base_url, **sandbox.tokens)` works; the token of the older wires
    is there by its name alone.

    Attributes:
        linked_api_token: Main token of the current API.
        account_api_token: Main token of the two older wires.
        identification_token: Names the LinkedIn account, on every wire.
    """

    linked_api_token: str = attrs.field(repr=False)
    account_api_token: str = attrs.field(repr=False)
    identification_token: str = attrs.field(repr=False)

    def __getitem__(self, key: str) -> Any:
        if key in {"account_api_token", *self}:
            return getattr(self, key)
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(("linked_api_token", "identification_token"))

    def __len__(self) -> int:
        return 2


class Vault:
    """Main tokens of a sandbox, derived from its seed, so that runs repeat."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._round = 0
        self._issued = Counter[str]()
        self.rotate()

    def rotate(self) -> None:
        """Replace the main tokens; the old ones are worthless at once."""
        self._round += 1
        self.linked_api: str = f"linked_{self.derive('linked', self._round)}"
        self.account_api: str = f"account_{self.derive('account', self._round)}"

    def derive(self, kind: str, number: int) -> str:
        """Return 32 hex digits that only this seed gives for this purpose."""
        text = f"{self._seed}:{kind}:{number}"
        return blake2b(text.encode(), digest_size=16).hexdigest()

    def issue(self, kind: str) -> str:
        """Return 32 hex digits for this purpose that were not given out before."""
        self._issued[kind] += 1
        return self.derive(kind, self._issued[kind])

    def issue_uuid(self, kind: str) -> str:
        """Return an id for this purpose that was not given out before."""
        return str(UUID(self.issue(kind)))


@attrs.define
class Hours:
    """Closed working hours.

    Attributes:
        opens_at: When they open, in seconds on the sandbox's clock; `None` for never by itself.
        refuses: Whether starts are refused instead of parked.
        expires_after: Seconds a parked workflow waits before it is given up; `None` for ever.
        message: The display text of a parked workflow.
        is_reversed: Whether what was parked starts with the latest.
    """

    opens_at: float | None
    refuses: bool
    expires_after: float | None
    message: str
    is_reversed: bool = False


class Standing(StrEnum):
    """How an account stands, in the Admin API's words."""

    ACTIVE = "active"
    FROZEN = "frozen"
    """No seat covers it."""
    RECONNECTION_REQUIRED = "reconnection_required"
    """LinkedIn has ended its session."""
    DELETED = "deleted"
    """Disconnected; only webhook events say this."""


@attrs.define(eq=False)
class Account(Member):
    """A LinkedIn account behind an identification token.

    What the member is and does on LinkedIn itself stands in `Member`.

    Attributes:
        plan: Its seat; Sales Navigator actions need `Plan.PLUS`.
        name: The member's name.
        limits: How many actions per category and period, and how many there were; a category
            without an entry is unlimited.
        blocks: Error words every start is refused with, the first one first.
        hours: Closed working hours, `None` while open.
        connected_at: When it was connected.
        is_parsed: Whether headline and picture are known to the Admin API.
        executed: Every action executed for it, oldest first.
        account_id: As the Admin API and webhooks name it.
        identification_token: What opens it now.
    """

    plan: Plan
    name: str
    _vault: Vault = attrs.field(repr=False, alias="vault")
    limits: Limits = attrs.field(factory=Limits)
    blocks: dict[str, None] = attrs.field(factory=dict[str, None])
    hours: Hours | None = None
    connected_at: datetime = attrs.field(kw_only=True)
    is_parsed: bool = True
    executed: list[ExecutedAction] = attrs.field(
        factory=list[ExecutedAction], kw_only=True, repr=False
    )
    account_id: str = attrs.field(init=False)
    identification_token: str = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self.account_id = self._vault.issue_uuid(f"{self.alias} account")
        self.rotate()

    @property
    def headline(self) -> str:
        """The line below the member's name."""
        return "Member of LinkedIn in miniature"

    @property
    def urn(self) -> str:
        """The member's name that outlives every address."""
        return f"urn:li:member:{50_000_000 + int(self._vault.derive(self.alias, 0)[:6], 16)}"

    @property
    def tokens(self) -> Tokens:
        """What opens this account now."""
        return Tokens(self._vault.linked_api, self._vault.account_api, self.identification_token)

    @property
    def standing(self) -> Standing:
        """How it stands: without a seat nothing else matters."""
        if SEAT in self.blocks:
            return Standing.FROZEN
        return Standing.RECONNECTION_REQUIRED if SESSION in self.blocks else Standing.ACTIVE

    def rotate(self) -> None:
        """Replace the identification token; the old one is worthless at once."""
        self.identification_token = f"id_{self._vault.issue(self.alias)}"

    def allows(self, category: str, day: date) -> bool:
        """Return whether the limits still let an action happen."""
        return self.limits.allow(category, day)

    def spend(self, category: str, day: date) -> None:
        """Count one action that happened against the limits."""
        self.limits.spend(category, day)
