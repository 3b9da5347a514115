"""The pool: one object for many LinkedIn accounts, usable from any number of tasks."""

from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self, TypeVar, cast

from linkedapi_async._clock import Clock
from linkedapi_async._credentials import Token
from linkedapi_async._observer import Observer
from linkedapi_async._options import BASE_URL, check_count
from linkedapi_async._sharing import Coordinator, LocalCoordinator
from linkedapi_async._site import SITE_URL
from linkedapi_async._types import Plan
from linkedapi_async.client import LinkedApi, Preflight
from linkedapi_async.errors import ConfigurationError
from linkedapi_async.events import AccountLeftOut, Event
from linkedapi_async.operations._base import Result
from linkedapi_async.policy import Policy, Waiting
from linkedapi_async.quotas import Costs, Pacing, costs_of

from ._allowances import Allowances
from ._caller import Caller
from ._calls import Call
from ._desk import find
from ._discovery import sort_out
from ._house import House
from ._member import Member
from ._outcomes import Outcomes
from ._rules import Hours, Limits, Rules
from ._stats import PoolStats

if TYPE_CHECKING:
    import ssl as tls

    import aiohttp

    from linkedapi_async.admin import LinkedApiAdmin
    from linkedapi_async.models.accounts import AdminAccount
    from linkedapi_async.receiver import WebhookReceiver
    from linkedapi_async.remedies import Remedies

__all__ = ["AccountPool", "backstage"]

R = TypeVar("R")


class AccountPool:
    """Works with many LinkedIn accounts over one set of connections, one retry budget, one policy.

    The service runs one workflow of an account at a time, so each account has a lane: a few of its
    calls are sent, the others wait here, in order. An account that needs a person, or rests, steps
    aside without touching the others.

    Opened lazily, so it may be created anywhere; it belongs to the first event loop that uses it.
    Close it, or use it as a context manager.
    """

    def __init__(
        self,
        *,
        linked_api_token: Token | None = None,
        account_api_token: Token | None = None,
        accounts: Mapping[str, Token],
        lane_width: int = 2,
        queue_size: int = 10_000,
        doubt: float = 300.0,
        limits: Limits | Mapping[str, Limits] | None = None,
        hours: Hours | Mapping[str, Hours] | None = None,
        pacing: Pacing | Mapping[str, Pacing] | None = None,
        admin: "LinkedApiAdmin | None" = None,
        coordinator: Coordinator | None = None,
        base_url: str = BASE_URL,
        wire: str | None = None,
        policy: Policy | None = None,
        deadline: float | None = None,
        on_event: Callable[[Event], object] | None = None,
        session: "aiohttp.ClientSession | None" = None,
        proxy: str | None = None,
        ssl: "tls.SSLContext | aiohttp.Fingerprint | bool | None" = None,
        trust_env: bool = True,
        max_connections: int = 500,
        max_reply_bytes: int = 64 * 1024 * 1024,
        waiting: Waiting | Literal["eager", "balanced", "thrifty"] | None = None,
        polls_per_second: float | None = 200.0,
        receiver: "WebhookReceiver | None" = None,
        remedies: "Remedies | None" = None,
        preflight: Preflight = "refuse",
        plan: Plan | Literal["core", "plus"] | None = None,
        site_url: str = SITE_URL,
        observer: "Observer | None" = None,
        clock: Clock | None = None,
    ) -> None:
        """Check every option; nothing is opened or sent.

        Options that `LinkedApi` has too mean here what they mean there, for all accounts.

        Args:
            linked_api_token: Main token of the current API, or a callable that returns it.
            account_api_token: Main token of the older Account API instead of the former.
            accounts: Identification tokens, or callables, by your name for each account.
            lane_width: Calls of one account that may be sent and not ended at once. With 2 the next
                workflow stands ready at the service while one runs; 1 is strictly one by one.
            queue_size: Calls of one account that may wait for their turn; whoever hands in more
                waits for room.
            doubt: Seconds that a start whose reply was lost keeps its place, unless the end of a
                later one shows before that it must be over.
            limits: How much accounts may do, for all or by alias: `{"stMessages": 50}` is per day.
                What would exceed that waits for the next day, or ends at once if it cannot.
            hours: When accounts may start anything, for all or by alias.
            pacing: How long accounts rest between starts, for all or by alias.
            admin: Tells the accounts' limits as the service has them, and how much is used up; the
                lower ones hold. Closing it stays with you.
            coordinator: Shares parked accounts, and who looks whether they work again, with other
                processes; see `linkedapi_async.stores`.
            base_url: Where the service is.
            wire: `linked_api`, `linked_api_v3` or `account_api`; guessed from the main token.
            policy: What to do about failures; `Policy.service()` when left out. With
                `on_user_action="hold"` calls of a parked account wait, else they fail at once.
            deadline: Seconds for one call, from handing it in, in place of the policy's.
            on_event: Called synchronously with every event; what it raises is logged.
            session: Your own aiohttp session.
            proxy: Proxy address.
            ssl: An SSL context, a fingerprint, or `False` to check no certificates.
            trust_env: Whether proxy variables of the environment count.
            max_connections: Requests in flight at once, of all accounts.
            max_reply_bytes: Largest reply read.
            waiting: How soon ends should be known, and what that may cost.
            polls_per_second: Budget of polls of all accounts, and of all workers that share a
                coordinator; `None` is without bound.
            receiver: Hears the account-wide webhook and wakes waits.
            remedies: Acts on causes that wait for a person.
            preflight: `refuse` what breaks a rule before it is sent, `warn`, or `off`.
            plan: The seat of the accounts, where they have the same.
            site_url: Where the public site is.
            observer: Watches requests and workflows, such as `telemetry.Telemetry()`.
            clock: Time and chance, for tests.

        Raises:
            ConfigurationError: An option is missing or unusable; the message names it.
        """
        self._template = Member(
            linked_api_token=linked_api_token,
            account_api_token=account_api_token,
            identification_token=_nobody,
            base_url=base_url,
            wire=wire,
            policy=policy,
            deadline=deadline,
            on_event=on_event,
            session=session,
            proxy=proxy,
            ssl=ssl,
            trust_env=trust_env,
            max_connections=max_connections,
            max_reply_bytes=max_reply_bytes,
            waiting=waiting,
            polls_per_second=polls_per_second,
            receiver=receiver,
            remedies=remedies,
            preflight=preflight,
            plan=plan,
            site_url=site_url,
            observer=observer,
            clock=clock,
        )
        del linked_api_token, account_api_token  # frames show their locals
        self._queue_size = check_count("queue_size", queue_size)
        self._ids: dict[str, str] = {}
        rules = Rules(limits=limits, hours=hours, pacing=pacing, is_told=admin is not None)
        self._house = House(
            self._template,
            rules=rules,
            coordinator=coordinator or LocalCoordinator(),
            allowances=None if admin is None else Allowances(admin, self._ids),
            lane_width=check_count("lane_width", lane_width),
            queue_size=self._queue_size,
            doubt=_seconds("doubt", doubt),
        )
        if not isinstance(cast("object", accounts), Mapping):
            msg = f"accounts has to map names to tokens, not be of type {type(accounts).__name__}"
            raise ConfigurationError(msg)
        rules.check(accounts)
        for alias, token in accounts.items():
            self._house.add(alias, token)

    @classmethod
    async def discover(
        cls,
        admin: "LinkedApiAdmin",
        *,
        name: "Callable[[AdminAccount], str] | None" = None,
        **options: Any,
    ) -> Self:
        """Return a pool of the accounts that the Admin API lists, with their limits.

        Accounts that are signed out are in it, parked from the beginning; those without a seat or
        a token are left out, and events say so.

        Args:
            admin: Lists the accounts, and tells their limits. Closing it stays with you.
            name: Returns an account's alias. Without it the member's name, with a part of the
                account's id where several have the same.
            options: Those of the class; the main token among them.

        Raises:
            LinkedApiError: The accounts could not be listed.
            ConfigurationError: An option is missing or unusable; the message names it.
        """
        found = sort_out((await admin.accounts.get_all()).accounts, name)
        given: dict[str, Any] = {"admin": admin, **options, "accounts": found.tokens}
        pool = cls(**given)
        pool._ids.update(found.ids)
        pool._house.signed_out = found.signed_out
        for alias, reason in found.left_out.items():
            pool._template.core.sink.emit(AccountLeftOut(account=alias, reason=reason))
        return pool

    async def __aenter__(self) -> Self:
        """Return the pool, in touch with its coordinator; the first request opens connections."""
        await self._house.ready()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the pool."""
        await self.aclose()

    def __repr__(self) -> str:
        """Show how many accounts it has, and where, without tokens."""
        return (
            f"<AccountPool of {len(self._house.members)} accounts at "
            f"{self._template.core.settings.base_url}>"
        )

    # ── accounts ──

    @property
    def policy(self) -> Policy:
        """What this pool does about failures."""
        return self._template.policy

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts' aliases, in the order they were added."""
        return tuple(self._house.members)

    def __len__(self) -> int:
        """Return how many accounts there are."""
        return len(self._house.members)

    def __iter__(self) -> Iterator[str]:
        """Yield the accounts' aliases, in the order they were added."""
        return iter(self.accounts)

    def __contains__(self, alias: object) -> bool:
        """Return whether there is an account of that name."""
        return alias in self._house.members

    def __getitem__(self, alias: str) -> LinkedApi:
        """Return the client of one account, over the pool's connections.

        It asks directly, follows, attaches; what it starts takes no place in the account's lane.
        Closing it does nothing.

        Raises:
            ConfigurationError: The pool has no such account.
        """
        return find(alias, self._house.members)

    def add_account(self, alias: str, token: Token) -> LinkedApi:
        """Take another account in, also while the pool is at work; return its client.

        Args:
            alias: Your name for it in calls, events and errors.
            token: Its identification token, or a callable that returns it.

        Raises:
            ConfigurationError: The name is unusable or taken, the token unusable, or another
                account of the pool has the same one.
        """
        return self._house.add(alias, token)

    def remove_account(self, alias: str) -> None:
        """Take an account out: its waiting calls fail with `accountRemoved`, others go on.

        Raises:
            ConfigurationError: The pool has no such account.
        """
        self._house.remove(alias)

    # ── calls ──

    async def run(self, call: Call[R]) -> Result[R]:
        """Run a call when its turn comes, and wait for its result.

        The deadline counts from here. Cancelled while it waits, nothing was sent; later, it ends
        like `LinkedApi.run`, and the workflow keeps its place until it has ended.

        Raises:
            ConfigurationError: The pool has no such account, or this is another event loop.
            InvalidWorkflowLocally: It breaks a rule; nothing was queued.
            UserActionRequired: A person has to act first; the hint says what. With certainty
                `not_sent`, an earlier call of the account had found that out.
            TransientError: Gave up on something that time heals; before acceptance also because
                the deadline came in the queue (`queueTimeout`), or limits leave no room before it
                (`limitReached`).
            FatalError: The call or the configuration is wrong, the account was removed
                (`accountRemoved`), or its limits are too small for the call (`limitTooSmall`).
            OutcomeUnknown: It writes, and may run although no reply came.
            WorkflowTimeout: The deadline came after it was accepted; it runs on under its id.
            ClientClosed: The pool was closed.
        """
        desk = await self._house.ready()
        return await desk.enter(call, Caller).result(desk)

    def map(self, calls: Iterable[Call[R]] | AsyncIterable[Call[R]]) -> Outcomes[R]:
        """Run many calls, and iterate over what becomes of them in the order they end.

        Errors of this library come as data. Calls are read in their order, as many as the queues
        of their accounts have room for; should reading fail, what was read before comes out first.

        Args:
            calls: What to do; may be endless.
        """
        return Outcomes(calls, self._house.ready, self._queue_size)

    def earliest_feasible_at(self, calls: Iterable[Call[Any]]) -> datetime | None:
        """Return when the last of some calls may start, as limits, hours and pauses are known now.

        It reckons with what waits already and with nothing else, and not with how long workflows
        take. Nothing is sent: where `admin` is given, limits are known once a call was run.

        Args:
            calls: What is planned, in order; nothing asks for all that waits.

        Returns:
            An aware moment in UTC, the current one where nothing stands in the way; `None` where
            a call needs more than a whole limit.

        Raises:
            ConfigurationError: The pool has no such account.
        """
        now = last = self._template.core.clock.wall()
        costs: dict[str, list[Costs]] = {}
        for call in calls:
            find(call.account, self._house.members)
            if self._house.quotas[call.account] is not None:
                costs.setdefault(call.account, []).append(costs_of(call.operation))
        desk = self._house.desk
        if not costs and desk is not None:
            counted = [alias for alias, lane in desk.lanes.items() if lane.quotas is not None]
            costs = {alias: [] for alias in counted if desk.lanes[alias].has_waiting}
        for alias, planned in costs.items():
            quotas = self._house.quotas[alias]
            waiting = [] if desk is None else desk.lanes[alias].waiting()
            ahead = [entry.costs for entry in waiting]
            assert quotas is not None  # noqa: S101 - only what is counted costs anything
            start = quotas.earliest_feasible_at([*ahead, *planned], now)
            if start is None:
                return None
            last = max(last, start)
        return last

    # ── how it stands ──

    def stats(self) -> PoolStats:
        """Return how busy each account is, and which stand aside."""
        desk = self._house.desk
        if desk is None:
            return PoolStats(accounts={}, waits=None)
        now = desk.core.clock.now()
        whole = desk.barriers.whole
        return PoolStats(
            accounts={alias: lane.stats(now, whole) for alias, lane in desk.lanes.items()},
            waits=desk.trunk.hub.stats(),
        )

    def pause(self, account: str) -> None:
        """Send no more calls of an account until `resume`; deadlines count on.

        Raises:
            ConfigurationError: The pool has no such account.
        """
        find(account, self._house.open().lanes).is_paused = True

    def resume(self, account: str | None = None) -> None:
        """Let an account work again: after `pause`, or because what parked it is gone.

        Args:
            account: Which one; `None` is every account, and what parks the whole client.

        Raises:
            ConfigurationError: The pool has no such account.
        """
        desk = self._house.open()
        if account is None:
            desk.barriers.resume(None)
        for lane in [find(account, desk.lanes)] if account is not None else [*desk.lanes.values()]:
            lane.is_paused = False
            desk.barriers.resume(lane)
            desk.pump(lane)

    # ── opening and closing ──

    async def aclose(self) -> None:
        """Close connections; calls still open raise `ClientClosed`, which carries their ids.

        A session of your own stays open. Closing again does nothing.
        """
        await self._house.close()


def backstage(pool: AccountPool) -> House:
    """Return what stands behind a pool, for what is built on it."""
    return pool._house  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - not for users


async def _nobody() -> NoReturn:  # pragma: no cover - nobody asks, it is there to be refused
    """Supply no token: the pool itself sends nothing, its accounts do.

    Raises:
        ConfigurationError: Always.
    """
    msg = "A pool has no account of its own"
    raise ConfigurationError(msg)


def _seconds(option: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _NEVER:
        msg = f"{option}={value!r} has to be a number of seconds, 0 or more"
        raise ConfigurationError(msg)
    return value


_NEVER = float("inf")
