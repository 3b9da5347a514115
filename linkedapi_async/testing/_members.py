"""What an account is on LinkedIn itself: whom it knows, what it has written, what it may do."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from hashlib import blake2b
from typing import Final, Literal, TypeAlias

import attrs

from ._captured import Captured, Monitor
from ._mail import Thread
from ._network import Invitation, Relation, Visit

__all__ = ["Allowance", "JobsSearch", "Member"]

Allowance: TypeAlias = Literal["requests", "notes", "messages", "inMails", "lists", "searches"]
"""What LinkedIn itself rations."""

JobsSearch: TypeAlias = Literal["classic", "ai"]
"""Which version of the jobs search LinkedIn gives a member."""

_ADDRESS: Final = "https://www.linkedin.com/in/"


@attrs.define(eq=False)
class Member:
    """A member of LinkedIn, who acts through the cloud browser and by hand.

    Attributes:
        alias: How the log and you call it; the last part of the profile's address.
        url: Address of the member's own profile.
        allowances: How much LinkedIn itself lets the member do in a calendar month (UTC); what
            has no entry is unlimited. `requests` to connect (then `requestNotAllowed`), `notes`
            in them (`noteLimitExceeded`), `messages` sent and `inMails`, the Sales Navigator
            conversations begun with people who are no connections (`messagingNotAllowed`),
            `lists` of connections and of a company's people shown (`retrievingNotAllowed`),
            `searches` of every kind (`searchingNotAllowed`).
        has_premium: Whether notes may have 300 characters instead of 200.
        has_sales_navigator: Whether the member pays LinkedIn for Sales Navigator; if not, its
            actions report `noSalesNavigator`, whatever the seat.
        jobs_search: Which jobs search LinkedIn gives the member: `classic` takes `filter`, `ai`
            takes `preferences`; the other kind ends in `searchInterfaceMismatch`.
        relations: Changed relations by person, over what the world says.
        invitations: Invitations to follow or subscribe by the address of what they are about,
            over what the world says; `None` for one that was answered. Invitations to connect
            are relations.
        following: Addresses of people, companies and newsletters the member began to follow.
        endorsed: Skills of people the member has endorsed: number of the person, and the skill.
        threads: Conversations by thread id.
        visits: Looks at the profile, beside those the world knows of.
        monitored: What the service watches, and since when.
        captured: What it caught there, oldest first.
        on_captured: Called with each item as it is caught.
    """

    alias: str
    allowances: dict[Allowance, int] = attrs.field(factory=dict[Allowance, int], kw_only=True)
    has_premium: bool = attrs.field(default=False, kw_only=True)
    has_sales_navigator: bool = attrs.field(default=True, kw_only=True)
    jobs_search: JobsSearch = attrs.field(default="classic", kw_only=True)
    relations: dict[int, Relation] = attrs.field(
        factory=dict[int, Relation], kw_only=True, repr=False
    )
    invitations: dict[str, Invitation | None] = attrs.field(
        factory=dict[str, Invitation | None], kw_only=True, repr=False
    )
    following: set[str] = attrs.field(factory=set[str], kw_only=True, repr=False)
    endorsed: set[tuple[int, str]] = attrs.field(
        factory=set[tuple[int, str]], kw_only=True, repr=False
    )
    threads: dict[str, Thread] = attrs.field(factory=dict[str, Thread], kw_only=True, repr=False)
    visits: list[Visit] = attrs.field(factory=list[Visit], kw_only=True, repr=False)
    monitored: dict[Monitor, datetime] = attrs.field(
        factory=dict[Monitor, datetime], kw_only=True, repr=False
    )
    captured: list[Captured] = attrs.field(factory=list[Captured], kw_only=True, repr=False)
    on_captured: Callable[[Captured], object] | None = attrs.field(
        default=None, kw_only=True, repr=False
    )
    _used: Counter[tuple[Allowance, date]] = attrs.field(
        init=False, factory=Counter[tuple[Allowance, date]], repr=False
    )
    _named: int = attrs.field(init=False, default=0, repr=False)

    @property
    def url(self) -> str:
        """Address of the member's own profile."""
        return f"{_ADDRESS}{self.alias}"

    @property
    def hashed_url(self) -> str:
        """The other address of the profile."""
        digest = blake2b(self.alias.encode(), digest_size=12).hexdigest()
        return f"{_ADDRESS}ACoAA{digest.upper()}"

    def affords(self, what: Allowance, day: date) -> bool:
        """Return whether LinkedIn's allowance for the month still lets something happen."""
        allowance = self.allowances.get(what)
        return allowance is None or self._used[what, day.replace(day=1)] < allowance

    def use(self, what: Allowance, day: date) -> None:
        """Count something that happened against LinkedIn's allowance for the month."""
        self._used[what, day.replace(day=1)] += 1

    def new_id(self, kind: str) -> str:
        """Return a name that nothing else of this kind has."""
        self._named += 1
        return f"{kind}-{self.alias}-{self._named}"

    def watch(self, what: Monitor, at: datetime) -> None:
        """Begin to watch; what is watched already goes on as it was."""
        self.monitored.setdefault(what, at)

    def capture(self, item: Captured) -> None:
        """Keep an item, and tell whoever listens."""
        self.captured.append(item)
        if self.on_captured is not None:
            self.on_captured(item)
