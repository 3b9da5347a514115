"""The client: one object for one LinkedIn account, usable from any number of tasks."""

import asyncio
import os
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias, TypeVar, get_args

from ._clock import Clock, SystemClock
from ._credentials import Token, TokenSource
from ._messages import Purpose, Request
from ._options import (
    BASE_URL,
    check_count,
    check_url,
    choose_proxy,
    main_token,
    problem_of,
    with_deadline,
)
from ._session import Core, Session
from ._sinks import Sink
from ._transport import Settings
from ._types import Effect, Json, WorkflowId
from ._version import read_version
from .errors import ClientClosed, ConfigurationError, InvalidWorkflowLocally
from .events import Event, PreflightWarning, WorkflowAbandoned
from .handles import WorkflowHandle
from .operations._base import Operation, Result
from .policy import Policy
from .wire import open_wire
from .workflows.tree import effect_of

if TYPE_CHECKING:
    import ssl as tls

    import aiohttp

__all__ = ["LinkedApi"]

R = TypeVar("R")

Preflight: TypeAlias = Literal["refuse", "warn", "off"]
"""What becomes of a workflow that breaks a documented rule."""

_CLIENT_NAME: Final = "linkedapi-async-python"


class LinkedApi:
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
        account: str | None = None,
        receiver: None = None,
        preflight: Preflight = "refuse",
        clock: Clock | None = None,
    ) -> None:
        """Check every option; nothing is opened or sent.

        Args:
            linked_api_token: Main token of the current API, or an async callable that returns it.
            account_api_token: Main token of the older Account API instead of the former.
            identification_token: Token of the LinkedIn account, or an async callable.
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
            account: Your name for the account in events and errors; else a token's fingerprint.
            receiver: Reserved for waits that webhooks wake; this version has none.
            preflight: `refuse` what breaks a rule before it is sent, `warn` about it in the log,
                or `off`.
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
        address = check_url(base_url)
        self._core = Core(
            wire=open_wire(name, address),
            settings=Settings(
                base_url=address,
                headers={
                    "client": _CLIENT_NAME,
                    "User-Agent": f"{_CLIENT_NAME}/{read_version()}",
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                },
                proxy=choose_proxy(proxy, address, trust_env=trust_env),
                ssl=True if ssl is None else ssl,
                max_connections=check_count("max_connections", max_connections),
                max_reply_bytes=check_count("max_reply_bytes", max_reply_bytes),
            ),
            main_token=main,
            identification_token=account_token,
            alias=account,
            clock=clock or SystemClock(),
            sink=Sink(on_event),
            borrowed=session,
        )
        if receiver is not None:
            msg = f"receiver={receiver!r}: this version cannot be woken by webhooks, it polls"
            raise ConfigurationError(msg)
        if preflight not in get_args(Preflight):
            msg = f"preflight={preflight!r} is not one of {', '.join(get_args(Preflight))}"
            raise ConfigurationError(msg)
        if on_event is not None and not callable(on_event):
            msg = f"on_event={on_event!r} cannot be called"
            raise ConfigurationError(msg)
        self._preflight = preflight
        self._policy = with_deadline(policy, deadline)
        self._sessions: dict[asyncio.AbstractEventLoop, Session] = {}
        self._home = _running_loop() if session is not None else None
        self._is_owner = True
        self._is_closed = [False]

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
            f"<LinkedApi {self._core.wire.name} {self._core.settings.base_url} "
            f"account={self._core.account}>"
        )

    async def __aenter__(self) -> Self:
        """Return the client; the first request opens connections."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the client."""
        await self.aclose()

    @property
    def policy(self) -> Policy:
        """What this client does about failures."""
        return self._policy

    @property
    def account(self) -> str:
        """The account's name in events and errors; never a token."""
        return self._core.account

    def with_options(
        self,
        *,
        policy: Policy | None = None,
        deadline: float | None = None,
        preflight: Preflight | None = None,
    ) -> "LinkedApi":
        """Return a sibling with some options of its own and everything else shared.

        Connections, retry budget and announced episodes are common; closing the sibling does
        nothing, closing the original closes both.
        """
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._policy = with_deadline(policy or self._policy, deadline)
        twin._preflight = preflight or self._preflight
        twin._is_owner = False
        return twin

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

    async def start(self, operation: Operation[R]) -> WorkflowHandle[R]:
        """Post an operation and return its handle as soon as the service has accepted it.

        On the Account API a reply may be held open until the end; the handle is then complete.

        Raises:
            InvalidWorkflowLocally: It breaks a rule; nothing was sent.
            LinkedApiError: As `run`, before acceptance.
        """
        workflow = operation.workflow()
        request = self._request(operation.name, workflow)
        session = self._session()
        call = session.call(
            Purpose.START,
            operation.name,
            self._policy,
            reads_only=effect_of(workflow) is Effect.READ,
        )
        async with session.calls.enter() as open_call:
            try:
                progress = await session.start(call, request)
            finally:
                open_call.workflow_id = call.workflow_id
        return WorkflowHandle(session, type(operation), call, request=request, progress=progress)

    def attach(
        self, operation: type[Operation[R]] | Operation[R], workflow_id: str
    ) -> WorkflowHandle[R]:
        """Return a handle for a workflow started elsewhere or before a restart; nothing is sent.

        Args:
            operation: What it was started as: reads the completion.
            workflow_id: Its id, or its result link on the Account API. The deadline counts anew.

        Raises:
            ConfigurationError: The id is empty.
            UnsupportedByWire: The result link lies on another origin.
        """
        if not workflow_id.strip():
            msg = "workflow_id is empty"
            raise ConfigurationError(msg)
        session = self._session()
        self._core.wire.poll(WorkflowId(workflow_id))
        kind = operation if isinstance(operation, type) else type(operation)
        call = session.call(Purpose.POLL, kind.name, self._policy, reads_only=False)
        call.workflow_id = WorkflowId(workflow_id)
        return WorkflowHandle(session, kind, call)

    async def aclose(self) -> None:
        """Close connections; waits still open raise `ClientClosed`, which carries their ids.

        A session of your own stays open. Closing again does nothing.
        """
        if not self._is_owner:
            return
        self._is_closed[0] = True
        here = asyncio.get_running_loop()
        for loop, session in list(self._sessions.items()):
            if loop is here:
                await session.close()
            elif loop.is_running():  # in another thread; a loop that is over has closed its own
                closing = asyncio.run_coroutine_threadsafe(session.close(), loop)
                await asyncio.wrap_future(closing)

    def _session(self) -> Session:
        if self._is_closed[0]:
            msg = "The client is closed"
            raise ClientClosed(msg)
        loop = _running_loop()
        if self._home is not None and loop is not self._home:
            msg = "The aiohttp session given to this client belongs to another event loop"
            raise ConfigurationError(msg, code="wrongLoop")
        session = self._sessions.get(loop)
        if session is None:
            for past in [known for known in self._sessions if known.is_closed()]:
                del self._sessions[past]
            session = self._sessions[loop] = Session(self._core)
        return session

    def _request(self, operation: str, workflow: Json) -> Request:
        """Return what starts a workflow.

        Raises:
            InvalidWorkflowLocally: It cannot be a workflow, and preflight refuses that.
        """
        problem = None if self._preflight == "off" else problem_of(workflow)
        if problem is not None:
            if self._preflight == "refuse":
                raise InvalidWorkflowLocally(problem)
            self._core.sink.emit(
                PreflightWarning(account=self._core.account, operation=operation, problem=problem)
            )
        return self._core.wire.start(workflow)


def _running_loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        msg = "There is no running event loop: use the client inside async code"
        raise ConfigurationError(msg, code="wrongLoop") from None
