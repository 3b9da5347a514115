"""From a verdict to a decision: back off, raise, or tell a person first.

Pure: what the moment contributes (attempts, time left, chance, budget) comes in a `Situation`.
"""

from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

import attrs

from linkedapi_async._messages import Purpose
from linkedapi_async._types import Certainty, Disposition, WorkflowId
from linkedapi_async.errors import (
    FatalError,
    LinkedApiError,
    OutcomeUnknown,
    TransientError,
    UserActionRequired,
)
from linkedapi_async.events import ActionNeeded

from ._policy import OnUserAction, Policy
from .backoff import full_jitter
from .classify import Verdict
from .hours import opening_delay

__all__ = ["BackOff", "Decision", "Emit", "Hold", "Raise", "Situation", "decide", "error_of"]


@attrs.frozen(kw_only=True)
class Situation:
    """Everything a decision depends on besides the verdict and the policy.

    Attributes:
        purpose: What the request was for.
        account: Alias or fingerprint of the account.
        reads_only: Whether every action of the workflow only reads.
        attempt: Which attempt failed, from 1.
        elapsed: Seconds since the call began.
        remaining: Seconds until its deadline; `None` is for ever.
        may_retry: Whether the retry budget has something left and nobody outside retries already.
        draw: Chance, 0.0 <= draw < 1.0.
        wall: Aware current moment, to say when to come back.
        workflow_id: The workflow concerned, if one was accepted.
    """

    purpose: Purpose
    account: str
    reads_only: bool
    attempt: int
    elapsed: float
    remaining: float | None
    may_retry: bool
    draw: float
    wall: datetime
    workflow_id: WorkflowId | None = None


@attrs.frozen
class BackOff:
    """Wait, then send again.

    Attributes:
        delay: Seconds.
        error: What to raise if sending again becomes impossible meanwhile.
    """

    delay: float
    error: LinkedApiError


@attrs.frozen
class Hold:
    """Wait until the cause is healed, then send again.

    Attributes:
        error: What to raise when the deadline comes first.
    """

    error: LinkedApiError


@attrs.frozen
class Raise:
    """End the call.

    Attributes:
        error: What the caller gets.
    """

    error: LinkedApiError


@attrs.frozen
class Emit:
    """Tell a person, once per episode, then go on.

    Attributes:
        event: What to announce.
        then: What becomes of this call.
    """

    event: ActionNeeded
    then: Raise | Hold


Decision: TypeAlias = BackOff | Raise | Emit


def decide(verdict: Verdict, situation: Situation, policy: Policy) -> Decision:
    """Return what to do about a failure.

    Nothing that may run is sent twice: without proof that a start was not accepted, only a
    workflow that merely reads is started again.
    """
    error = error_of(verdict, situation)
    match verdict.disposition:
        case Disposition.FATAL:
            return Raise(error)
        case Disposition.USER_ACTION:
            holds = policy.on_user_action is OnUserAction.HOLD and _is_repeatable(
                verdict, situation, policy
            )
            return Emit(_event(verdict, situation), Hold(error) if holds else Raise(error))
        case Disposition.RETRYABLE:
            return _retry(verdict, situation, policy, error)
        case _:
            assert_never(verdict.disposition)


def _is_repeatable(verdict: Verdict, situation: Situation, policy: Policy) -> bool:
    """Whether sending the request again cannot do anything twice."""
    match situation.purpose:
        case Purpose.POLL | Purpose.CANCEL:
            return True
        case Purpose.START | Purpose.DIRECT:
            return verdict.refusal.certainty.is_resendable or situation.reads_only
        case Purpose.FINISHED:
            never_ran = verdict.row is not None and verdict.row.never_ran
            return situation.reads_only or (never_ran and policy.restart_expired)
        case _:
            assert_never(situation.purpose)


def _retry(
    verdict: Verdict, situation: Situation, policy: Policy, error: LinkedApiError
) -> BackOff | Raise:
    asked = verdict.refusal.retry_after
    if situation.purpose is Purpose.POLL:
        return BackOff(min(asked or 0.0, policy.retry_after_cap), error)
    if not _is_repeatable(verdict, situation, policy):
        return Raise(error)
    opening = opening_delay(verdict.refusal.message, situation.wall) if verdict.is_slow else None
    if asked is not None and asked > policy.retry_after_cap:
        return Raise(_come_back(error, asked, situation))
    if not situation.may_retry or situation.attempt >= policy.max_attempts:
        return Raise(error)
    known = [wait for wait in (asked, opening) if wait is not None]
    least = max(known) if known else None
    delay = _delay(verdict, situation, policy, least)
    if situation.remaining is not None and delay >= situation.remaining:
        return Raise(error if least is None else _come_back(error, least, situation))
    return BackOff(delay, error)


def _delay(verdict: Verdict, situation: Situation, policy: Policy, at_least: float | None) -> float:
    base = policy.slow_base_delay if verdict.is_slow else policy.base_delay
    cap = policy.slow_max_delay if verdict.is_slow else policy.max_delay
    if at_least is not None:
        return at_least + situation.draw * min(base, cap)
    return full_jitter(situation.attempt, base=base, cap=cap, draw=situation.draw)


def _come_back(error: LinkedApiError, delay: float, situation: Situation) -> LinkedApiError:
    """Say when it makes sense to try again, since this call will not."""
    try:
        moment = f", at {situation.wall + timedelta(seconds=delay):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        moment = ""
    told = error.clone()
    told.message = f"{error.message} (come back in {delay:.0f} s{moment})"
    told.args = (told.message,)
    told.retry_after = delay
    return told


def _event(verdict: Verdict, situation: Situation) -> ActionNeeded:
    return ActionNeeded(
        account=situation.account,
        code=verdict.refusal.code,
        scope=verdict.scope,
        hint=verdict.hint,
        message=verdict.refusal.message,
        workflow_id=situation.workflow_id,
    )


def error_of(verdict: Verdict, situation: Situation) -> LinkedApiError:
    """Return the error that a call ends in if it ends now."""
    refusal = verdict.refusal
    certainty = refusal.certainty
    if situation.purpose is Purpose.POLL:
        certainty = Certainty.ACCEPTED
    is_open = (
        situation.purpose in _OPEN_HINTS
        and certainty is Certainty.MAYBE_ACCEPTED
        and not situation.reads_only
    )
    return _family(verdict.disposition, is_open=is_open)(
        refusal.message,
        code=refusal.code,
        disposition=verdict.disposition,
        scope=verdict.scope,
        hint=_OPEN_HINTS[situation.purpose] + verdict.hint if is_open else verdict.hint,
        certainty=certainty,
        workflow_id=situation.workflow_id or refusal.workflow_id,
        attempts=situation.attempt,
        elapsed=situation.elapsed,
        retry_after=refusal.retry_after,
        status=refusal.status,
        account=situation.account,
    )


_OPEN_HINTS = {
    Purpose.START: "The workflow may run all the same: look at its effect on LinkedIn, or ask with "
    "a reading workflow, before starting it again. ",
    Purpose.DIRECT: "It may have been done all the same: read the state before asking again. ",
}


def _family(disposition: Disposition, *, is_open: bool) -> type[LinkedApiError]:
    if is_open:
        return OutcomeUnknown
    match disposition:
        case Disposition.RETRYABLE:
            return TransientError
        case Disposition.USER_ACTION:
            return UserActionRequired
        case Disposition.FATAL:
            return FatalError
        case _:
            assert_never(disposition)
