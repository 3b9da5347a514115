"""Linked API in miniature, on a real socket: tests and demos talk to it, not to the service."""

import errno
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from linkedapi_async._clock import Clock, SystemClock
from linkedapi_async._types import Plan

from ._accounts import Account, Tokens, Vault
from ._admin import Admin
from ._admin_calls import Office, methods
from ._admin_desk import Desk
from ._ambush import Ambush, as_fault, moment_for
from ._deliveries import Deliveries
from ._direct import Direct
from ._directory import Directory
from ._engine import Duration, Engine
from ._herald import Herald
from ._others import OtherPeople
from ._problems import PortInUse, SandboxError
from ._registry import actions, executors
from ._server import Server
from ._standings import Standings
from ._world import World
from .faults import ErrorEnvelope, Fault, Injection, Moment
from .log import Log

__all__ = ["PortInUse", "Sandbox", "SandboxError"]


class Sandbox(OtherPeople, Standings):
    """The service, its accounts and a small LinkedIn, for as long as the block lasts.

    It speaks three generations of the protocol at once: `/workflows`, `/account/workflows` and
    `/account/workflow`. Where the documentation is silent it has to choose; such answers are
    *inferred*, and no client should lean on them: an unknown workflow id is answered 404 with
    the type `workflowNotFound`; a cancelled workflow is later told as `failed` with the reason
    `workflowCancelled`; actions take effect when the workflow's duration is over; limits start
    anew at midnight UTC.

    Its Admin API serves the methods of the official SDK, and a webhook registered there is posted
    signed events. The service demands HTTPS for that; here `http://127.0.0.1:8080/hook` will do,
    and nothing ever leaves this machine.

    Example:
        ```python
        async with Sandbox(seed=0) as sandbox:
            sandbox.inject("linkedinAccountSignedOut")
            async with LinkedApi(base_url=sandbox.base_url, **sandbox.tokens) as api:
                ...
        assert len(sandbox.log.requests("start")) == 1
        ```

    Attributes:
        log: What was received and done, and when; it outlives the block.
        admin: The subscription, the connection sessions and the default limits.
        deliveries: The webhook, and what happens to events on the way there.
        direct: What is answered without a workflow.
        world: The people and companies there are.
        clock: Where time comes from.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        duration: Duration = 0.02,
        accounts: Sequence[str] = ("main",),
        plan: Plan = Plan.PLUS,
        limits: Mapping[str, int] | None = None,
        people: int = 200,
        companies: int = 25,
    ) -> None:
        """Plan a sandbox; entering it opens the socket.

        Args:
            seed: Determines tokens, ids, people, companies, posts and random durations.
            clock: A `FakeClock` lets hours pass in milliseconds; give the client the same one.
            host: Address to listen on.
            port: Port to listen on; 0 takes a free one.
            duration: Seconds a workflow runs, or a callable that takes its tree and a seeded
                `random.Random` and returns them.
            accounts: Aliases of the first accounts; `tokens` opens the first of them.
            plan: Their seat.
            limits: Their limits per category and UTC day, such as `{"stMessages": 2}`.
            people: How many people the world has.
            companies: How many companies it has.
        """
        self.log: Log = Log()
        self.world: World = World(seed, people=people, companies=companies)
        self.clock: Clock = clock or SystemClock()
        self._address = (host, port)
        self._vault = Vault(seed)
        self._ambush = Ambush()
        self.deliveries: Deliveries = Deliveries(
            clock=self.clock, log=self.log, vault=self._vault, seed=seed
        )
        herald = Herald(deliveries=self.deliveries)
        self._directory = Directory(
            vault=self._vault, clock=self.clock, on_captured=herald.captured
        )
        self._directory.watch(herald.account)
        self.admin: Admin = Admin(directory=self._directory, vault=self._vault, clock=self.clock)
        self.direct: Direct = Direct(self.world, self.clock)
        self._engine = Engine(
            clock=self.clock,
            world=self.world,
            log=self.log,
            ambush=self._ambush,
            duration=duration,
            seed=seed,
            tell=herald.workflow,
        )
        self._server = Server(
            clock=self.clock,
            log=self.log,
            ambush=self._ambush,
            engine=self._engine,
            vault=self._vault,
            directory=self._directory,
            desk=Desk(
                Office(
                    self.admin,
                    self.clock,
                    self.deliveries,
                    self._directory,
                    self._engine,
                    herald,
                )
            ),
            direct=self.direct,
        )
        for alias in accounts:
            self.add_account(alias, plan=plan, limits=limits)

    async def __aenter__(self) -> Self:
        actions()  # loaded here, so that the first request is as quick as the others
        executors()
        methods()
        host, port = self._address
        try:
            await self._server.open(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            msg = f"Port {port} of {host} is taken; choose another, or 0 for any free one."
            raise PortInUse(msg) from error
        self.deliveries.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._server.close()  # first: a request just read would hire another worker
        await self._engine.close()
        await self.deliveries.close()

    def __repr__(self) -> str:
        aliases = [one.alias for one in self.accounts]
        return f"Sandbox({self._server.base_url or 'closed'}, accounts={aliases})"

    # ── where and who ──

    @property
    def base_url(self) -> str:
        """Where it listens, such as `http://127.0.0.1:40123`.

        Raises:
            SandboxError: It is not open yet.
        """
        if not self._server.base_url:
            msg = "The sandbox has no address before `async with` has opened it."
            raise SandboxError(msg)
        return self._server.base_url

    @property
    def tokens(self) -> Tokens:
        """What opens the first account now."""
        return self.account().tokens

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Every account, in the order they were added."""
        return self._directory.accounts

    def account(self, alias: str | None = None) -> Account:
        """Return an account by its alias; the first one without.

        Raises:
            SandboxError: There is no such account.
        """
        return self._directory.get(alias)

    def add_account(
        self,
        alias: str,
        *,
        plan: Plan = Plan.PLUS,
        limits: Mapping[str, int] | None = None,
        name: str | None = None,
    ) -> Account:
        """Connect another LinkedIn account, with its own token, queue and relations.

        Args:
            alias: How the log calls it; its profile is `https://www.linkedin.com/in/<alias>`.
            plan: Its seat.
            limits: How many actions per category and UTC day.
            name: The member's name; `None` makes one of the alias.

        Raises:
            SandboxError: The alias is taken, or a limit has no category of the service.
        """
        account = self._directory.add(alias, plan=plan, limits=limits, name=name)
        self.admin.billing.add_seat(plan)
        return account

    def rotate_tokens(self, account: Account | str | None = None, *, main: bool = True) -> Tokens:
        """Replace tokens; the old ones are worthless at once.

        Args:
            account: Whose identification token is replaced; `None` is every account's.
            main: Whether the main tokens are replaced as well.

        Returns:
            The new tokens of that account, or of the first.
        """
        chosen = self._choose(account)
        if main:
            self._vault.rotate()
        for one in chosen:
            self._directory.rotate(one)
        return chosen[0].tokens

    # ── faults ──

    def inject(
        self,
        fault: Fault | str | int,
        *,
        on: Moment = "start",
        times: int | None = 1,
        skip: int = 0,
        account: Account | str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        message: str | None = None,
        body: bytes | str | None = None,
        runs: bool = False,
        legacy_error_field: bool = False,
    ) -> Injection:
        """Let something go wrong. Of several faults that fit, the oldest one happens.

        Args:
            fault: A word of the error catalogue, sent as it stands in the envelope of the wire
                that was asked; an HTTP status; a value of `linkedapi_async.testing.faults`; or
                the lower-case name of one that needs no more to be said, such as "reset".
            on: What it waits for: a request for that purpose; `result`, a pull of a result link;
                `any` request; `failure`, the end of a workflow, which then fails for this
                reason; `action`, the next action executed, which then reports this error.
                Action-level words always wait for an action.
            times: How often; `None` until removed.
            skip: How many matching occasions pass unharmed first.
            account: Only for this account, by its identification token.
            status: HTTP status in place of the fault's own.
            headers: Extra reply headers, such as `{"Retry-After": "2"}`.
            message: Text beside an error word.
            body: Content below a bare status.
            runs: Run what was asked although the answer is false: the outcome is unknown to the
                client. With `on="failure"`, carry out the actions before failing.
            legacy_error_field: Name the error word's field `errorType`.

        Returns:
            The injection, to be watched (`hits`) and removed; also a context manager.

        Raises:
            ValueError: The word is unknown, or the fault cannot wait for that.
        """
        value = as_fault(fault, message=message, body=body)
        moment = moment_for(value, on)
        if moment in {"failure", "action"} and not isinstance(value, ErrorEnvelope):
            msg = f"on={moment!r} takes an error word, not {value!r}"
            raise ValueError(msg)
        if moment == "admin" and account is not None:
            msg = "on='admin' takes no account: such requests carry no identification token"
            raise ValueError(msg)
        injection = Injection(
            value,
            on=moment,
            times=times,
            skip=skip,
            account=None if account is None else self._choose(account)[0].alias,
            status=status,
            headers=headers,
            runs=runs,
            is_legacy=legacy_error_field,
        )
        self._ambush.add(injection)
        return injection

    def clear_faults(self) -> None:
        """Remove every fault that has not happened yet."""
        self._ambush.clear()

    def drop_idle_connections(self) -> int:
        """Reset every kept-alive connection nothing is under way on; return how many."""
        return self._server.drop_idle()

    def _choose(self, account: Account | str | None) -> tuple[Account, ...]:
        if account is None:
            return self.accounts
        return (account if isinstance(account, Account) else self.account(account),)
