"""What is remembered of every call, so that no restart sends anything twice or loses an answer.

A row is written before a start leaves (*sending*), again when the service has named the workflow
(*accepted*), and a last time when its end is known. Nothing is stored here: what a row means, and
which change may follow which, is decided here for every store alike.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

import attrs

from ._types import Certainty, Disposition, Json, JsonObject, Scope, WorkflowId
from .errors import (
    ConfigurationError,
    FatalError,
    LedgerError,
    LinkedApiError,
    OutcomeUnknown,
    TransientError,
    UserActionRequired,
)
from .operations._base import Operation, Result

__all__ = [
    "PREDECESSORS",
    "VERSION",
    "Answer",
    "Change",
    "Conflict",
    "Elsewhere",
    "Intent",
    "Proved",
    "Row",
    "Send",
    "State",
    "Step",
    "Uncertain",
    "Wait",
    "damaged",
    "evidence_in",
    "key_of",
    "mark_in",
    "marked",
    "next_step",
    "payload_of",
    "read_outcome",
    "result_of",
    "unmarked",
    "write_error",
    "write_proof",
]

R = TypeVar("R")

VERSION: Final = 1
"""Of the form rows are stored in; a ledger of another version is refused."""

_MARK: Final = "intent:"
_MARKED: Final = re.compile(rf"{_MARK}[0-9a-f]{{16}}")
_DERIVED: Final = "auto:"
_LONGEST_KEY: Final = 500
"""Characters; PostgreSQL indexes texts of less than 2,700 bytes."""


class State(StrEnum):
    """How far a call has come, as far as was written down."""

    SENDING = "sending"
    """Its start was about to be sent. If nobody works on it any more, it is uncertain."""
    UNCERTAIN = "uncertain"
    """Its start may have been accepted: no reply told."""
    REFUSED = "refused"
    """It is proved not to run, or only reads, and may be sent again."""
    ACCEPTED = "accepted"
    """The service has named the workflow; its end is not known."""
    DONE = "done"
    """Its workflow completed; actions in it may have failed."""
    FAILED = "failed"
    """Its workflow ended in an error, or is given up as one that ran."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more is to come."""
        return self in {State.DONE, State.FAILED}


PREDECESSORS: Final[Mapping[State, frozenset[State]]] = {
    State.UNCERTAIN: frozenset({State.SENDING, State.UNCERTAIN}),
    State.REFUSED: frozenset({State.SENDING, State.UNCERTAIN, State.ACCEPTED}),
    State.ACCEPTED: frozenset({State.SENDING, State.UNCERTAIN}),
    State.DONE: frozenset({State.SENDING, State.UNCERTAIN, State.ACCEPTED}),
    State.FAILED: frozenset({State.SENDING, State.UNCERTAIN, State.ACCEPTED}),
}
"""The states that a `Change` to another may find; it does nothing to a row in any other."""


@attrs.frozen(kw_only=True)
class Intent:
    """What somebody is about to send.

    A store lets it be sent (:attr:`State.SENDING`) where the key is new, the row is refused, or the
    row carries the same mark and is not final; never where the row's payload is another.

    Attributes:
        key: Names the call in the ledger.
        account: Alias of the account.
        operation: Official name of the operation.
        payload: Digest of account, operation and workflow.
        mark: Random; tells this attempt from every other one for the same key.
    """

    key: str
    account: str
    operation: str
    payload: str
    mark: str


@attrs.frozen(kw_only=True)
class Row:
    """What is remembered of one call. No token is in it, and no payload: only a digest of that.

    Attributes:
        key: Names the call.
        account: Alias of the account.
        operation: Official name of the operation.
        payload: Digest of account, operation and workflow.
        state: How far it has come.
        mark: The attempt that was last about to be sent.
        owner: Who that was: a run of a process.
        sent_at: When that was.
        ended_at: By when it had ended; `None` where it has not, or nobody can say.
        workflow_id: The workflow, once it was named.
        outcome: What became of it, for `read_outcome`; `None` while nothing is known.
    """

    key: str
    account: str
    operation: str
    payload: str
    state: State
    mark: str
    owner: str
    sent_at: datetime
    ended_at: datetime | None = None
    workflow_id: WorkflowId | None = None
    outcome: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Change:
    """What was learned of an attempt.

    Attributes:
        key: Names the call.
        mark: The attempt; the row of a later one is left alone.
        state: What the row becomes, from one of the states that `PREDECESSORS` names.
        ended_at: When it was learned, where the state is final.
        workflow_id: The workflow; `None` leaves what is known.
        outcome: What became of it, from `write_proof` or `write_error`.
        was: The state that the row has to be in still, where the change rests on having seen it.
        is_patient: Whether it may wait a moment, to be stored together with others: losing it would
            cost a request, and nothing else.
    """

    key: str
    mark: str
    state: State
    ended_at: datetime | None = None
    workflow_id: WorkflowId | None = None
    outcome: str | None = attrs.field(default=None, repr=False)
    was: State | None = None
    is_patient: bool = False


# ── Keys, payloads, marks ───────────────────────────────────────────────────────────────────────


def payload_of(account: str, operation: str, workflow: Json) -> str:
    """Return the digest that two calls share only if they would send the same."""
    told = {"account": account, "operation": operation, "workflow": workflow}
    return sha256(
        json.dumps(told, sort_keys=True, separators=(",", ":"), default=repr).encode()
    ).hexdigest()


def key_of(key: object, payload: str) -> str:
    """Return a call's key as the ledger has it: the caller's own, or one derived from the payload.

    Calls without a key that would send the same are one and the same call. A number and its text
    are one key, 7 and `"7"`; texts are compared letter by letter, without a normal form.

    Raises:
        ConfigurationError: The key is neither text, a whole number, nor a UUID.
    """
    if key is None:
        return f"{_DERIVED}{payload[:32]}"
    if isinstance(key, str) and 0 < len(key) <= _LONGEST_KEY and _is_storable(key):
        return key
    if isinstance(key, (int, UUID)) and not isinstance(key, bool):
        return str(key)
    msg = (
        f"key={key!r:.80} cannot be kept in a ledger; "
        f"use a whole number, a UUID, or text of at most {_LONGEST_KEY} characters"
    )
    raise ConfigurationError(msg)


def _is_storable(text: str) -> bool:
    """Return whether every database takes a text: no lone surrogates, no NUL."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def marked(workflow: "JsonObject | Sequence[JsonObject]", mark: str) -> Json:
    """Return a workflow that carries a mark as the label of its first action.

    A workflow without an unlabelled action at its root stays as it is: labels are the caller's.
    """
    if isinstance(workflow, Mapping):
        return workflow if "label" in workflow else {**workflow, "label": f"{_MARK}{mark}"}
    found = False
    actions: list[Json] = []
    for action in workflow:
        told = action if found else marked(action, mark)
        found = found or told is not action
        actions.append(told)
    return actions


def mark_in(completion: Json) -> str | None:
    """Return the mark that a completion carries, `None` where there is none."""
    reports = completion if isinstance(completion, Sequence) else [completion]
    for report in reports:
        label = report.get("label") if isinstance(report, Mapping) else None
        if isinstance(label, str) and label.startswith(_MARK):
            return label.removeprefix(_MARK)
    return None


def unmarked(completion: Json) -> Json:
    """Return a completion as it would be had nothing been marked."""
    if isinstance(completion, list):
        return [unmarked(report) for report in completion]
    if isinstance(completion, dict) and _is_mark(completion.get("label")):
        return {name: value for name, value in completion.items() if name != "label"}
    return completion


def _is_mark(label: Json) -> bool:
    return isinstance(label, str) and _MARKED.fullmatch(label) is not None


# ── What a row means ────────────────────────────────────────────────────────────────────────────


@attrs.frozen
class Send:
    """It may be sent."""


@attrs.frozen
class Wait:
    """It was accepted: wait for its end.

    Attributes:
        workflow_id: The workflow.
    """

    workflow_id: WorkflowId


@attrs.frozen
class Answer:
    """Its outcome is known: see `read_outcome`."""


@attrs.frozen
class Elsewhere:
    """Somebody is sending it right now: look again in a moment."""


@attrs.frozen
class Uncertain:
    """It may have been sent, and nobody noted what came of it; it must not be sent again.

    Attributes:
        is_free: Whether sending it again can do nothing twice, as it only reads.
    """

    is_free: bool


@attrs.frozen
class Conflict:
    """The key stands for another call.

    Attributes:
        message: What differs.
    """

    message: str


Step: TypeAlias = Send | Wait | Answer | Elsewhere | Uncertain | Conflict
"""What to do about a call, in the light of its row."""


def next_step(row: Row | None, intent: Intent, *, reads_only: bool, is_alive: bool) -> Step:
    """Return what to do about a call.

    Args:
        row: What is remembered of it.
        intent: What is wanted now.
        reads_only: Whether repeating it can do nothing twice.
        is_alive: Whether whoever was about to send it last still works.
    """
    if row is not None and row.payload != intent.payload:
        return Conflict(_difference(row, intent))
    if row is None or row.state is State.REFUSED:
        return Send()
    if row.state is State.ACCEPTED and row.workflow_id is not None:
        return Wait(row.workflow_id)
    if row.state is State.SENDING and is_alive:
        return Elsewhere()
    if row.state in {State.SENDING, State.UNCERTAIN}:
        return Uncertain(is_free=reads_only)
    return Answer()


def _difference(row: Row, intent: Intent) -> str:
    was, now = (row.account, row.operation), (intent.account, intent.operation)
    other = f"for {was[0]!r} {was[1]}" if was != now else f"{was[1]} with other parameters"
    return f"The key {row.key!r} already stands for another call: {other}"


# ── Outcomes ────────────────────────────────────────────────────────────────────────────────────


@attrs.frozen
class Proved:
    """What a completed call came to.

    Attributes:
        completion: The reports as received; `None` where only reading showed that it was done.
        evidence: What showed that, if it was not the workflow's own completion.
    """

    completion: Json
    evidence: str = ""


_FAMILIES: Final[Mapping[str, type[LinkedApiError]]] = {
    kind.__name__: kind
    for kind in (TransientError, UserActionRequired, FatalError, OutcomeUnknown, LinkedApiError)
}


def write_proof(completion: Json, evidence: str = "") -> str:
    """Return the outcome of a completed call, as a row keeps it."""
    return json.dumps({"completion": completion, "evidence": evidence}, separators=(",", ":"))


def write_error(error: LinkedApiError, evidence: str = "") -> str:
    """Return the outcome of a call that ended in an error, as a row keeps it.

    Args:
        error: The error.
        evidence: What asking the service has shown, where it is uncertain.
    """
    family = next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _FAMILIES)
    told = {
        "family": family,
        "message": error.message,
        "code": error.code,
        "disposition": error.disposition,
        "scope": error.scope,
        "hint": error.hint,
        "certainty": error.certainty,
        "workflow_id": error.workflow_id,
        "attempts": error.attempts,
        "elapsed": error.elapsed,
        "retry_after": error.retry_after,
        "status": error.status,
        "account": error.account,
    }
    return json.dumps({"error": told, "evidence": evidence}, separators=(",", ":"))


def read_outcome(text: str | None, *, key: str) -> Proved | LinkedApiError:
    """Return what became of a call.

    Args:
        text: As its row keeps it.
        key: Names the call.

    Raises:
        LedgerError: It cannot be read as that.
    """
    try:
        told: Any = json.loads(text or "")
        if "error" in told:
            return _read_error(**told["error"])
        return Proved(told["completion"], told["evidence"])
    except (ValueError, TypeError, LookupError, RecursionError) as exc:
        error = damaged(key, f"its outcome cannot be read ({exc})")
        raise error from exc


def result_of(
    operation: Operation[R], proved: Proved, workflow_id: WorkflowId | None = None
) -> Result[R]:
    """Return what a completed call brought: nothing, where only reading showed that it was done.

    Args:
        operation: Reads the completion.
        proved: What it came to.
        workflow_id: The workflow.

    Raises:
        ProtocolError: The completion is not of the documented form.
    """
    if proved.evidence:
        return Result(None)
    data, errors = operation.read(proved.completion)
    return Result(data, errors, workflow_id, proved.completion)


def evidence_in(row: Row) -> str:
    """Return what asking the service has shown of a call; empty where nobody asked."""
    try:
        told: Any = json.loads(row.outcome or "{}")
        return str(told.get("evidence", ""))
    except (ValueError, AttributeError, RecursionError):
        return ""


def damaged(key: str, what: str) -> LedgerError:
    """Return the error for a row that cannot be used."""
    return LedgerError(f"The ledger's row {key!r} is damaged: {what}", code="ledgerDamaged")


def _read_error(
    *, family: str, message: str, disposition: str, scope: str, certainty: str, **facts: Any
) -> LinkedApiError:
    return _FAMILIES[family](
        message,
        disposition=Disposition(disposition),
        scope=Scope(scope),
        certainty=Certainty(certainty),
        **facts,
    )
