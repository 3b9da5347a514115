"""The accounts of a sandbox: their tokens, their standing, what they did on LinkedIn."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, Final

import attrs

from linkedapi_async._types import Plan

__all__ = ["Account", "Hours", "Thread", "Tokens", "Vault"]


@attrs.frozen
class Tokens(Mapping[str, Any]):
    """What opens one account, on every wire.

    As a mapping it holds what `LinkedApi` takes for the current API, so
    `LinkedApi(base_url=sandbox.base_url, **sandbox.tokens)` works.

    Attributes:
        linked_api_token: Main token of the current API.
        account_api_token: Main token of the two older wires.
        identification_token: Names the LinkedIn account, on every wire.
    """

    linked_api_token: str = attrs.field(repr=False)
    account_api_token: str = attrs.field(repr=False)
    identification_token: str = attrs.field(repr=False)

    def __getitem__(self, key: str) -> Any:
        if key == "linked_api_token":
            return self.linked_api_token
        if key == "identification_token":
            return self.identification_token
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
        self.rotate()

    def rotate(self) -> None:
        """Replace the main tokens; the old ones are worthless at once."""
        self._round += 1
        self.linked_api = f"linked_{self.derive('linked', self._round)}"
        self.account_api = f"account_{self.derive('account', self._round)}"

    def derive(self, kind: str, number: int) -> str:
        """Return 32 hex digits that only this seed gives for this purpose."""
        text = f"{self._seed}:{kind}:{number}"
        return blake2b(text.encode(), digest_size=16).hexdigest()


@attrs.define
class Thread:
    """A conversation of one account with one person.

    Attributes:
        thread_id: As the inbox calls it.
        person: Number of the person in the world.
        messages: What was sent, oldest first, with the moment.
        flags: What was done to it last: `archive`, `star`, `mute`.
    """

    thread_id: str
    person: int
    messages: list[tuple[datetime, str]] = attrs.field(factory=list[tuple[datetime, str]])
    flags: set[str] = attrs.field(factory=set[str])


@attrs.define
class Hours:
    """Closed working hours.

    Attributes:
        opens_at: When they open, in seconds on the sandbox's clock; `None` for never by itself.
        refuses: Whether starts are refused instead of parked.
        expires_after: Seconds a parked workflow waits before it is given up; `None` for ever.
        message: The display text of a parked workflow.
    """

    opens_at: float | None
    refuses: bool
    expires_after: float | None
    message: str


_SELF: Final = "https://www.linkedin.com/in/"


@attrs.define(eq=False)
class Account:
    """A LinkedIn account behind an identification token.

    Attributes:
        alias: How the log and you call it.
        plan: Its seat; Sales Navigator actions need `Plan.PLUS`.
        name: The member's name.
        url: The member's profile.
        limits: How many actions per category and UTC day, such as `{"stMessages": 2}`; a
            category without an entry is unlimited.
        blocks: Error words every start is refused with, the first one first.
        hours: Closed working hours, `None` while open.
        relations: Changed connection statuses by person, over what the world says.
        threads: Conversations by thread id.
    """

    alias: str
    plan: Plan
    name: str
    _vault: Vault = attrs.field(repr=False, alias="vault")
    limits: dict[str, int] = attrs.field(factory=dict[str, int])
    blocks: dict[str, None] = attrs.field(factory=dict[str, None])
    hours: Hours | None = None
    relations: dict[int, str] = attrs.field(factory=dict[int, str], repr=False)
    threads: dict[str, Thread] = attrs.field(factory=dict[str, Thread], repr=False)
    identification_token: str = attrs.field(init=False, repr=False)
    _spent: Counter[tuple[str, date]] = attrs.field(init=False, repr=False)
    _round: int = attrs.field(init=False, default=0, repr=False)

    def __attrs_post_init__(self) -> None:
        self._spent = Counter()
        self.rotate()

    @property
    def url(self) -> str:
        """Address of the member's own profile."""
        return f"{_SELF}{self.alias}"

    @property
    def tokens(self) -> Tokens:
        """What opens this account now."""
        return Tokens(self._vault.linked_api, self._vault.account_api, self.identification_token)

    def rotate(self) -> None:
        """Replace the identification token; the old one is worthless at once."""
        self._round += 1
        self.identification_token = f"id_{self._vault.derive(self.alias, self._round)}"

    def allows(self, category: str, day: date) -> bool:
        """Return whether the day's limit still lets an action happen."""
        limit = self.limits.get(category)
        return limit is None or self._spent[category, day] < limit

    def spend(self, category: str, day: date) -> None:
        """Count one action that happened against the day's limit."""
        self._spent[category, day] += 1
