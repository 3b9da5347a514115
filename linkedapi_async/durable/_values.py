"""What steps and workflows return: outcomes as JSON, and back.

They are stored where others look at them too, so that they tell in plain words how far a call came,
and hold no token.
"""

from typing import Any, TypeVar

from linkedapi_async._types import Certainty, JsonObject, WorkflowId
from linkedapi_async.errors import LinkedApiError, OutcomeUnknown, ProtocolError
from linkedapi_async.ledger import State, read_outcome, result_of, write_error, write_proof
from linkedapi_async.pool import Call, Outcome

__all__ = ["accepted", "read_value", "write_value"]

R = TypeVar("R")

_SEEN = "reading showed that it was done"


def accepted(workflow_id: WorkflowId) -> JsonObject:
    """Return the value of a call whose end is still to come."""
    return {"state": State.ACCEPTED.value, "workflow_id": workflow_id, "outcome": None}


def write_value(
    outcome: Outcome[Any], workflow_id: WorkflowId | None, *, is_over: bool
) -> JsonObject:
    """Return the value of a call that came to an outcome.

    Args:
        outcome: The outcome.
        workflow_id: The workflow of the service, once it was named.
        is_over: Whether that has ended, as far as anybody was told.
    """
    result, error = outcome.result, outcome.error
    if isinstance(error, ProtocolError) and error.completion is not None:
        state, told = State.DONE, write_proof(error.completion)
    elif error is not None:
        state, told = _state_of(error, is_running=workflow_id is not None and not is_over), None
        told = write_error(error)
    else:
        assert result is not None  # noqa: S101 - one of the two is there
        state = State.DONE
        told = write_proof(result.completion, "" if result.completion is not None else _SEEN)
    source = error if result is None else result
    found = None if source is None else source.workflow_id
    return {"state": state.value, "workflow_id": workflow_id or found, "outcome": told}


def read_value(value: JsonObject, call: Call[R]) -> Outcome[R]:
    """Return the outcome of a call from its value."""
    named, told = value.get("workflow_id"), value.get("outcome")
    workflow_id = WorkflowId(named) if isinstance(named, str) else None
    try:
        found = read_outcome(told if isinstance(told, str) else None, key=str(call.key))
        if isinstance(found, LinkedApiError):
            return Outcome(call, error=found)
        return Outcome(call, result_of(call.operation, found, workflow_id))
    except LinkedApiError as error:
        error.workflow_id, error.account = workflow_id, call.account
        return Outcome(call, error=error)


def _state_of(error: LinkedApiError, *, is_running: bool) -> State:
    if isinstance(error, OutcomeUnknown):
        return State.UNCERTAIN
    if is_running:
        return State.ACCEPTED
    return State.FAILED if error.certainty is Certainty.ACCEPTED else State.REFUSED
