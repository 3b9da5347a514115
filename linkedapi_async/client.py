"""The client: one object for one LinkedIn account, usable from any number of tasks."""

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, TypeVar, get_args

from ._bookkeeping import Fence, fenced
from ._call import Call
from ._clock import Clock
from ._credentials import Token, TokenSource
from ._doors import Place
from ._hub import ClientStats
from ._identity import Identity
from ._messages import Purpose, Request
from ._observer import Observer
from ._options import (
    BASE_URL,
    check_operation,
    check_url,
    check_workflow_id,
    choose_plan,
    choose_receiver,
    main_token,
    with_waiting,
)
from ._session import Session
from ._site import SITE_URL, Site
from ._trunk import Trunk
from ._types import Effect, Json, Plan, WorkflowId
from .direct import DirectCalls
from .errors import ConfigurationError, InvalidWorkflowLocally
from .events import Event, PreflightWarning, WorkflowAbandoned
from .handles import WorkflowHandle
from .operations._base import Operation, Result
from .policy import Policy, Waiting
from .wire import IDENTIFICATION, open_wire
from .workflows._validate import check
from .workflows.tree import effect_of

if TYPE_CHECKING:
    import ssl as tls

    import aiohttp

    from .receiver import WebhookReceiver
    from .remedies import Remedies

__all__ = ["LinkedApi"]

R = TypeVar("R")

Preflight: TypeAlias = Literal["refuse", "warn", "off"]
"""What becomes of a workflow that breaks a documented rule."""


class LinkedApi(DirectCalls):
    """Asks Linked API to do things with one LinkedIn account.

    Opened lazily, so it may be created anywhere; connections belong to the event loop that uses
    them, one pool each. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        *,
        linked_api_token: Token | None = None,
        account_api_token: Token | None = None,
        identification_token: Token | None = None,
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
        account: str | None = None,
        receiver: "WebhookReceiver | None" = None,
        remedies: "Remedies | None" = None,
        preflight: Preflight = "refuse",
        plan: Plan | Literal["core", "plus"] | None = None,
        site_url: str = SITE_URL,
        observer: "Observer | None" = None,
        clock: Clock | None = None,
    ) -> None:
        """Check every option; nothing is opened or sent.

        Args:
            linked_api_token: Main token of the current API, or a callable that returns it.
            account_api_token: Main token of the older Account API instead of the former.
            identification_token: Token of the LinkedIn account, or a callable as well.
            base_url: Where the service is.
            wire: `linked_api`, `linked_api_v3` or `account_api`; guessed from the main token.
            policy: What to do about failures; `Policy.service()` when left out.
            deadline: Seconds for one call, in place of the policy's.
            on_event: Called synchronously with every event; what it raises is logged.
            session: Your own aiohttp session. It stays open, binds the client to its event loop,
                and hides what was written, so that a failed write is always of unknown outcome.
            proxy: Proxy address, for requests of sessions opened here and of yours.
            ssl: An SSL context, a fingerprint, or `False` to check no certificates.
            trust_env: Whether proxy variables of the environment count.
            max_connections: Requests in flight at once; further ones queue within their deadline.
            max_reply_bytes: Largest reply read.
            waiting: How soon an end should be known, and what that may cost, in place of the
                policy's taste: `eager`, `balanced` or `thrifty`.
            polls_per_second: Budget of polls, shared fairly by everything that waits; `None` is
                without bound.
            account: Your name for the account in events and errors; else a token's fingerprint.
            receiver: Hears the account-wide webhook and wakes waits; polling then is a slow safety
                net. One may serve many clients.
            remedies: Acts on causes that wait for a person: offers a signed-out account its way
                back, shows seats where they lack.
            preflight: `refuse` what breaks a rule before it is sent, `warn` about it in the log,
                or `off`.
            plan: The account's seat, where you know it: with `core`, preflight refuses what needs
                a `plus` seat.
            site_url: Where the public site is, which `changelog` asks without tokens.
            observer: Watches requests and workflows, such as `telemetry.Telemetry()`.
            clock: Time and chance, for tests.

        Raises:
            ConfigurationError: An option is missing or unusable; the message names it.
        """
        main, name = main_token(linked_api_token, account_api_token, wire)
        if identification_token is None:
            msg = "identification_token is missing: it names the LinkedIn account to work with"
            raise ConfigurationError(msg)
        account_token = TokenSource(identification_token, option="identification_token")
        del linked_api_token, account_api_token, identification_token  # frames show their locals
        self._wire = open_wire(name, check_url(base_url))
        super().__init__(
            tokens={self._wire.token_header: main, IDENTIFICATION: account_token},
            base_url=base_url,
            alias=account,
            policy=with_waiting(policy, waiting),
            deadline=deadline,
            on_event=on_event,
            session=session,
            proxy=proxy,
            ssl=ssl,
            trust_env=trust_env,
            max_connections=max_connections,
            max_reply_bytes=max_reply_bytes,
            observer=observer,
            polls_per_second=polls_per_second,
            clock=clock,
        )
        self._site = Site(
            site_url, observer=observer, core=self._core, proxy=proxy, ssl=ssl, trust_env=trust_env
        )
        self._identity = Identity()
        self._receiver = choose_receiver(receiver, self._wire)
        self._remedies = _choose_remedies(remedies)
        if preflight not in get_args(Preflight):
            msg = f"preflight={preflight!r} is not one of {', '.join(get_args(Preflight))}"
            raise ConfigurationError(msg)
        self._preflight = preflight
        self._plan = choose_plan(plan)

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Return a client whose tokens and address come from the environment.

        Reads `LINKED_API_TOKEN` or `ACCOUNT_API_TOKEN` (not both), `IDENTIFICATION_TOKEN`, and
        `LINKED_API_BASE_URL` if set. Any option of the class may be given beside them, and counts
        more than the environment.

        Raises:
            ConfigurationError: A variable is missing, empty or one too many.
        """
        names = {
            "linked_api_token": "LINKED_API_TOKEN",
            "account_api_token": "ACCOUNT_API_TOKEN",
            "identification_token": "IDENTIFICATION_TOKEN",
            "base_url": "LINKED_API_BASE_URL",
        }
        found: dict[str, Any] = {
            option: os.environ[name] for option, name in names.items() if os.environ.get(name)
        }
        if {"linked_api_token", "account_api_token"} & options.keys():
            found.pop("linked_api_token", None)
            found.pop("account_api_token", None)
        found.update(options)
        if "linked_api_token" in found and "account_api_token" in found:
            msg = "LINKED_API_TOKEN and ACCOUNT_API_TOKEN are both set; keep the one to be used"
            raise ConfigurationError(msg)
        if "linked_api_token" not in found and "account_api_token" not in found:
            msg = "LINKED_API_TOKEN is not set (nor ACCOUNT_API_TOKEN, for the older API)"
            raise ConfigurationError(msg)
        if "identification_token" not in found:
            msg = "IDENTIFICATION_TOKEN is not set: it names the LinkedIn account to work with"
            raise ConfigurationError(msg)
        return cls(**found)

    def __repr__(self) -> str:
        """Show where and for whom, without tokens."""
        return (
            f"<LinkedApi {self._wire.name} {self._core.settings.base_url} "
            f"account={self._core.account}>"
        )

    @property
    def account(self) -> str:
        """The account's name in events and errors; never a token."""
        return self._core.account

    def with_options(
        self,
        *,
        policy: Policy | None = None,
        deadline: float | None = None,
        waiting: Waiting | Literal["eager", "balanced", "thrifty"] | None = None,
        preflight: Preflight | None = None,
    ) -> "LinkedApi":
        """Return a sibling with some options of its own and everything else shared.

        Connections, retry budget and announced episodes are common; closing the sibling does
        nothing, closing the original closes both.
        """
        if waiting is not None:
            policy = with_waiting(policy or self._policy, waiting)
        return self._twin(policy, deadline, _preflight=preflight or self._preflight)

    def stats(self) -> ClientStats:
        """Return how busy this client is on the running event loop; siblings count together.

        Raises:
            ClientClosed: The client was closed.
        """
        return self._line().trunk.hub.stats()

    async def run(self, operation: Operation[R]) -> Result[R]:
        """Start an operation and wait for its result.

        Failed actions of a completed workflow are data: see `Result.errors` and `Result.unwrap`.

        Raises:
            TransientError: Gave up on something that time heals; nothing runs because of it.
            UserActionRequired: A person has to act first; the hint says what.
            FatalError: The call or the configuration is wrong.
            OutcomeUnknown: It writes, and may run although no reply came.
            WorkflowTimeout: The deadline came after it was accepted; it runs on under its id.
            ClientClosed: The client was closed.
            CancelledError: As asked; an event tells the id of the workflow that runs on.
        """
        handle = await self.start(operation)
        try:
            return await handle.result()
        except asyncio.CancelledError:
            if handle.workflow_id is not None:
                self._core.sink.emit(
                    WorkflowAbandoned(
                        account=self._core.account,
                        operation=operation.name,
                        workflow_id=handle.workflow_id,
                        reason="cancelled",
                    )
                )
            raise

    async def start(
        self, operation: Operation[R], *, fence: Fence | None = None
    ) -> WorkflowHandle[R]:
        """Post an operation and return its handle as soon as the service has accepted it.

        On the Account API a reply may be held open until the end; the handle is then complete.

        Args:
            operation: What to do.
            fence: Has every request written down before it leaves, and what it came to.

        Raises:
            Withheld: The fence does not want it to leave: somebody else sends it, or has.
            InvalidWorkflowLocally: It breaks a rule; nothing was sent.
            LinkedApiError: As `run`, before acceptance.
        """
        check_operation(operation)
        session = self._line()
        call = session.call(Purpose.START, operation.name, self._policy, reads_only=False)
        place = session.enter(call)
        try:
            if place is not None and place.told is not None:
                await place.told
            call.fence = fence
            request, call.reads_only = self._prepare(operation, fence)
            return await self._launch(session, operation, call, request, place)
        finally:
            if place is not None:
                place.leave()

    def attach(
        self,
        operation: type[Operation[R]] | Operation[R],
        workflow_id: str,
        *,
        fence: Fence | None = None,
    ) -> WorkflowHandle[R]:
        """Return a handle for a workflow started elsewhere or before a restart; nothing is sent.

        Args:
            operation: What it was started as: reads the completion.
            workflow_id: Its id, or its result link on the Account API. The deadline counts anew.
            fence: Is told the end.

        Raises:
            ConfigurationError: The id is empty, or the operation none.
            UnsupportedByWire: The result link lies on another origin.
        """
        check_operation(operation, or_class=True)
        check_workflow_id(workflow_id)
        session = self._line()
        self._wire.poll(WorkflowId(workflow_id))
        kind = operation if isinstance(operation, type) else type(operation)
        call = session.call(Purpose.POLL, kind.name, self._policy, reads_only=False)
        call.workflow_id = WorkflowId(workflow_id)
        call.fence = fence
        return WorkflowHandle(session, kind, call)

    def _prepare(self, operation: Operation[object], fence: Fence | None) -> tuple[Request, bool]:
        """Return what starts an operation, and whether it only reads.

        Raises:
            InvalidWorkflowLocally: It breaks a rule, and preflight refuses that.
        """
        workflow = fenced(operation, fence)
        request = self._request(operation.name, workflow)
        return request, effect_of(workflow) is Effect.READ

    async def _launch(
        self,
        session: Session,
        operation: Operation[R],
        call: Call,
        request: Request,
        place: Place | None = None,
    ) -> WorkflowHandle[R]:
        """Post what was prepared; from its acceptance on this client's own policy holds.

        Raises:
            LinkedApiError: It was not started, or nobody knows: see the error's certainty.
        """
        async with session.calls.enter() as open_call:
            try:
                progress = await session.start(call, request, place=place)
            finally:
                open_call.workflow_id = call.workflow_id
        call.policy, call.is_laned = self._policy, False
        return WorkflowHandle(
            session,
            type(operation),
            call,
            source=operation,
            progress=progress,
        )

    def _open_line(self) -> Session:
        session = Session(self._core, self._wire, self._receiver, self._shared_trunk())
        if self._remedies is not None:
            self._remedies.attend(session, self._receiver)
        return session

    def _shared_trunk(self) -> Trunk | None:
        """Return what is shared with other accounts on the running event loop, if any are."""
        return None

    def _request(self, operation: str, workflow: Json) -> Request:
        """Return what starts a workflow.

        Raises:
            InvalidWorkflowLocally: It breaks a rule, and preflight refuses that.
        """
        problems = () if self._preflight == "off" else check(workflow, plan=self._plan)
        if problems:
            refused = InvalidWorkflowLocally.of(problems, account=self._core.account)
            if self._preflight == "refuse":
                raise refused
            warning = PreflightWarning(
                account=self._core.account, operation=operation, problem=refused.message
            )
            self._core.sink.emit(warning)
        return self._wire.start(workflow)


def _choose_remedies(remedies: object) -> "Remedies | None":
    """Return what acts on causes that wait for a person, `None` where nothing does.

    Raises:
        ConfigurationError: It cannot act.
    """
    if remedies is None:
        return None
    from .remedies import Remedies  # noqa: PLC0415 - only who uses remedies imports the admin client

    if not isinstance(remedies, Remedies):
        msg = f"remedies={remedies!r} is no Remedies"
        raise ConfigurationError(msg)
    return remedies
