"""A line to the service: sends with the tokens of one account over the trunk of its event loop."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeVar

from ._call import Call
from ._messages import Purpose, Refusal, Reply, Request
from ._observer import UNWATCHED
from ._retry import Executor
from ._transport import Delivery
from ._trunk import Core, Trunk
from ._types import Certainty, Remedy, Scope, Secret
from ._waiting import OpenCalls
from .errors import ProtocolError, find
from .policy import BackOff, Policy, Window
from .wire import IDENTIFICATION, Query

__all__ = ["Line", "Secrets"]

T = TypeVar("T")


class Secrets:
    """Tokens as they stand now.

    Attributes:
        by_header: The tokens.
        headers: The header fields that carry them; their values hide themselves too.
    """

    __slots__ = ("by_header", "headers")

    def __init__(self, by_header: Mapping[str, Secret]) -> None:
        self.by_header = by_header
        self.headers: Mapping[str, str] = {name: one.value for name, one in by_header.items()}


class Line:
    """One client on one event loop.

    Attributes:
        core: Its tokens, and what it shares with its lines on other loops.
        trunk: What it shares with other accounts on this one.
        calls: Calls under way here.
        executor: Carries decisions out.
    """

    def __init__(self, core: Core, trunk: Trunk | None = None) -> None:
        """Prepare; the first request opens the connection pool.

        Args:
            core: Tokens, and what is shared beyond this event loop.
            trunk: What is shared with other accounts on it; one of its own when left out.
        """
        self.core = core
        self.trunk: Trunk = trunk or Trunk(core)
        self.calls: OpenCalls = self.trunk.calls
        self.executor: Executor = self.trunk.executor
        self._secrets: Secrets | None = None
        self._turn = asyncio.Lock()

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
            trail=None if self.core.watch is None else self.core.watch.follow(),
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
                    call, self._asking(call, query.request, query.read)
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
            return await self.executor.attempt(call, self._asking(call, query.request, query.read))
        except ProtocolError as error:
            error.account = call.account
            self.executor.announce_error(error)
            raise

    async def close(self) -> None:
        """End every call and chore under way, then close what was opened."""
        await self.trunk.close()

    def _asking(
        self, call: Call, request: Request, read: Callable[[Reply], T | Refusal]
    ) -> Callable[[], Awaitable[T | Refusal]]:
        """Return what sends a request once, as often as it is called."""
        return partial(self._exchange, call, request, read)

    async def _exchange(
        self,
        call: Call,
        request: Request,
        read: Callable[[Reply], T | Refusal],
        delivery: Delivery | None = None,
    ) -> T | Refusal:
        """Send once and read the reply; once more after a token was called invalid and renewed."""
        if delivery is None:
            delivery = Delivery(self.core.clock)
        secrets = self._secrets or await self._ask_secrets(call)
        if isinstance(secrets, Refusal):
            return secrets
        window = self.core.window
        if window is not None and not await self._admit(call, window):
            return self._late("a free place under the documented limit of requests")
        policy, watch = call.policy, self.core.watch
        with UNWATCHED if watch is None else watch.exchange(request, call) as exchange:
            try:
                reply = await self.trunk.transport.send(
                    request,
                    secrets.headers,
                    connect_timeout=policy.connect_timeout,
                    read_timeout=math.inf if request.is_held else policy.read_timeout,
                    remaining=self._remaining(call),
                    delivery=delivery,
                )
            finally:
                if window is not None:
                    window.settle(self.core.clock.now())
            if isinstance(reply, Refusal):
                outcome: T | Refusal = reply
            else:
                self.core.dated = reply.headers.get("Date"), reply.received_at
                outcome = read(reply)
            if exchange is not None:
                exchange.ends(reply, outcome)
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

    async def _ask_secrets(self, call: Call) -> Secrets | Refusal:
        try:
            async with self.core.clock.timer(self._remaining(call)):
                self._secrets = Secrets(
                    {header: await source.get() for header, source in self.core.tokens.items()}
                )
        except TimeoutError:
            return self._late("the token callable")
        call.account = self.core.account
        return self._secrets

    async def _renew(self, call: Call, refusal: Refusal, secrets: Secrets) -> bool:
        """Ask the application for another token if one was called invalid; once for each call."""
        row = find(refusal.code) if refusal.is_envelope and not call.has_renewed else None
        if row is None or row.remedy is not Remedy.TOKEN:
            return False
        header = next(iter(secrets.by_header), "") if row.scope is Scope.CLIENT else IDENTIFICATION
        source = self.core.tokens.get(header)
        if source is None:
            return False
        call.has_renewed = True
        try:
            async with self.core.clock.timer(self._remaining(call)):
                if not await source.renew(secrets.by_header[header]):
                    return False
        except TimeoutError:
            return False
        self._secrets = None
        self.executor.token_changed(call.account)
        return True

    @staticmethod
    def _late(awaited: str) -> Refusal:
        """Return the refusal of a request that was never sent: the deadline came first."""
        return Refusal("requestTimeout", f"Gave up waiting for {awaited}", Certainty.NOT_SENT)

    def _remaining(self, call: Call) -> float | None:
        return None if call.deadline_at is None else call.deadline_at - self.core.clock.now()
