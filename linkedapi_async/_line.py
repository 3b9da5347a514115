"""A line to the service: joins tokens, transport and executor on one event loop."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from ._call import Call
from ._clock import Clock
from ._credentials import TokenSource
from ._messages import Purpose, Refusal, Reply, Request
from ._retry import Executor
from ._sinks import Sink
from ._transport import Delivery, Settings, Transport
from ._types import Certainty, Remedy, Scope, Secret
from ._waiting import OpenCalls
from .errors import ProtocolError, find
from .policy import BackOff, Episodes, Policy, RetryBudget, Window
from .wire import IDENTIFICATION, Query

if TYPE_CHECKING:
    import aiohttp

__all__ = ["Core", "Line"]

T = TypeVar("T")

_UNRESOLVED: Final = "unresolved"


@attrs.define(kw_only=True, eq=False)
class Core:
    """What a client shares between its event loops and its siblings.

    Attributes:
        settings: How to reach the service.
        tokens: What is sent with every request, by header; the main token comes first.
        alias: The caller's name for the account, if any.
        clock: Time and chance.
        sink: Where events go.
        borrowed: The application's own aiohttp session, if any.
        window: The documented limit of requests, if there is one.
        budget: How many retries the traffic allows.
        episodes: Causes that wait for a person.
        drifted: Unknown words announced already.
    """

    settings: Settings
    tokens: Mapping[str, TokenSource]
    alias: str | None
    clock: Clock
    sink: Sink
    borrowed: "aiohttp.ClientSession | None" = None
    window: Window | None = None
    budget: RetryBudget = attrs.field(factory=RetryBudget)
    episodes: Episodes = attrs.field(factory=Episodes)
    drifted: set[str] = attrs.field(factory=set[str])

    @property
    def account(self) -> str:
        """The alias, else the fingerprint of the first token seen for the account."""
        if self.alias is None:
            *_, source = self.tokens.values()
            if source.secret is not None:
                self.alias = source.secret.fingerprint
        return self.alias or _UNRESOLVED


class Line:
    """One client on one event loop.

    Attributes:
        core: What it shares with the others.
        calls: Calls under way here.
        executor: Carries decisions out.
    """

    def __init__(self, core: Core) -> None:
        """Prepare; the first request opens the connection pool."""
        self.core = core
        self.calls: OpenCalls = OpenCalls()
        self._transport = Transport(core.settings, core.clock, core.borrowed)
        self._secrets: Mapping[str, Secret] | None = None
        self._turn = asyncio.Lock()
        self._chores: set[asyncio.Task[None]] = set()
        self._closers: list[Callable[[], None]] = []
        self.executor: Executor = Executor(
            core.clock, core.budget, core.episodes, core.sink.emit, core.drifted
        )

    def call(self, purpose: Purpose, operation: str, policy: Policy, *, reads_only: bool) -> Call:
        """Return the record of a call that begins now."""
        now = self.core.clock.now()
        return Call(
            purpose=purpose,
            operation=operation,
            account=self.core.account,
            reads_only=reads_only,
            policy=policy,
            started_at=now,
            deadline_at=None if policy.deadline is None else now + policy.deadline,
        )

    async def ask(self, query: Query[T], policy: Policy) -> T:
        """Return the answer to a question that needs no workflow.

        Raises:
            TransientError: The policy gave up; nothing was changed.
            UserActionRequired: It was refused until a person acts.
            FatalError: It was refused for good.
            OutcomeUnknown: It changes something, and may have although no reply came.
            ProtocolError: The answer is not of the documented form.
        """
        call = self.call(Purpose.DIRECT, query.name, policy, reads_only=query.reads_only)
        call.is_query = True
        try:
            async with self.calls.enter():
                return await self.executor.execute(
                    call,
                    lambda: self._exchange(
                        call, query.request, query.read, Delivery(self.core.clock)
                    ),
                )
        except ProtocolError as error:
            error.account = call.account
            self.executor.announce_error(error)
            raise

    async def look(self, call: Call, query: Query[T]) -> T | BackOff:
        """Ask once on somebody's schedule; a passing failure is a pause to make before the next.

        Whoever keeps the schedule enters `calls` for it.

        Raises:
            LinkedApiError: Asking again would change nothing.
            ProtocolError: The answer is not of the documented form.
        """
        try:
            return await self.executor.attempt(
                call,
                lambda: self._exchange(call, query.request, query.read, Delivery(self.core.clock)),
            )
        except ProtocolError as error:
            error.account = call.account
            self.executor.announce_error(error)
            raise

    async def close(self) -> None:
        """End every call and chore under way, then close what was opened."""
        for closer in self._closers:
            closer()
        for chore in self._chores:
            chore.cancel()
        await asyncio.gather(*self._chores, return_exceptions=True)
        await self.calls.close()
        await self._transport.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the calls, until it is done or the client is closed."""
        chore = asyncio.get_running_loop().create_task(work)
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    def at_close(self, closer: Callable[[], None]) -> None:
        """Have something called when the client is closed."""
        self._closers.append(closer)

    async def _exchange(
        self,
        call: Call,
        request: Request,
        read: Callable[[Reply], T | Refusal],
        delivery: Delivery,
    ) -> T | Refusal:
        """Send once and read the reply; once more after a token was called invalid and renewed."""
        secrets = self._secrets or await self._ask_secrets(call)
        if isinstance(secrets, Refusal):
            return secrets
        window = self.core.window
        if window is not None and not await self._admit(call, window):
            message = "Gave up waiting for a free place under the documented limit of requests"
            return Refusal("requestTimeout", message, Certainty.NOT_SENT)
        policy = call.policy
        try:
            reply = await self._transport.send(
                request,
                secrets,
                connect_timeout=policy.connect_timeout,
                read_timeout=math.inf if request.is_held else policy.read_timeout,
                remaining=self._remaining(call),
                delivery=delivery,
            )
        finally:
            if window is not None:
                window.settle(self.core.clock.now())
        outcome = reply if isinstance(reply, Refusal) else read(reply)
        if not isinstance(outcome, Refusal):
            return outcome
        if outcome.certainty is Certainty.REJECTED:
            delivery.is_written = False  # nothing is at stake while another token is asked for
        if not await self._renew(call, outcome, secrets):
            return outcome
        delivery.is_written = False
        call.attempts += 1
        return await self._exchange(call, request, read, delivery)

    async def _admit(self, call: Call, window: Window) -> bool:
        """Wait for a place in the window, in order of arrival; `False` when the deadline came."""
        try:
            async with self.core.clock.timer(self._remaining(call)), self._turn:
                while (pause := window.pause(self.core.clock.now())) > 0:
                    await self.core.clock.sleep(pause)
                window.take()
        except TimeoutError:
            return False
        return True

    async def _ask_secrets(self, call: Call) -> "Mapping[str, Secret] | Refusal":
        try:
            async with self.core.clock.timer(self._remaining(call)):
                self._secrets = {
                    header: await source.get() for header, source in self.core.tokens.items()
                }
        except TimeoutError:
            return Refusal(
                "requestTimeout", "Gave up waiting for the token callable", Certainty.NOT_SENT
            )
        call.account = self.core.account
        return self._secrets

    async def _renew(self, call: Call, refusal: Refusal, secrets: "Mapping[str, Secret]") -> bool:
        """Ask the application for another token if one was called invalid; once for each call."""
        row = find(refusal.code) if refusal.is_envelope and not call.has_renewed else None
        if row is None or row.remedy is not Remedy.TOKEN:
            return False
        header = next(iter(secrets), "") if row.scope is Scope.CLIENT else IDENTIFICATION
        source = self.core.tokens.get(header)
        if source is None:
            return False
        call.has_renewed = True
        try:
            async with self.core.clock.timer(self._remaining(call)):
                if not await source.renew(secrets[header]):
                    return False
        except TimeoutError:
            return False
        self._secrets = None
        self.executor.token_changed(call.account)
        return True

    def _remaining(self, call: Call) -> float | None:
        return None if call.deadline_at is None else call.deadline_at - self.core.clock.now()
