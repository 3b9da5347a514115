"""Joins wire, tokens, transport and executor: what one client does on one event loop."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from ._call import Call
from ._clock import Clock
from ._credentials import TokenSource
from ._messages import Progress, Purpose, Refusal, Reply, Request
from ._retry import Executor
from ._sinks import Sink
from ._transport import Delivery, Settings, Transport
from ._types import Certainty, Remedy, Scope, Secret, WorkflowId
from ._waiting import OpenCalls, finish_gracefully
from .errors import FatalError, OutcomeUnknown, TransientError, UserActionRequired, find
from .events import WorkflowAbandoned, WorkflowStarted
from .policy import BackOff, Episodes, Policy, RetryBudget
from .wire import Wire

if TYPE_CHECKING:
    import aiohttp

__all__ = ["Core", "Session"]

T = TypeVar("T")

_IDENTIFICATION: Final = "identification-token"
_UNRESOLVED: Final = "unresolved"


@attrs.define(kw_only=True, eq=False)
class Core:
    """What a client shares between its event loops and its siblings.

    Attributes:
        wire: The generation spoken.
        settings: How to reach the service.
        main_token: The token of the workspace.
        identification_token: The token of the LinkedIn account.
        alias: The caller's name for the account, if any.
        clock: Time and chance.
        sink: Where events go.
        borrowed: The application's own aiohttp session, if any.
        budget: How many retries the traffic allows.
        episodes: Causes that wait for a person.
        drifted: Unknown words announced already.
    """

    wire: Wire
    settings: Settings
    main_token: TokenSource
    identification_token: TokenSource
    alias: str | None
    clock: Clock
    sink: Sink
    borrowed: "aiohttp.ClientSession | None"
    budget: RetryBudget = attrs.field(factory=RetryBudget)
    episodes: Episodes = attrs.field(factory=Episodes)
    drifted: set[str] = attrs.field(factory=set[str])

    @property
    def account(self) -> str:
        """The account's alias, else the fingerprint of the first token seen for it."""
        if self.alias is None and self.identification_token.secret is not None:
            self.alias = self.identification_token.secret.fingerprint
        return self.alias or _UNRESOLVED


class Session:
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

    async def start(
        self, call: Call, request: Request | None, failed: Refusal | None = None
    ) -> Progress:
        """Post a workflow until it is accepted or the policy gives up.

        Args:
            call: Learns the workflow's id, also when this is cancelled in the middle.
            request: The wire's request for it; `None` for a failed workflow that was attached and
                so cannot be started again.
            failed: Why the same workflow ended before, when it is started again.

        Raises:
            LinkedApiError: It was not started, or nobody knows: see the error's certainty.
        """
        if request is None:
            call.reads_only = False
            call.policy = attrs.evolve(call.policy, restart_expired=False)

        async def send() -> Progress | Refusal:
            assert request is not None  # noqa: S101 - what cannot be repeated is never sent
            delivery = Delivery(self.core.clock)
            return await finish_gracefully(
                self._exchange(call, request, self.core.wire.read_start, delivery),
                clock=self.core.clock,
                is_at_stake=lambda: delivery.is_written,
                learned=lambda outcome: self._learn(call, outcome, delivery),
            )

        progress = await self.executor.execute(call, send, failed)
        self._note_start(call, progress)
        return progress

    async def poll(self, call: Call, request: Request) -> Progress | BackOff:
        """Ask once for news; a passing failure is a pause to make before asking again.

        Args:
            call: The record of the wait.
            request: The wire's request for news of that workflow.

        Raises:
            LinkedApiError: Asking again would change nothing.
        """
        return await self.executor.attempt(
            call,
            lambda: self._exchange(
                call, request, self.core.wire.read_poll, Delivery(self.core.clock)
            ),
        )

    async def status(self, call: Call, workflow_id: WorkflowId) -> Progress:
        """Ask for news until there is an answer.

        Raises:
            LinkedApiError: The policy gave up; the workflow is not touched by that.
        """
        request = self.core.wire.poll(workflow_id)
        return await self.executor.execute(
            call,
            lambda: self._exchange(
                call, request, self.core.wire.read_poll, Delivery(self.core.clock)
            ),
        )

    async def cancel(self, call: Call, workflow_id: WorkflowId) -> bool:
        """Ask the service to stop a workflow; return whether it says it did.

        Raises:
            OutcomeUnknown: A request whose reply was lost may have cancelled it, and the answer to
                the last one no longer tells.
            TransientError: The policy gave up.
            UserActionRequired: It was refused until a person acts.
            FatalError: It was refused for good.
        """
        request = self.core.wire.cancel(workflow_id)
        doubtful = False

        async def send() -> bool | Refusal:
            nonlocal doubtful
            outcome = await self._exchange(
                call, request, self.core.wire.read_cancel, Delivery(self.core.clock)
            )
            if isinstance(outcome, Refusal) and outcome.is_lost:
                doubtful = True
            return outcome

        try:
            cancelled = await self.executor.execute(call, send)
        except (TransientError, FatalError, UserActionRequired) as error:
            if not doubtful:
                raise
            raise self._doubt(call, workflow_id, error.message) from None
        if doubtful and not cancelled:
            last = "Cancelling was asked more than once, and the last answer was no"
            raise self._doubt(call, workflow_id, last)
        return cancelled

    def _doubt(self, call: Call, workflow_id: WorkflowId, last: str) -> OutcomeUnknown:
        error = OutcomeUnknown(
            f"{last}; an earlier request, whose reply was lost, may have cancelled the workflow",
            code="connectionLost",
            hint="Ask for the status: a workflow that still runs was not cancelled.",
            certainty=Certainty.MAYBE_ACCEPTED,
            workflow_id=workflow_id,
            attempts=call.attempts,
            elapsed=self.core.clock.now() - call.started_at,
            account=call.account,
        )
        self.executor.announce_error(error)
        return error

    async def close(self) -> None:
        """End every call under way, then close what was opened."""
        await self.calls.close()
        await self._transport.close()

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
        policy = call.policy
        reply = await self._transport.send(
            request,
            secrets,
            connect_timeout=policy.connect_timeout,
            read_timeout=math.inf if request.is_held else policy.read_timeout,
            remaining=self._remaining(call),
            delivery=delivery,
        )
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

    async def _ask_secrets(self, call: Call) -> "Mapping[str, Secret] | Refusal":
        main, identification = self.core.main_token, self.core.identification_token
        try:
            async with self.core.clock.timer(self._remaining(call)):
                self._secrets = {
                    self.core.wire.token_header: await main.get(),
                    _IDENTIFICATION: await identification.get(),
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
        is_main = row.scope is Scope.CLIENT
        source = self.core.main_token if is_main else self.core.identification_token
        header = self.core.wire.token_header if is_main else _IDENTIFICATION
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

    def _note_start(self, call: Call, progress: Progress) -> None:
        call.workflow_id = progress.workflow_id
        self.core.sink.emit(
            WorkflowStarted(
                account=call.account, operation=call.operation, workflow_id=progress.workflow_id
            )
        )

    def _learn(
        self,
        call: Call,
        outcome: Progress | Refusal | None,
        delivery: Delivery,
    ) -> None:
        """Tell what a start that nobody waits for any more came to."""
        if isinstance(outcome, Progress):
            self._note_start(call, outcome)
        elif not delivery.is_written or (
            outcome is not None and outcome.certainty is not Certainty.MAYBE_ACCEPTED
        ):
            return
        else:
            call.is_doubtful = not call.reads_only
        self.core.sink.emit(
            WorkflowAbandoned(
                account=call.account,
                operation=call.operation,
                workflow_id=call.workflow_id if isinstance(outcome, Progress) else None,
                reason="cancelled",
            )
        )
