"""What became of a call, as a row keeps it: written, and read again."""

import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import attrs

from linkedapi_async._types import Certainty, Disposition, Json, Scope, WorkflowId
from linkedapi_async.errors import (
    FatalError,
    LedgerError,
    LinkedApiError,
    OutcomeUnknown,
    TransientError,
    UserActionRequired,
)
from linkedapi_async.operations._base import Operation, Result

from ._rows import Row

__all__ = [
    "Proved",
    "damaged",
    "evidence_in",
    "read_outcome",
    "result_of",
    "write_error",
    "write_proof",
]

R = TypeVar("R")


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
