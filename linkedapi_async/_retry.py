"""Carries decisions out: waits, sends again, holds, raises. It decides nothing itself.

The first attempt costs a call and a comparison; tenacity is only met after a failure.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias, TypeVar, assert_never

import attrs

from ._call import Call, single_attempt
from ._clock import Clock
from ._messages import Purpose, Refusal
from ._types import Certainty, Scope
from .errors import FatalError, LinkedApiError
from .events import ActionNeeded, ActionResolved, BackingOff, Drift, Event, Held, Raised
from .policy import (
    BackOff,
    Emit,
    Episode,
    Episodes,
    Hold,
    Raise,
    RetryBudget,
    Situation,
    Verdict,
    classify,
    decide,
    error_of,
    full_jitter,
)

if TYPE_CHECKING:
    import tenacity

__all__ = ["Executor"]

T = TypeVar("T")
Send: TypeAlias = Callable[[], Awaitable[T | Refusal]]

_PROBE_BASE: Final = 5.0
_PROBE_CAP: Final = 300.0


class _Vigil:
    """Calls that wait for one cause to be removed; one of them looks at a time.

    Attributes:
        over: Set when the cause is gone, or was given up.
        probing: Held by the call that looks.
        reason: Why the cause was given up; `None` while there is hope.
    """

    __slots__ = ("over", "probing", "reason")

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.probing = asyncio.Lock()
        self.reason: str | None = None


class Executor:
    """Runs calls under a policy. One per client and event loop; budget and episodes are shared.

    Attributes:
        on_opened: Called when a cause that waits for a person has come up here.
        on_closed: Called when such a cause is gone, or was given up.
        on_given_up: Called with the reason just before, when it was given up.
    """

    def __init__(
        self,
        clock: Clock,
        budget: RetryBudget,
        episodes: Episodes,
        emit: Callable[[Event], None],
        drifted: set[str],
    ) -> None:
        """Take what decisions need of the world."""
        self._clock = clock
        self._budget = budget
        self._episodes = episodes
        self._emit = emit
        self._drifted = drifted
        self._vigils: dict[Episode, _Vigil] = {}
        self.on_opened: list[Callable[[Episode, Verdict], object]] = []
        self.on_closed: list[Callable[[Episode], object]] = []
        self.on_given_up: list[Callable[[Episode, str], object]] = []

    async def execute(self, call: Call, send: "Send[T]", failed: Refusal | None = None) -> T:
        """Return what `send` brings, sending again as the policy decides.

        Args:
            call: Whose attempts these are.
            send: Sends the request once.
            failed: A failure known already, which stands in for the first attempt.

        Raises:
            LinkedApiError: The policy decided to give up.
        """
        if failed is None:
            self._budget.deposit()
        outcome = await self.attempt(call, send, failed)
        if not isinstance(outcome, BackOff):
            return outcome
        return await self._again(call, send, outcome)

    async def attempt(
        self, call: Call, send: "Send[T]", failed: Refusal | None = None
    ) -> "T | BackOff":
        """Send once and return what it brings, or the pause the policy wants before the next try.

        A held call waits in here until a person has acted.
        """
        outcome = await self._sent(call, send) if failed is None else failed
        while isinstance(outcome, Refusal):
            call.unsent += outcome.certainty is Certainty.NOT_SENT
            verdict = classify(outcome, call.policy.overrides)
            self._tell_drift(call, verdict)
            decision = self._decide(call, verdict)
            if call.purpose is Purpose.FINISHED:
                call.purpose = Purpose.START
            if isinstance(decision, BackOff):
                if call.purpose is not Purpose.POLL:  # whoever schedules polls knows their pause
                    self.announce_pause(call, decision.error, decision.delay)
                return decision
            if isinstance(decision, Raise):
                self._end(call, decision.error)
            episode = self._open(call, verdict, decision)
            match decision.then:
                case Raise(error):
                    self._end(call, error)
                case Hold(error):
                    outcome = await self._hold(call, send, episode, error)
                case _:
                    assert_never(decision.then)
        if self._episodes:
            self.resolve(
                self._episodes.heal(
                    call.account,
                    sent_at=call.sent_at,
                    is_start=call.purpose is Purpose.START,
                    operation=call.operation,
                    is_query=call.is_query,
                )
            )
        return outcome

    async def _sent(self, call: Call, send: "Send[T]") -> "T | Refusal":
        call.attempts += 1
        call.sent_at = self._clock.now()
        try:
            return await send()
        except FatalError as error:  # of the application's own making: nothing to decide
            error.account = call.account
            if not call.is_laned:
                self.announce_error(error)
            raise

    def resolve(self, episodes: tuple[Episode, ...]) -> None:
        """Announce that causes are gone, and let held calls go on."""
        for episode in episodes:
            self._let_go(episode)
            self._emit(
                ActionResolved(
                    account=episode.account,
                    code=episode.code,
                    scope=episode.scope,
                    lasted=self._clock.now() - episode.opened_at,
                )
            )

    def resume(self, account: str, cause: str) -> None:
        """Take an account's cause for gone: say so, and let held calls go on."""
        self.resolve(self._episodes.close_cause(account, cause))

    def park(self, account: str, refusal: Refusal) -> None:
        """Take a cause for given before any call has met it, unless it is known."""
        verdict = classify(refusal, {})
        now = self._clock.now()
        episode, is_new = self._episodes.open(verdict, account, now=now)
        if is_new:
            self._announce(
                episode,
                verdict,
                ActionNeeded(
                    account=account,
                    code=refusal.code,
                    scope=verdict.scope,
                    hint=verdict.hint,
                    message=refusal.message,
                ),
            )

    def give_up(self, episode: Episode, reason: str) -> None:
        """End the calls that a cause holds; the next call that meets it opens it anew."""
        for listen in self.on_given_up:
            listen(episode, reason)
        self._episodes.close(episode)
        self._let_go(episode, reason)

    def is_held(self, cause: str, account: str) -> bool:
        """Return whether some call waits for a cause to go, and looks for itself now and then."""
        return any(
            vigil.probing.locked()
            for episode, vigil in self._vigils.items()
            if episode.cause == cause and account in {episode.account, ""}
        )

    def withdraw(self) -> bool:
        """Take one retry out of the budget; return whether there was one."""
        return self._budget.withdraw()

    def _let_go(self, episode: Episode, reason: str | None = None) -> None:
        """Rouse what a cause held."""
        vigil = self._vigils.pop(episode, None)
        if vigil is not None:
            vigil.reason = reason
            vigil.over.set()
        for listen in self.on_closed:
            listen(episode)

    def token_changed(self, account: str) -> None:
        """Close every cause that was about a token that is no longer in use."""
        self.resolve(self._episodes.forget_tokens(account))

    async def _again(self, call: Call, send: "Send[T]", first: BackOff) -> T:
        """Hand the rest of a failed call to tenacity."""
        import tenacity  # noqa: PLC0415 - paid for by failures only

        known: BackOff | None = first

        async def step() -> T | BackOff:
            nonlocal known
            if known is not None:
                decided, known = known, None
                return decided
            with single_attempt():
                return await self.attempt(call, send)

        retrying = tenacity.AsyncRetrying(
            sleep=self._clock.sleep,
            wait=_asked_pause,
            retry=tenacity.retry_if_result(_is_pause),
            stop=tenacity.stop_never,
        )
        outcome: T | BackOff = await retrying(step)
        assert not isinstance(outcome, BackOff)  # noqa: S101 - tenacity goes on while it is one
        return outcome

    def _decide(self, call: Call, verdict: Verdict) -> BackOff | Raise | Emit:
        now = self._clock.now()
        is_left = call.is_laned and (verdict.refusal.is_lost or verdict.scope is Scope.ACCOUNT)
        may_retry = not call.is_nested and not is_left
        situation = self._situation(call, now, may_retry=may_retry)
        decision = decide(verdict, situation, call.policy)
        if not isinstance(decision, BackOff) or call.purpose is Purpose.POLL or verdict.is_slow:
            return decision  # no retry, or one so rare that no storm can come of it
        if not self._budget.withdraw():
            return decide(verdict, attrs.evolve(situation, may_retry=False), call.policy)
        return decision

    def error_of(self, call: Call, refusal: Refusal) -> LinkedApiError:
        """Return the error that a call ends in if it is not repeated."""
        verdict = classify(refusal, call.policy.overrides)
        return error_of(verdict, self._situation(call, self._clock.now(), may_retry=False))

    def _situation(self, call: Call, now: float, *, may_retry: bool) -> Situation:
        return Situation(
            purpose=call.purpose,
            account=call.account,
            reads_only=call.reads_only,
            attempt=call.attempts,
            elapsed=now - call.started_at,
            remaining=None if call.deadline_at is None else call.deadline_at - now,
            may_retry=may_retry,
            draw=self._clock.draw(),
            wall=self._clock.wall(),
            workflow_id=call.workflow_id,
        )

    def announce_pause(self, call: Call, error: LinkedApiError, delay: float) -> None:
        """Announce that a request failed and will be sent again."""
        self._emit(
            BackingOff(
                account=call.account,
                code=error.code,
                delay=delay,
                attempt=call.attempts,
                certainty=error.certainty,
                purpose=call.purpose,
                message=error.message,
                workflow_id=call.workflow_id,
            )
        )

    def _open(self, call: Call, verdict: Verdict, decision: Emit) -> Episode:
        now = self._clock.now()
        episode, is_new = self._episodes.open(
            verdict, call.account, now=now, operation=call.operation
        )
        if is_new:
            self._announce(episode, verdict, decision.event)
        return episode

    def _announce(self, episode: Episode, verdict: Verdict, event: ActionNeeded) -> None:
        self._emit(event)
        for listen in self.on_opened:
            listen(episode, verdict)

    def _tell_drift(self, call: Call, verdict: Verdict) -> None:
        if verdict.row is None and verdict.refusal.is_envelope:
            self.drift(call.account, "error", verdict.refusal.code)

    def drift(self, account: str, kind: str, word: str) -> None:
        """Announce a word this version does not know, once."""
        if word not in self._drifted:
            self._drifted.add(word)
            self._emit(Drift(account=account, kind=kind, word=word))

    def _end(self, call: Call, error: LinkedApiError) -> NoReturn:
        """End a call; whoever queued it tells of that."""
        if call.is_laned:
            raise error from None
        self._raise(error)

    def _raise(self, error: LinkedApiError) -> NoReturn:
        self.announce_error(error)
        raise error from None

    def announce_error(self, error: LinkedApiError) -> None:
        """Announce that a call ends in an error."""
        self._emit(
            Raised(
                account=error.account or "",
                code=error.code,
                error=type(error).__name__,
                disposition=error.disposition,
                scope=error.scope,
                certainty=error.certainty,
                hint=error.hint,
                message=error.message,
                attempts=error.attempts,
                workflow_id=error.workflow_id,
            )
        )

    async def _hold(
        self, call: Call, send: "Send[T]", episode: Episode, error: LinkedApiError
    ) -> T | Refusal:
        """Wait until the cause is gone; the call that has waited longest looks now and then.

        No documented request tells whether it is gone, so the probe is that call's own request.
        """
        self._emit(
            Held(
                account=call.account,
                code=episode.code,
                scope=episode.scope,
                workflow_id=call.workflow_id,
            )
        )
        vigil = self._vigils.setdefault(episode, _Vigil())
        await self._bounded(call, vigil.probing.acquire(), error)
        try:
            probes = 0
            while self._episodes.is_open(episode):
                probes += 1
                pause = full_jitter(
                    probes, base=_PROBE_BASE, cap=_PROBE_CAP, draw=(1 + self._clock.draw()) / 2
                )
                if await self._healed_within(call, vigil, pause, error):
                    break
                call.has_renewed = False  # the application may know a better token by now
                outcome = await self._sent(call, send)
                if not isinstance(outcome, Refusal):
                    self.resolve(self._episodes.close(episode))
                    return outcome
                if not self._is_held(call, outcome, episode):
                    return outcome
        finally:
            vigil.probing.release()
        if vigil.reason is not None:
            error.message = f"{error.message} ({vigil.reason})"
            error.args = (error.message,)
            self._fail(call, error)
        return await self._sent(call, send)

    def _is_held(self, call: Call, refusal: Refusal, episode: Episode) -> bool:
        """Whether a look found things as they were."""
        verdict = classify(refusal, call.policy.overrides)
        situation = self._situation(call, self._clock.now(), may_retry=False)
        decision = decide(verdict, situation, call.policy)
        is_hold = isinstance(decision, Emit) and isinstance(decision.then, Hold)
        return is_hold and verdict.cause == episode.cause

    async def _healed_within(
        self, call: Call, vigil: _Vigil, pause: float, error: LinkedApiError
    ) -> bool:
        try:
            async with self._clock.timer(pause):
                await self._bounded(call, vigil.over.wait(), error)
        except TimeoutError:
            return False
        return True

    async def _bounded(self, call: Call, waits: Awaitable[object], error: LinkedApiError) -> None:
        """Wait until the call's deadline, then raise what holds it."""
        left = None if call.deadline_at is None else call.deadline_at - self._clock.now()
        try:
            async with self._clock.timer(left):
                await waits
        except TimeoutError:
            self._fail(call, error)

    def _fail(self, call: Call, error: LinkedApiError) -> NoReturn:
        """End a held call in what holds it."""
        error.elapsed = self._clock.now() - call.started_at
        error.attempts = call.attempts
        self._raise(error)


def _is_pause(outcome: object) -> bool:
    return isinstance(outcome, BackOff)


def _asked_pause(state: "tenacity.RetryCallState") -> float:
    outcome = state.outcome.result() if state.outcome is not None else None
    return outcome.delay if isinstance(outcome, BackOff) else 0.0
