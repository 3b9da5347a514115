"""What the library announces: stable names, stable fields, no secrets.

Every event reaches the `on_event` callback and structlog, the latter under `name`, field by field;
`message` is logged as `detail`, since log records keep that word for themselves.
`account` is an alias or a short fingerprint, never a token.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal, TypeAlias

import attrs

from ._types import Certainty, Disposition, Scope, WorkflowId

__all__ = [
    "AccountLeftOut",
    "AccountParked",
    "AccountResumed",
    "ActionNeeded",
    "ActionResolved",
    "BackingOff",
    "CallAdopted",
    "CallReconciled",
    "CallUncertain",
    "CoordinationLost",
    "CoordinationRestored",
    "DeliveryRefused",
    "Drift",
    "Event",
    "Held",
    "Level",
    "LimitsUnread",
    "PreflightWarning",
    "Raised",
    "ReconnectionEnded",
    "ReconnectionOffered",
    "RemedyFailed",
    "SeatsShown",
    "WorkflowAbandoned",
    "WorkflowFinished",
    "WorkflowParked",
    "WorkflowStarted",
]

Level: TypeAlias = Literal["debug", "info", "warning", "error"]


@attrs.frozen(kw_only=True)
class Event:
    """Anything announced; the base of every event.

    Attributes:
        name: The stable name in logs.
        level: The level it is logged at.
        account: Whose account it concerns: an alias or a fingerprint.
    """

    name: ClassVar[str] = "linkedapi.event"
    level: ClassVar[Level] = "info"

    account: str


@attrs.frozen(kw_only=True)
class ActionNeeded(Event):
    """A person has to act; announced once per episode, however many calls it stops.

    Attributes:
        code: The service's word.
        scope: What the cause stops.
        hint: What to do, and where.
        message: The service's sentence.
        workflow_id: The workflow that met it, if one was accepted.
    """

    name: ClassVar[str] = "linkedapi.action_needed"
    level: ClassVar[Level] = "error"

    code: str
    scope: Scope
    hint: str
    message: str
    workflow_id: WorkflowId | None = None


@attrs.frozen(kw_only=True)
class ActionResolved(Event):
    """What `ActionNeeded` asked for has been done: a request went through again.

    Attributes:
        code: The service's word that opened the episode.
        scope: What the cause had stopped.
        lasted: Seconds from the announcement.
    """

    name: ClassVar[str] = "linkedapi.action_resolved"

    code: str
    scope: Scope
    lasted: float


@attrs.frozen(kw_only=True)
class AccountLeftOut(Event):
    """An account was listed, and a pool cannot work with it.

    Attributes:
        reason: Why not.
    """

    name: ClassVar[str] = "linkedapi.account_left_out"
    level: ClassVar[Level] = "warning"

    reason: str


@attrs.frozen(kw_only=True)
class AccountParked(Event):
    """A pool sends nothing for an account for a while, and no person has to act.

    Where a person has to, `ActionNeeded` tells it instead.

    Attributes:
        code: The service's word.
        scope: What the cause stops.
        hint: What to do, and where.
        message: The service's sentence.
        rest: Seconds until it may work again, where the service says so.
    """

    name: ClassVar[str] = "linkedapi.account_parked"
    level: ClassVar[Level] = "warning"

    code: str
    scope: Scope
    hint: str
    message: str
    rest: float | None


@attrs.frozen(kw_only=True)
class AccountResumed(Event):
    """What `AccountParked` told is over: a request went through again, or somebody said so.

    Attributes:
        code: The service's word that parked it.
        scope: What the cause had stopped.
        lasted: Seconds from the announcement.
    """

    name: ClassVar[str] = "linkedapi.account_resumed"

    code: str
    scope: Scope
    lasted: float


@attrs.frozen(kw_only=True)
class BackingOff(Event):
    """A request failed and will be sent again.

    Attributes:
        code: The service's word, or ours.
        delay: Seconds until the next attempt.
        attempt: Which attempt failed, from 1.
        certainty: What the failure proves about the request.
        purpose: What the request was for: `start`, `poll`, `cancel`.
        message: What was seen.
        workflow_id: The workflow concerned, if known.
    """

    name: ClassVar[str] = "linkedapi.backing_off"
    level: ClassVar[Level] = "warning"

    code: str
    delay: float
    attempt: int
    certainty: Certainty
    purpose: str
    message: str
    workflow_id: WorkflowId | None = None


@attrs.frozen(kw_only=True)
class Held(Event):
    """A call that was proved refused waits for the person's action instead of failing.

    Attributes:
        code: The service's word.
        scope: What the cause stops.
        workflow_id: The workflow concerned, if one was accepted.
    """

    name: ClassVar[str] = "linkedapi.held"

    code: str
    scope: Scope
    workflow_id: WorkflowId | None = None


@attrs.frozen(kw_only=True)
class DeliveryRefused(Event):
    """Something that came to the webhook was not believed, or could not be read.

    Attributes:
        status: HTTP status it was answered with.
        reason: What was wrong; it holds neither secret nor payload.
    """

    name: ClassVar[str] = "linkedapi.delivery_refused"
    level: ClassVar[Level] = "warning"

    status: int
    reason: str


@attrs.frozen(kw_only=True)
class ReconnectionOffered(Event):
    """A signed-out account can be signed in again: its owner has to open the link.

    Attributes:
        session_id: The session, as the Admin API names it.
        link: What to open in a browser; it lets whoever has it sign in.
    """

    name: ClassVar[str] = "linkedapi.reconnection_offered"
    level: ClassVar[Level] = "warning"

    session_id: str
    link: str


@attrs.frozen(kw_only=True)
class ReconnectionEnded(Event):
    """A reconnection session is over.

    Attributes:
        session_id: The session, as the Admin API names it.
        succeeded: Whether the account is signed in again; else it expired, failed or was cancelled.
    """

    name: ClassVar[str] = "linkedapi.reconnection_ended"
    level: ClassVar[Level] = "info"

    session_id: str
    succeeded: bool


@attrs.frozen(kw_only=True)
class SeatsShown(Event):
    """A call lacked a seat; this is what is paid for, beside what is in use.

    Attributes:
        code: The service's word for what is lacking.
        bought: Seats by kind, `core` and `plus`.
        used: Accounts connected; each takes one seat.
    """

    name: ClassVar[str] = "linkedapi.seats_shown"
    level: ClassVar[Level] = "warning"

    code: str
    bought: Mapping[str, int]
    used: int


@attrs.frozen(kw_only=True)
class RemedyFailed(Event):
    """What was to help against a cause could not be done; a person has to.

    Attributes:
        cause: The service's word for what was to be helped.
        code: What stood in the way.
        message: What happened, in a sentence.
        hint: What to do about it.
    """

    name: ClassVar[str] = "linkedapi.remedy_failed"
    level: ClassVar[Level] = "error"

    cause: str
    code: str
    message: str
    hint: str


@attrs.frozen(kw_only=True)
class LimitsUnread(Event):
    """A pool could not read an account's limits; those it knows, or was given, hold for now.

    Attributes:
        code: What stood in the way.
        message: What happened, in a sentence.
        hint: What to do about it.
    """

    name: ClassVar[str] = "linkedapi.limits_unread"
    level: ClassVar[Level] = "warning"

    code: str
    message: str
    hint: str


@attrs.frozen(kw_only=True)
class PreflightWarning(Event):
    """A workflow was sent although it breaks a documented rule, as `preflight="warn"` wants.

    Attributes:
        operation: The operation's name.
        problem: What is wrong, and where.
    """

    name: ClassVar[str] = "linkedapi.preflight_warning"
    level: ClassVar[Level] = "warning"

    operation: str
    problem: str


@attrs.frozen(kw_only=True)
class Raised(Event):
    """A call ends in an exception.

    Attributes:
        code: The service's word, or ours.
        error: The exception's class name.
        disposition: What the failure asks for.
        scope: What else the cause dooms.
        certainty: What is known about the request.
        hint: What a person should do next.
        message: What was seen.
        attempts: How many requests were sent.
        workflow_id: The workflow concerned, if known.
    """

    name: ClassVar[str] = "linkedapi.raised"
    level: ClassVar[Level] = "warning"

    code: str
    error: str
    disposition: Disposition
    scope: Scope
    certainty: Certainty
    hint: str
    message: str
    attempts: int
    workflow_id: WorkflowId | None = None


@attrs.frozen(kw_only=True)
class WorkflowStarted(Event):
    """The service took a workflow.

    Attributes:
        operation: The operation's name, as `fetchPerson`.
        workflow_id: Where to ask for it; `None` when the reply brought the end itself.
    """

    name: ClassVar[str] = "linkedapi.workflow_started"

    operation: str
    workflow_id: WorkflowId | None


@attrs.frozen(kw_only=True)
class WorkflowParked(Event):
    """An accepted workflow waits for the account's working hours; polling slows down.

    Attributes:
        workflow_id: The workflow.
        opens_in: Seconds until the hours open, as far as the service's text could be read.
        message: The service's text.
    """

    name: ClassVar[str] = "linkedapi.workflow_parked"

    workflow_id: WorkflowId
    opens_in: float | None
    message: str | None


@attrs.frozen(kw_only=True)
class WorkflowFinished(Event):
    """A workflow ended, well or badly.

    Attributes:
        operation: The operation's name.
        workflow_id: The workflow; `None` when the start's reply brought the end.
        succeeded: Whether it completed; its actions may have failed all the same.
        elapsed: Seconds since this client started or attached it.
    """

    name: ClassVar[str] = "linkedapi.workflow_finished"

    operation: str
    workflow_id: WorkflowId | None
    succeeded: bool
    elapsed: float


@attrs.frozen(kw_only=True)
class WorkflowAbandoned(Event):
    """Nobody waits any more for a workflow that runs on.

    Attributes:
        operation: The operation's name.
        workflow_id: Attach to it to hear of its end; `None` when a start was cancelled before its
            reply, and nobody knows whether it runs.
        reason: Why nobody waits: `cancelled`.
    """

    name: ClassVar[str] = "linkedapi.workflow_abandoned"
    level: ClassVar[Level] = "warning"

    operation: str
    workflow_id: WorkflowId | None
    reason: str


@attrs.frozen(kw_only=True)
class CallUncertain(Event):
    """A call may have been sent before, and nobody noted what came of it; it is not sent again.

    Attributes:
        operation: Name of the operation.
        key: Names the call in the ledger.
        since: When it was about to be sent.
        hint: What to do, and where.
    """

    name: ClassVar[str] = "linkedapi.call_uncertain"
    level: ClassVar[Level] = "warning"

    operation: str
    key: str
    since: datetime
    hint: str


@attrs.frozen(kw_only=True)
class CallReconciled(Event):
    """The service was asked whether an uncertain call had been carried out.

    Attributes:
        operation: Name of the operation.
        key: Names the call in the ledger.
        verdict: `done`, `not_done` or `unknown`.
        evidence: What showed that.
    """

    name: ClassVar[str] = "linkedapi.call_reconciled"

    operation: str
    key: str
    verdict: str
    evidence: str


@attrs.frozen(kw_only=True)
class CallAdopted(Event):
    """A workflow that carries the mark of an uncertain call was found; its end is waited for.

    Attributes:
        operation: Name of the operation.
        key: Names the call in the ledger.
        workflow_id: The workflow.
    """

    name: ClassVar[str] = "linkedapi.call_adopted"

    operation: str
    key: str
    workflow_id: WorkflowId


@attrs.frozen(kw_only=True)
class CoordinationLost(Event):
    """Other workers can no longer be reached; this one decides alone until they can.

    Attributes:
        store: What they share: `redis`.
        reason: What was seen.
        workers: How many share the budget, as far as known; this one keeps to its part of it.
        hint: What to do, and where.
    """

    name: ClassVar[str] = "linkedapi.coordination_lost"
    level: ClassVar[Level] = "warning"

    store: str
    reason: str
    workers: int
    hint: str


@attrs.frozen(kw_only=True)
class CoordinationRestored(Event):
    """Other workers can be reached again.

    Attributes:
        store: What they share: `redis`.
        lasted: Seconds from the announcement.
    """

    name: ClassVar[str] = "linkedapi.coordination_restored"

    store: str
    lasted: float


@attrs.frozen(kw_only=True)
class Drift(Event):
    """The service said a word this version does not know; told once per word.

    Attributes:
        kind: What kind of word: `error`, `status`.
        word: The word.
    """

    name: ClassVar[str] = "linkedapi.drift"
    level: ClassVar[Level] = "warning"

    kind: str
    word: str
